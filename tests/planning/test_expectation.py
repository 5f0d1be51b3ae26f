"""What so many people contacted may bring: the effort read backwards."""

from __future__ import annotations

from fractions import Fraction

from outreach.planning.expectation import expect
from outreach.planning.habits import Coefficients, Origin, habits


def test_the_sources_own_figures_lead_back_from_their_prospects_to_their_deals() -> None:
    """600 contacted, 6 % accessible, 4 actives a proposal, 3 proposals a deal: 36, 9, 3."""
    used = habits(Coefficients(average_deal=Fraction(20_000)), Coefficients())
    outlook = expect(600, used)

    assert (outlook.active_prospects, outlook.proposals, outlook.deals) == (36, 9, 3)
    assert outlook.revenue == 60_000
    assert used.accessibility.origin is Origin.DEFAULT


def test_the_firm_s_own_history_wins_and_an_unknown_deal_brings_nothing_known() -> None:
    used = habits(Coefficients(), Coefficients(accessibility=Fraction(1, 10)))
    outlook = expect(7, used)

    assert outlook.active_prospects == Fraction(7, 10)
    assert outlook.revenue is None
    assert used.accessibility.origin is Origin.HISTORY
