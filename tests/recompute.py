"""Make the figures of `outreach report --json` again, from `outreach events export` alone.

    python recompute.py events.csv [CAMPAIGN]

Another program on purpose: nothing of outreach is imported, nothing but the export is read,
and every formula is written out once more from its textbook form. It prints one JSON object
with the report's own keys, or with the portfolio's where no campaign is named. The tests
compare the two; whoever doubts a figure may do so too.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, sqrt
from pathlib import Path
from statistics import quantiles
from typing import Any

#: The normal distribution's 97.5 % point.
Z = 1.959963984540054
DAY = 86400

Row = dict[str, str]


def main(words: list[str]) -> None:
    rows = read(Path(words[0]))
    told = report(rows, words[1]) if len(words) > 1 else portfolio(rows)
    json.dump(told, sys.stdout, default=float, indent=1)


def read(path: Path) -> list[Row]:
    """The events that stand: neither taken back nor a correction themselves."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [row for row in rows if not row["corrected_by"]]


# --- one campaign -----------------------------------------------------------------------------


def report(rows: list[Row], campaign: str) -> dict[str, Any]:
    """The report's figures, by its own keys."""
    rows = [row for row in rows if row["campaign"] == campaign]
    enrolments = {row["contact_id"]: row for row in rows if row["kind"] == "enrolled"}
    people = {who for who, row in enrolments.items() if row["arm"] == "enrolled"}
    control = {who for who, row in enrolments.items() if row["arm"] == "control"}
    customers = {who for who, row in enrolments.items() if row["kind_at_enrolment"] == "customer"}
    first = next(iter(enrolments.values()))
    stages = first["chain"].split(" > ")
    ranks = furthest(rows, stages)
    spending = [row for row in rows if row["kind"] == "touched"]
    touches = [row for row in spending if is_attempt(row) and row["contact_id"] in people]
    sold = [row for row in rows if is_order(row) and row["contact_id"] in people]
    fixed = Decimal(first["fixed_costs"])
    on_file = int(first["prospects_on_file"]) if first["prospects_on_file"] else None
    spent = total(spending, "cost") + fixed
    contacted = {who for who in people if who in ranks}
    prospects = contacted - customers
    won = {row["contact_id"] for row in sold} & prospects
    links = chain({who: ranks[who] for who in contacted}, stages)
    at = {link["stage"]: link["contacts"] for link in links}
    return {
        "campaign": campaign,
        "enrolled": len(people),
        "control": len(control),
        "chain": links,
        "ratios": {
            "prospecting_share": per(len(prospects), len(contacted)),
            "prospect_coverage": per(len(prospects), on_file),
            "interested_rate": per(sum(ranks[who] > 0 for who in prospects), len(prospects)),
            "success_rate": per(len(won), len(prospects)),
        },
        "cost": {
            "total": spent,
            "touches": spent - fixed,
            "fixed": fixed,
            "per_contact": per(spent, len(contacted)),
            "per_stage": {stage: per(spent, count) for stage, count in at.items()},
            "per_touch": per(spent - fixed, len(touches)),
            "per_order": per(spent, len(sold)),
        },
        **money(sold, spent, len(won)),
        "touch_count": len(touches),
        "contacted": len(contacted),
        "touched": len({row["contact_id"] for row in touches}),
        "touches": by_step(spending, people),
        "variants": variants(rows, people, ranks, stages),
        "lift": lift(rows, people, control),
        "times": times(rows, people, stages),
        "touches_yield": touches_yield(touches, sold),
    }


def reached(rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if row["kind"] == "reached")


def is_order(row: Row) -> bool:
    return row["kind"] == "reached" and row["stage"] == "order"


def is_attempt(row: Row) -> bool:
    """A task that was ticked off is the firm's own work: it touched nobody."""
    return row["kind"] == "touched" and row["stage"] != "done"


def rank_of(row: Row, stages: list[str]) -> int | None:
    """Being contacted is the first stage, whatever the campaign calls that."""
    if row["stage"] in stages:
        return stages.index(row["stage"])
    return 0 if row["stage"] == "contacted" else None


