"""The months of the portfolio: stocks at their ends, and what came and went in them.

A stock is never counted month by month: who came in which month and left in which is counted
once, and summed up here. So a hundred months cost what one does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, case, func, literal, select
from sqlalchemy import cast as sql_cast

from outreach.model import life
from outreach.model.days import end_of
from outreach.model.event import EventKind
from outreach.model.portfolio import MonthTally
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.portfolio_days import Months
from outreach.store.portfolio_people import arid, opposed
from outreach.store.portfolio_tables import orders, owner, people, total
from outreach.store.tally_queries import stands
from outreach.store.types import Whole
from outreach.store.wall_clock import WallClock


@dataclass(slots=True)
class _Month:
    suspects: int = 0
    prospects: int = 0
    arid: int = 0
    opposed: int = 0
    suspects_aside: int = 0
    customers: int = 0
    buyers: int = 0
    new_prospects: int = 0
    conversions: int = 0
    touches: int = 0
    cost: int = 0
    orders: int = 0
    revenue: int = 0
    by_source: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def months_of(
    connection: Connection, database: Database, clock: WallClock, months: Months
) -> tuple[MonthTally, ...]:
    """One row per month, the last one up to its day."""
    found = [_Month() for _ in months.spans]
    _stocks(found, connection.execute(_people(months)))
    _aside(found, connection.execute(_arid(database, clock, months)), "arid")
    _aside(found, connection.execute(_opposed(database, clock, months)), "opposed")
    _buyers(found, connection.execute(_buying(months)))
    for row in connection.execute(_turnover(months)):
        if 0 <= row.month < len(found):
            found[row.month].orders, found[row.month].revenue = row.orders, int(row.revenue)
    for row in connection.execute(_touches(database, clock, months)):
        if 0 <= row.month < len(found):
            found[row.month].touches, found[row.month].cost = row.touches, int(row.cost)
    return tuple(
        MonthTally(
            start=start, end=end, suspects=one.suspects, prospects=one.prospects, arid=one.arid,
            opposed=one.opposed, suspects_aside=one.suspects_aside,
            customers=one.customers, buyers=one.buyers, new_prospects=one.new_prospects,
            conversions=one.conversions, touches=one.touches, cost=one.cost, orders=one.orders,
            revenue=one.revenue, by_source=dict(one.by_source),
        )
        for one, (start, end) in zip(found, months.spans, strict=True)
    )  # fmt: skip


# --- people ---------------------------------------------------------------------------------------


def _people(months: Months) -> Any:
    """How many came, were first contacted and ordered first in which months, by source."""
    p = people.c
    places = [
        months.place(p.known).label("known_in"),
        _place(months, p.contacted).label("contacted_in"),
        _place(months, p.customer).label("customer_in"),
    ]
    at_once = case((p.customer <= p.known, 1), else_=0).label("at_once")
    query: Select[Any] = select(*places, at_once, p.source, func.count().label("people"))
    return query.group_by("known_in", "contacted_in", "customer_in", "at_once", p.source)


def _place(months: Months, day: Any) -> Any:
    """The month of a day; what never happened is put behind the last one."""
    return case((day.is_(None), len(months.spans)), else_=months.place(day))


def _stocks(found: list[_Month], rows: Iterable[Any]) -> None:
    for row in rows:
        for place in range(max(row.known_in, 0), len(found)):
            month = found[place]
            if row.customer_in <= place:
                month.customers += row.people
            elif row.contacted_in <= place:
                month.prospects += row.people
            else:
                month.suspects += row.people
        if row.at_once:
            # He came with his first order: nobody ever had to win him over.
            continue
        if row.known_in >= 0:
            month = found[row.known_in]
            month.new_prospects += row.people
            month.by_source[row.source or ""] += row.people
        if 0 <= row.customer_in < len(found):
            found[row.customer_in].conversions += row.people


def _arid(database: Database, clock: WallClock, months: Months) -> Any:
    """Who was arid from which month to which, where he had not opted out before its end."""
    said = arid(database, clock).subquery("set_aside")
    against = opposed(database, clock).subquery("against")
    joined = said.outerjoin(against, against.c.contact_id == said.c.contact_id)
    day = against.c.day
    until = case((day < func.coalesce(said.c.over, day + 1), day), else_=said.c.over)
    return _of_people(months, joined, said.c.contact_id, said.c.day, until)


def _opposed(database: Database, clock: WallClock, months: Months) -> Any:
    said = opposed(database, clock).subquery("against")
    return _of_people(months, said, said.c.contact_id, said.c.day, None)


def _of_people(months: Months, spans: Any, contact: Any, day: Any, until: Any) -> Any:
    """Spans of people by the months they begin and end in, and of what became of these people."""
    p = people.c
    places = [
        months.place(day).label("begun"),
        (literal(len(months.spans)) if until is None else _place(months, until)).label("ended"),
        months.place(p.known).label("known_in"),
        _place(months, p.contacted).label("contacted_in"),
        _place(months, p.customer).label("customer_in"),
    ]
    query: Any = select(*places, func.count().label("people"))
    return query.select_from(spans.join(people, p.contact_id == contact)).group_by(
        "begun", "ended", "known_in", "contacted_in", "customer_in"
    )


def _aside(found: list[_Month], rows: Iterable[Any], name: Literal["arid", "opposed"]) -> None:
    """Only prospects and suspects are set aside: a customer left their stock when he ordered."""
    for row in rows:
        first = max(row.begun, row.known_in, 0)
        for place in range(first, min(row.ended, row.customer_in, len(found))):
            month = found[place]
            setattr(month, name, getattr(month, name) + row.people)
            if place < row.contacted_in:
                month.suspects_aside += row.people


# --- orders and touches ---------------------------------------------------------------------


def _buying(months: Months) -> Any:
    """From which month's end to which an order keeps its customer among the buyers."""
    o = orders.c
    year = o.day + life.YEAR
    until = case((and_(o.next_day.is_not(None), o.next_day < year), o.next_day), else_=year)
    query: Any = select(
        months.place(o.day).label("begun"),
        months.place(until).label("ended"),
        func.count().label("people"),
    )
    return query.group_by("begun", "ended")


