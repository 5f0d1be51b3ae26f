"""The counters of contacts, made anew from their events (`counters.py` keeps them in step).

Needed where events come or go by the thousand, and in no order of time: a campaign that ran
elsewhere, and its taking back. Page by page, with as many queries for a page as for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import Dialect

from outreach.model.event import EventKind
from outreach.model.ids import ContactId
from outreach.model.stage import IN_CONTACT
from outreach.store import schema
from outreach.store.acts import consented, is_act, later
from outreach.store.engine import Database
from outreach.store.lists import among
from outreach.store.prepared import ForEach
from outreach.store.rows import one_with

#: Contacts counted at once.
_PAGE = 2000

_COUNTED = (EventKind.TOUCHED.value, EventKind.REACHED.value)


@dataclass(slots=True)
class Counters:
    """What the events of one person add up to."""

    touches: int = 0
    orders: int = 0
    revenue: int = 0
    margin: int = 0
    first_order: date | None = None
    last_order: date | None = None
    last_contacted: date | None = None
    last_reply: date | None = None
    last_act: datetime | None = None
    #: Of the last act.
    stage: str | None = None
    contacted: bool = False

    def see(self, row: Any, day: date) -> None:
        """One event, in the order of time."""
        if row.kind == EventKind.TOUCHED.value:
            self.touches += row.stage != "done"
            if row.stage is None:
                self.last_contacted = day
            return
        self.contacted |= row.stage in IN_CONTACT
        if is_act(row.stage):
            self.last_act, self.stage = row.at, row.stage
        if row.stage == "replied":
            self.last_reply = day
        if row.stage == "order":
            self.orders += 1
            self.revenue += row.amount_minor or 0
            self.margin += row.margin_minor or 0
            self.first_order = self.first_order or day
            self.last_order = day


def recount(
    connection: Connection, database: Database, contacts: Iterable[ContactId]
) -> dict[ContactId, Counters]:
    """Write the counters of these contacts as their events have them; what they are."""
    ids, found = iter(sorted(set(contacts))), dict[ContactId, Counters]()
    while page := list(islice(ids, _PAGE)):
        counted = _counted(connection, database, page)
        _write(connection, counted)
        found |= counted
    return found


def _counted(
    connection: Connection, database: Database, contacts: Sequence[ContactId]
) -> dict[ContactId, Counters]:
    e = schema.event.c
    people = one_with(connection, database, contacts)
    taken_back = select(e.corrects).where(e.corrects.is_not(None))
    # By the person alone: an order, or a kind as it stands, would lure SQLite into an index
    # that has every event of the base, for each page anew.
    query = select(e.contact_id, e.kind, e.at, e.stage, e.amount_minor, e.margin_minor, e.id).where(
        among(connection, e.contact_id, people), e.id.not_in(taken_back)
    )
    rows = [row for row in connection.execute(query) if row.kind in _COUNTED]
    rows.sort(key=attrgetter("at", "id"))
    found = {contact: Counters() for contact in contacts}
    days: dict[datetime, date] = {}
    for row in rows:
        if row.at not in days:
            days[row.at] = database.day_of(row.at)
        found[people[ContactId(row.contact_id)]].see(row, days[row.at])
    for contact, at in consented(connection, people).items():
        found[contact].last_act = later(at, found[contact].last_act)
    return found


def _write(connection: Connection, counted: dict[ContactId, Counters]) -> None:
    some = list(counted.values())
    _writing(connection.dialect).run(
        connection,
        {
            "id": list(counted),
            "touches": [one.touches for one in some],
            "orders": [one.orders for one in some],
            "revenue": [one.revenue for one in some],
            "margin": [one.margin for one in some],
            "first_order": [one.first_order for one in some],
            "last_order": [one.last_order for one in some],
            "last_contacted": [one.last_contacted for one in some],
            "last_reply": [one.last_reply for one in some],
            "last_act": [one.last_act for one in some],
            "stage": [one.stage for one in some],
        },
    )


@lru_cache(maxsize=4)
def _writing(dialect: Dialect) -> ForEach:
    c = schema.contact.c

    def statement(given: Any) -> Any:
        return (
            update(schema.contact)
            .where(c.id == given["id"])
            .values(
                touch_count=given["touches"],
                order_count=given["orders"],
                revenue_minor=given["revenue"],
                margin_minor=given["margin"],
                first_order_on=given["first_order"],
                last_order_on=given["last_order"],
                last_contacted_on=given["last_contacted"],
                last_reply_on=given["last_reply"],
                last_active_at=given["last_act"],
                stage=given["stage"],
            )
        )

    each = {
        "id": c.id, "touches": c.touch_count, "orders": c.order_count,
        "revenue": c.revenue_minor, "margin": c.margin_minor, "first_order": c.first_order_on,
        "last_order": c.last_order_on, "last_contacted": c.last_contacted_on,
        "last_reply": c.last_reply_on, "last_act": c.last_active_at, "stage": c.stage,
    }  # fmt: skip
    return ForEach(statement, dialect, each=each)
