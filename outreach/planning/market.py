"""The potential market: who could buy, from us or from somebody else.

    potential = our customers + the competitors' customers + relative non-consumers

Relative non-consumers could use the product and do not yet; absolute ones are left out.
120 + 480 + 400 = 1,000. Source: domain notes B1.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Counts of people or firms."""

    ours: int
    competitors: int
    non_consumers: int

    @property
    def potential(self) -> int:
        return self.ours + self.competitors + self.non_consumers

    @property
    def share(self) -> Fraction | None:
        """Our customers ÷ present consumers; undefined where nobody buys yet."""
        buying = self.ours + self.competitors
        return Fraction(self.ours, buying) if buying else None

    @property
    def penetration(self) -> Fraction | None:
        """Our customers ÷ the potential market."""
        return Fraction(self.ours, self.potential) if self.potential else None

    @property
    def to_win(self) -> int:
        """Who could be contacted: the potential market without our own customers."""
        return self.potential - self.ours
