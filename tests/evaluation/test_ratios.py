"""The four ratios, with the worked numbers of domain notes B4."""

from __future__ import annotations

from fractions import Fraction

from outreach.evaluation.ratios import Ratios, ratios
from outreach.model.tally import CampaignTally


def test_the_worked_base_of_400_prospects() -> None:
    """120 prospects and 80 customers contacted, 30 interested, 6 won: 60, 30, 25 and 5 %."""
    tally = CampaignTally(
        chain=("contacted", "order"),
        prospects_on_file=400,
        prospects_contacted=120,
        customers_contacted=80,
        prospects_interested=30,
        prospects_won=6,
    )
    assert ratios(tally) == Ratios(
        prospecting_share=Fraction(60, 100),
        prospect_coverage=Fraction(30, 100),
        interested_rate=Fraction(25, 100),
        success_rate=Fraction(5, 100),
    )


def test_a_ratio_of_nothing_is_undefined() -> None:
    assert ratios(CampaignTally(chain=("contacted",))) == Ratios(
        prospecting_share=None, prospect_coverage=None, interested_rate=None, success_rate=None
    )


def test_customers_alone_are_no_prospecting() -> None:
    found = ratios(CampaignTally(chain=("contacted",), customers_contacted=8, prospects_on_file=9))
    assert found.prospecting_share == 0
    assert found.prospect_coverage == 0
    assert found.success_rate is None
