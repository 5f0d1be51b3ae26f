"""What was to be spent, what was, and the difference. Variance = actual − budget (domain B14)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetControl:
    """In units of the currency; a cost is favourable when it is not above its budget."""

    budget: Decimal
    actual: Decimal
    variance: Decimal
    #: Variance ÷ budget.
    variance_rate: Fraction | None
    #: Actual ÷ budget: how much of it is used.
    used: Fraction | None
    favourable: bool


def budget_control(budget: Decimal | None, actual: Decimal) -> BudgetControl | None:
    """None where nobody set a budget."""
    if budget is None:
        return None
    variance = actual - budget
    return BudgetControl(
        budget=budget,
        actual=actual,
        variance=variance,
        variance_rate=Fraction(variance) / Fraction(budget) if budget else None,
        used=Fraction(actual) / Fraction(budget) if budget else None,
        favourable=variance <= 0,
    )
