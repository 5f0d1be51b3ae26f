"""Contacts as rows: the one place where columns become values and values columns.

Writing a value also writes what is derived from it: the folded twin, the keyed
fingerprints that suppressions are matched by, the domain, the household.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select

from outreach.model.contact import Contact
from outreach.model.field import Catalogue, FieldType, Value
from outreach.model.ids import ContactId
from outreach.model.money import from_minor, to_minor
from outreach.model.text import fold
from outreach.store.engine import Database
from outreach.store.life import COMPUTED, life_stage_column
from outreach.store.lists import among, listed
from outreach.store.matching import ADDRESS
from outreach.store.prepared import Query

#: The fields that are read of people; None is all of them.
Fields = frozenset[str] | None

#: What does not tell one address from another.
_NO_WORD = re.compile(r"[^\w]+")

_PRINTS = {"email": "email_print", "phone": "phone_print", "mobile": "mobile_print"}


def is_there(database: Database) -> ColumnElement[bool]:
    """Neither merged into another nor erased."""
    table = database.contact
    return table.c.merged_into.is_(None) & table.c.erased_at.is_(None)


def is_gone(database: Database) -> ColumnElement[bool]:
    """The opposite, as the partial index `ix_contact_gone` states it."""
    table = database.contact
    return table.c.merged_into.is_not(None) | table.c.erased_at.is_not(None)


def one_with(
    connection: Connection, database: Database, contacts: Collection[ContactId]
) -> dict[ContactId, ContactId]:
    """Whose history these contacts have: their own, and of those merged into them.

    Every such record with the contact it is one with now.
    """
    c = database.contact.c
    query = select(c.id, c.merged_into).where(is_gone(database), c.merged_into.in_(contacts))
    gone = {ContactId(row.id): ContactId(row.merged_into) for row in connection.execute(query)}
    return {**{contact: contact for contact in contacts}, **gone}


def is_now(
    connection: Connection, database: Database, contacts: Collection[ContactId]
) -> dict[ContactId, ContactId]:
    """Each of these with the contact that it is now: the one it was merged into, or itself."""
    c = database.contact.c
    query = select(c.id, c.merged_into).where(
        among(connection, c.id, contacts), c.merged_into.is_not(None)
    )
    gone = {ContactId(row.id): ContactId(row.merged_into) for row in connection.execute(query)}
    return {contact: gone.get(contact, contact) for contact in contacts}


def contact_query(database: Database) -> Select[Any]:
    """Everything that `to_contact` reads."""
    return _contact_query(database, database.contact, database.today(), None)


@lru_cache(maxsize=16)
def _contact_query(database: Database, table: Table, today: date, fields: Fields) -> Select[Any]:
    """Built once a day for each set of fields: making the statement costs more than running it."""
    stage = life_stage_column(database, today=today, zone=database.zone).label("life_stage")
    columns = [
        stage if field.name in COMPUTED else table.c[field.stored_in]
        for field in database.catalogue
        if fields is None or field.name in fields
    ]
    return select(table.c.id, *columns)


def people_query(database: Database, fields: Fields = None) -> Query:
    """The same of the people whose ids are given as `ids`, kept ready for the sending loop."""
    return _people_query(database, database.contact, database.today(), fields)


@lru_cache(maxsize=16)
def _people_query(database: Database, table: Table, today: date, fields: Fields) -> Query:
    dialect = database.engine.dialect
    these = listed(dialect, table.c.id, "ids")
    return Query(_contact_query(database, table, today, fields).where(these), dialect)


def to_contact(
    row: Sequence[Any],
    catalogue: Catalogue,
    currency: str,
    tags: Iterable[str] = (),
    fields: Fields = None,
) -> Contact:
    """A row of `contact_query` as a value: the id, a cell for each field, and what else follows."""
    names, money = _layout(catalogue, fields)
    values: dict[str, Value] = dict(zip(names, row[1:], strict=False))
    for name in money:
        if values[name] is not None:
            values[name] = units(values[name], currency)
    return Contact(ContactId(row[0]), values, frozenset(tags))


@lru_cache(maxsize=16)
def _layout(catalogue: Catalogue, fields: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields in their order, and the amounts among them: the store holds minor units."""
    read = [field for field in catalogue if fields is None or field.name in fields]
    money = tuple(field.name for field in read if field.type is FieldType.MONEY)
    return tuple(field.name for field in read), money


def units(minor: Value, currency: str) -> Value:
    """An amount as the store holds it → in units of the currency."""
    return from_minor(minor, currency) if isinstance(minor, int) else minor


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
        "email_domain": text and domain_of(text),
        "email_bounced_at": None,
    }


def domain_of(address: str) -> str:
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
    # "3, rue du Four" and "3 rue du Four" are one door.
    return "|".join(
        " ".join(_NO_WORD.sub(" ", fold(str(values.get(name) or ""))).split()) for name in ADDRESS
    )
