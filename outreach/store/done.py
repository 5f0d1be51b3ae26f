"""Steps that were done, written set by set: state, touch, first contact, counters.

This is what a run of sending writes most. However many messages there are, they take the
same few statements, each of which is told the numbers of all of them as one parameter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Dialect

from outreach.model.change import Deed, Done
from outreach.model.contact import Kind
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import DeliveryId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import listed, packed
from outreach.store.prepared import Act, EachText, Query, given
from outreach.store.settling import minor


def write_done(connection: Connection, database: Database, done: Sequence[Done]) -> set[DeliveryId]:
    """Write it; the deliveries that were in no expected state, of which nothing is written."""
    alike: dict[Deed, dict[DeliveryId, str | None]] = {}
    for some in done:
        alike.setdefault(some.deed, {}).update(some.each)
    missed: set[DeliveryId] = set()
    for deed, replies in alike.items():
        missed |= _write(connection, database, deed, replies)
    return missed


def _write(
    connection: Connection,
    database: Database,
    deed: Deed,
    replies: Mapping[DeliveryId, str | None],
) -> set[DeliveryId]:
    dialect = connection.dialect
    rows = _looked_up(dialect).rows(connection, ids=packed(dialect, replies))
    people = {row[2]: row[0] for row in reversed(rows)}
    if len(people) < len(rows):
        # A statement changes a row once: whom it was done for twice comes again after it.
        again = {row[0]: replies[row[0]] for row in rows if people[row[2]] != row[0]}
        first = {number: reply for number, reply in replies.items() if number not in again}
        missed = _write(connection, database, deed, first)
        return missed | _write(connection, database, deed, again)
    expected = [state.value for state in deed.expected]
    ready = [row for row in rows if row[1] in expected]
    ids = [row[0] for row in ready]
    if ready:
        cost = minor(deed.cost, database.currency)
        _settling(dialect).run(
            connection,
            {number: replies[number] for number in ids},
            at=deed.at,
            cost=cost,
            address=deed.address,
        )
        told = {"at": deed.at, "recorded_at": deed.recorded_at, "author": deed.author}
        _telling(dialect, EventKind.TOUCHED).run(
            connection, **told, ids=packed(dialect, ids), cost=cost, minutes=deed.minutes
        )
        _count(connection, database, deed, ready)
    return replies.keys() - set(ids)


def _count(
    connection: Connection, database: Database, deed: Deed, ready: Sequence[Sequence[Any]]
) -> None:
    """What it changes for the people: those who are reached by it first, and the others."""
    dialect = connection.dialect
    day = database.day_of(deed.at)
    first = [row for row in ready if deed.stage and not row[3]]
    if first:
        ids = packed(dialect, [row[0] for row in first])
        people = packed(dialect, [row[2] for row in first])
        told = {"at": deed.at, "recorded_at": deed.recorded_at}
        _telling(dialect, EventKind.REACHED).run(
            connection, **told, author=deed.author, ids=ids, stage=deed.stage
        )
        _becoming(dialect).run(connection, **told, campaign=deed.campaign, people=people)
        _counting(dialect, first=True).run(connection, day=day, people=people)
        _advancing(dialect).run(connection, campaign=deed.campaign, stage=deed.stage, people=people)
    others = [row[2] for row in ready if row[3] or not deed.stage]
    if others:
        _counting(dialect, first=False).run(connection, day=day, people=packed(dialect, others))


# --- the statements -------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _looked_up(dialect: Dialect) -> Query:
    """Number, state, person and whether he was reached before; held until the transaction ends."""
    d, e = schema.delivery.c, schema.enrolment.c
    here = and_(e.campaign_id == d.campaign_id, e.contact_id == d.contact_id)
    query = (
        select(d.id, d.state, d.contact_id, e.stage_rank.is_not(None))
        .outerjoin(schema.enrolment, here)
        .where(listed(dialect, d.id, "ids"))
        .order_by(d.id)
    )
    return Query(query.with_for_update(of=schema.delivery, key_share=True), dialect)


@lru_cache(maxsize=4)
def _settling(dialect: Dialect) -> EachText:
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        return (
            update(schema.delivery)
            .where(d.id == given["number"])
            .values(
                state=DeliveryState.SENT.value,
                detail=given["text"],
                settled_at=given["at"],
                attempts=d.attempts + 1,
                cost_minor=func.coalesce(given["cost"], d.cost_minor),
                address=func.coalesce(given["address"], d.address),
            )
        )

    same = {"at": d.settled_at, "cost": d.cost_minor, "address": d.address}
    return EachText(statement, dialect, number=d.id, text=d.detail, same=same)


@lru_cache(maxsize=8)
def _telling(dialect: Dialect, kind: EventKind) -> Act:
    """An event for each delivery; the parameters that are not said are NULL."""
    d, v = schema.delivery.c, schema.event.c
    said = {
        "at": _given("at", v.at),
        "recorded_at": _given("recorded_at", v.recorded_at),
        "kind": _is(kind.value, v.kind),
        "contact_id": d.contact_id,
        "campaign_id": d.campaign_id,
        "step_id": d.step_id,
        "delivery_id": d.id,
        "channel": d.channel,
        "author": _given("author", v.author),
    }
    if kind is EventKind.TOUCHED:
        said |= {
            "cost_minor": _given("cost", v.cost_minor),
            "minutes": _given("minutes", v.minutes),
        }
    else:
        said |= {"stage": _given("stage", v.stage)}
    query = select(*said.values()).where(listed(dialect, d.id, "ids")).order_by(d.id)
    return Act(insert(schema.event).from_select(list(said), query), dialect)


@lru_cache(maxsize=4)
def _becoming(dialect: Dialect) -> Act:
    """The suspects of them are prospects from now on: the event that says so."""
    c, v = schema.contact.c, schema.event.c
    said = {
        "at": _given("at", v.at),
        "recorded_at": _given("recorded_at", v.recorded_at),
        "kind": _is(EventKind.BECAME.value, v.kind),
        "contact_id": c.id,
        "campaign_id": _given("campaign", v.campaign_id),
        "data": _is({"from": Kind.SUSPECT.value, "to": Kind.PROSPECT.value}, v.data),
    }
    query = (
        select(*said.values())
        .where(listed(dialect, c.id, "people"), c.kind == Kind.SUSPECT.value)
        .order_by(c.id)
        .with_for_update(key_share=True)
    )
    return Act(insert(schema.event).from_select(list(said), query), dialect)


@lru_cache(maxsize=8)
def _counting(dialect: Dialect, *, first: bool) -> Act:
    """Who is reached first is no suspect any more."""
    c = schema.contact.c
    day = given("day", c.last_contacted_on.type)
    later = or_(c.last_contacted_on.is_(None), c.last_contacted_on < day)
    values: dict[str, ColumnElement[Any]] = {
        "touch_count": c.touch_count + 1,
        "last_contacted_on": case((later, day), else_=c.last_contacted_on),
    }
    if first:
        suspect = c.kind == Kind.SUSPECT.value
        values["kind"] = case((suspect, Kind.PROSPECT.value), else_=c.kind)
    statement = update(schema.contact).where(listed(dialect, c.id, "people")).values(values)
    return Act(statement, dialect)


@lru_cache(maxsize=4)
def _advancing(dialect: Dialect) -> Act:
    """Who is further already stays there."""
    e = schema.enrolment.c
    statement = (
        update(schema.enrolment)
        .where(
            e.campaign_id == given("campaign", e.campaign_id.type),
            listed(dialect, e.contact_id, "people"),
            e.stage_rank.is_(None),
        )
        .values(stage=given("stage", e.stage.type), stage_rank=0)
    )
    return Act(statement, dialect)


def _given(name: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A parameter that fills a column."""
    return given(name, column.type)


def _is(value: object, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value in every row."""
    return literal(value, column.type)
