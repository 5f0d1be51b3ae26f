"""What may come of so many people contacted, by the firm's habits.

    active prospects = contacted × accessibility
    proposals = active prospects ÷ compensation
    deals = proposals ÷ proposals per deal
    revenue = deals × average deal

The effort read backwards (`effort.py`). An expectation is no promise: each figure says where
it comes from, and is kept exact. Source: domain notes B1.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

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
