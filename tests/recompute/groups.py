"""Groups of people: how far each came, and what the lot says of the difference of two."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import erfc, sqrt
from typing import Any

from export import Row, per

#: The normal distribution's 97.5 % point.
Z = 1.959963984540054


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


def lift(
    rows: list[Row], people: set[str], control: set[str], ranks: dict[str, int], stages: list[str]
) -> list[dict[str, Any]]:
    """Who ordered, of everybody drawn into a group (Newcombe 10; score test; Holm).

    Enrolled against control, each variant against the first of its step, and those of the
    campaign's first step against control.
    """
    place = stages.index("order" if "order" in stages else stages[-1])
    groups = sorted(drawn(rows, people).items())
    numbers = {row["step"]: int(row["step_id"]) for row in rows if row["step"]}
    opening = min(numbers, key=numbers.__getitem__, default="")
    by_step: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    for (step, variant), group in groups:
        by_step[step].append((variant, group))
    pairs = [(None, "enrolled", people, "control", control)]
    for step, several in by_step.items():
        first, *others = several
        pairs += [(step, name, group, *first) for name, group in others]
    for name, group in by_step[opening] if len(by_step[opening]) > 1 else []:
        pairs.append((opening, name, group, "control", control))
    told = []
    for step, arm, one, against, other in pairs:
        if one and other:
            counts = [(sum(ranks.get(who, -1) >= place for who in g), len(g)) for g in (one, other)]
            told.append({"arm": arm, "against": against, "step": step, **compared(*counts)})
    adjusted = holm([row["p"] for row in told])
    return [
        {**row, "p_adjusted": p, "comparisons": len(told), "outcome": stages[place]}
        for row, p in zip(told, adjusted, strict=True)
    ]


def compared(one: tuple[int, int], other: tuple[int, int]) -> dict[str, Any]:
    low, high = newcombe(one, other)
    rate, against = Fraction(*one), Fraction(*other)
    pooled = (one[0] + other[0]) / (one[1] + other[1])
    error = sqrt(pooled * (1 - pooled) * (1 / one[1] + 1 / other[1]))
    return {
        "contacts": one[1],
        "against_contacts": other[1],
        "rate": rate,
        "against_rate": against,
        "difference": rate - against,
        "low": low,
        "high": high,
        "p": erfc(abs(float(rate - against)) / error / sqrt(2)) if error else 1.0,
    }


def holm(ps: list[float]) -> list[float]:
    """The least first, times how many are left; none below one before it, none above 1."""
    found, least = dict[int, float](), 0.0
    for left, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        least = max(least, min(1.0, ps[place] * (len(ps) - left)))
        found[place] = least
    return [found[place] for place in range(len(ps))]


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
