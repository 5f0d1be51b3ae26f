"""The life stage of every customer at a moment, in one statement over the orders laid out.

The rule is that of `store/life.py`; only the gathering differs: all customers at once, and at
any day, from what had happened by then.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, select
from sqlalchemy import cast as sql_cast

from outreach.model import life
from outreach.store.engine import Database
from outreach.store.life import judged
from outreach.store.portfolio_tables import Moment, chosen, orders
from outreach.store.types import Whole


def _habits(at: Moment) -> Subquery:
    """Twice the median gap of those with enough gaps: the middle two added, or one twice."""
    o = orders.c
    ranked = (
        select(
            o.contact_id,
            o.gap,
            func.row_number().over(partition_by=o.contact_id, order_by=o.gap).label("place"),
            func.count().over(partition_by=o.contact_id).label("many"),
        )
        .where(o.gap > 0, o.at < at.seconds, o.there == 1)
        .subquery("ranked")
    )
    n = ranked.c.many
    twice = sql_cast(func.sum(ranked.c.gap), Whole) * 2
    return (
        select(ranked.c.contact_id, (twice // func.count(type_=Whole)).label("gaps"))
        .where(ranked.c.place.in_([(n + 1) // 2, (n + 2) // 2]), n >= life.FEWEST_GAPS)
        .group_by(ranked.c.contact_id)
        .subquery("habits")
    )


def _folded(at: Moment, zone: Any) -> Subquery:
    """One row per customer: what his orders up to a moment add up to."""
    o = orders.c
    last, before = (int(start.timestamp()) for start in life.years_start(at.day, zone))
    recent, older = o.at >= last, and_(o.at >= before, o.at < last)

    def total(amount: Any, where: ColumnElement[bool] | None = None) -> ColumnElement[Any]:
        counted = amount if where is None else case((where, amount), else_=0)
        return sql_cast(func.coalesce(func.sum(counted), 0), Whole)

    return (
        select(
            o.contact_id,
            func.min(o.first_day).label("first_day"),
            func.max(o.day).label("last_day"),
            total(o.fresh).label("days"),
            total(o.amount).label("lifetime"),
            func.count().label("orders"),
            total(o.amount, o.day > o.first_day).label("repeats_value"),
            total(literal(1), recent).label("year_orders"),
            total(o.amount, recent).label("year_amount"),
            total(o.amount, older).label("year_before"),
        )
        .where(o.at < at.seconds, o.there == 1)
        .group_by(o.contact_id)
        .subquery("folded")
    )


def stages(database: Database, at: Moment, by_hand: ColumnElement[Any], *sums: str) -> Select[Any]:
    """Everybody with an order at that moment: the sums that are named, and the stage."""
    fold, habit = _folded(at, database.zone), _habits(at)
    stage = judged(
        database.life,
        silent=literal(at.number) - fold.c.last_day,
        new=(literal(at.number) - fold.c.first_day) < database.life.new_for,
        gaps=habit.c.gaps,
        this_year=fold.c.year_amount,
        before=fold.c.year_before,
        recent=fold.c.year_orders,
    )
    return select(
        fold.c.contact_id, *(fold.c[name] for name in sums), func.coalesce(by_hand, stage)
    ).select_from(
        fold.outerjoin(habit, habit.c.contact_id == fold.c.contact_id).outerjoin(
            chosen, chosen.c.contact_id == fold.c.contact_id
        )
    )
