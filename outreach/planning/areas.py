"""Areas and groups of the market: penetration, and how visits are shared out among them.

    penetration = customers ÷ customers there could be
    weight = as somebody said, else (potential − customers) ÷ pressure

Pure. Visits are spread in proportion to weights by the largest remainder, so that the sum
stays exact. The weight from the factors is ours: no source fixes one (domain notes B7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from outreach.errors import Text, WrongUsage
from outreach.model.market_tally import GroupTally
from outreach.model.plan import Area

#: Of the competitors, where nobody said it: the middle of 1 to 5.
PRESSURE = 3


class BadWeights(WrongUsage):
    """Visits cannot be shared out by these weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """An area with what is known of it."""

    area: Area
    group: GroupTally
    #: Customers ÷ potential customers; None where the potential is not known.
    penetration: Fraction | None
    weight: Fraction

    @property
    def absent(self) -> bool:
        """The firm has no customer there: it may be all prospecting."""
        return self.group.customers == 0


def survey(area: Area, group: GroupTally) -> Surveyed:
    """An area, its penetration and its weight."""
    return Surveyed(
        area=area,
        group=group,
        penetration=penetration(group.customers, area.potential_customers),
        weight=_weight(area, group),
    )


def penetration(customers: Fraction | int, potential: Fraction | int | None) -> Fraction | None:
    """Share of the customers there could be who are ours; None of none."""
    return Fraction(customers) / Fraction(potential) if potential else None


def _weight(area: Area, group: GroupTally) -> Fraction:
    if area.weight is not None:
        return Fraction(area.weight)
    potential = area.potential_customers
    free = group.prospects if potential is None else max(0, potential - group.customers)
    return Fraction(free) / (area.pressure or PRESSURE)


def spread(total: int, weights: Mapping[str, Fraction | int]) -> dict[str, int]:
    """`total` shared out in proportion to the weights, in whole numbers that add up to it.

    Who has the largest remainder gets one more; of equal ones who stands first. Nothing is
    shared out where all weights are 0. Raises `BadWeights` for one below 0.
    """
    if any(weight < 0 for weight in weights.values()):
        raise BadWeights(Text("a weight is not below 0"))
    whole = sum(weights.values(), Fraction(0))
    if not whole:
        return dict.fromkeys(weights, 0)
    exact = {name: Fraction(total) * weight / whole for name, weight in weights.items()}
    shares = {name: floor(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: shares[name] - exact[name])
    for name in by_remainder[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


def at_most(shares: Mapping[str, int], people: Mapping[str, int]) -> dict[str, int]:
    """First visits of each group: no more than there are people in it."""
    return {name: min(count, people.get(name, 0)) for name, count in shares.items()}
