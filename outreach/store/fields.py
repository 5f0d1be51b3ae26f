"""The user's own fields: made, and given another type while nothing is lost by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from outreach.errors import StoreError, Text
from outreach.model.field import Field, FieldType
from outreach.store import schema
from outreach.store.columns import free_column
from outreach.store.engine import Database

#: Types that a field can grow into with every value it has kept as it is.
WIDER: dict[FieldType, tuple[FieldType, ...]] = {
    FieldType.INTEGER: (FieldType.NUMBER, FieldType.TEXT),
    FieldType.DATE: (FieldType.TEXT,),
}


class FieldsMoved(StoreError):
    """Another process changed a field while an import was under way."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(
            Text("the field {name!r} was made by another import meanwhile", name=name)
            if name
            else Text("the fields of the contact base were changed during the import"),
            hint=Text("what was read so far is kept: import the file again to finish it"),
        )


def add_fields(
    connection: Connection, database: Database, fields: Sequence[Field], now: datetime
) -> None:
    """Columns for fields that first appear. Raises `FieldsMoved`."""
    database.refresh_fields(connection)
    for field in fields:
        there = database.catalogue.find(field.name)
        if there is not None and there.name == field.name:
            if there.type is not field.type:
                raise FieldsMoved(field.name)
            continue  # another import made it meanwhile
        database.add_field(
            connection, name=field.name, label=field.label, type_=field.type, now=now
        )


def is_empty(connection: Connection, database: Database, field: Field) -> bool:
    """Whether no contact has a value in it."""
    column = database.contact.c[field.stored_in]
    return connection.execute(select(column).where(column.is_not(None)).limit(1)).first() is None


def retype(connection: Connection, database: Database, field: Field, type_: FieldType) -> None:
    """Give a field another type: a new column beside the old one, its values carried over.

    Raises `ValueError` when values would be lost (see `WIDER`).
    """
    empty = is_empty(connection, database, field)
    if not empty and type_ not in WIDER.get(field.type, ()):
        raise ValueError(f"{field.name}: {field.type} cannot become {type_}")
    column = free_column(connection, f"f_{field.name}_{type_.value}")
    kind = schema.column_type(type_).compile(connection.dialect)
    connection.exec_driver_sql(f'ALTER TABLE contact ADD COLUMN "{column}" {kind}')
    targets = [column]
    if Field(field.name, type_).has_twin:
        connection.exec_driver_sql(f'ALTER TABLE contact ADD COLUMN "{column}_folded" TEXT')
        targets.append(f"{column}_folded")
    if not empty:
        for target in targets:
            # Digits and ISO dates: their text has neither case nor accents to fold.
            connection.exec_driver_sql(
                f'UPDATE contact SET "{target}" = CAST("{field.stored_in}" AS {kind}) '
                f'WHERE "{field.stored_in}" IS NOT NULL'
            )
    table = schema.field
    connection.execute(
        table.update()
        .where(table.c.name == field.name)
        .values(type=type_.value, column_name=column)
    )
    database.refresh_fields(connection)
