"""The user's fields renamed, given another type, deleted and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, func, select, update

from outreach.errors import Text
from outreach.model.field import Field, FieldType, Value
from outreach.model.money import to_minor
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.bulk import insert_rows, update_rows
from outreach.store.columns import free_column, left_behind, release_name
from outreach.store.engine import Database
from outreach.store.records import as_json
from outreach.store.rows import units

#: Contacts converted at once.
_PAGE = 2000

#: Misfits that are shown.
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Conversion:
    """What another type does to the values of a field."""

    #: Contacts that have a value.
    values: int
    #: Those whose value does not fit: it is set aside.
    misfits: int
    #: The first of them, as written.
    examples: tuple[str, ...]


#: A value as text → the value in the new type, or None when it does not fit.
Convert = Callable[[str], Value]


class FieldChanges:
    def __init__(self, database: Database) -> None:
        self.database = database

    def filled(self, field: Field) -> int:
        """How many contacts have a value in it."""
        column = self.database.contact.c[field.stored_in]
        with self.database.reading() as connection:
            return int(connection.execute(select(func.count(column))).scalar_one())

    def rename(self, field: Field, name: str) -> None:
        """Another name; the column and the label stay, so that files with it are still known."""
        f, aside = schema.field, schema.set_aside
        with self.database.writing() as connection:
            release_name(connection, name)
            connection.execute(update(f).where(f.c.name == field.name).values(name=name))
            connection.execute(update(aside).where(aside.c.field == field.name).values(field=name))
        self.database.forget_fields()

    def try_out(self, field: Field, convert: Convert) -> Conversion:
        """What another type would do; nothing is written."""
        with self.database.reading() as connection:
            values, misfits = 0, 0
            examples: list[str] = []
            for page in _values(connection, self.database, self.database.contact, field):
                values += len(page)
                odd = [text for _, text in page if convert(text) is None]
                misfits += len(odd)
                examples += odd[: _SHOWN - len(examples)]
        return Conversion(values, misfits, tuple(examples))

    def retype(self, field: Field, type_: FieldType, convert: Convert, misfit: Text) -> None:
        """Give it another type; values that do not fit are set aside with the reason `misfit`."""
        with self.database.writing() as connection:
            column = free_column(connection, f"f_{field.name}_{type_.value}")
            twin = f"{column}_folded" if Field(field.name, type_).has_twin else None
            kind = schema.column_type(type_).compile(connection.dialect)
            connection.exec_driver_sql(f'ALTER TABLE contact ADD COLUMN "{column}" {kind}')
            if twin:
                connection.exec_driver_sql(f'ALTER TABLE contact ADD COLUMN "{twin}" TEXT')
            old = self.database.contact
            f = schema.field
            connection.execute(
                update(f).where(f.c.name == field.name).values(type=type_.value, column_name=column)
            )
            self.database.refresh_fields(connection)
            for page in _values(connection, self.database, old, field):
                self._carry_over(connection, field, column, twin, page, convert, misfit)
        self.database.forget_fields()

    def _carry_over(
        self,
        connection: Connection,
        field: Field,
        column: str,
        twin: str | None,
        page: Sequence[tuple[int, str]],
        convert: Convert,
        misfit: Text,
    ) -> None:
        updates: list[tuple[int, Mapping[str, Any]]] = []
        odd: list[dict[str, Any]] = []
        for number, text in page:
            value = convert(text)
            if value is None:
                odd.append({"contact_id": number, "field": field.name, "original": text,
                            "reason": as_json(misfit)})  # fmt: skip
                continue
            folded = {twin: fold(str(value))} if twin else {}
            updates.append((number, {column: self._stored(value, column), **folded}))
        update_rows(connection, self.database.contact, updates)
        insert_rows(connection, schema.set_aside, odd, once=True)

    def _stored(self, value: Value, column: str) -> Value:
        field = next(f for f in self.database.catalogue.user_fields if f.column == column)
        if field.type is FieldType.MONEY and isinstance(value, Decimal):
            return to_minor(value, self.database.currency)
        return value

    def delete(self, field: Field, *, now: datetime) -> None:
        """Hide it; its values stay in the store until it is upgraded."""
        self._mark(field.name, now)

    def restore(self, name: str) -> bool:
        """Take a deleted field back; False when there is none of that name."""
        return self._mark(name, None)

    def deleted(self) -> list[str]:
        """Deleted fields that can be taken back."""
        f = schema.field.c
        query = select(f.name).where(f.deleted_at.is_not(None), ~f.name.contains("~"))
        with self.database.reading() as connection:
            return list(connection.scalars(query.order_by(f.id)))

    def left_behind(self) -> list[str]:
        """Columns that an upgrade of the store drops for good."""
        with self.database.reading() as connection:
            return left_behind(connection)

    def _mark(self, name: str, deleted_at: datetime | None) -> bool:
        f = schema.field
        there = f.c.deleted_at.is_(None) if deleted_at else f.c.deleted_at.is_not(None)
        with self.database.writing() as connection:
            marked = connection.execute(
                update(f).where(f.c.name == name, there).values(deleted_at=deleted_at)
            )
        self.database.forget_fields()
        return bool(marked.rowcount)


def _values(
    connection: Connection, database: Database, table: Table, field: Field
) -> Iterator[list[tuple[int, str]]]:
    """Contact and value as text, page by page, of everyone who has one."""
    last = 0
    column = table.c[field.stored_in]
    query = select(table.c.id, column.label("value")).where(column.is_not(None))
    while True:
        page = query.where(table.c.id > last).order_by(table.c.id).limit(_PAGE)
        rows = connection.execute(page).all()
        if not rows:
            return
        last = rows[-1].id
        yield [(row.id, _text(row.value, field, database.currency)) for row in rows]


def _text(value: Value, field: Field, currency: str) -> str:
    """A value as people write it, exactly."""
    if field.type is FieldType.MONEY:
        value = units(value, currency)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)
