"""Areas and groups of the market: penetration, and how visits are shared out among them.

    penetration = customers ÷ customers there could be, the lost being none
    weight = as somebody said, else (potential − customers) ÷ pressure

Pure. Visits are shared out in proportion to the weights (`sharing.py`). The weight from the
factors is ours: no source fixes one (domain notes B7).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from outreach.model.market_tally import GroupTally, penetration
from outreach.model.plan import Area

#: Of the competitors, where nobody said it: the middle of 1 to 5.
PRESSURE = 3


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


def _weight(area: Area, group: GroupTally) -> Fraction:
    if area.weight is not None:
        return Fraction(area.weight)
    potential = area.potential_customers
    free = group.prospects if potential is None else max(0, potential - group.customers)
    return Fraction(free) / (area.pressure or PRESSURE)
