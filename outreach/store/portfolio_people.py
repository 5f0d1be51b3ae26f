"""Everybody on file at a moment: since when, when first in contact, since when a customer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from outreach.model.audience import Arm
from outreach.model.contact import Interest, Kind
from outreach.model.event import EventKind
from outreach.model.stage import INTERESTS, OPPOSED
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.known import ACTIVE_BY
from outreach.store.portfolio_tables import Moment, customers, owner
from outreach.store.rows import is_there
from outreach.store.tally_queries import ORDER, reached, stands
from outreach.store.types import Whole
from outreach.store.wall_clock import WallClock

#: What the tables say of a person, laid one under the other.
_SAID = ("known", "moved", "bought", "ordered", "kind", "source", "potential")


def everybody(database: Database, clock: WallClock, at: Moment) -> Any:
    """Everybody on file at a moment; days of what came later are NULL.

    Contacts, enrolments, moves and first orders are laid one under the other and gathered by
    person: as a join of four SQLite would run it as a loop in a loop.
    """
    parts = (_on_file(database, clock), _enrolled(database, clock), _moved(database, clock),
             _ordered())  # fmt: skip
    laid = union_all(*parts).subquery("laid")
    columns = [func.min(laid.c[name]).label(name) for name in _SAID[:4]]
    columns += [func.max(laid.c[name]).label(name) for name in _SAID[4:]]
    one = (
        select(laid.c.contact_id, *columns)
        .group_by(laid.c.contact_id)
        .having(func.max(laid.c.there) == 1)
        .subquery("one")
    )
    c = one.c
    prospect = case(
        (c.moved.is_not(None), c.moved),
        (c.kind.in_([Kind.PROSPECT.value, Kind.CUSTOMER.value]), c.known),
        else_=c.ordered,
    )
    # A customer without a move was one when he came.
    customer = case(
        (c.bought.is_not(None), c.bought),
        (c.kind == Kind.CUSTOMER.value, c.known),
        else_=c.ordered,
    )
    return select(
        c.contact_id,
        c.known,
        case((prospect <= at.number, prospect), else_=null()),
        case((customer <= at.number, customer), else_=null()),
        c.source,
        c.potential,
    ).where(c.known <= at.number)


def _row(contact: ColumnElement[Any], there: int, **said: ColumnElement[Any]) -> Any:
    """What one table says of a person; NULL, with its type, where it says nothing."""
    types = {"kind": Text, "source": Text}
    values = [said.get(name, cast(null(), types.get(name, Whole))).label(name) for name in _SAID]
    return select(contact.label("contact_id"), literal(there, Whole).label("there"), *values)


def _on_file(database: Database, clock: WallClock) -> Any:
    c = database.contact.c
    created = clock.day(c.created_at)
    return _row(
        c.id, 1, known=created, kind=c.kind, source=c.source, potential=c.potential_minor
    ).where(is_there(database))


def _enrolled(database: Database, clock: WallClock) -> Any:
    """When somebody was chosen for a campaign: a past that was imported is dated by it."""
    e = schema.enrolment.c
    day = clock.day(e.enrolled_at)
    return _row(e.contact_id, 0, known=day).where(e.arm != Arm.EXCLUDED.value)


def _moved(database: Database, clock: WallClock) -> Any:
    """When somebody became a prospect, and a customer, by the events that stand."""
    e = schema.event
    who, whole, _ = owner()
    to = (
        func.json_extract(e.c.data, "$.to", type_=Text)
        if database.is_sqlite
        else func.jsonb_extract_path_text(e.c.data, "to", type_=Text)
    )
    rows = (
        select(
            whole.label("contact_id"),
            clock.day(e.c.at).label("day"),
            to.label("kind"),
        )
        .select_from(e.join(who, who.c.id == e.c.contact_id))
        .where(e.c.kind == EventKind.BECAME.value, stands())
        .subquery("moves")
    )
    bought = case((rows.c.kind == Kind.CUSTOMER.value, rows.c.day), else_=null())
    return _row(rows.c.contact_id, 0, moved=rows.c.day, bought=bought)


def _ordered() -> Any:
    """The first order makes known whoever was put on file later."""
    first = customers.c.first_day
    return _row(customers.c.contact_id, 0, known=first, ordered=first).where(first.is_not(None))


def arid(database: Database, clock: WallClock) -> Select[Any]:
    """Who was set aside as arid, from which day to which; NULL: to this day.

    The next word about his interest ends it, and so does what makes him active again.
    """
    e = schema.event
    who, whole, there = owner()
    # Few ever said a word about it: they are looked for first. The sign keeps SQLite from
    # reading all that was ever reached instead.
    asked = select(schema.contact.c.id).where(schema.contact.c.interest.is_not(None))
    kind = e.c.kind.op("||")(literal("", Text))
    said = (
        select(
            whole.label("contact_id"),
            clock.day(e.c.at).label("day"),
            e.c.stage,
            e.c.at,
            e.c.id,
        )
        .select_from(e.join(who, who.c.id == e.c.contact_id))
        .where(
            e.c.contact_id.in_(asked),
            kind == EventKind.REACHED.value,
            stands(),
            e.c.stage.in_(sorted({*INTERESTS, *ACTIVE_BY, ORDER})),
            there,
        )
        .subquery("said")
    )
    over = func.lead(said.c.day, type_=Whole).over(
        partition_by=said.c.contact_id, order_by=[said.c.at, said.c.id]
    )
    spans = select(said.c.contact_id, said.c.stage, said.c.day, over.label("over")).subquery(
        "spans"
    )
    return select(spans.c.contact_id, spans.c.day, spans.c.over).where(
        spans.c.stage == Interest.ARID.value
    )


def opposed(database: Database, clock: WallClock) -> Any:
    """Who opted out or complained, and on which day first: nothing but an undo ends it."""
    e = schema.event
    who, whole, there = owner()
    return (
        select(
            whole.label("contact_id"),
            func.min(clock.day(e.c.at)).label("day"),
        )
        .select_from(e.join(who, who.c.id == e.c.contact_id))
        .where(reached(), e.c.stage.in_(sorted(OPPOSED)), there)
        .group_by(whole)
    )
