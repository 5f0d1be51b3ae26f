"""Who stays: the shape of the portfolio by life stage, retention, attrition, basket, verdict.

Every rate names its base. Retention takes off whoever came in meanwhile, the new ones and
those who came back. Source: domain notes B8, B11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil

from outreach.evaluation.chain import share
from outreach.evaluation.margins import items_per_order
from outreach.model.contact import LifeStage
from outreach.model.portfolio import PortfolioRules, PortfolioTally, StageTally

_HEALTHY = (LifeStage.DEVELOPING, LifeStage.MATURE)


@dataclass(frozen=True, slots=True)
class Shape:
    """Customers by life stage. Shares are of all of them but the lost."""

    counts: Mapping[LifeStage, int]

    @property
    def customers(self) -> int:
        return sum(self.counts.values())

    @property
    def base(self) -> int:
        """All but the lost."""
        return self.customers - self.counts.get(LifeStage.LOST, 0)

    @property
    def healthy(self) -> int:
        """Developing and mature ones."""
        return sum(self.counts.get(stage, 0) for stage in _HEALTHY)

    @property
    def healthy_share(self) -> Fraction | None:
        return share(self.healthy, self.base)

    @property
    def declining_share(self) -> Fraction | None:
        return share(self.counts.get(LifeStage.DECLINING, 0), self.base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Customers who were not lost at the start and at the end, and who moved between.

    `new` had their first order meanwhile, `reactivated` were lost at the start, `lost` are at
    the end; who came and went meanwhile is in none of them.
    """

    start: int
    end: int
    new: int
    reactivated: int
    lost: int

    @property
    def retention(self) -> Fraction | None:
        """(end − new − reactivated) ÷ start."""
        return share(self.end - self.new - self.reactivated, self.start)

    @property
    def attrition(self) -> Fraction | None:
        """Lost ÷ customers at the start: the base that is used everywhere."""
        return share(self.lost, self.start)

    @property
    def attrition_by_end(self) -> Fraction | None:
        return share(self.lost, self.end)

    @property
    def attrition_by_total(self) -> Fraction | None:
        """Lost ÷ all who were customers at some time: at the start, new, or back again."""
        return share(self.lost, self.start + self.new + self.reactivated)


class Verdict(StrEnum):
    """What the shape of the portfolio says about the commercial policy."""

    CARRY_ON = "carry_on"
    #: Too few are healthy, or too many decline: more effort.
    REDOUBLE = "redouble"
    #: More decline than are healthy: another strategy.
    REVISE = "revise"
    #: No customer yet.
    OPEN = "open"


class Reason(StrEnum):
    """Why the verdict is what it is."""

    NO_CUSTOMERS = "no_customers"
    MOSTLY_HEALTHY = "mostly_healthy"
    #: At least half are new: it is too early to judge.
    MOSTLY_NEW = "mostly_new"
    MORE_DECLINE_THAN_HEALTHY = "more_decline_than_healthy"
    MANY_DECLINE = "many_decline"
    FEW_HEALTHY = "few_healthy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What a receipt brings, and how often one comes; the last twelve months."""

    #: Turnover ÷ orders with an amount, not ÷ customers. None: no order.
    measured: Fraction | None
    orders: int
    #: Articles ÷ receipts (indice de vente), of the receipts that tell; None: none does.
    items_per_order: Fraction | None
    orders_with_items: int
    #: Orders ÷ customers who ordered.
    orders_per_year: Fraction | None
    buyers: int
    #: What is counted with: what the firm states, else what was measured.
    used: Fraction | None
    frequency_used: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """Customers needed for the turnover that is expected, beside those who bought (B8)."""

    turnover: Fraction
    exact: Fraction
    needed: int
    #: Distinct customers who ordered in the last twelve months.
    have: int

    @property
    def short(self) -> int:
        return max(0, self.needed - self.have)


def shape(rows: Sequence[StageTally], *, at_start: bool = False) -> Shape:
    """The portfolio at the end, or as it was at the start."""
    counts = dict.fromkeys(LifeStage, 0)
    for row in rows:
        stage = row.before if at_start else row.stage
        if stage is not None:
            counts[LifeStage(stage)] += row.customers
    return Shape(counts)


def movement(rows: Sequence[StageTally]) -> Movement:
    def people(*, was: bool | None, now: bool | None, lost_before: bool = False) -> int:
        """`was`, `now`: a customer who was not lost then; None is either."""
        found = 0
        for row in rows:
            before = row.before is not None and row.before != LifeStage.LOST
            alive = row.stage != LifeStage.LOST
            if (was is not None and before is not was) or (now is not None and alive is not now):
                continue
            if was is False and lost_before is not (row.before == LifeStage.LOST):
                continue
            found += row.customers
        return found

    return Movement(
        start=people(was=True, now=None),
        end=people(was=None, now=True),
        new=people(was=False, now=True),
        reactivated=people(was=False, now=True, lost_before=True),
        lost=people(was=True, now=False),
    )


def verdict(now: Shape, rules: PortfolioRules) -> tuple[Verdict, Reason]:
    """Mostly developing and mature: carry on; declining: redouble the effort, or revise it."""
    if not now.base:
        return Verdict.OPEN, Reason.NO_CUSTOMERS
    declining = now.counts.get(LifeStage.DECLINING, 0)
    if declining > now.healthy:
        return Verdict.REVISE, Reason.MORE_DECLINE_THAN_HEALTHY
    if declining >= rules.declining * now.base:
        return Verdict.REDOUBLE, Reason.MANY_DECLINE
    if 2 * now.healthy >= now.base:
        return Verdict.CARRY_ON, Reason.MOSTLY_HEALTHY
    if 2 * now.counts.get(LifeStage.NEW, 0) >= now.base:
        return Verdict.CARRY_ON, Reason.MOSTLY_NEW
    return Verdict.REDOUBLE, Reason.FEW_HEALTHY


def repeat_rate(rows: Sequence[StageTally]) -> Fraction | None:
    """Customers with two orders or more ÷ customers with an order: (a) of "fidélisation"."""
    customers = sum(row.customers - row.unordered for row in rows)
    return share(customers - sum(row.one_time for row in rows), customers)


def expected_life(attrition: Fraction | None, months: int) -> Fraction | None:
    """Months a customer stays: 1 ÷ the attrition of a month."""
    return months / attrition if attrition else None


def basket(tally: PortfolioTally, rules: PortfolioRules) -> Basket:
    buyers = sum(tally.amount_counts)
    money = Fraction(tally.revenue, tally.per_unit)
    measured = money / tally.orders_with_amount if tally.orders_with_amount else None
    # Of the people who are still there: those who were erased bought, but are no customers.
    frequency = share(sum(row.orders for row in tally.stages), buyers)
    return Basket(
        measured=measured,
        orders=tally.orders_with_amount,
        items_per_order=items_per_order(tally.items, tally.orders_with_items),
        orders_with_items=tally.orders_with_items,
        orders_per_year=frequency,
        buyers=buyers,
        used=Fraction(rules.basket) if rules.basket is not None else measured,
        frequency_used=(
            Fraction(rules.orders_per_year) if rules.orders_per_year is not None else frequency
        ),
    )


def needed(basket: Basket, turnover: Fraction | None) -> Needed | None:
    """Turnover ÷ (basket × orders per year); None where one of them is not known or 0."""
    if turnover is None or not basket.used or not basket.frequency_used:
        return None
    exact = turnover / (basket.used * basket.frequency_used)
    return Needed(turnover=turnover, exact=exact, needed=ceil(exact), have=basket.buyers)
