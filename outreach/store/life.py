"""The computed life stage in SQL: what `model.life.life_stage` says, on both databases.

A stage set by hand and people without orders are told by columns; only of customers with
an order in the last two years are the order events read, through the index on `event`.
"""

from __future__ import annotations

from datetime import date, timedelta, tzinfo
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)

from outreach.model import life
from outreach.model.contact import LifeStage
from outreach.model.event import EventKind
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.types import Day, Instant
from outreach.store.wall_clock import EpochSeconds

#: Fields that no column holds: derived when they are asked for, at the day of the question.
COMPUTED = frozenset({"life_stage"})

_DAY = 86400


def life_stage_column(database: Database, *, today: date, zone: tzinfo) -> ColumnElement[str]:
    """The life stage of each row of `database.contact`; NULL of who never ordered."""
    c = database.contact.c
    long_ago = literal(today - timedelta(days=database.life.lost_after), Day())
    return case(
        (c.life_stage_override.is_not(None), c.life_stage_override),
        (or_(c.last_order_on.is_(None), c.first_order_on.is_(None)), null()),
        (c.last_order_on < long_ago, _word(LifeStage.LOST)),
        else_=_judged(database, today, zone).scalar_subquery(),
    )


def _judged(database: Database, today: date, zone: tzinfo) -> Select[Any]:
    """One row: the stage that the order events of the contact make."""
    c = database.contact.c
    orders = _orders(database, today, zone)
    new_since = literal(today - timedelta(days=database.life.new_for), Day())
    stage = judged(
        database.life,
        silent=_days_since(database, c.last_order_on, today),
        new=c.first_order_on > new_since,
        gaps=orders.c.gaps,
        this_year=orders.c.this_year,
        before=orders.c.year_before,
        recent=orders.c.recent,
    )
    return select(stage).select_from(orders).correlate(database.contact)


def judged(
    rules: life.LifeRules,
    *,
    silent: ColumnElement[int],
    new: ColumnElement[bool],
    gaps: ColumnElement[Any],
    this_year: ColumnElement[Any],
    before: ColumnElement[Any],
    recent: ColumnElement[Any],
) -> ColumnElement[str]:
    """The stage of a customer from what his orders add up to: the rules of B8, in their order.

    `silent` is days since the last order, `gaps` twice the median gap (NULL: no habit),
    `this_year` and `before` are turnovers, `recent` the orders of the last year.
    """
    known = gaps.is_not(None)
    fall, rise = 1 - rules.decline, 1 + rules.growth
    lost = or_(silent > rules.lost_after, and_(known, _gaps_ago(silent, gaps, rules.lost_gaps)))
    late = and_(known, _gaps_ago(silent, gaps, rules.declining_gaps))
    less = this_year * fall.denominator < before * fall.numerator
    more = this_year * rise.denominator > before * rise.numerator
    return case(
        (lost, _word(LifeStage.LOST)),
        (new, _word(LifeStage.NEW)),
        (or_(late, and_(before > 0, less)), _word(LifeStage.DECLINING)),
        (and_(before > 0, more), _word(LifeStage.DEVELOPING)),
        (and_(gaps.is_(None), recent < rules.regular), _word(LifeStage.EPISODIC)),
        else_=_word(LifeStage.MATURE),
    )


def _gaps_ago(
    silent: ColumnElement[int], gaps: ColumnElement[Any], share: Fraction
) -> ColumnElement[bool]:
    """Silent for more than so many median gaps, in whole numbers."""
    return 2 * share.denominator * silent > share.numerator * gaps


def _orders(database: Database, today: date, zone: tzinfo) -> Subquery:
    """One row, even without events: turnovers, number of orders, twice the median gap."""
    e = schema.event.alias("orders")
    last, before = (literal(at, Instant()) for at in life.years_start(today, zone))
    amount = func.coalesce(e.c.amount_minor, 0)
    return (
        select(
            func.coalesce(func.sum(case((e.c.at >= last, amount), else_=0)), 0).label("this_year"),
            func.coalesce(
                func.sum(case((and_(e.c.at >= before, e.c.at < last), amount), else_=0)), 0
            ).label("year_before"),
            func.coalesce(func.sum(case((e.c.at >= last, 1), else_=0)), 0).label("recent"),
            _twice_median_gap(database).label("gaps"),
        )
        .where(*_are_orders(e, database))
        .correlate(database.contact)
        .subquery("history")
    )


def _twice_median_gap(database: Database) -> Any:
    """The two middle gaps added, or the middle one twice."""
    e = schema.event.alias("dated")
    at = EpochSeconds(e.c.at)
    days = (at - func.lag(at, type_=Integer()).over(order_by=at) + _DAY // 2) // _DAY
    gaps = (
        select(days.label("days"))
        .where(*_are_orders(e, database))
        .correlate(database.contact)
        .subquery("gaps")
    )
    place = func.row_number().over(order_by=gaps.c.days).label("place")
    count = func.count().over().label("many")
    ranked = (
        select(gaps.c.days, place, count)
        .where(gaps.c.days > 0)
        .correlate(database.contact)
        .subquery("ranked")
    )
    n = ranked.c.many
    middle = ranked.c.place.in_([(n + 1) // 2, (n + 2) // 2])
    twice = cast(func.sum(ranked.c.days), Integer) * 2
    return (
        select(twice // func.nullif(func.count(), 0, type_=Integer()))
        .where(middle, n >= life.FEWEST_GAPS)
        .correlate(database.contact)
        .scalar_subquery()
    )


def _are_orders(e: Any, database: Database) -> list[ColumnElement[bool]]:
    """The order events of the contact that no correction took back."""
    fix = schema.event.alias()
    taken_back = select(fix.c.corrects).where(fix.c.corrects.is_not(None))
    return [
        e.c.contact_id == database.contact.c.id,
        e.c.kind == EventKind.REACHED.value,
        e.c.stage == "order",
        e.c.id.not_in(taken_back),
    ]


def _days_since(database: Database, day: ColumnElement[Any], today: date) -> ColumnElement[int]:
    """Whole days from a date to today."""
    if database.is_sqlite:
        age = func.julianday(literal(today.isoformat(), Text())) - func.julianday(day)
        return cast(age, Integer)
    return literal(today, Day()).op("-", return_type=Integer())(day)


def _word(stage: LifeStage) -> ColumnElement[str]:
    return literal(stage.value, Text())
