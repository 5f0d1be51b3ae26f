"""What may come of so many people contacted, by the firm's habits.

    active prospects = contacted × accessibility
    proposals = active prospects ÷ compensation
    deals = proposals ÷ proposals per deal
    revenue = deals × average deal

The effort read backwards (`effort.py`), from people contacted (`expect`) or from the time
there is (`within`: touches = hours × 60 ÷ minutes, prospects = touches ÷ touches per
prospect, and the inbound prospects come on top). An expectation is no promise: each figure
says where it comes from, and is kept exact. Source: domain notes B1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from outreach.errors import Text
from outreach.planning.effort import BadCoefficient, Effort, Quantity, Round, Rounding, check_habits
from outreach.planning.habits import Habits


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Exact figures. `revenue` is None where nobody knows what a deal brings."""

    contacted: int
    active_prospects: Fraction
    proposals: Fraction
    deals: Fraction
    revenue: Fraction | None


def expect(contacted: int, habits: Habits) -> Expectation:
    """What so many people who are contacted may bring."""
    actives = contacted * habits.accessibility.value
    proposals = actives / habits.compensation.value
    deals = proposals / habits.proposals_per_deal.value
    average = habits.average_deal
    return Expectation(
        contacted=contacted,
        active_prospects=actives,
        proposals=proposals,
        deals=deals,
        revenue=deals * average.value if average else None,
    )


def within(hours: Fraction, habits: Habits, rounding: Rounding = Rounding.UP) -> Effort:
    """What so many hours of prospecting may bring: the effort from its end to its beginning.

    The rounded column counts whole touches, people and deals, downwards at each step: a part
    of a deal is none. Raises `BadCoefficient` where a touch takes no time, or a prospect no
    touch: any number could be made.
    """
    check_habits(habits)
    if not habits.minutes.value or not habits.touches.value:
        raise BadCoefficient(Text("with 0 minutes or 0 touches a prospect takes no time at all"))
    whole = (lambda v: v) if rounding is Rounding.EXACT else (lambda v: Fraction(floor(v)))
    exact, rounded = _back(hours, habits, lambda v: v), _back(hours, habits, whole)
    return Effort(**{name: Quantity(exact[name], rounded[name]) for name in exact})


def back_on_arrays(hours: Fraction, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """The way back without rounding, on arrays of NumPy (`ranges.carried`)."""
    touches = float(hours) * 60 / drawn["minutes"]
    prospects = touches / drawn["touches"]
    found = prospects * drawn["accessibility"]
    actives = found + drawn["inbound"]
    proposals = actives / drawn["compensation"]
    deals = proposals / drawn["proposals_per_deal"]
    steps = {
        "deals": deals,
        "proposals": proposals,
        "active_prospects": actives,
        "to_find": found,
        "prospects": prospects,
        "touches": touches,
    }
    if "average_deal" in drawn:
        steps["revenue"] = deals * drawn["average_deal"]
    return steps


def _back(hours: Fraction, habits: Habits, whole: Round) -> dict[str, Fraction]:
    touches = whole(hours * 60 / habits.minutes.value)
    prospects = whole(touches / habits.touches.value)
    found = whole(prospects * habits.accessibility.value)
    actives = whole(found + habits.inbound.value)
    proposals = whole(actives / habits.compensation.value)
    return {
        "deals": whole(proposals / habits.proposals_per_deal.value),
        "proposals": proposals,
        "active_prospects": actives,
        "to_find": found,
        "prospects": prospects,
        "touches": touches,
        "hours": hours,
    }
