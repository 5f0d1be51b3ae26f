"""How sure a difference of means is when a few large orders make most of it: the bootstrap.

B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979)
1–26. Both groups are drawn again from themselves, many times; the middle 95 % of the
differences are the interval. Drawn from a seed: the same figures give the same interval.
"""

from __future__ import annotations

from typing import Any

from outreach.evaluation.heads import Heads
from outreach.evaluation.intervals import CONFIDENCE, Interval

#: How often a group is drawn again.
DRAWS = 4000
#: Beyond so many people with a number, neighbouring numbers are drawn as their mean; the
#: largest, which make the spread, stay what they are.
_MANY = 2000
_LARGEST = 200
_BINS = 300
#: Fewer people than this with a number that is not 0, and drawing them again says nothing.
_FEWEST = 5


def bootstrap(one: Heads, other: Heads, *, seed: int) -> Interval | None:
    """The interval of `one.mean − other.mean`; None where too few have a number at all."""
    buyers = [sum(people for _, people in group.numbers) for group in (one, other)]
    if not one.people or not other.people or sum(buyers) < _FEWEST:
        return None
    from numpy import quantile, random

    chance = random.default_rng(seed)
    differences = _means(one, chance) - _means(other, chance)
    tail = (1 - CONFIDENCE) / 2
    low, high = quantile(differences, (tail, 1 - tail))
    return Interval(float(low), float(high))


def _means(group: Heads, chance: Any) -> Any:
    """The mean of each redrawn group: how many are not 0 is drawn first, then who they are."""
    from numpy import array, zeros

    if not group.numbers:
        return zeros(DRAWS)
    numbers = _each(group)
    if len(numbers) > _MANY:
        return _binned_means(numbers, group.people, chance)
    drawn = chance.binomial(group.people, len(numbers) / group.people, DRAWS)
    sums = [numbers[chance.integers(0, len(numbers), count)].sum() for count in drawn]
    return array(sums) / group.people


def _each(group: Heads) -> Any:
    """The numbers that are not 0, one for each person, in ascending order."""
    from numpy import array, repeat

    return repeat(
        array([float(number) for number, _ in group.numbers]),
        array([people for _, people in group.numbers]),
    )


def _binned_means(numbers: Any, people: int, chance: Any) -> Any:
    """The same of many numbers: how many of each bin are drawn, in one go."""
    from numpy import append, array, array_split, concatenate, ones

    bins = array_split(numbers[:-_LARGEST], _BINS)
    values = concatenate([array([one.mean() for one in bins]), numbers[-_LARGEST:]])
    sizes = concatenate([array([len(one) for one in bins]), ones(_LARGEST)])
    shares = append(sizes, people - len(numbers)) / people
    drawn = chance.multinomial(people, shares, DRAWS)
    return drawn[:, :-1] @ values / people
