"""How many of some contacts have no value in a field: counted in SQL, never person by person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from outreach.model.ids import ContactId
from outreach.store.engine import Database
from outreach.store.lists import among


def lacking_each(
    database: Database, fields: Sequence[str], ids: Sequence[ContactId]
) -> Mapping[str, int]:
    """How many of these contacts lack each field, by its name; derived fields are not asked."""
    columns = _columns(database, fields)
    if not columns:
        return {}
    contact = database.contact
    counts = [(func.count() - func.count(column)).label(f"n{n}") for n, column in
              enumerate(columns.values())]  # fmt: skip
    with database.reading() as connection:
        query = select(*counts).select_from(contact).where(among(connection, contact.c.id, ids))
        row = connection.execute(query).one()
    return dict(zip(columns, map(int, row), strict=True))


def lacking_any(database: Database, fields: Sequence[str], ids: Sequence[ContactId]) -> int:
    """How many of these contacts lack at least one of the fields."""
    columns = _columns(database, fields)
    if not columns:
        return 0
    contact = database.contact
    missing = or_(*(column.is_(None) for column in columns.values()))
    with database.reading() as connection:
        query = select(func.count()).select_from(contact)
        query = query.where(among(connection, contact.c.id, ids), missing)
        return int(connection.execute(query).scalar_one())


def _columns(database: Database, fields: Sequence[str]) -> dict[str, ColumnElement[Any]]:
    """The column of each field that is stored with the contact."""
    found = [field for name in fields if (field := database.catalogue.find(name))]
    columns = database.contact.c
    return {field.name: columns[field.stored_in] for field in found if field.stored_in in columns}
