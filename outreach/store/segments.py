"""Named selections, and the indexes that make them fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, inspect, select

from outreach.model.field import Field
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.rows import is_there

#: Most different values that are looked through for one that was meant.
_LOOKED_THROUGH = 20_000
#: Rows per index that SQLite reads to know how many people a value finds.
_SAMPLED = 1000


@dataclass(frozen=True, slots=True)
class NearValue:
    """A value that there is, near one that there is not, and how many people have it."""

    value: str
    count: int


class Segments:
    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self) -> dict[str, str]:
        """Every segment: name → expression, by name."""
        table = schema.segment
        with self.database.reading() as connection:
            rows = connection.execute(select(table.c.name, table.c.expression))
            found = {row.name: row.expression for row in rows}
        return dict(sorted(found.items(), key=lambda item: fold(item[0])))

    def save(self, name: str, expression: str, *, fast: Sequence[Field], now: datetime) -> None:
        """Keep an expression under a name that is the same in any case and accents.

        `fast` are the fields to be found by an index from now on.
        """
        table = schema.segment
        with self.database.writing() as connection:
            known = _named(connection, name)
            if known is None:
                row = {"name": name, "expression": expression, "created_at": now}
                connection.execute(table.insert().values(**row, updated_at=now))
            else:
                change = {"expression": expression, "updated_at": now}
                connection.execute(table.update().where(table.c.id == known).values(**change))
            self._add_indexes(connection, fast)

    def delete(self, name: str) -> bool:
        """Forget a segment; its indexes stay. False when there is none of that name."""
        with self.database.writing() as connection:
            known = _named(connection, name)
            if known is not None:
                connection.execute(delete(schema.segment).where(schema.segment.c.id == known))
            return known is not None

    # --- what makes an expression fast, and what was perhaps meant ---------------------------

    def indexed_columns(self) -> frozenset[str]:
        """The columns of `contact` that an index begins with."""
        with self.database.reading() as connection:
            return _indexed(connection)

    def near_value(self, field: Field, folded: str) -> NearValue | None:
        """Where no contact has this text in the field: the nearest text that one has."""
        column = self.database.contact.c[f"{field.stored_in}_folded" if field.has_twin
                                         else field.stored_in]  # fmt: skip
        written = self.database.contact.c[field.stored_in]
        return self._near(column, written, folded, is_there(self.database))

    def near_tag(self, folded: str) -> NearValue | None:
        """Where nobody carries this tag: the nearest that somebody carries."""
        t = schema.tag.c
        return self._near(t.tag_folded, t.tag, folded, t.tag_folded.is_not(None))

    def _near(
        self,
        column: ColumnElement[Any],
        written: ColumnElement[Any],
        folded: str,
        condition: ColumnElement[bool],
    ) -> NearValue | None:
        known = select(column).where(column == folded, condition).limit(1)
        many = func.count().label("many")
        values = select(column.label("folded"), many).where(condition, column.is_not(None))
        values = values.group_by(column).order_by(many.desc()).limit(_LOOKED_THROUGH)
        with self.database.reading() as connection:
            if connection.execute(known).first() is not None:
                return None
            counts = {row.folded: row.many for row in connection.execute(values)}
            near = get_close_matches(folded, counts, n=1, cutoff=0.6)
            if not near:
                return None
            shown = connection.execute(select(written).where(column == near[0]).limit(1)).scalar()
        return NearValue(str(shown), counts[near[0]])

    def _add_indexes(self, connection: Connection, fields: Sequence[Field]) -> None:
        """An index takes seconds on a million contacts, once; then every count is quick."""
        there = _indexed(connection)
        columns = [f"{f.stored_in}_folded" if f.has_twin else f.stored_in for f in fields]
        missing = [column for column in columns if column not in there]
        for column in missing:
            connection.exec_driver_sql(
                f'CREATE INDEX IF NOT EXISTS "ix_contact_{column}" ON contact ("{column}")'
            )
        if missing and self.database.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA analysis_limit={_SAMPLED}")
        if missing:
            connection.exec_driver_sql("ANALYZE contact")


def _named(connection: Connection, name: str) -> int | None:
    table = schema.segment
    rows = connection.execute(select(table.c.id, table.c.name))
    return next((row.id for row in rows if fold(row.name) == fold(name)), None)


def _indexed(connection: Connection) -> frozenset[str]:
    found = inspect(connection).get_indexes("contact")
    names = [index["column_names"] for index in found]
    return frozenset(columns[0] for columns in names if columns and columns[0])
