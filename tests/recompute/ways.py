"""How people went along the chain: meetings, days between stages, who came at once and later."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import quantiles
from typing import Any

from export import Row, per, reached, wall

DAY = 86400
#: Person → place in the chain → when it was first reached.
When = dict[str, dict[int, datetime]]


def meetings(rows: list[Row], people: set[str], ordered: set[str]) -> dict[str, int]:
    """Meetings accepted are not meetings held."""
    told: dict[str, set[str]] = defaultdict(set)
    for row in reached(rows):
        if row["contact_id"] in people:
            told[row["stage"]].add(row["contact_id"])
    accepted, held = told["appointment"], told["met"]
    return {
        "accepted": len(accepted),
        "held": len(held),
        "orders_without": len(ordered - accepted - held),
    }


def unrecorded(ranks: dict[str, int], when: When, stages: list[str]) -> dict[str, int]:
    """Of each stage: who is counted there though only a later one is on record."""
    found = {
        stage: sum(ranks[who] > place and place not in days for who, days in when.items() if days)
        for place, stage in enumerate(stages)
    }
    return {stage: count for stage, count in found.items() if count}


def times(when: When, stages: list[str]) -> list[dict[str, Any]]:
    """Days from each stage to the next, and over all, of who has both on record in that order."""
    last = len(stages) - 1
    pairs = list(pairwise(range(len(stages)))) + ([(0, last)] if last > 1 else [])
    found = []
    for one, other in pairs:
        days, came = [], 0
        for each in when.values():
            came += any(place >= other for place in each)
            # Of one day, whatever the hours say: a day without an hour is its midnight.
            if one in each and other in each and each[other].date() >= each[one].date():
                days.append(max(0.0, (each[other] - each[one]).total_seconds() / DAY))
        quartiles = quantiles(days, n=4, method="inclusive") if len(days) > 1 else days * 3
        found.append(
            {
                "from": stages[one],
                "to": stages[other],
                "contacts": len(days),
                "first_quartile_days": quartiles[0] if days else None,
                "median_days": quartiles[1] if days else None,
                "third_quartile_days": quartiles[2] if days else None,
                "not_yet": sum(one in each and max(each) < other for each in when.values()),
                "unknown": came - len(days),
            }
        )
    return found


def cohorts(
    touches: list[Row],
    when: When,
    outcome: int,
    on: date,
    at_once: int,
) -> list[dict[str, Any]]:
    """People by the week of the first attempt; of whom none is known, of the first stage."""
    first = {who: days[0] for who, days in when.items() if 0 in days}
    tried: dict[str, datetime] = {}
    for row in touches:
        tried[row["contact_id"]] = min(wall(row), tried.get(row["contact_id"], wall(row)))
    weeks: dict[date, Counter[str]] = defaultdict(Counter)
    for who, at in (first | tried).items():
        day = at.date()
        count = weeks[day - timedelta(days=day.weekday())]
        count["contacts"] += 1
        came = when.get(who, {}).get(outcome)
        if came is None:
            count["too_early"] += (on - day).days < at_once
        else:
            count["at_once" if (came.date() - day).days <= at_once else "later"] += 1
    return [{"week": week.isoformat(), **rated(weeks[week])} for week in sorted(weeks)]


def of_all(weeks: list[dict[str, Any]]) -> dict[str, Any]:
    """The weeks together: a person is in one of them alone."""
    together: Counter[str] = Counter()
    for week in weeks:
        together.update({name: week[name] for name in _COUNTS})
    return rated(together)


_COUNTS = ("contacts", "at_once", "later", "too_early")


def rated(count: Counter[str]) -> dict[str, Any]:
    people = count["contacts"]
    return {
        **{name: count[name] for name in _COUNTS},
        "not_yet": people - count["at_once"] - count["later"],
        "at_once_rate": per(count["at_once"], people),
        "later_rate": per(count["later"], people),
    }
