"""What the attempts brought: how many it took, and which of them earned it, by a rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from fractions import Fraction
from typing import Any

from export import Row, end_of, per, wall
from groups import wilson
from ways import When

#: What a touch was: its step and its channel. Neither: no touch at all.
Kind = tuple[str, str]


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
    found, left = [], len(attempts)
    for count, people in sorted(Counter(attempts.values()).items()):
        low, high = wilson(orders[count], people)
        found.append(
            {
                "touches": count,
                "contacts": people,
                "orders": orders[count],
                "rate": per(orders[count], people),
                "low": low,
                "high": high,
                "at_least": left,
                "marginal_rate": per(orders[count], left),
            }
        )
        left -= people
    return found


def attribution(
    touches: list[Row], sold: list[Row], when: When, stages: list[str], outcome: str, rule: str
) -> list[dict[str, Any]]:
    """Whoever came to a stage, credited to the touches that got through to him before."""
    through: dict[str, list[Row]] = defaultdict(list)
    for row in touches:
        if not row["stage"]:
            through[row["contact_id"]].append(row)
    orders: dict[str, list[Row]] = defaultdict(list)
    for row in sold:
        orders[row["contact_id"]].append(row)
    people: dict[Kind, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    brought: dict[Kind, list[tuple[Fraction, Row]]] = defaultdict(list)
    for who, days in when.items():
        for place in set(days) - {0}:
            before = [row for row in through[who] if wall(row) <= end_of(days[place])]
            for kind, share in earned(before, rule).items():
                people[kind][stages[place]] += share
                if stages[place] == outcome:
                    brought[kind] += [(share, row) for row in orders[who]]
    return [
        {
            "step": kind[0] or None,
            "channel": kind[1] or None,
            "contacts": {stage: people[kind][stage] for stage in stages[1:]},
            "orders": people[kind][outcome],
            "revenue": part_of(brought[kind], "amount"),
            "margin": None
            if any(not row["margin"] for _, row in brought[kind])
            else part_of(brought[kind], "margin"),
        }
        for kind in people
    ]


def part_of(brought: list[tuple[Fraction, Row]], column: str) -> Fraction:
    parts = (share * Fraction(row[column] or 0) for share, row in brought)
    return sum(parts, Fraction(0))


def earned(before: list[Row], rule: str) -> dict[Kind, Fraction]:
    """Whose doing it was, and in which parts. Of two touches at one instant the later step's."""
    if not before:
        return {("", ""): Fraction(1)}

    def order(row: Row) -> tuple[datetime, float, str]:
        step = float(row["step_id"]) if row["step_id"] else float("inf")
        return wall(row).replace(microsecond=0), step, row["channel"]

    if rule != "even":
        before = [(max if rule == "last" else min)(before, key=order)]
    kinds = Counter((row["step"], row["channel"]) for row in before)
    return {kind: Fraction(count, len(before)) for kind, count in kinds.items()}
