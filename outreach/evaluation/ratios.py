"""The ratios of prospecting, each with what it is a share of (domain notes B4).

The sources disagree on the basis: S4 counts people contacted, another sheet counts visits.
Both are computed and named, `per_contact` and `per_visit`; so are the ratios of a seller's
activity that another sheet draws from visits, orders and turnover.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from outreach.errors import Text
from outreach.evaluation.chain import share
from outreach.model.path import PathTally
from outreach.model.tally import CampaignTally


class Basis(StrEnum):
    #: People, however many attempts were made on them (S4).
    PER_CONTACT = "per_contact"
    #: Visits, several to a person.
    PER_VISIT = "per_visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Exact; None where the denominator is 0 or not known. In French, in brackets."""

    #: Prospects contacted ÷ all contacted (taux de prospection).
    prospecting_share: Fraction | None
    #: Prospects contacted ÷ prospects on file (efficacité de la prospection).
    prospect_coverage: Fraction | None
    #: Prospects beyond `contacted` ÷ prospects contacted (efficacité du prospecteur).
    interested_rate: Fraction | None
    #: New customers ÷ prospects contacted (taux de réussite).
    success_rate: Fraction | None


@dataclass(frozen=True, slots=True)
class Ratio:
    """One ratio, its two numbers and what it is a share of. None: not known."""

    part: int | Decimal
    whole: int | Decimal | None
    #: What was divided by what.
    basis: Text

    @property
    def value(self) -> Fraction | None:
        return Fraction(self.part) / Fraction(self.whole) if self.whole else None


def ratios(tally: CampaignTally) -> Ratios:
    contacted = tally.prospects_contacted
    return Ratios(
        prospecting_share=share(contacted, tally.contacted),
        prospect_coverage=share(contacted, tally.prospects_on_file or 0),
        interested_rate=share(tally.prospects_interested, contacted),
        success_rate=share(tally.prospects_won, contacted),
    )


def ratios_by_basis(tally: CampaignTally, path: PathTally) -> Mapping[Basis, Mapping[str, Ratio]]:
    """The four ratios of S4, and the same four where the basis is the visit."""
    prospects, on_file = tally.prospects_contacted, tally.prospects_on_file
    coverage = Ratio(prospects, on_file, Text("prospects contacted ÷ prospects on file"))
    interested = Ratio(
        tally.prospects_interested, prospects, Text("prospects interested ÷ prospects contacted")
    )
    won = tally.prospects_won
    return {
        Basis.PER_CONTACT: {
            "prospecting_share": Ratio(
                prospects, tally.contacted, Text("prospects contacted ÷ people contacted")
            ),
            "prospect_coverage": coverage,
            "interested_rate": interested,
            "success_rate": Ratio(won, prospects, Text("new customers ÷ prospects contacted")),
        },
        Basis.PER_VISIT: {
            "prospecting_share": Ratio(
                path.prospect_visits, path.visits, Text("visits to prospects ÷ visits")
            ),
            "prospect_coverage": coverage,
            "interested_rate": interested,
            "success_rate": Ratio(
                won, path.prospect_visits, Text("new customers ÷ visits to prospects")
            ),
        },
    }


def activity(tally: CampaignTally, path: PathTally) -> Mapping[str, Ratio]:
    """What a seller's sheet shows: turnover, margin and orders by visit, and the like.

    None of it where no visit was made. Two sheets call two things the rate of conquest: both
    are here, under names of their own. Margins only where every order's margin is known.
    """
    if not path.visits:
        return {}
    orders = tally.orders
    found = {
        "revenue_per_visit": Ratio(orders.revenue, path.visits, Text("turnover ÷ visits")),
        "visits_per_order": Ratio(path.visits, orders.orders, Text("visits ÷ orders")),
        "prospecting_effort": Ratio(
            path.prospect_visits, path.visits, Text("visits to prospects ÷ visits")
        ),
        "prospecting_yield": Ratio(
            tally.prospects_won, path.prospect_visits, Text("new customers ÷ visits to prospects")
        ),
        "conquest_rate": Ratio(
            tally.prospects_won, path.customers, Text("new customers ÷ customers among the people")
        ),
        "conversion_rate": Ratio(
            tally.prospects_won,
            tally.prospects_contacted,
            Text("new customers ÷ prospects contacted"),
        ),
        "average_order": Ratio(orders.revenue, orders.orders, Text("turnover ÷ orders")),
    }
    if not orders.without_margin:
        found |= {
            "margin_per_visit": Ratio(orders.margin, path.visits, Text("margin ÷ visits")),
            "margin_per_order": Ratio(orders.margin, orders.orders, Text("margin ÷ orders")),
            "margin_rate": Ratio(orders.margin, orders.revenue, Text("margin ÷ turnover")),
        }
    return found
