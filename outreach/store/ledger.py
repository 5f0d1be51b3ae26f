"""Writing a `Change`: state, events and counters together, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    func,
    select,
    update,
)

from outreach.model.change import Change, Planned, Progress, Settled, Stop
from outreach.model.delivery import DeliveryState
from outreach.model.event import Event, EventKind
from outreach.model.ids import ContactId, DeliveryId
from outreach.model.money import to_minor
from outreach.store import schema
from outreach.store.counters import count
from outreach.store.engine import Database
from outreach.store.suppressions import insert_suppressions

#: People asked about in one query: databases bound the parameters of a statement.
_PAGE = 500


def write_change(connection: Connection, database: Database, change: Change) -> None:
    """Write all of it in the caller's transaction."""
    missed = _settle(connection, database, change.settled)
    told = [event for event in change.events if event.delivery not in missed]
    events = _first_contacts_only(connection, told)
    insert_events(connection, database, events)
    count(connection, database, events)
    plan(connection, _going_on(connection, change.planned))
    _advance(connection, change.progress)
    for stop in change.stops:
        _stop(connection, database, stop)
    insert_suppressions(connection, database, change.suppressions)
    now = max((event.at for event in events), default=None)
    for column, contacts in (
        ("email_bounced_at", change.bounced),
        ("post_returned_at", change.returned),
    ):
        if contacts:
            table = schema.contact
            connection.execute(update(table).where(table.c.id.in_(contacts)).values({column: now}))


def _first_contacts_only(connection: Connection, events: Sequence[Event]) -> list[Event]:
    """A person is contacted once in a campaign, however often he is touched."""
    first = [e for e in events if e.stage == "contacted" and e.campaign is not None]
    if not first:
        return list(events)
    contacts = [event.contact for event in first]
    known = _enrolments(connection, contacts, schema.enrolment.c.stage_rank.is_not(None))
    return [e for e in events if e.stage != "contacted" or (e.campaign, e.contact) not in known]


def _going_on(connection: Connection, planned: Sequence[Planned]) -> list[Planned]:
    """Nothing is planned for whose chain has ended: a doubt may be settled after the stop."""
    contacts = [p.contact for p in planned]
    ended = _enrolments(connection, contacts, schema.enrolment.c.stopped_at.is_not(None))
    return [p for p in planned if (p.campaign, p.contact) not in ended]


def _enrolments(
    connection: Connection, contacts: Sequence[ContactId], condition: ColumnElement[bool]
) -> set[tuple[int | None, int]]:
    """Campaign and contact of these people's enrolments for which `condition` is true."""
    c = schema.enrolment.c
    found: set[tuple[int | None, int]] = set()
    for begin in range(0, len(contacts), _PAGE):
        page = contacts[begin : begin + _PAGE]
        query = select(c.campaign_id, c.contact_id).where(c.contact_id.in_(page), condition)
        found |= {(row.campaign_id, row.contact_id) for row in connection.execute(query)}
    return found


# --- events ---------------------------------------------------------------------------------


def insert_events(connection: Connection, database: Database, events: Sequence[Event]) -> None:
    """Append events, in the caller's transaction."""
    if events:
        rows = [_event_row(event, database.currency) for event in events]
        connection.execute(schema.event.insert(), rows)


def _event_row(event: Event, currency: str) -> dict[str, object]:
    def minor(amount: Decimal | None) -> int | None:
        return None if amount is None else to_minor(amount, currency)

    return {
        "at": event.at,
        "recorded_at": event.recorded_at,
        "kind": event.kind.value,
        "contact_id": event.contact,
        "campaign_id": event.campaign,
        "step_id": event.step,
        "delivery_id": event.delivery,
        "channel": event.channel.value if event.channel else None,
        "stage": event.stage,
        "amount_minor": minor(event.amount),
        "margin_minor": minor(event.margin),
        "cost_minor": minor(event.cost),
        "minutes": event.minutes,
        "author": event.author,
        "note": event.note,
        "data": event.data,
        "corrects": event.corrects,
    }


# --- deliveries -----------------------------------------------------------------------------


