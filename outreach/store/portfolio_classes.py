"""Classes and scores of customers: turnovers, potentials, and the cells of RFM.

How many have each value is counted, `evaluation/portfolio` says where the classes end, and the
cells are counted with that. Values that are equal are never parted.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal, null, select
from sqlalchemy import cast as sql_cast

from outreach.model.contact import LifeStage
from outreach.model.portfolio import UNKNOWN, CellTally, ScoreTally
from outreach.store.portfolio_tables import customers, people, total
from outreach.store.types import Whole
from outreach.store.wall_clock import number_of

_LOST = LifeStage.LOST.value

#: How somebody is scored: by the values in ascending order and how many have each.
Cuts = Callable[[Sequence[Fraction], Sequence[int]], Sequence[Fraction]]
#: From where each of two classes ends: the least value of the first, and of the second.
Bounds = Callable[[Sequence[int], Sequence[int]], tuple[int | None, int | None]]


def turnovers(connection: Connection) -> tuple[array[int], array[int]]:
    """Turnovers of the last twelve months, highest first, and how many have each."""
    c = customers.c
    query = (
        select(c.year_amount, func.count())
        .where(c.year_orders > 0)
        .group_by(c.year_amount)
        .order_by(c.year_amount.desc())
    )
    return _histogram(connection, query)


def _histogram(connection: Connection, query: Select[Any]) -> tuple[array[int], array[int]]:
    values, counts = array("q"), array("q")
    for value, count in connection.execute(query):
        values.append(int(value))
        counts.append(count)
    return values, counts


def limits_of(
    connection: Connection, bounds: Bounds, amounts: Sequence[int], counts: Sequence[int]
) -> dict[str, int | None]:
    p = people.c
    query = (
        select(p.potential, func.count())
        .where(p.potential.is_not(None))
        .group_by(p.potential)
        .order_by(p.potential.desc())
    )
    potentials, many = _histogram(connection, query)
    a, b = bounds(amounts, counts)
    first, second = bounds(potentials, many)
    return {"a": a, "b": b, "1": first, "2": second}


def cells_of(connection: Connection, limits: Mapping[str, int | None]) -> tuple[CellTally, ...]:
    """Living customers by turnover and potential, then prospects by potential."""
    c, p = customers.c, people.c
    turnover = _class(c.year_amount, limits["a"], limits["b"], "A", "B", "C")
    potential = case(
        (p.potential.is_(None), literal(UNKNOWN)),
        else_=_class(p.potential, limits["1"], limits["2"], "1", "2", "3"),
    )
    known = p.potential.is_not(None)
    above = case((p.potential > c.year_amount, p.potential - c.year_amount), else_=0)
    ours = (
        select(
            turnover.label("turnover"),
            potential.label("size"),
            func.count().label("contacts"),
            total(c.year_amount).label("revenue"),
            total(p.potential).label("potential_sum"),
            total(case((known, above), else_=0)).label("remaining"),
            func.count(case((p.potential < c.year_amount, 1))).label("exceeded"),
        )
        .select_from(customers.join(people, p.contact_id == c.contact_id))
        .where(c.stage != _LOST)
        .group_by("turnover", "size")
    )
    others = (
        select(
            null().label("turnover"),
            potential.label("size"),
            func.count().label("contacts"),
            literal(0).label("revenue"),
            total(p.potential).label("potential_sum"),
            total(p.potential).label("remaining"),
            literal(0).label("exceeded"),
        )
        .where(p.customer.is_(None))
        .group_by("size")
    )
    rows = [*connection.execute(ours), *connection.execute(others)]
    return tuple(
        CellTally(
            turnover=row.turnover,
            potential=row.size,
            contacts=row.contacts,
            revenue=int(row.revenue),
            potential_sum=int(row.potential_sum),
            remaining=int(row.remaining),
            exceeded=row.exceeded,
        )
        for row in rows
    )


def scores_of(
    connection: Connection, cuts: Cuts, *, on: date, average: bool
) -> tuple[ScoreTally, ...]:
    """The cells of RFM over those who ordered in the last twelve months."""
    c = customers.c
    recency = literal(number_of(on)) - c.last_day
    shares = {"r": (recency, 1), "f": (c.year_orders, 1),
              "m": (c.year_amount, c.year_orders if average else 1)}  # fmt: skip
    scored = [
        _scored(connection, name, *share, cuts=cuts, backwards=name == "r")
        for name, share in shares.items()
    ]
    query = (
        select(*scored, func.count().label("customers"), total(c.year_amount).label("revenue"))
        .where(c.year_orders > 0)
        .group_by(*(one.name for one in scored))
    )
    return tuple(
        ScoreTally(row.r, row.f, row.m, row.customers, int(row.revenue))
        for row in connection.execute(query)
    )


def _scored(
    connection: Connection, name: str, over: Any, under: Any, *, cuts: Cuts, backwards: bool
) -> ColumnElement[int]:
    """1 and one more for each cut that a value reaches. `backwards`: less is more."""
    c = customers.c
    sign = -1 if backwards else 1
    below = literal(1) if isinstance(under, int) else under
    query = (
        select(over.label("over"), below.label("under"), func.count())
        .where(c.year_orders > 0)
        .group_by("over", "under")
    )
    counted: dict[Fraction, int] = {}
    for value, part, count in connection.execute(query):
        key = Fraction(sign * int(value), int(part))
        counted[key] = counted.get(key, 0) + count
    values = sorted(counted)
    reached = cuts(values, [counted[value] for value in values])
    score: Any = literal(1)
    for cut in reached:
        least = sign * over * cut.denominator >= cut.numerator * below
        score = score + case((least, 1), else_=0)
    labelled: ColumnElement[int] = sql_cast(score, Whole).label(name)
    return labelled


def _class(
    value: ColumnElement[Any], first: int | None, second: int | None, *names: str
) -> ColumnElement[str]:
    """The class of a value. Where nothing was ranked everybody is in the last one."""
    best, middle, rest = names
    if first is None:
        return literal(rest)
    tests = [(value >= first, literal(best))]
    if second is not None:
        tests.append((value >= second, literal(middle)))
    return case(*tests, else_=literal(rest))
