"""What the store counted for the plan: attempts by channel, inbound people, work done, spells.

Whole people, attempts and sums, no rate and no verdict, as in `model/tally.py`. Money is in
units of the currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTally:
    """Attempts on one channel with prospects. `channel` is None where none was recorded."""

    channel: str | None
    touches: int
    #: Those whose length is known, and the sum of their minutes.
    timed: int
    minutes: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountTally:
    """Amounts of orders of prospects: how many are known, their sum and that of their squares."""

    orders: int = 0
    total: Decimal = Decimal(0)
    squares: Decimal = Decimal(0)

    @property
    def spread(self) -> Fraction:
        """The squared coefficient of variation; one amount alone counts as if spread like 1."""
        if self.orders < 1 or not self.total:
            return Fraction(1)
        mean = Fraction(self.total) / self.orders
        deviations = Fraction(self.squares) - self.orders * mean * mean
        return (1 + deviations / (mean * mean)) / self.orders


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundTally:
    """Distinct people who came by themselves in a period, and since when anything is known."""

    people: int = 0
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTally:
    """What was done and won in a period with people who were no customers before it.

    People are distinct; touches and orders are events.
    """

    contacted: int = 0
    touches: int = 0
    minutes: Decimal = Decimal(0)
    actives: int = 0
    quotes: int = 0
    orders: int = 0
    revenue: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Spell:
    """So many people who were at a state for so many days, and where they went from it.

    `state` and `next` are places of the forecast's states: 0 contacted, 1 replied,
    2 appointment, 3 quote; `next` is a later one, 4 an order, 5 closed, None still there.
    """

    state: int
    days: int
    next: int | None
    people: int


@dataclass(frozen=True, slots=True)
class Firsts:
    """First orders on one day: `days` after the day looked from, and whose they are."""

    days: int
    #: Of people who stood at a state on the day looked from; else of nobody known as a prospect.
    from_stock: bool
    people: int


@dataclass(frozen=True, slots=True)
class Due:
    """Amounts of orders placed on one day, to be paid later."""

    on: date
    amount: Decimal
