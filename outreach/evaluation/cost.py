"""What it cost and what it brought: cost per stage, margin, profit, break-even, acquisition cost.

Profit and return are counted on margin, never on turnover. Source: domain notes B9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from outreach.evaluation.chain import Link
from outreach.model.tally import CampaignTally, OrderTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a campaign cost, in units of the currency; exact where it was divided."""

    total: Decimal
    #: Of the touches: paper, stamps, minutes.
    touches: Decimal
    #: Of the campaign: design, list.
    fixed: Decimal
    #: Per person contacted, customers included.
    per_contact: Fraction | None
    #: Per person at each stage; None where nobody got there.
    per_stage: Mapping[str, Fraction | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came in against what went out. None: not known, or divided by 0."""

    orders: int
    revenue: Decimal
    #: None when an order lacks its margin: a part would pass for the whole.
    margin: Decimal | None
    #: Margin − cost.
    profit: Decimal | None
    #: Profit ÷ cost.
    roi: Fraction | None
    #: Orders that pay the cost at the mean margin so far.
    break_even_orders: int | None
    #: Cost ÷ new customers.
    cac_gross: Fraction | None
    #: (Cost − margin) ÷ new customers: what a recruit costs after the first order.
    cac_net: Fraction | None


def cost(tally: CampaignTally, fixed_costs: Mapping[str, Decimal], links: Sequence[Link]) -> Cost:
    """The cost of the touches made and of the campaign as a whole."""
    touches = sum((touch.cost for touch in tally.touches), Decimal(0))
    fixed = sum(fixed_costs.values(), Decimal(0))
    total = touches + fixed
    return Cost(
        total=total,
        touches=touches,
        fixed=fixed,
        per_contact=_per(total, tally.contacted),
        per_stage={link.stage: _per(total, link.contacts) for link in links},
    )


def result(orders: OrderTally, *, spent: Decimal, new_customers: int) -> Result:
    """What the orders brought against what was spent."""
    margin = None if orders.without_margin else orders.margin
    profit = None if margin is None else margin - spent
    mean_margin = None if margin is None else _per(margin, orders.orders)
    return Result(
        orders=orders.orders,
        revenue=orders.revenue,
        margin=margin,
        profit=profit,
        roi=None if profit is None or not spent else Fraction(profit) / Fraction(spent),
        break_even_orders=break_even(Fraction(spent), mean_margin),
        cac_gross=_per(spent, new_customers),
        cac_net=None if margin is None else _per(spent - margin, new_customers),
    )


def break_even(spent: Fraction, margin_per_order: Fraction | None) -> int | None:
    """Whole orders that pay for what was spent; None when an order earns nothing."""
    if margin_per_order is None or margin_per_order <= 0:
        return None
    return ceil(spent / margin_per_order)


def _per(amount: Decimal, people: int) -> Fraction | None:
    return Fraction(amount) / people if people else None
