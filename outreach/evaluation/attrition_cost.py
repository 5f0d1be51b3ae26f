"""What losing a customer costs: the margin he would have left, and another one in his place.

No source gives a formula (domain notes B9): the two terms are always shown apart, for the
first is foregone and the second is spent.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from outreach.model.spending import Loyalty


@dataclass(frozen=True, slots=True, kw_only=True)
class AttritionCost:
    """Of one customer, in units of the currency. None: not known."""

    #: What a customer leaves in a year.
    yearly_margin: Fraction | None
    #: Years he would have stayed.
    remaining_years: Fraction | None
    #: The first term: yearly margin × remaining years.
    lost_margin: Fraction | None
    #: The second term: what winning another one costs.
    replacement: Fraction | None

    @property
    def total(self) -> Fraction | None:
        """Both terms together; None while one of them is not known."""
        if self.lost_margin is None or self.replacement is None:
            return None
        return self.lost_margin + self.replacement


def attrition_cost(
    *,
    yearly_margin: Fraction | Decimal | None,
    remaining_years: Fraction | None,
    replacement: Fraction | Decimal | None,
) -> AttritionCost:
    """300 € a year for 2 more years, 100 € for another customer: 600 + 100."""
    margin = None if yearly_margin is None else Fraction(yearly_margin)
    lost = None
    if margin is not None and remaining_years is not None:
        lost = margin * remaining_years
    return AttritionCost(
        yearly_margin=margin,
        remaining_years=remaining_years,
        lost_margin=lost,
        replacement=None if replacement is None else Fraction(replacement),
    )


def attrition_rate(loyalty: Loyalty) -> Fraction | None:
    """Customers lost in a year ÷ customers at its start (domain notes B11)."""
    return Fraction(loyalty.lost, loyalty.at_start) if loyalty.at_start else None


def expected_years(rate: Fraction | None) -> Fraction | None:
    """1 ÷ attrition: 4 % a month are 25 months; endless, hence not known, where nobody leaves."""
    return 1 / rate if rate else None


def yearly_margin(loyalty: Loyalty) -> Fraction | None:
    """The margin of last year's orders ÷ last year's customers; unknown where one has no margin."""
    sales = loyalty.sales
    if not loyalty.active or sales.with_margin < sales.orders:
        return None
    return Fraction(sales.margin) / loyalty.active


def measured(loyalty: Loyalty, replacement: Fraction | None) -> AttritionCost:
    """From the firm's own two years of orders, and what a new customer costs it."""
    return attrition_cost(
        yearly_margin=yearly_margin(loyalty),
        remaining_years=expected_years(attrition_rate(loyalty)),
        replacement=replacement,
    )
