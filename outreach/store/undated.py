"""Rows of tables that gave no day, as they stand on record: how such a row is known again.

The event of its fact has `undated` in its data, which tells the row. A row with its day needs
none: its fact is known by its day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import Text, cast, select

from outreach.model.event import EventKind
from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import among
from outreach.store.recorded import taken_back
from outreach.store.rows import one_with

#: A key in the data of an event.
UNDATED = "undated"


class UndatedRows:
    def __init__(self, database: Database) -> None:
        self.database = database

    def mark(self, row: str) -> str:
        """What tells a row, and does not tell who it is about."""
        return self.database.fingerprint("row", row)[:16]

    def of(self, contacts: Collection[ContactId]) -> dict[ContactId, Mapping[str, frozenset[date]]]:
        """On which days such rows about each of these people were read, by their marks.

        Also those that were told of a record which is merged into theirs.
        """
        if not contacts:
            return {}
        e = schema.event.c
        found: dict[ContactId, dict[str, frozenset[date]]] = {}
        with self.database.reading() as connection:
            whole = one_with(connection, self.database, contacts)
            query = select(e.contact_id, e.recorded_at, e.data).where(
                among(connection, e.contact_id, whole),
                e.kind == EventKind.REACHED.value,
                cast(e.data, Text).like(f'%"{UNDATED}": "%'),
                ~taken_back(),
            )
            for contact, at, data in connection.execute(query):
                rows = found.setdefault(whole[ContactId(contact)], {})
                days = rows.get(data[UNDATED], frozenset())
                rows[data[UNDATED]] = days | {self.database.day_of(at)}
        return dict(found)
