"""The counters on a contact, kept in step with new events in the events' own transaction.

They can be rebuilt from the events at any time; they are there so that a selection need
not read these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select, update
from sqlalchemy.engine import Dialect

from outreach.model.contact import Kind
from outreach.model.event import Event, EventKind
from outreach.model.ids import ContactId
from outreach.model.stage import IN_CONTACT
from outreach.store import schema
from outreach.store.acts import acted, count_acts
from outreach.store.engine import Database
from outreach.store.lists import listed, packed
from outreach.store.prepared import ForEach, Query


def count(connection: Connection, database: Database, events: Sequence[Event]) -> list[Event]:
    """Keep the counters of `contact` in step with new events; the events that follow from it."""
    reached = [e for e in events if e.kind is EventKind.REACHED]
    people: dict[ContactId, _Counted] = {}
    days: dict[datetime, date] = {}
    for event in events:
        if event.kind is EventKind.TOUCHED:
            counted = people.get(event.contact)
            if counted is None:
                counted = people[event.contact] = _Counted()
            # A task is our own work, and a call that nobody answered is an attempt, no contact.
            counted.touches += event.stage != "done"
            if event.stage is None:
                if event.at not in days:
                    days[event.at] = database.day_of(event.at)
                day = days[event.at]
                counted.day = day if counted.day is None else max(counted.day, day)
    moved = _moves(connection, reached)
    for event, _, kind in moved:
        people.setdefault(event.contact, _Counted()).kind = kind.value
    _counting(connection.dialect).run(
        connection,
        {
            "id": list(people),
            "touches": [one.touches for one in people.values()],
            "day": [one.day for one in people.values()],
            "kind": [one.kind for one in people.values()],
        },
    )
    acts = acted(database, reached)
    if acts:
        count_acts(connection, acts)
    return [_became(event, before, after) for event, before, after in moved]


@dataclass(slots=True)
class _Counted:
    """What a change adds to the record of one person."""

    touches: int = 0
    #: The last day somebody really got through.
    day: date | None = None
    kind: str | None = None


@lru_cache(maxsize=4)
def _counting(dialect: Dialect) -> ForEach:
    c = schema.contact.c

    def statement(given: Any) -> Any:
        later = or_(c.last_contacted_on.is_(None), c.last_contacted_on < given["day"])
        return (
            update(schema.contact)
            .where(c.id == given["id"])
            .values(
                touch_count=c.touch_count + given["touches"],
                last_contacted_on=case(
                    (and_(given["day"].is_not(None), later), given["day"]),
                    else_=c.last_contacted_on,
                ),
                kind=func.coalesce(given["kind"], c.kind),
            )
        )

    each = {"id": c.id, "touches": c.touch_count, "day": c.last_contacted_on, "kind": c.kind}
    return ForEach(statement, dialect, each=each)


def _moves(connection: Connection, reached: Sequence[Event]) -> list[tuple[Event, Kind, Kind]]:
    """Whose kind moves on: with the first contact to prospect, with an order to customer."""
    contacted = {e.contact: e for e in reversed(reached) if e.stage in IN_CONTACT}
    ordered = {e.contact: e for e in reversed(reached) if e.stage == "order"}
    if not contacted and not ordered:
        return []
    dialect = connection.dialect
    asked = packed(dialect, sorted(contacted.keys() | ordered.keys()))
    moved: list[tuple[Event, Kind, Kind]] = []
    for contact, word in _kinds(dialect).rows(connection, ids=asked):
        kind = Kind(word) if word else None
        if kind is Kind.SUSPECT and contact in contacted:
            moved.append((contacted[contact], kind, Kind.PROSPECT))
            kind = Kind.PROSPECT
        if kind in (Kind.SUSPECT, Kind.PROSPECT) and contact in ordered:
            moved.append((ordered[contact], kind, Kind.CUSTOMER))
    return moved


@lru_cache(maxsize=4)
def _kinds(dialect: Dialect) -> Query:
    c = schema.contact.c
    query = select(c.id, c.kind).where(listed(dialect, c.id, "ids")).order_by(c.id)
    return Query(query.with_for_update(key_share=True), dialect)


def _became(event: Event, before: Kind, after: Kind) -> Event:
    return Event(
        kind=EventKind.BECAME,
        contact=event.contact,
        at=event.at,
        recorded_at=event.recorded_at,
        campaign=event.campaign,
        data=_because(event, before, after),
    )


def _because(event: Event, before: Kind, after: Kind) -> Mapping[str, object]:
    """The move, and the recording it came from: it is taken back with that."""
    said = event.data or {}
    act = said.get("recording") or said.get("because")
    move = _from_to(before, after)
    return move if act is None else {**move, "because": act}


@lru_cache(maxsize=8)
def _from_to(before: Kind, after: Kind) -> Mapping[str, object]:
    """One value for all to whom it happens: it is written out once."""
    return {"from": before.value, "to": after.value}
