"""Everything about the money of one campaign, judged once: costs, margins, break-even, steps.

Beside `cost.py`, which holds the two sums that all of it begins with. Source: domain notes B9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from outreach.evaluation.break_even import BreakEven, MarginOrigin, breaking_even
from outreach.evaluation.budget import BudgetControl, budget_control
from outreach.evaluation.chain import Link
from outreach.evaluation.cost import Cost, Counts, Result, UnitCosts, unit_costs
from outreach.evaluation.marginal import StepYield, known_margin, step_yields
from outreach.evaluation.margins import Margins, margins
from outreach.model.campaign import Campaign
from outreach.model.spending import Effort, Sales, Spending
from outreach.model.tally import CampaignTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Winning:
    """What prospects cost, and what a new customer does. Fixed costs are shared by touches."""

    touches: int
    cost: Fraction
    new_customers: int
    #: Of prospects' orders; None when one is missing.
    margin: Decimal | None
    #: Cost ÷ new customers.
    per_new_customer: Fraction | None
    #: (Cost − margin) ÷ new customers.
    net_per_new_customer: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What people cost who were customers already. Fixed costs are shared by touches."""

    touches: int
    #: Distinct customers touched.
    customers: int
    cost: Fraction
    #: Cost ÷ customers touched.
    per_customer: Fraction | None
    #: Customers who ordered again, and their orders.
    ordering: int
    orders: int
    margin: Decimal | None
    #: Cost ÷ their orders.
    per_order: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Amounts in units of the currency, exact where they were divided; rates fractions of 1."""

    currency: str
    counts: Counts
    #: Distinct people at each stage of the chain, the first one left out.
    stages: Mapping[str, int]
    unit: UnitCosts
    minutes: Decimal
    km: Decimal
    #: Touches of which no cost is on record.
    unpriced: int
    break_even: BreakEven
    margins: Margins
    #: Margin − cost (MBAP): turnover − goods − logistics − action; None when a margin is missing.
    margin_after_advertising: Decimal | None
    #: The same ÷ new customers.
    margin_after_advertising_per_customer: Fraction | None
    budget: BudgetControl | None
    winning: Winning
    #: None where no customer was touched.
    keeping: Keeping | None
    steps: tuple[StepYield, ...]
    #: What does not depend on the number of people, by name.
    fixed_costs: Mapping[str, Decimal]


def money(
    campaign: Campaign,
    tally: CampaignTally,
    spending: Spending,
    *,
    links: Sequence[Link],
    spent: Cost,
    outcome: Result,
    currency: str,
) -> Money:
    """The figures of money of one campaign, from what the store counted."""
    spending = _with_people(spending, tally)
    counts = _counts(tally, spending, links)
    margin, origin = margin_per_order(campaign, outcome)
    efforts = [effort for _, effort in spending.steps]
    sold = sum((gain.sales for gain in spending.gains), Sales())
    new = tally.new_customers
    left = outcome.profit
    return Money(
        currency=currency,
        counts=counts,
        stages={link.stage: link.contacts for link in links[1:]},
        unit=unit_costs(counts, total=spent.total, touches=spent.touches),
        minutes=sum((one.minutes for one in efforts), Decimal(0)),
        km=sum((one.km for one in efforts), Decimal(0)),
        unpriced=sum(one.unpriced for one in efforts),
        break_even=breaking_even(
            cost=spent.total,
            sent=counts.contacts,
            orders=outcome.orders,
            margin_per_order=margin,
            origin=origin,
        ),
        margins=margins(sold),
        margin_after_advertising=left,
        margin_after_advertising_per_customer=Fraction(left) / new
        if left is not None and new
        else None,
        budget=budget_control(campaign.budget, spent.total),
        winning=winning(spending, spent, sold, new),
        keeping=keeping(spending, spent),
        steps=step_yields(spending, margin),
        fixed_costs=campaign.fixed_costs,
    )


def of_touches(tally: CampaignTally) -> Spending:
    """What the campaign's tally alone tells of its money: the touches of its steps."""
    return Spending(
        steps=tuple(
            (
                touch.step,
                Effort(
                    touches=touch.touches,
                    people=touch.people,
                    cost=touch.cost,
                    minutes=touch.minutes,
                ),
            )
            for touch in tally.touches
        )
    )


