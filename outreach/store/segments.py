"""Named selections."""

from __future__ import annotations

from sqlalchemy import select

from outreach.store import schema
from outreach.store.engine import Database


class Segments:
    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self) -> dict[str, str]:
        """Every segment: name → expression."""
        table = schema.segment
        with self.database.reading() as connection:
            rows = connection.execute(select(table.c.name, table.c.expression))
            return {row.name: row.expression for row in rows}
