"""Areas: penetration, weights, and visits shared out by the largest remainder (notes B7)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.model.market_tally import GroupTally
from outreach.model.plan import Area
from outreach.planning.areas import BadWeights, penetration, spread, survey


def test_weights_of_3_2_1_share_108_visits_into_54_36_18() -> None:
    assert spread(108, {"a": 3, "b": 2, "c": 1}) == {"a": 54, "b": 36, "c": 18}


def test_the_largest_remainder_gets_the_visit_that_is_left() -> None:
    """10 by 3/3/1 are 4.29, 4.29 and 1.43: the last one's remainder is the largest."""
    assert spread(10, {"a": 3, "b": 3, "c": 1}) == {"a": 4, "b": 4, "c": 2}


def test_of_equal_remainders_the_first_one_gets_it() -> None:
    assert spread(1, {"a": 1, "b": 1}) == {"a": 1, "b": 0}


def test_nothing_is_shared_out_where_nothing_has_a_weight() -> None:
    assert spread(108, {"a": 0, "b": 0}) == {"a": 0, "b": 0}
    assert spread(108, {}) == {}


def test_a_weight_below_0_is_refused() -> None:
    with pytest.raises(BadWeights):
        spread(1, {"a": -1})


@given(
    st.integers(0, 10_000),
    st.dictionaries(st.text(max_size=3), st.fractions(0, 100), min_size=1, max_size=8),
)
def test_the_sum_stays_exact_and_nobody_is_off_by_a_whole_visit(
    total: int, weights: dict[str, Fraction]
) -> None:
    shares = spread(total, weights)
    whole = sum(weights.values())
    assert sum(shares.values()) == (total if whole else 0)
    for name, weight in weights.items():
        assert not whole or abs(shares[name] - total * weight / whole) < 1


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
