"""Each coefficient says where it comes from: given, history or default."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from outreach.model.tally import HistoryTally
from outreach.planning.habits import Coefficient, Coefficients, Origin, habits, measured

#: B1: 500 contacted, 2,000 touches, 35 actives, 10 proposals, 4 deals.
HISTORY = HistoryTally(
    prospects_contacted=500,
    touches=2000,
    actives=35,
    quotes=10,
    deals=4,
    orders=5,
    revenue=Decimal(90_000),
    calls=40,
    call_minutes=Decimal(100),
)


def test_the_firms_own_figures_are_measured_on_its_history() -> None:
    assert measured(HISTORY) == Coefficients(
        average_deal=Fraction(18_000),
        proposals_per_deal=Fraction(5, 2),
        compensation=Fraction(7, 2),
        inbound=None,
        accessibility=Fraction(7, 100),
        touches=Fraction(4),
        minutes=Fraction(5, 2),
    )


def test_given_wins_over_history_which_wins_over_default() -> None:
    figures = habits(Coefficients(touches=Fraction(6)), measured(HISTORY))
    assert figures.touches == Coefficient(Fraction(6), Origin.GIVEN)
    assert figures.accessibility == Coefficient(Fraction(7, 100), Origin.HISTORY)
    assert figures.inbound == Coefficient(Fraction(0), Origin.DEFAULT)


def test_a_firm_without_history_gets_the_sources_defaults() -> None:
    figures = habits(Coefficients(), measured(HistoryTally()))
    used = (
        figures.proposals_per_deal,
        figures.compensation,
        figures.inbound,
        figures.accessibility,
        figures.touches,
        figures.minutes,
    )
    assert [each.value for each in used] == [3, 4, 0, Fraction(6, 100), 4, 2]
    assert {each.origin for each in used} == {Origin.DEFAULT}
    assert figures.average_deal is None


def test_a_campaign_that_nobody_answered_yet_does_not_make_everyone_inaccessible() -> None:
    started = HistoryTally(prospects_contacted=50, touches=50)
    assert measured(started).accessibility is None
    assert measured(started).touches == 1
