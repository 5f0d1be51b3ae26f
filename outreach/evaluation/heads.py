"""One number per person, such as what each of a group spent: means compared.

Most people spend nothing, so a group is its people and the numbers that are not 0. B. L.
Welch, "The generalization of Student's problem when several different population variances
are involved", Biometrika 34 (1947) 28–35: nothing is supposed of the two spreads.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import sqrt

from outreach.evaluation.intervals import CONFIDENCE, Interval
from outreach.model.value import value


@value
class Heads:
    """The people of a group, and how many of them have each number that is not 0."""

    people: int
    numbers: tuple[tuple[Fraction, int], ...] = ()

    @property
    def total(self) -> Fraction:
        return sum((number * people for number, people in self.numbers), Fraction(0))

    @property
    def mean(self) -> Fraction | None:
        """Over everybody, those with 0 too; None where there is nobody."""
        return self.total / self.people if self.people else None

    @property
    def variance(self) -> float | None:
        """The unbiased one, n − 1 below; None for fewer than two people."""
        if self.people < 2:
            return None
        squares = sum((number**2 * people for number, people in self.numbers), Fraction(0))
        return float((squares - self.total**2 / self.people) / (self.people - 1))


def heads(people: int, numbers: Iterable[tuple[Decimal | int, int]]) -> Heads:
    """A group of that many people; `numbers` are numbers with their people, zeros or not."""
    counted: dict[Fraction, int] = {}
    for number, count in numbers:
        if number:
            exact = Fraction(number)
            counted[exact] = counted.get(exact, 0) + count
    return Heads(people, tuple(sorted(counted.items())))


@value
class Welch:
    """The difference of two means, how sure it is, and what chance alone would say."""

    difference: Fraction
    interval: Interval
    #: The standard error of the difference, and its degrees of freedom.
    error: float
    freedom: float
    p: float

    @property
    def t(self) -> float:
        return float(self.difference) / self.error


def welch(one: Heads, other: Heads) -> Welch | None:
    """`one.mean − other.mean`; None where a group has fewer than two people or nothing varies."""
    means, spreads = (one.mean, other.mean), (one.variance, other.variance)
    if means[0] is None or means[1] is None or spreads[0] is None or spreads[1] is None:
        return None
    first, second = spreads[0] / one.people, spreads[1] / other.people
    if first + second <= 0:
        return None
    from scipy.special import stdtr, stdtrit

    error = sqrt(first + second)
    freedom = (first + second) ** 2 / (first**2 / (one.people - 1) + second**2 / (other.people - 1))
    difference = means[0] - means[1]
    half = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
    return Welch(
        difference=difference,
        interval=Interval(float(difference) - half, float(difference) + half),
        error=error,
        freedom=freedom,
        p=float(2 * stdtr(freedom, -abs(float(difference)) / error)),
    )
