"""The slow twin of the ledger: one plain statement for each thing a change says.

What `store/ledger.py` and `store/claims.py` write by sets must come to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from outreach.model.audience import Arm
from outreach.model.campaign import Channel
from outreach.model.change import Change, Done, Planned, Progress, Settled, Stop
from outreach.model.contact import Kind
from outreach.model.delivery import DeliveryState
from outreach.model.event import Event, EventKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId, RunId
from outreach.model.money import to_minor
from outreach.model.stage import ACTS, IN_CONTACT
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.ledger import insert_ignoring
from outreach.store.permission import same_address
from outreach.store.standing import is_running
from outreach.store.suppressions import forbidden, insert_suppressions
from outreach.store.types import Flag

#: People asked about in one query: databases bound the parameters of a statement.
_PAGE = 500


def write_change(connection: Connection, database: Database, change: Change) -> None:
    """Write all of it in the caller's transaction."""
    missed = _write_done(connection, database, change.done)
    missed |= _settle(connection, database, change.settled)
    told = [event for event in change.events if event.delivery not in missed]
    events = _first_contacts_only(connection, told)
    insert_events(connection, database, events)
    count(connection, database, events)
    plan(connection, _going_on(connection, change.planned))
    _advance(connection, change.progress)
    for stop in change.stops:
        _stop(connection, database, stop)
    waiting = (DeliveryState.DUE, DeliveryState.HELD)
    back = {one.delivery: one.at for one in change.settled if one.state in waiting}
    latest = max((one.at for one in change.settled if one.state in waiting), default=None)
    for number in sorted(back):
        assert latest is not None
        _cancel_ended(connection, number, latest)
    insert_suppressions(connection, database, change.suppressions)
    for column, contacts in (
        ("email_bounced_at", change.bounced),
        ("post_returned_at", change.returned),
    ):
        for contact in contacts:
            told = max((event.at for event in events if event.contact == contact), default=None)
            table = schema.contact
            connection.execute(update(table).where(table.c.id == contact).values({column: told}))


def _write_done(
    connection: Connection, database: Database, done: Sequence[Done]
) -> set[DeliveryId]:
    """One after the other: settled, told as a touch and, the first time, as a contact."""
    missed: set[DeliveryId] = set()
    for some in done:
        for number, reply in some.each:
            deed = some.deed
            sent = Settled(
                delivery=number, state=DeliveryState.SENT, at=deed.at, expected=deed.expected,
                detail=reply, attempted=True, cost=deed.cost, address=deed.address,
            )  # fmt: skip
            if _settle(connection, database, (sent,)):
                missed.add(number)
                continue
            whom = select(schema.delivery.c.contact_id).where(schema.delivery.c.id == number)
            contact = ContactId(connection.execute(whom).scalar_one())
            told = Event(
                kind=EventKind.TOUCHED, contact=contact, at=deed.at, recorded_at=deed.recorded_at,
                campaign=deed.campaign, step=deed.step, delivery=number, channel=deed.channel,
                author=deed.author,
            )  # fmt: skip
            events = [replace(told, cost=deed.cost, minutes=deed.minutes)]
            progress: list[Progress] = []
            if deed.stage:
                events.append(replace(told, kind=EventKind.REACHED, stage=deed.stage))
                progress.append(
                    Progress(campaign=deed.campaign, contact=contact, stage=deed.stage, rank=0)
                )
            change = Change(events=tuple(events), progress=tuple(progress))
            write_change(connection, database, change)
    return missed


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
    planned = list(planned)
    writers = _writers(connection, [p for p in planned if p.sender is None])
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
            "sender": p.sender or writers.get((p.campaign, p.contact)),
            "assignee": p.assignee,
        }
        for p in planned
    ]
    if rows:
        connection.execute(insert_ignoring(connection, schema.delivery), rows)


