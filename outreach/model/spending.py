"""What the store counted of money: whose touches, and what came between one step and the next.

`store/cost_tallies.py` fills these; `evaluation/money.py` judges them. Money is in units of
the currency, exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from outreach.model.ids import CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Touches of a group of people, and what they took."""

    touches: int = 0
    #: Distinct people among them.
    people: int = 0
    cost: Decimal = Decimal(0)
    minutes: Decimal = Decimal(0)
    km: Decimal = Decimal(0)
    #: Touches of which no cost is on record, such as those of another program.
    unpriced: int = 0

    def __add__(self, other: Effort) -> Effort:
        """Of groups that share no person."""
        return Effort(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__slots__}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """Orders and what they brought; an order is an event, one person may place two."""

    orders: int = 0
    #: Of the orders whose amount is known.
    revenue: Decimal = Decimal(0)
    with_amount: int = 0
    #: Of the orders whose margin is known.
    margin: Decimal = Decimal(0)
    with_margin: int = 0
    #: Amount and margin of the orders of which both are known: what rates of margin are of.
    priced_revenue: Decimal = Decimal(0)
    priced_margin: Decimal = Decimal(0)

    def __add__(self, other: Sales) -> Sales:
        return Sales(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__slots__}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StepGain:
    """What came after a step and before the next: the last touch before it was of this step."""

    #: None: nothing had been done with the person before.
    step: str | None
    #: People whose first answer it was.
    answers: int = 0
    sales: Sales = Sales()
    #: Of these answers and orders: the touch was made before the period that is asked for, on
    #: people who are not among those touched in it.
    earlier_answers: int = 0
    earlier_orders: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Beside a campaign's tally: what its money went to and what each step brought."""

    #: By step, in the campaign's order; None for work outside any step. Without people: these
    #: are in the campaign's tally.
    steps: tuple[tuple[str | None, Effort], ...] = ()
    #: Of people who were customers at the launch; the others are prospects.
    customers: Effort = Effort()
    gains: tuple[StepGain, ...] = ()
    #: Distinct people really reached: see `store/cost_queries.USEFUL`.
    useful: int = 0
    #: Distinct people met.
    met: int = 0
    #: Of people who were customers at the launch: orders, and those who placed them.
    customer_sales: Sales = Sales()
    customers_ordering: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Customers of several campaigns, each once, however many campaigns were to keep him."""

    #: Distinct people touched who were customers at the launch.
    customers: int = 0
    #: Distinct ones who ordered again.
    ordering: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """New customers of several campaigns, each once."""

    customers: int = 0
    #: By campaign: orders of people it had nothing to do with, who were no customers before.
    apart: Mapping[CampaignId, Sales] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loyalty:
    """Who stayed in the last year, and what was sold in it."""

    #: Customers a year ago who were not lost then, by their life stage.
    at_start: int = 0
    #: Of them, those who are lost now.
    lost: int = 0
    #: Ordered in the last year.
    active: int = 0
    #: Of the orders of the last year.
    sales: Sales = Sales()
