"""Areas: penetration and weights (notes B7); how visits are shared out: test_sharing.py."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from outreach.model.market_tally import GroupTally, penetration
from outreach.model.plan import Area
from outreach.planning.areas import survey


def test_48_of_57_6_million_are_a_penetration_of_83_33_percent() -> None:
    found = penetration(48, Fraction(576, 10))
    assert found == Fraction(5, 6)
    assert f"{float(found or 0):.2%}" == "83.33%"


def test_the_penetration_of_an_unknown_or_empty_market_is_undefined() -> None:
    assert penetration(48, None) is None
    assert penetration(48, 0) is None


def test_a_weight_that_somebody_stated_wins_over_the_factors() -> None:
    area = Area(name="a", expression="", potential_customers=100, pressure=2, weight=Decimal(3))
    assert survey(area, GroupTally(customers=10)).weight == 3


def test_else_it_is_what_is_free_to_win_divided_by_the_pressure() -> None:
    area = Area(name="a", expression="", potential_customers=100, pressure=2)
    assert survey(area, GroupTally(customers=10, prospects=7)).weight == 45


def test_without_a_potential_the_prospects_on_file_stand_for_it_and_the_pressure_is_middling() -> (
    None
):
    assert survey(Area(name="a", expression=""), GroupTally(prospects=30)).weight == 10


def test_a_market_that_is_all_ours_weighs_nothing() -> None:
    area = Area(name="a", expression="", potential_customers=10)
    assert survey(area, GroupTally(customers=12)).weight == 0


def test_an_area_without_a_customer_is_one_where_the_firm_is_absent() -> None:
    assert survey(Area(name="a", expression=""), GroupTally(prospects=3)).absent
