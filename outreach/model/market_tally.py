"""What the store counted for the plan: people by area, by list, by kind; no rate, no verdict.

People are those on file now: whoever was merged counts once, whoever was erased not at all.
Money is in units of the currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTally:
    """What the contact base knows of an area or another group of people."""

    #: People who ordered or came in as customers; who is lost is no customer any more.
    customers: int = 0
    #: Everybody else, but for the lost.
    prospects: int = 0
    #: All that these people ever bought.
    revenue: Decimal = Decimal(0)
    #: Visits to them in the period that was asked for.
    visits: int = 0
    #: The firm's history with them begins.
    first_order_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTally:
    """One list of contacts (plan fichier)."""

    #: Distinct people who stand in it, as imports told.
    people: int = 0
    #: Of these, people whom the base did not have before: the figures below are about them.
    added: int = 0
    contacted: int = 0
    #: People with an appointment.
    appointments: int = 0
    #: People who ordered, and their orders.
    customers: int = 0
    orders: int = 0
    revenue: Decimal = Decimal(0)
    #: Campaigns that enrolled anybody of it; None where no licence limits them: not counted.
    uses: int | None = None

    @property
    def there_before(self) -> int:
        """Its overlap with the base."""
        return self.people - self.added


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionTally:
    """Customers of one year and whether they ordered in the next."""

    #: Distinct people who ordered in the first year: the base of both rates.
    at_start: int = 0
    #: Of these, who ordered in the second year too.
    stayed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTally:
    """Visits of a period to people who were no customers when it began, and whom they won."""

    prospect_visits: int = 0
    visits: int = 0
    #: People whose first order falls in the period.
    new_customers: int = 0


def penetration(customers: Fraction | int, potential: Fraction | int | None) -> Fraction | None:
    """Share of the customers there could be who are ours; None where it is not known how many.

    The only penetration of an area there is: plans and the portfolio ask for it here. `customers`
    are those who are not lost.
    """
    return Fraction(customers) / Fraction(potential) if potential else None
