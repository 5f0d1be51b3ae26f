"""How a field of a contact and its value are shown to people; `--json` keeps what is stored."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from outreach.application import Application
from outreach.cleaning.phones import PHONES, as_dialled
from outreach.errors import Text
from outreach.model.contact import Contact
from outreach.model.field import FieldType, Value


def cell(contact: Contact, name: str) -> Value:
    """One field of a contact, its id and its tags among them."""
    if name == "tags":
        return ", ".join(sorted(contact.tags)) or None
    return int(contact.id) if name == "id" else contact.values.get(name)


def shown(parts: Application, contact: Contact, name: str) -> str:
    """One field of a contact as its reader writes such a value; nothing for a missing one."""
    return written(parts, name, cell(contact, name))


def written(parts: Application, name: str, value: Value) -> str:
    """A value of the field of that name: numbers and dates by the locale, phones as dialled."""
    match value:
        case None:
            return ""
        case bool():
            return parts.language.say(Text("yes") if value else Text("no"))
        case Decimal():
            field = parts.database.catalogue.find(name)
            if field is not None and field.type is FieldType.MONEY:
                return parts.language.money(value, parts.settings.currency)
            return parts.language.exact(value)
        case date():  # an instant too
            return parts.language.write(value)
        case _ if name in PHONES:
            return as_dialled(str(value), parts.settings.country)
        case _:
            return str(value)


def label(parts: Application, name: str) -> str:
    """What people call the field of that name."""
    if name == "tags":
        return parts.language.say(Text("Tags"))
    field = parts.database.catalogue.find(name)
    return parts.language.say(Text(field.label)) if field and field.label else name