def furthest(rows: Iterable[Row], stages: list[str]) -> dict[str, int]:
    """Person → the furthest place in the chain."""
    found: dict[str, int] = {}
    for row in reached(rows):
        rank = rank_of(row, stages)
        if rank is not None:
            found[row["contact_id"]] = max(rank, found.get(row["contact_id"], 0))
    return found


def chain(ranks: dict[str, int], stages: list[str]) -> list[dict[str, Any]]:
    counts = [sum(rank >= place for rank in ranks.values()) for place in range(len(stages))]
    links = []
    for place, stage in enumerate(stages):
        low, high = wilson(counts[place], counts[0])
        links.append(
            {
                "stage": stage,
                "contacts": counts[place],
                "from_previous": per(counts[place], counts[place - 1]) if place else None,
                "from_first": per(counts[place], counts[0]),
                "low": low,
                "high": high,
            }
        )
    return links


def money(sold: list[Row], spent: Decimal, new_customers: int) -> dict[str, Any]:
    margin = None if any(not row["margin"] for row in sold) else total(sold, "margin")
    profit = None if margin is None else margin - spent
    mean = None if margin is None else per(margin, len(sold))
    return {
        "orders": len(sold),
        "revenue": total(sold, "amount"),
        "margin": margin,
        "profit": profit,
        "roi": None if profit is None else per(profit, spent),
        "break_even_orders": ceil(Fraction(spent) / mean) if mean and mean > 0 else None,
        "cac_gross": per(spent, new_customers),
        "cac_net": None if margin is None else per(spent - margin, new_customers),
    }


