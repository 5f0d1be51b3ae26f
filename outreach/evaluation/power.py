"""How many people it takes to tell a difference, and what so many people can tell.

J. L. Fleiss, *Statistical Methods for Rates and Proportions*, 2nd ed. (1981), §3.2, formula
3.14 without correction: the sample size of the score test, which is the test of the report.
Money per head: the normal formula for two means. Everything two-sided.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, sqrt
from statistics import NormalDist

from outreach.evaluation.intervals import Sample

#: How often a difference that is there is to be found.
POWER = 0.8
#: No number of people beyond this is worth telling anybody.
MOST = 10**10

_NORMAL = NormalDist()


def quantile(level: float) -> float:
    return _NORMAL.inv_cdf(level)


def sided(alpha: float) -> float:
    """The critical value of a two-sided test: 1.96 for 5 %."""
    return quantile(1 - alpha / 2)


def people_for_rates(base: float, other: float, *, z: float, power: float = POWER) -> int | None:
    """People in each of two equal groups to tell two rates apart; None where they are equal."""
    if base == other:
        return None
    middle = (base + other) / 2
    spread = z * sqrt(2 * middle * (1 - middle)) + quantile(power) * sqrt(
        base * (1 - base) + other * (1 - other)
    )
    return ceil(spread**2 / (other - base) ** 2 - 1e-9)


def people_for_means(difference: float, spread: float, *, z: float, power: float = POWER) -> int:
    """People in each of two equal groups to tell two means apart; `spread` is one person's s.d."""
    return ceil(2 * ((z + quantile(power)) * spread / difference) ** 2 - 1e-9)


def power_of(base: float, other: float, *, people: tuple[int, int], z: float) -> float:
    """How often the score test finds that difference, `people` being those of base and other."""
    first, second = people
    if not first or not second:
        return 0.0
    pooled = (base * first + other * second) / (first + second)
    under_none = sqrt(pooled * (1 - pooled) * (1 / first + 1 / second))
    own = sqrt(base * (1 - base) / first + other * (1 - other) / second)
    reach = abs(other - base) - z * under_none
    if own == 0:
        return 1.0 if reach > 0 else 0.0
    return _NORMAL.cdf(reach / own)


def detectable(
    base: float,
    *,
    people: tuple[int, int],
    z: Callable[[float], float],
    power: float = POWER,
) -> float | None:
    """The smallest rise of a rate that so many people tell with that power.

    `z` is the critical value when the other rate is that one. None where not even everybody
    doing it would show.
    """
    if power_of(base, 1.0, people=people, z=z(1.0)) < power:
        return None
    low, high = base, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if power_of(base, middle, people=people, z=z(middle)) < power:
            low = middle
        else:
            high = middle
    return high - base


def more_people(
    one: Sample, other: Sample, *, z: Callable[[float], float], power: float = POWER
) -> tuple[int, int] | None:
    """How many more people in each group, in the proportion they have, would be likely to tell.

    As if the rates seen so far were the true ones; `z` is the critical value at that multiple
    of the people there are. None where the rates are the same or it would take absurdly many.
    """
    if not one.people or not other.people or one.rate == other.rate:
        return None

    def enough(multiple: float) -> bool:
        people = (max(1, round(other.people * multiple)), max(1, round(one.people * multiple)))
        return power_of(other.rate, one.rate, people=people, z=z(multiple)) >= power

    high = 1.0
    while not enough(high):
        high *= 2
        if high * (one.people + other.people) > MOST:
            return None
    low = high / 2 if high > 1 else 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    factor = max(1.0, high)
    return (ceil((factor - 1) * one.people), ceil((factor - 1) * other.people))
