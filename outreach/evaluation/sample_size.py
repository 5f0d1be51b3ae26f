"""How many people an experiment needs, by the way in which it will be judged.

Three ways (`sequential`): looked at once, on a day fixed in advance, and never before; looked
at whenever one likes, and decided on such a day; looked at whenever one likes, without a day.
Each allowance for looking costs people. Several comparisons share the 5 % (Bonferroni, the
worst that Holm's correction asks).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction

from outreach.evaluation.power import (
    MOST,
    POWER,
    detectable,
    people_for_means,
    people_for_rates,
    power_of,
    sided,
)
from outreach.evaluation.sequential import ALPHA, EARLY, SPREAD, boundary
from outreach.model.campaign import Campaign
from outreach.model.value import value


class Rule(StrEnum):
    """How an experiment is looked at and judged."""

    #: One look on a day fixed in advance: the sample size of textbooks.
    ONCE = "once"
    #: Any number of looks, and a day of decision named in the campaign.
    DAY = "day_of_decision"
    #: Any number of looks, whichever finds something first.
    ANY_LOOK = "any_look"


@value(kw_only=True)
class Design:
    """What is to be told apart, and how surely. Rates are fractions of 1."""

    base: Fraction
    #: The difference to be seen.
    lift: Fraction
    comparisons: int = 1
    power: float = POWER
    alpha: float = ALPHA

    @property
    def other(self) -> Fraction:
        return self.base + self.lift


def comparisons_of(arms: int) -> int:
    """Each group against one of them."""
    return max(1, arms - 1)


def people_needed(design: Design, rule: Rule) -> int | None:
    """People in each group; None where it would take absurdly many."""
    base, other = float(design.base), float(design.other)
    alpha = design.alpha / design.comparisons
    if rule is not Rule.ANY_LOOK:
        kept = alpha if rule is Rule.ONCE else alpha * (1 - EARLY)
        return people_for_rates(base, other, z=sided(kept), power=design.power)
    odds = (base + other) / (2 - base - other)

    def enough(people: int) -> bool:
        z = boundary(odds * people / 2, alpha)
        return power_of(base, other, people=(people, people), z=z) >= design.power

    return _fewest(enough)


def people_needed_for_money(
    difference: Fraction, spread: Fraction, design: Design, rule: Rule
) -> int | None:
    """The same to tell two means apart; `spread` is the s.d. of what one person spends.

    None for looks at any time: how sharp those are depends on the mean, which nobody gave.
    """
    alpha = design.alpha / design.comparisons
    if rule is Rule.ANY_LOOK:
        return None
    kept = alpha if rule is Rule.ONCE else alpha * (1 - EARLY)
    return people_for_means(float(difference), float(spread), z=sided(kept), power=design.power)


def smallest_rise(
    base: float,
    *,
    people: tuple[int, int],
    comparisons: int,
    rule: Rule,
    alpha: float = ALPHA,
    power: float = POWER,
) -> float | None:
    """The smallest rise over a rate that these people tell; `people` are of base and other."""
    share = alpha / max(1, comparisons)
    first, second = people
    if not first or not second:
        return None
    size = 1 / (1 / first + 1 / second)

    def z(rate: float) -> float:
        if rule is not Rule.ANY_LOOK:
            return sided(share if rule is Rule.ONCE else share * (1 - EARLY))
        pooled = (base * first + rate * second) / (first + second)
        # Where nearly everybody does it, as well as could be told.
        return boundary(pooled / max(1 - pooled, SPREAD**2 / size) * size, share)

    return detectable(base, people=people, z=z, power=power)


def _fewest(enough: Callable[[int], bool]) -> int | None:
    """The smallest number for which something holds that holds for all larger ones."""
    high = 1
    while not enough(high):
        high *= 2
        if high > MOST:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


# --- of a campaign -----------------------------------------------------------------------------


def comparisons_in(campaign: Campaign) -> int:
    """How many lines the report of a campaign would compare."""
    control = bool(campaign.audience.control)
    opening = {step.name for step in campaign.following(None)}
    count = int(control)
    for step in campaign.steps:
        count += max(0, len(step.variants) - 1)
        if control and len(step.variants) > 1 and step.name in opening:
            count += len(step.variants)
    return count


def smallest_pair(campaign: Campaign, *, enrolled: int, control: int) -> tuple[int, int] | None:
    """The two groups that tell least: people of the one compared with, and of the other."""
    found = [(control, enrolled)] if control else []
    for step in campaign.steps:
        if len(step.variants) > 1:
            people = enrolled // len(step.variants)
            found.append((people, people))
    return min(
        found, key=lambda pair: 1 / (1 / max(pair[0], 1) + 1 / max(pair[1], 1)), default=None
    )