def by_step(spending: list[Row], people: set[str]) -> list[dict[str, Any]]:
    """Attempts are of the people enrolled; what was spent was spent, whoever it was done for."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in spending:
        groups[row["step"], row["channel"]].append(row)
    found = []
    for (step, channel), group in sorted(groups.items()):
        tried = [row for row in group if is_attempt(row) and row["contact_id"] in people]
        cost, minutes = total(group, "cost"), total(group, "minutes")
        if tried or cost or minutes:
            found.append(
                {
                    "step": step or None,
                    "channel": channel or None,
                    "touches": len(tried),
                    "contacts": len({row["contact_id"] for row in tried}),
                    "cost": cost,
                    "minutes": minutes,
                }
            )
    return found


def variants(
    rows: list[Row], people: set[str], ranks: dict[str, int], stages: list[str]
) -> list[dict[str, Any]]:
    return [
        {
            "step": step,
            "variant": variant,
            "enrolled": len(group),
            "chain": chain({who: ranks[who] for who in group if who in ranks}, stages),
        }
        for (step, variant), group in sorted(drawn(rows, people).items())
    ]


def drawn(rows: list[Row], people: set[str]) -> dict[tuple[str, str], set[str]]:
    """Who drew which variant of which step, whatever became of the message."""
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        if row["variant"] and row["contact_id"] in people:
            groups[row["step"], row["variant"]].add(row["contact_id"])
    return groups


def lift(rows: list[Row], people: set[str], control: set[str]) -> list[dict[str, Any]]:
    """Who ordered, of everybody drawn into a group: enrolled against control (Newcombe 10)."""
    if not people or not control:
        return []
    ordered = {row["contact_id"] for row in rows if is_order(row)}
    one, other = len(ordered & people), len(ordered & control)
    low, high = newcombe((one, len(people)), (other, len(control)))
    difference = Fraction(one, len(people)) - Fraction(other, len(control))
    return [{"arm": "enrolled", "against": "control", "difference": difference,
             "low": low, "high": high}]  # fmt: skip


def times(rows: list[Row], people: set[str], stages: list[str]) -> list[dict[str, Any]]:
    """Days from each stage to the next, of who has both on record in that order."""
    first: dict[str, dict[int, datetime]] = defaultdict(dict)
    for row in reached(rows):
        rank = rank_of(row, stages)
        if row["contact_id"] in people and rank is not None:
            mine = first[row["contact_id"]]
            mine[rank] = min(wall(row), mine.get(rank, wall(row)))
    found = []
    for place, (one, other) in enumerate(pairwise(stages)):
        days = [
            (each[place + 1] - each[place]).total_seconds() / DAY
            for each in first.values()
            if place in each and place + 1 in each and each[place + 1] >= each[place]
        ]
        if days:
            quartiles = quantiles(days, n=4, method="inclusive") if len(days) > 1 else days * 3
            found.append(
                {
                    "from": one,
                    "to": other,
                    "contacts": len(days),
                    "first_quartile_days": quartiles[0],
                    "median_days": quartiles[1],
                    "third_quartile_days": quartiles[2],
                }
            )
    return found


def touches_yield(touches: list[Row], sold: list[Row]) -> list[dict[str, Any]]:
    """People by the attempts made before their first order, or by all without one."""
    first: dict[str, datetime] = {}
    for row in sold:
        first[row["contact_id"]] = min(wall(row), first.get(row["contact_id"], wall(row)))
    attempts = Counter(dict.fromkeys(first, 0))
    for row in touches:
        ordered = first.get(row["contact_id"])
        attempts[row["contact_id"]] += ordered is None or wall(row) <= end_of(ordered)
    orders = Counter(attempts[who] for who in first)
    return [
        {"touches": count, "contacts": people, "orders": orders[count]}
        for count, people in sorted(Counter(attempts.values()).items())
    ]


def end_of(at: datetime) -> datetime:
    """A day without an hour is written as its midnight, and is the whole day."""
    midnight = (at.hour, at.minute, at.second) == (0, 0, 0)
    return at + timedelta(days=1, seconds=-1) if midnight else at


# --- the portfolio ----------------------------------------------------------------------------


def portfolio(rows: list[Row]) -> dict[str, Any]:
    """Orders by month and by person: people as they are known now, after merges."""
    by_month: dict[str, list[Row]] = defaultdict(list)
    spent: dict[str, Decimal] = defaultdict(Decimal)
    buyers: dict[str, Decimal] = defaultdict(Decimal)
    touches: Counter[str] = Counter()
    for row in rows:
        month = row["at"][:7]
        if is_order(row):
            by_month[month].append(row)
            buyers[row["person_id"]] += Decimal(row["amount"] or 0)
        prospecting = row["kind_at_enrolment"] != "customer" and row["stage"] != "done"
        if row["kind"] == "touched" and prospecting:
            touches[month] += 1
            spent[month] += Decimal(row["cost"] or 0)
    return {
        "customers": len(buyers),
        "revenue_by_person": {who: float(amount) for who, amount in buyers.items()},
        "by_month": {
            month: {
                "orders": len(by_month[month]),
                "revenue": total(by_month[month], "amount"),
                "touches": touches[month],
                "touch_cost": spent[month],
            }
            for month in sorted({*by_month, *touches})
        },
    }


# --- arithmetic -------------------------------------------------------------------------------


def per(part: Decimal | int, whole: Decimal | int | None) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole else None


def total(rows: Iterable[Row], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))


def wall(row: Row) -> datetime:
    """What the clock on the wall said: days are counted as people count them."""
    return datetime.fromisoformat(row["at"]).replace(tzinfo=None)


def wilson(did: int, people: int) -> tuple[float, float] | tuple[None, None]:
    """Wilson's score interval, 95 %; nobody has no rate."""
    return bounds(did, people) if people else (None, None)


def bounds(did: int, people: int) -> tuple[float, float]:
    p, n = did / people, people
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def newcombe(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float]:
    """Newcombe's hybrid score interval of a difference of two rates (method 10), 95 %."""
    p, q = one[0] / one[1], other[0] / other[1]
    (l1, u1), (l2, u2) = bounds(*one), bounds(*other)
    low = p - q - sqrt((p - l1) ** 2 + (u2 - q) ** 2)
    return low, p - q + sqrt((u1 - p) ** 2 + (q - l2) ** 2)


if __name__ == "__main__":
    main(sys.argv[1:])
