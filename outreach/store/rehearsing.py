"""A store in which a run is tried out and nothing is kept: one transaction, taken back.

Whatever is asked and written in between goes through the same statements as ever, and sees
what was written before it. Others who write wait meanwhile, as they do for an import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from outreach.model.event import EventKind
from outreach.store import schema
from outreach.store.engine import Database


class RehearsedDatabase(Database):
    """The same store on one connection; a transaction of its own is a savepoint."""

    def __init__(self, database: Database, connection: Connection) -> None:
        super().__init__(
            database.engine, currency=database.currency, zone=database.zone, now=database.now
        )
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._clear_errors():
            yield self._connection

    @contextmanager
    def writing(self, *, by_rows: bool = False) -> Iterator[Connection]:
        with self._clear_errors(), self._connection.begin_nested():
            yield self._connection


@contextmanager
def rehearsed(database: Database) -> Iterator[RehearsedDatabase]:
    """The store to try things on; when the block ends it is as it was."""
    with database.engine.connect() as connection:
        connection = connection.execution_options(outreach_writes=True)
        with connection.begin() as everything:
            try:
                yield RehearsedDatabase(database, connection)
            finally:
                everything.rollback()


@dataclass(frozen=True, slots=True)
class Happened:
    """What became of one step for one person, and why where there is a reason."""

    kind: EventKind
    at: datetime
    contact: int
    email: str | None
    campaign: str
    step: str
    #: A reason in a word, or the fields that are missing.
    note: str | None
    #: A sentence that was kept (`model/said.py`), or nothing.
    data: Any


#: The kinds of events that tell what becomes of a step.
_TOLD = [kind.value for kind in (EventKind.TOUCHED, EventKind.HELD, EventKind.SKIPPED)]


def last_event(database: Database) -> int:
    """The number of the newest event: what comes behind it happened since."""
    with database.reading() as connection:
        return connection.execute(select(func.max(schema.event.c.id))).scalar_one() or 0


def happened_since(database: Database, number: int, *, limit: int) -> list[Happened]:
    """What left, was held or passed over behind that event, in order; at most `limit`."""
    event, contact = schema.event.c, database.contact.c
    query = (
        select(
            event.kind,
            event.at,
            event.note,
            event.data,
            event.contact_id,
            contact.email,
            schema.campaign.c.name.label("campaign"),
            schema.step.c.name.label("step"),
        )
        .join(database.contact, contact.id == event.contact_id)
        .join(schema.campaign, schema.campaign.c.id == event.campaign_id)
        .join(schema.step, schema.step.c.id == event.step_id)
        .where(event.id > number, event.kind.in_(_TOLD))
        .order_by(event.id)
        .limit(limit)
    )
    with database.reading() as connection:
        return [
            Happened(EventKind(row.kind), row.at, row.contact_id, row.email, row.campaign,
                     row.step, row.note, row.data)
            for row in connection.execute(query)
        ]  # fmt: skip


def counted_since(database: Database, number: int) -> Counter[EventKind]:
    """How many left, were held and were passed over behind that event."""
    event = schema.event.c
    query = (
        select(event.kind, func.count())
        .where(event.id > number, event.kind.in_(_TOLD))
        .group_by(event.kind)
    )
    with database.reading() as connection:
        return Counter({EventKind(kind): count for kind, count in connection.execute(query)})
