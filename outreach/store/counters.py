"""The counters on a contact, kept in step with new events in the events' own transaction.

They can be rebuilt from the events at any time; they are there so that a selection need
not read these.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, case, or_, select, update

from outreach.model.contact import Kind
from outreach.model.event import Event, EventKind
from outreach.model.money import to_minor
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.types import Flag

#: Facts that come from the person (retention is counted from the last of them).
_ACTS = frozenset({"replied", "appointment", "quote", "order", "met", "opted_out", "call_back"})


def count(connection: Connection, database: Database, events: Sequence[Event]) -> None:
    """Keep the counters of `contact` in step with new events."""
    touched = [e for e in events if e.kind is EventKind.TOUCHED]
    reached = [e for e in events if e.kind is EventKind.REACHED]
    if touched:
        _count_touches(connection, database, touched)
    contacted = [e for e in reached if e.stage == "contacted"]
    _become(connection, contacted, Kind.PROSPECT, (Kind.SUSPECT,))
    for event in reached:
        if event.stage in _ACTS:
            _count_act(connection, database, event)
    orders = [e for e in reached if e.stage == "order"]
    _become(connection, orders, Kind.CUSTOMER, (Kind.SUSPECT, Kind.PROSPECT))


def _count_touches(connection: Connection, database: Database, events: Sequence[Event]) -> None:
    c = schema.contact.c
    day = bindparam("day", type_=c.last_contacted_on.type)
    reached = bindparam("reached", type_=Flag())
    later = and_(reached, or_(c.last_contacted_on.is_(None), c.last_contacted_on < day))
    statement = (
        update(schema.contact)
        .where(c.id == bindparam("contact"))
        .values(
            touch_count=c.touch_count + 1,
            last_contacted_on=case((later, day), else_=c.last_contacted_on),
        )
    )
    # A call that nobody answered is an attempt, no contact.
    rows = [
        {"contact": e.contact, "day": database.day_of(e.at), "reached": e.stage is None}
        for e in events
    ]
    connection.execute(statement, rows)


def _count_act(connection: Connection, database: Database, event: Event) -> None:
    """What a person's own act changes on his record."""
    c = schema.contact.c
    day = database.day_of(event.at)
    values: dict[str, object] = {
        "last_active_at": case(
            (or_(c.last_active_at.is_(None), c.last_active_at < event.at), event.at),
            else_=c.last_active_at,
        ),
        "stage": event.stage,
    }
    if event.stage == "replied":
        values["last_reply_on"] = case(
            (or_(c.last_reply_on.is_(None), c.last_reply_on < day), day), else_=c.last_reply_on
        )
    if event.stage == "order":
        amount = to_minor(event.amount, database.currency) if event.amount is not None else 0
        margin = to_minor(event.margin, database.currency) if event.margin is not None else 0
        values |= {
            "order_count": c.order_count + 1,
            "revenue_minor": c.revenue_minor + amount,
            "margin_minor": c.margin_minor + margin,
            "first_order_on": case(
                (or_(c.first_order_on.is_(None), c.first_order_on > day), day),
                else_=c.first_order_on,
            ),
            "last_order_on": case(
                (or_(c.last_order_on.is_(None), c.last_order_on < day), day), else_=c.last_order_on
            ),
        }
    connection.execute(update(schema.contact).where(c.id == event.contact).values(values))


def _become(
    connection: Connection, events: Sequence[Event], kind: Kind, before: Sequence[Kind]
) -> None:
    """A person's kind moves on, with an event that says so."""
    if not events:
        return
    c = schema.contact.c
    asked = {event.contact: event for event in events}
    query = select(c.id, c.kind).where(c.id.in_(asked), c.kind.in_([k.value for k in before]))
    moved = connection.execute(query).all()
    if not moved:
        return
    connection.execute(
        update(schema.contact).where(c.id.in_([row.id for row in moved])).values(kind=kind.value)
    )
    rows = [
        {
            "at": asked[row.id].at,
            "recorded_at": asked[row.id].recorded_at,
            "kind": EventKind.BECAME.value,
            "contact_id": row.id,
            "campaign_id": asked[row.id].campaign,
            "data": {"from": row.kind, "to": kind.value},
        }
        for row in moved
    ]
    connection.execute(schema.event.insert(), rows)
