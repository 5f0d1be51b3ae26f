"""How people went along the chain: times between stages, cohorts, attempts before an order.

Small statements over the table of the people (`store/followed.py`); only a median needs
more than counts, and takes the few numbers of the ordered list that it stands between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, literal, or_, select, union_all

from outreach.evaluation.timing import places_needed
from outreach.model.ids import CampaignId
from outreach.model.path import CohortTally, TimeTally
from outreach.store.followed import Followed
from outreach.store.types import Whole
from outreach.store.wall_clock import DAY, monday, on_the_wall, week_of


def times(
    people: Followed, campaign: CampaignId, chain: Sequence[str], begun: int
) -> tuple[TimeTally, ...]:
    """From each stage to the next, and from the first to the last.

    `begun`: the people enrolled of whom the first stage is known. Those who came no further are
    most of them, and are only counted.
    """
    at = people.reached_at(chain)
    last = len(chain) - 1
    pairs = [(place, place + 1) for place in range(last)]
    if last > 1:
        pairs.append((0, last))
    if not pairs:
        return ()
    further = _further(people, campaign, at)
    at = [*further.c]
    counted = _counted(people, at, pairs)
    no_further = begun - counted["begun"]
    arrived = [counted[f"arrived_{n}"] for n in range(len(pairs))]
    ordered = _ordered(people, [(at[i], at[j]) for i, j in pairs], arrived)
    return tuple(
        TimeTally(
            start=chain[i],
            end=chain[j],
            arrived=arrived[n],
            not_yet=counted[f"not_yet_{n}"] + (0 if i else no_further),
            unknown=counted[f"unknown_{n}"],
            seconds=ordered.get(n, {}),
        )
        for n, (i, j) in enumerate(pairs)
    )


def _further(people: Followed, campaign: CampaignId, at: Sequence[ColumnElement[Any]]) -> CTE:
    """When those who came further than the first stage reached each: read once, and kept."""
    came = or_(*(later.is_not(None) for later in at[1:]))
    named = [one.label(f"at_{place}") for place, one in enumerate(at)]
    return select(*named).where(people.of(campaign), came).cte("further")


def _counted(
    people: Followed,
    at: Sequence[ColumnElement[Any]],
    pairs: Sequence[tuple[int, int]],
) -> dict[str, int]:
    counts: list[ColumnElement[Any]] = [func.count(at[0]).label("begun")]
    for n, (i, j) in enumerate(pairs):
        came = or_(*(later.is_not(None) for later in at[j:]))
        arrived = _in_order(at[i], at[j])
        counts += [
            func.count(case((arrived, 1))).label(f"arrived_{n}"),
            func.count(case((and_(at[i].is_not(None), ~came), 1))).label(f"not_yet_{n}"),
            # Whatever is unknown of a comparison with NULL, it is no arrival.
            func.count(case((arrived, None), (came, 1))).label(f"unknown_{n}"),
        ]
    row = people.connection.execute(select(*counts)).one()
    return {name: int(count) for name, count in row._mapping.items()}


def _in_order(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[bool]:
    """A day without an hour is written as its midnight: the same day is in order."""
    return end >= start - start % DAY


def _ordered(
    people: Followed,
    pairs: Sequence[tuple[ColumnElement[Any], ColumnElement[Any]]],
    arrived: Sequence[int],
) -> dict[int, dict[int, int]]:
    """Of each pair: the durations at the places that its quartiles need."""
    parts: list[Select[Any]] = []
    for n, ((start, end), count) in enumerate(zip(pairs, arrived, strict=True)):
        if not count:
            continue
        took = case((end > start, end - start), else_=0)
        place = func.row_number().over(order_by=took) - 1
        ranked = (
            select(took.label("took"), place.label("place")).where(_in_order(start, end)).subquery()
        )
        parts.append(
            select(literal(n, Whole).label("pair"), ranked.c.place, ranked.c.took).where(
                ranked.c.place.in_(places_needed(count))
            )
        )
    found: dict[int, dict[int, int]] = {}
    if parts:
        for pair, place_, took_ in people.connection.execute(union_all(*parts)):
            found.setdefault(pair, {})[int(place_)] = int(took_)
    return found


def cohorts(
    people: Followed, campaign: CampaignId, *, outcome: str, at_once: int, now: int
) -> tuple[CohortTally, ...]:
    """By week of the first touch. `now` is in seconds on the wall, `at_once` in days.

    A day counts whole: who was touched on the 1st and orders on the 8th has ordered within
    seven days, at whatever hour. Who was first touched before the period is of no week in it.
    """
    c = people.table.c
    first = case((c.first_touch.is_(None), c.at_0), else_=c.first_touch)
    reached = people.at(outcome)
    in_days = reached // DAY - first // DAY
    week = week_of(first)
    since = people.asked.since
    begun = [] if since is None else [first >= literal(on_the_wall(since, people.zone), Whole)]
    query = (
        select(
            week.label("week"),
            func.count().label("contacts"),
            func.count(case((in_days <= at_once, 1))).label("at_once"),
            func.count(case((in_days > at_once, 1))).label("later"),
            func.count(
                case(
                    (
                        and_(
                            reached.is_(None), literal(now // DAY, Whole) - first // DAY < at_once
                        ),
                        1,
                    )
                )
            ).label("too_early"),
        )
        .where(people.of(campaign), first.is_not(None), *begun)
        .group_by(week)
        .order_by(week)
    )
    return tuple(
        CohortTally(
            week=monday(int(row.week)),
            contacts=row.contacts,
            at_once=row.at_once,
            later=row.later,
            too_early=row.too_early,
        )
        for row in people.connection.execute(query)
    )