def plan(connection: Connection, planned: Iterable[Planned]) -> None:
    """Deliveries to come; one that exists already is left alone."""
    rows = [
        {
            "campaign_id": p.campaign,
            "step_id": p.step,
            "occurrence": p.occurrence,
            "contact_id": p.contact,
            "channel": p.channel.value,
            "state": DeliveryState.DUE.value,
            "due_at": p.due_at,
            "variant": p.variant,
            "sender": p.sender,
            "assignee": p.assignee,
        }
        for p in planned
    ]
    if rows:
        connection.execute(insert_ignoring(connection, schema.delivery), rows)


def insert_ignoring(connection: Connection, table: Table) -> Any:
    """`INSERT … ON CONFLICT DO NOTHING`, which each database spells through its own dialect."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table).on_conflict_do_nothing()


def _settle(
    connection: Connection, database: Database, settled: Sequence[Settled]
) -> set[DeliveryId]:
    """Change the deliveries; those that were in no expected state: nothing is told of them."""
    d = schema.delivery.c
    missed: set[DeliveryId] = set()
    for one in settled:
        values: dict[str, object] = {"state": one.state.value, "detail": one.detail}
        if one.due_at is not None:
            values |= {"due_at": one.due_at, "run_id": None, "claimed_at": None}
        else:
            values["settled_at"] = one.at
        if one.attempted:
            values["attempts"] = d.attempts + 1
        if one.cost is not None:
            values["cost_minor"] = to_minor(one.cost, database.currency)
        if one.address is not None:
            values["address"] = one.address
        if one.fingerprint is not None:
            values["fingerprint"] = one.fingerprint
        states = [state.value for state in one.expected]
        changed = connection.execute(
            update(schema.delivery).where(d.id == one.delivery, d.state.in_(states)).values(values)
        )
        if not changed.rowcount:
            missed.add(one.delivery)
    return missed


def _advance(connection: Connection, progress: Sequence[Progress]) -> None:
    e = schema.enrolment.c
    if not progress:
        return
    rank = bindparam("rank_", type_=e.stage_rank.type)
    statement = (
        update(schema.enrolment)
        .where(
            e.campaign_id == bindparam("campaign"),
            e.contact_id == bindparam("contact"),
            func.coalesce(e.stage_rank, -1) < rank,
        )
        .values(stage=bindparam("stage_"), stage_rank=rank)
    )
    rows = [
        {"campaign": p.campaign, "contact": p.contact, "stage_": p.stage, "rank_": p.rank}
        for p in progress
    ]
    connection.execute(statement, rows)


def _stop(connection: Connection, database: Database, stop: Stop) -> None:
    """End a person's chain: remember why, cancel what had not been done."""
    e, d = schema.enrolment.c, schema.delivery.c
    connection.execute(
        update(schema.enrolment)
        .where(e.campaign_id == stop.campaign, e.contact_id == stop.contact, e.stopped_at.is_(None))
        .values(stopped_at=stop.at, stop_reason=stop.reason)
    )
    open_states = [DeliveryState.DUE.value, DeliveryState.HELD.value]
    cancelled = connection.execute(
        update(schema.delivery)
        .where(
            d.campaign_id == stop.campaign,
            d.contact_id == stop.contact,
            d.state.in_(open_states),
        )
        .values(state=DeliveryState.CANCELLED.value, detail=stop.reason, settled_at=stop.at)
        .returning(d.id, d.step_id, d.channel)
    ).all()
    events = [_cancelled(stop, row.id, row.step_id, row.channel) for row in cancelled]
    if events:
        connection.execute(schema.event.insert(), events)


def _cancelled(stop: Stop, delivery: int, step: int, channel: str) -> dict[str, object]:
    now: datetime = stop.at
    return {
        "at": now,
        "recorded_at": now,
        "kind": EventKind.CANCELLED.value,
        "contact_id": stop.contact,
        "campaign_id": stop.campaign,
        "step_id": step,
        "delivery_id": delivery,
        "channel": channel,
        "data": {"reason": stop.reason},
    }
