"""The prospecting effort (effort de prospection): from a goal to prospects, touches, hours.

    deals = revenue ÷ average deal
    proposals = deals × proposals per deal
    active prospects = proposals × compensation
    to find = active prospects − inbound, never below 0
    prospects = to find ÷ accessibility
    touches = prospects × touches per prospect
    hours = touches × minutes ÷ 60

Every step keeps two figures: the exact one, from a chain that is never rounded, and the
rounded one, from a chain that goes on from each rounded figure. Source: domain notes B1,
whose document truncates (466 prospects); whole people are rounded up here unless asked
otherwise, because 466 × 6 % is less than the 28 that are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Any

from outreach.errors import OutreachError, Text, WrongUsage
from outreach.planning.habits import Habits


class Rounding(StrEnum):
    """What becomes of a part of a person."""

    #: Whole deals, people and touches, upwards at each step; hours keep their fraction.
    UP = "up"
    EXACT = "exact"
    #: Truncated at each step, the hours too, as the sources print it.
    DOWN = "down"


class ImpossibleGoal(OutreachError):
    """No effort reaches the goal: nobody is accessible."""

    def __init__(self) -> None:
        super().__init__(
            Text("with an accessibility of 0 no number of prospects reaches the goal"),
            hint=Text("give the share of prospects who become active: --accessibility 6%"),
        )


class NoAverageDeal(WrongUsage):
    """A goal in money cannot be turned into deals."""

    def __init__(self) -> None:
        super().__init__(
            Text("what one deal brings is not known: there is no order in the history yet"),
            hint=Text("give it, --average-deal 20000, or give the goal in deals, --deals 3"),
        )


class BadCoefficient(WrongUsage):
    """A figure of the calculation cannot be what it is said to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """New business to win: either money, in units of the currency, or a number of deals."""

    revenue: Fraction | None = None
    deals: int | None = None

    def __post_init__(self) -> None:
        if (self.revenue is None) == (self.deals is None):
            raise WrongUsage(
                Text("the goal is either a revenue or a number of deals"),
                hint=Text("for example --revenue 60000, or --deals 3"),
            )
        if (self.revenue or 0) < 0 or (self.deals or 0) < 0:
            raise WrongUsage(Text("a goal is not below 0"))


@dataclass(frozen=True, slots=True)
class Quantity:
    """One step of the calculation: never rounded, and rounded at each step so far."""

    exact: Fraction
    rounded: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What the goal asks for. Touches are attempts, not people."""

    deals: Quantity
    proposals: Quantity
    active_prospects: Quantity
    to_find: Quantity
    prospects: Quantity
    touches: Quantity
    hours: Quantity


Round = Callable[[Fraction], Fraction]


def effort(goal: Goal, habits: Habits, rounding: Rounding = Rounding.UP) -> Effort:
    """How many prospects, touches and hours a goal asks for.

    Raises `ImpossibleGoal` when nobody is accessible and the goal is not 0,
    `NoAverageDeal` when a goal in money meets no average deal, `BadCoefficient` when a
    figure is out of its range. Source: domain notes B1.
    """
    check_habits(habits)
    whole = _whole(rounding)
    exact = _chain(goal, habits, whole=_as_it_is, hours=_as_it_is)
    hours = whole if rounding is Rounding.DOWN else _as_it_is
    rounded = _chain(goal, habits, whole=whole, hours=hours)
    return Effort(**{name: Quantity(exact[name], rounded[name]) for name in exact})


def _chain(goal: Goal, habits: Habits, *, whole: Round, hours: Round) -> dict[str, Fraction]:
    """The seven steps, each going on from the rounded figure before it."""
    deals = whole(_deals(goal, habits))
    if deals and not habits.accessibility.value:
        raise ImpossibleGoal
    proposals = whole(deals * habits.proposals_per_deal.value)
    actives = whole(proposals * habits.compensation.value)
    to_find = max(Fraction(0), whole(actives - habits.inbound.value))
    prospects = whole(to_find / habits.accessibility.value) if to_find else Fraction(0)
    touches = whole(prospects * habits.touches.value)
    return {
        "deals": deals,
        "proposals": proposals,
        "active_prospects": actives,
        "to_find": to_find,
        "prospects": prospects,
        "touches": touches,
        "hours": hours(touches * habits.minutes.value / 60),
    }


def on_arrays(goal: Goal, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """The chain without rounding, on arrays of NumPy: what `ranges.carried` runs through."""
    from numpy import maximum

    deals = goal.deals if goal.revenue is None else float(goal.revenue) / drawn["average_deal"]
    proposals = deals * drawn["proposals_per_deal"]
    actives = proposals * drawn["compensation"]
    to_find = maximum(0.0, actives - drawn["inbound"])
    prospects = to_find / drawn["accessibility"]
    touches = prospects * drawn["touches"]
    return {
        "deals": deals,
        "proposals": proposals,
        "active_prospects": actives,
        "to_find": to_find,
        "prospects": prospects,
        "touches": touches,
        "hours": touches * drawn["minutes"] / 60,
    }


def _deals(goal: Goal, habits: Habits) -> Fraction:
    if goal.deals is not None:
        return Fraction(goal.deals)
    if habits.average_deal is None:
        raise NoAverageDeal
    assert goal.revenue is not None, "a goal is one or the other"
    return goal.revenue / habits.average_deal.value


def _as_it_is(value: Fraction) -> Fraction:
    return value


def _whole(rounding: Rounding) -> Round:
    match rounding:
        case Rounding.UP:
            return lambda value: Fraction(ceil(value))
        case Rounding.DOWN:
            return lambda value: Fraction(floor(value))
        case Rounding.EXACT:
            return _as_it_is


def check_habits(habits: Habits) -> None:
    """Shares lie between 0 and 1, what is divided by or multiplied into deals is above 0."""
    if not 0 <= habits.accessibility.value <= 1:
        raise BadCoefficient(
            Text("the accessibility is a share of the prospects, between 0 and 100 %"),
            hint=Text("write it 6% or 0.06"),
        )
    if habits.average_deal is not None and habits.average_deal.value <= 0:
        raise BadCoefficient(Text("the average deal must be above 0"))
    if habits.proposals_per_deal.value <= 0 or habits.compensation.value <= 0:
        raise BadCoefficient(Text("proposals per deal and compensation must be above 0"))
    if min(habits.inbound.value, habits.touches.value, habits.minutes.value) < 0:
        raise BadCoefficient(Text("inbound prospects, touches and minutes are not below 0"))
