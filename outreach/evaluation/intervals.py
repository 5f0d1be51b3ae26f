"""How sure a rate is, and a difference of two rates: intervals and a test.

E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
JASA 22 (1927) 209–212. R. G. Newcombe, "Interval estimation for the difference between
independent proportions", Statistics in Medicine 17 (1998) 873–890, method 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

#: How sure: 95 % everywhere in this program.
CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Sample:
    """Some people, and how many of them did it."""

    did: int
    people: int

    @property
    def rate(self) -> float:
        """Raises ZeroDivisionError where there is nobody."""
        return self.did / self.people


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies, 95 times in 100."""

    low: float
    high: float


def wilson(sample: Sample) -> Interval | None:
    """The score interval of a rate, without continuity correction; None where nobody is."""
    n = sample.people
    if not n:
        return None
    middle = sample.did + Z**2 / 2
    half = Z * sqrt(sample.did * (n - sample.did) / n + Z**2 / 4)
    # At 0 and at 1 the bound is exact; floating point would miss it by a hair.
    low = 0.0 if sample.did == 0 else (middle - half) / (n + Z**2)
    high = 1.0 if sample.did == n else (middle + half) / (n + Z**2)
    return Interval(low, high)


def newcombe(one: Sample, other: Sample) -> Interval | None:
    """The interval of `one.rate − other.rate`: Newcombe's method 10, from two Wilson intervals."""
    first, second = wilson(one), wilson(other)
    if first is None or second is None:
        return None
    difference = one.rate - other.rate
    down = sqrt((one.rate - first.low) ** 2 + (second.high - other.rate) ** 2)
    up = sqrt((first.high - one.rate) ** 2 + (other.rate - second.low) ** 2)
    return Interval(difference - down, difference + up)


def score_test(one: Sample, other: Sample) -> float | None:
    """Two-sided p of "both rates are the same" by the score test.

    The pooled z test, that is Pearson's χ² with one degree of freedom and without
    continuity correction. None where one group is empty; 1 where all or nobody did it.
    """
    if not one.people or not other.people:
        return None
    pooled = (one.did + other.did) / (one.people + other.people)
    variance = pooled * (1 - pooled) * (1 / one.people + 1 / other.people)
    if variance <= 0:
        return 1.0
    z = abs(one.rate - other.rate) / sqrt(variance)
    return 2 * NormalDist().cdf(-z)