def _buyers(found: list[_Month], rows: Iterable[Any]) -> None:
    for row in rows:
        for place in range(max(row.begun, 0), min(row.ended, len(found))):
            found[place].buyers += row.people


def _turnover(months: Months) -> Any:
    o = orders.c
    revenue = sql_cast(func.coalesce(func.sum(o.amount), 0), Whole)
    query: Any = select(
        months.place(o.day).label("month"),
        func.count().label("orders"),
        revenue.label("revenue"),
    )
    return query.group_by("month")


def _touches(database: Database, clock: WallClock, months: Months) -> Any:
    """Attempts on prospects, by month."""
    month = months.place(clock.day(schema.event.c.at))
    spent = total(schema.event.c.cost_minor).label("cost")
    query: Any = select(month.label("month"), func.count().label("touches"), spent)
    query = query.group_by("month")
    return on_prospects(query, database, clock, months.spans[-1][1], since=months.eve)


def on_prospects(
    query: Select[Any], database: Database, clock: WallClock, on: date, *, since: date | None = None
) -> Select[Any]:
    """The attempts on who was no customer that day: up to the end of `on`, after `since`."""
    e, p = schema.event, people.c
    who, whole, _ = owner()
    joined = e.join(who, who.c.id == e.c.contact_id).join(people, p.contact_id == whole)
    made = query.select_from(joined).where(
        e.c.kind == EventKind.TOUCHED.value,
        e.c.at < end_of(on, database.zone),
        func.coalesce(e.c.stage, "") != "done",
        stands(),
        p.customer.is_(None) | (clock.day(e.c.at) < p.customer),
    )
    return made if since is None else made.where(e.c.at >= end_of(since, database.zone))