def _writers(
    connection: Connection, planned: Sequence[Planned]
) -> dict[tuple[CampaignId, ContactId], str]:
    """Who writes to these people, where the campaign has several senders: whoever wrote first."""
    e = schema.enrolment.c
    found: dict[tuple[CampaignId, ContactId], str] = {}
    for begin in range(0, len(planned), _PAGE):
        people = {p.contact for p in planned[begin : begin + _PAGE]}
        query = select(e.campaign_id, e.contact_id, e.sender).where(
            e.contact_id.in_(people), e.sender.is_not(None)
        )
        for row in connection.execute(query):
            found[CampaignId(row.campaign_id), ContactId(row.contact_id)] = row.sender
    return found


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
        if one.due_at is None or one.attempted:
            values["settled_at"] = one.at
        if one.attempted:
            values["attempts"] = d.attempts + 1
        if one.cost is not None:
            values["cost_minor"] = to_minor(one.cost, database.currency)
        if one.address is not None:
            values["address"] = one.address
        if one.fingerprint is not None:
            values["fingerprint"] = one.fingerprint
        if not one.attempted and (one.state is DeliveryState.HELD or one.due_at is not None):
            # It never left: it is dated by the day it does.
            values["message_date"] = case((d.attempts == 0, None), else_=d.message_date)
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


def _cancel_ended(connection: Connection, number: DeliveryId, now: datetime) -> None:
    """A delivery that waits in a chain that has ended does not come any more."""
    d, e = schema.delivery.c, schema.enrolment.c
    row = connection.execute(select(schema.delivery).where(d.id == number)).one_or_none()
    if row is None or row.state not in (DeliveryState.DUE.value, DeliveryState.HELD.value):
        return
    place = and_(e.campaign_id == row.campaign_id, e.contact_id == row.contact_id)
    enrolled = connection.execute(select(schema.enrolment).where(place)).one_or_none()
    if enrolled is None or enrolled.stopped_at is None:
        return
    reason: str = enrolled.stop_reason
    values = {"state": DeliveryState.CANCELLED.value, "detail": reason, "settled_at": now}
    connection.execute(update(schema.delivery).where(d.id == number).values(values))
    stop = Stop(campaign=row.campaign_id, contact=row.contact_id, reason=reason, at=now)
    told = _cancelled(stop, row.id, row.step_id, row.channel)
    connection.execute(schema.event.insert(), [told])


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


def count(connection: Connection, database: Database, events: Sequence[Event]) -> None:
    """Keep the counters of `contact` in step with new events."""
    touched = [e for e in events if e.kind is EventKind.TOUCHED]
    reached = [e for e in events if e.kind is EventKind.REACHED]
    if touched:
        _count_touches(connection, database, touched)
    contacted = [e for e in reached if e.stage in IN_CONTACT]
    _become(connection, contacted, Kind.PROSPECT, (Kind.SUSPECT,))
    for event in reached:
        if event.stage in ACTS:
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
            (
                or_(c.last_active_at.is_(None), c.last_active_at < event.at),
                literal(event.at, c.last_active_at.type),
            ),
            else_=c.last_active_at,
        ),
        "stage": case(
            (or_(c.last_active_at.is_(None), c.last_active_at <= event.at), event.stage),
            else_=c.stage,
        ),
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
    asked = {event.contact: event for event in reversed(events)}
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


def claim(
    connection: Connection,
    database: Database,
    claims: Mapping[DeliveryId, str],
    *,
    run: RunId,
    now: datetime,
) -> list[DeliveryId]:
    """One conditional write for each; the ids of those that were claimed."""
    d = schema.delivery.c
    claimed = [
        number
        for number, message_id in claims.items()
        if connection.execute(
            update(schema.delivery)
            .where(d.id == number, d.state == DeliveryState.DUE.value, d.due_at <= now)
            .where(permitted(database))
            .values(
                state=DeliveryState.CLAIMED.value,
                run_id=run,
                claimed_at=now,
                message_id=func.coalesce(d.message_id, message_id),
                message_date=func.coalesce(d.message_date, literal(now, d.message_date.type)),
            )
        ).rowcount
    ]
    for number in sorted(claims.keys() - set(claimed)):
        _cancel_ended(connection, number, now)
    return claimed


def permitted(database: Database) -> ColumnElement[bool]:
    """Nothing has come between the look and the claim: no pause, stop, opposition, erasure."""
    d, e, contact = schema.delivery.c, schema.enrolment.c, database.contact
    going_on = exists(
        select(literal(1)).where(
            e.campaign_id == d.campaign_id,
            e.contact_id == d.contact_id,
            e.arm == Arm.ENROLLED.value,
            e.stopped_at.is_(None),
        )
    )
    allowed = exists(
        select(literal(1))
        .select_from(contact)
        .where(
            contact.c.id == d.contact_id,
            contact.c.erased_at.is_(None),
            contact.c.email_bounced_at.is_(None),
            ~forbidden(contact, Channel.EMAIL),
            ~same_address(contact),
        )
    )
    return and_(is_running(d.campaign_id), going_on, allowed)
