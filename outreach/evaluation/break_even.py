"""How many orders pay for an action, and which response that asks for.

Orders at break-even = ⌈(fixed costs F + unit cost c × n sent) ÷ margin of an order⌉, the least
response = these orders ÷ n. Source: domain notes B9.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from outreach.evaluation.cost import break_even


class MarginOrigin(StrEnum):
    """Where the margin of an order comes from."""

    #: The mean of the orders so far, all of whose margins are known.
    MEASURED = "measured"
    #: `margin_per_order` of the campaign.
    STATED = "stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """What an action must bring. None: no margin is known, or an order leaves none."""

    #: What an order leaves.
    margin_per_order: Fraction | None
    origin: MarginOrigin | None
    orders: int | None
    #: `orders` ÷ people sent to.
    minimum_response: Fraction | None
    #: Orders so far ÷ people sent to.
    response: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """An action before it starts: F + c × n."""

    sent: int
    #: Per piece, in units of the currency.
    unit_cost: Decimal = Decimal(0)
    fixed: Decimal = Decimal(0)

    @property
    def cost(self) -> Decimal:
        return self.fixed + self.unit_cost * self.sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One order: what is paid for it, and what it takes apart from the action itself."""

    price: Decimal
    goods: Decimal = Decimal(0)
    logistics: Decimal = Decimal(0)

    @property
    def margin(self) -> Decimal:
        return self.price - self.goods - self.logistics


def breaking_even(
    *,
    cost: Decimal | Fraction,
    sent: int,
    orders: int = 0,
    margin_per_order: Fraction | None,
    origin: MarginOrigin | None = None,
) -> BreakEven:
    """Where an action of that cost, sent to so many people, pays for itself."""
    needed = break_even(Fraction(cost), margin_per_order)
    return BreakEven(
        margin_per_order=margin_per_order,
        origin=None if margin_per_order is None else origin,
        orders=needed,
        minimum_response=Fraction(needed, sent) if needed is not None and sent else None,
        response=Fraction(orders, sent) if sent else None,
    )


def margin_after_advertising(mailing: Mailing, sale: Sale, orders: int) -> Decimal:
    """Turnover − goods − logistics − mailing (MBAP): what is left once the action is paid."""
    return sale.margin * orders - mailing.cost
