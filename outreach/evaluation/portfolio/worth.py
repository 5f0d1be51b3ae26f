"""What a customer is worth over his life, in turnover and in margin; what winning one back is.

Sources disagree on turnover or margin: both are given, margin is what is compared with the
cost of winning a customer. Source: domain notes B9, B11, B12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from outreach.model.contact import LifeStage
from outreach.model.portfolio import PortfolioRules, PortfolioTally, StageTally

_YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """The value of a customer's life. None: something it is made of is not known."""

    basket: Fraction
    orders_per_year: Fraction
    #: Years that a customer stays: 1 ÷ yearly attrition, else the years that are looked ahead.
    years: Fraction
    margin_rate: Fraction | None
    retention: Fraction | None
    discount: Fraction
    #: How many years the discounted sum looks ahead.
    horizon: int
    #: Cost of the touches on prospects ÷ customers won, without the fixed costs of campaigns.
    cac: Fraction | None

    @property
    def revenue(self) -> Fraction:
        """Basket × orders a year × years."""
        return self.basket * self.orders_per_year * self.years

    @property
    def margin(self) -> Fraction | None:
        return None if self.margin_rate is None else self.revenue * self.margin_rate

    @property
    def discounted(self) -> Fraction | None:
        """Σ margin × retentionᵗ ÷ (1 + discount)ᵗ, t = 0 … horizon − 1, the cost not deducted."""
        if self.margin_rate is None or self.retention is None:
            return None
        yearly = self.basket * self.orders_per_year * self.margin_rate
        return discounted(yearly, self.retention, self.discount, self.horizon)

    @property
    def net(self) -> Fraction | None:
        """The discounted margin − the cost of winning him."""
        if self.discounted is None or self.cac is None:
            return None
        return self.discounted - self.cac


@dataclass(frozen=True, slots=True, kw_only=True)
class WinBack:
    """What the lost may still be worth: a chance and a cost, weighed."""

    lost: int
    #: Of them, those who ordered once and never again: lost straight after the first dealings.
    at_once: int
    #: Turnover and margin of a year, of all of them together, as it was while they bought.
    yearly_revenue: Fraction
    yearly_margin: Fraction | None
    #: The share that comes back, and where it is from: stated, or measured.
    chance: Fraction | None
    measured: bool
    cost: Fraction

    @property
    def value(self) -> Fraction | None:
        """Chance × a year's margin − what asking all of them costs."""
        if self.chance is None or self.yearly_margin is None:
            return None
        return self.chance * self.yearly_margin - self.cost


def discounted(margin: Fraction, retention: Fraction, discount: Fraction, years: int) -> Fraction:
    """The margins of so many years, the first one whole, each worth less than the one before."""
    rate = retention / (1 + discount)
    return sum((margin * rate**year for year in range(years)), Fraction(0))


def margin_rate(tally: PortfolioTally, rules: PortfolioRules) -> Fraction | None:
    """Margin ÷ turnover of the orders whose margin is known, else as the firm states it."""
    if tally.revenue_with_margin > 0:
        return Fraction(tally.margin, tally.revenue_with_margin)
    return rules.margin_rate


def win_back(
    rows: Sequence[StageTally], rules: PortfolioRules, *, rate: Fraction | None, per_unit: int
) -> WinBack:
    """The lost: what they brought a year, and what may be had of it again."""
    lost = [row for row in rows if row.stage == LifeStage.LOST]
    before = sum(row.customers for row in rows if row.before == LifeStage.LOST)
    back = sum(
        row.customers
        for row in rows
        if row.before == LifeStage.LOST and row.stage != LifeStage.LOST
    )
    measured = Fraction(back, before) if before else None
    yearly = (
        sum(
            (
                Fraction(row.lifetime * row.customers * _YEAR, row.lived_days)
                for row in lost
                if row.lived_days
            ),
            Fraction(0),
        )
        / per_unit
    )
    people = sum(row.customers for row in lost)
    return WinBack(
        lost=people,
        at_once=sum(row.one_time for row in lost),
        yearly_revenue=yearly,
        yearly_margin=None if rate is None else yearly * rate,
        chance=rules.win_back if rules.win_back is not None else measured,
        measured=rules.win_back is None,
        cost=Fraction(rules.win_back_cost) * people,
    )