def margin_per_order(
    campaign: Campaign, outcome: Result
) -> tuple[Fraction | None, MarginOrigin | None]:
    """The mean of the orders so far where all are known, else what the campaign states."""
    if outcome.orders and outcome.margin is not None:
        return Fraction(outcome.margin) / outcome.orders, MarginOrigin.MEASURED
    if campaign.margin_per_order is not None:
        return Fraction(campaign.margin_per_order), MarginOrigin.STATED
    return None, None


def winning(spending: Spending, spent: Cost, sold: Sales, new_customers: int) -> Winning:
    """What was spent on people who were no customers at the launch."""
    touches = _touches(spending) - spending.customers.touches
    cost = Fraction(spent.total) - _spent_on(spending.customers, spending, spent)
    theirs = _without(sold, spending.customer_sales)
    margin = known_margin(theirs)
    return Winning(
        touches=touches,
        cost=cost,
        new_customers=new_customers,
        margin=margin,
        per_new_customer=_per(cost, new_customers),
        net_per_new_customer=None
        if margin is None
        else _per(cost - Fraction(margin), new_customers),
    )


def winning_without(one: Winning, spending: Spending, apart: Sales) -> Winning:
    """The same, some orders left out that were placed by people nobody had to do with."""
    sold = sum((gain.sales for gain in spending.gains), Sales())
    margin = known_margin(_without(_without(sold, spending.customer_sales), apart))
    return replace(one, margin=margin)


def keeping(spending: Spending, spent: Cost) -> Keeping | None:
    """What was spent on people who were customers at the launch."""
    effort, sales = spending.customers, spending.customer_sales
    if not effort.touches and not effort.cost and not sales.orders:
        return None
    cost = _spent_on(effort, spending, spent)
    return Keeping(
        touches=effort.touches,
        customers=effort.people,
        cost=cost,
        per_customer=_per(cost, effort.people),
        ordering=spending.customers_ordering,
        orders=sales.orders,
        margin=known_margin(sales),
        per_order=_per(cost, sales.orders),
    )


def _with_people(spending: Spending, tally: CampaignTally) -> Spending:
    """The distinct people of each step, which the campaign's own tally has counted."""
    people: dict[str | None, int] = {}
    for touch in tally.touches:
        people[touch.step] = people.get(touch.step, 0) + touch.people
    steps = tuple(
        (name, replace(effort, people=people.get(name, 0))) for name, effort in spending.steps
    )
    return replace(spending, steps=steps)


def _counts(tally: CampaignTally, spending: Spending, links: Sequence[Link]) -> Counts:
    people = {link.stage: link.contacts for link in links}
    return Counts(
        touches=sum(touch.touches for touch in tally.touches),
        contacts=tally.contacted,
        useful_contacts=spending.useful,
        appointments=people.get("appointment", 0),
        appointments_held=spending.met,
        quotes=people.get("quote", 0),
        orders=tally.orders.orders,
    )


def _spent_on(effort: Effort, spending: Spending, spent: Cost) -> Fraction:
    """The cost of these touches, with their share of the fixed costs by their number."""
    every = _touches(spending)
    share = Fraction(effort.touches, every) if every else Fraction(0)
    return Fraction(effort.cost) + Fraction(spent.fixed) * share


def _touches(spending: Spending) -> int:
    return sum(effort.touches for _, effort in spending.steps)


def _without(every: Sales, some: Sales) -> Sales:
    """What is left of the orders without some of them."""
    names = Sales.__slots__
    return Sales(**{name: getattr(every, name) - getattr(some, name) for name in names})


def _per(amount: Fraction, count: int) -> Fraction | None:
    return amount / count if count else None
