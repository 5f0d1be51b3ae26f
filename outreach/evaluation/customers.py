"""What a customer costs the firm: to win one, to keep one, to lose one (domain notes B9).

Winning and keeping over several campaigns, losing over the firm's own two years of orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from outreach.evaluation.attrition_cost import AttritionCost, attrition_rate, measured
from outreach.evaluation.money import Keeping, Winning
from outreach.model.spending import Kept, Loyalty


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    winning: Winning
    #: None where no customer was touched.
    keeping: Keeping | None
    losing: AttritionCost
    #: Customers lost by life stage in the last twelve months ÷ customers at their start.
    attrition_rate: Fraction | None
    loyalty: Loyalty


def customers(
    winnings: Sequence[Winning],
    keepings: Iterable[Keeping | None],
    loyalty: Loyalty,
    *,
    new_customers: int,
    kept: Kept,
) -> Customers:
    """Costs and margins summed over campaigns; `new_customers` and `kept` are people, each once.

    `winnings` and `new_customers` are of the campaigns that touched anybody or cost anything.
    """
    won = together_won(winnings, new_customers)
    return Customers(
        winning=won,
        keeping=together_kept([one for one in keepings if one is not None], kept),
        losing=measured(loyalty, won.per_new_customer),
        attrition_rate=attrition_rate(loyalty),
        loyalty=loyalty,
    )


def together_won(each: Sequence[Winning], new: int) -> Winning:
    cost = sum((one.cost for one in each), Fraction(0))
    margin = _sum(one.margin for one in each)
    net = None if margin is None else cost - Fraction(margin)
    return Winning(
        touches=sum(one.touches for one in each),
        cost=cost,
        new_customers=new,
        margin=margin,
        per_new_customer=cost / new if new else None,
        net_per_new_customer=net / new if net is not None and new else None,
    )


def together_kept(each: Sequence[Keeping], kept: Kept) -> Keeping | None:
    """A customer of two campaigns cost what both spent on him, and is one customer."""
    if not each:
        return None
    cost = sum((one.cost for one in each), Fraction(0))
    orders = sum(one.orders for one in each)
    return Keeping(
        touches=sum(one.touches for one in each),
        customers=kept.customers,
        cost=cost,
        per_customer=cost / kept.customers if kept.customers else None,
        ordering=kept.ordering,
        orders=orders,
        margin=_sum(one.margin for one in each),
        per_order=cost / orders if orders else None,
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Unknown where one of them is."""
    known = list(amounts)
    if any(amount is None for amount in known):
        return None
    return sum((amount for amount in known if amount is not None), Decimal(0))
