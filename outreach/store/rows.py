"""Contacts as rows: the one place where columns become values and values columns.

Writing a value also writes what is derived from it: the folded twin, the keyed
fingerprints that suppressions are matched by, the domain, the household.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from outreach.model.contact import Contact
from outreach.model.field import Catalogue, FieldType, Value
from outreach.model.ids import ContactId
from outreach.model.money import from_minor, to_minor
from outreach.model.text import fold
from outreach.store.engine import Database
from outreach.store.matching import ADDRESS

#: Derived when it is asked for, at `now`: no column holds it.
COMPUTED = frozenset({"life_stage"})

_PRINTS = {"email": "email_print", "phone": "phone_print", "mobile": "mobile_print"}


def is_there(database: Database) -> ColumnElement[bool]:
    """Neither merged into another nor erased."""
    table = database.contact
    return table.c.merged_into.is_(None) & table.c.erased_at.is_(None)


def contact_query(database: Database) -> Select[Any]:
    """Everything that `to_contact` reads."""
    table = database.contact
    columns = [table.c[f.stored_in] for f in database.catalogue if f.name not in COMPUTED]
    return select(table.c.id, *columns)


def to_contact(
    row: Row[Any], catalogue: Catalogue, currency: str, tags: Iterable[str] = ()
) -> Contact:
    """A row of `contact_query` as a value."""
    cells = row._mapping
    values: dict[str, Value] = {}
    for field in catalogue:
        value = None if field.name in COMPUTED else cells[field.stored_in]
        if field.type is FieldType.MONEY and value is not None:
            value = from_minor(value, currency)
        values[field.name] = value
    return Contact(ContactId(cells["id"]), values, frozenset(tags))


class Columns:
    """Values → columns, for one chunk: what is known of the fields is looked up once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._specs = {
            field.name: (field.stored_in, f"{field.stored_in}_folded" if field.has_twin else None)
            for field in database.catalogue
        }
        self._money = {f.name for f in database.catalogue if f.type is FieldType.MONEY}

    def of(self, changed: Mapping[str, Value], whole: Mapping[str, Value]) -> dict[str, Any]:
        """The columns that hold `changed` values, of a contact whose values are then `whole`."""
        columns: dict[str, Any] = {}
        for name, value in changed.items():
            column, twin = self._specs[name]
            columns[column] = value
            if twin:
                columns[twin] = fold(value) if isinstance(value, str) else None
            elif name in self._money and isinstance(value, Decimal):
                columns[column] = to_minor(value, self._database.currency)
            if name in _PRINTS:
                columns |= _prints(name, value, self._database)
        if not changed.keys().isdisjoint(ADDRESS):
            columns["household"] = household(whole)
            columns["post_returned_at"] = None
        return columns


def _prints(name: str, value: Value, database: Database) -> dict[str, Any]:
    """A changed address is a new address: what its predecessor suffered is forgotten."""
    text = value if isinstance(value, str) else None
    if name != "email":
        return {_PRINTS[name]: text and database.fingerprint("phone", text)}
    return {
        "email_print": text and database.fingerprint("email", text.lower()),
        "email_domain": text and _domain(text),
        "email_bounced_at": None,
    }


def _domain(address: str) -> str:
    """The part after @ as an A-label (RFC 5891): what limits and suppressions go by."""
    domain = address.rpartition("@")[2].lower()
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain


def household(values: Mapping[str, Value]) -> str | None:
    """What `one_per: household` groups by: the folded postal address, where there is one."""
    if not values.get("street") or not values.get("city"):
        return None
    return "|".join(" ".join(fold(str(values.get(name) or "")).split()) for name in ADDRESS)
