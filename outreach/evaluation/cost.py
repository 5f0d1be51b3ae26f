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
    #: Orders that pay the cost at the mean margin so far; before the first, at the stated one.
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


def result(
    orders: OrderTally,
    *,
    spent: Decimal,
    new_customers: int,
    margin_per_order: Decimal | None = None,
) -> Result:
    """What the orders brought against what was spent.

    `margin_per_order`: what the campaign states that an order leaves, until one has come in.
    """
    margin = None if orders.without_margin else orders.margin
    profit = None if margin is None else margin - spent
    mean_margin = None if margin is None else _per(margin, orders.orders)
    if not orders.orders and margin_per_order is not None:
        mean_margin = Fraction(margin_per_order)
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


# --- by what was got for it -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the cost of a campaign is divided by. People are distinct, touches and orders are not.

    A useful contact is somebody really reached: who answered, was spoken with or met, said
    yes, no or later. An appointment is accepted when it is recorded, held when the person
    was met.
    """

    touches: int = 0
    contacts: int = 0
    useful_contacts: int = 0
    appointments: int = 0
    appointments_held: int = 0
    quotes: int = 0
    orders: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCosts:
    """The cost of one of each; None where there is none. All but the first bear the fixed costs."""

    #: Of the touches alone ÷ touches: what one more would cost.
    per_touch: Fraction | None
    per_contact: Fraction | None
    per_useful_contact: Fraction | None
    per_appointment: Fraction | None
    per_appointment_held: Fraction | None
    per_quote: Fraction | None
    #: ÷ orders, which are events: a person may place two.
    per_order: Fraction | None


def unit_costs(counts: Counts, *, total: Decimal, touches: Decimal) -> UnitCosts:
    """The whole cost divided by each count, and that of the touches by the touches."""
    return UnitCosts(
        per_touch=_per(touches, counts.touches),
        per_contact=_per(total, counts.contacts),
        per_useful_contact=_per(total, counts.useful_contacts),
        per_appointment=_per(total, counts.appointments),
        per_appointment_held=_per(total, counts.appointments_held),
        per_quote=_per(total, counts.quotes),
        per_order=_per(total, counts.orders),
    )
