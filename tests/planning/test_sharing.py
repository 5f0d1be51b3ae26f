"""Whole shares that add up to the total: the largest remainder (notes B7)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.planning.sharing import BadWeights, largest_remainder, shared_out


def test_weights_of_3_2_1_share_108_visits_into_54_36_18() -> None:
    assert shared_out(108, {"a": 3, "b": 2, "c": 1}) == {"a": 54, "b": 36, "c": 18}


def test_the_largest_remainder_gets_the_visit_that_is_left() -> None:
    """10 by 3/3/1 are 4.29, 4.29 and 1.43: the last one's remainder is the largest."""
    assert shared_out(10, {"a": 3, "b": 3, "c": 1}) == {"a": 4, "b": 4, "c": 2}


def test_of_equal_remainders_the_first_one_gets_it() -> None:
    assert shared_out(1, {"a": 1, "b": 1}) == {"a": 1, "b": 0}


def test_nothing_is_shared_out_where_nothing_has_a_weight() -> None:
    assert shared_out(108, {"a": 0, "b": 0}) == {"a": 0, "b": 0}
    assert shared_out(108, {}) == {}


def test_a_weight_below_0_is_refused() -> None:
    with pytest.raises(BadWeights):
        shared_out(1, {"a": -1})


@settings(deadline=None)
@given(
    st.integers(0, 10_000),
    st.dictionaries(st.text(max_size=3), st.fractions(0, 100), min_size=1, max_size=8),
)
def test_the_sum_stays_exact_and_nobody_is_off_by_a_whole_visit(
    total: int, weights: dict[str, Fraction]
) -> None:
    shares = shared_out(total, weights)
    whole = sum(weights.values())
    assert sum(shares.values()) == (total if whole else 0)
    for name, weight in weights.items():
        assert not whole or abs(shares[name] - total * weight / whole) < 1


def test_parts_known_beforehand_are_rounded_to_their_total() -> None:
    """2.5, 1.4 and 0.6 of 5 in all: two, one and none, and the half and the 0.6 go up."""
    exact = {"a": Fraction(5, 2), "b": Fraction(7, 5), "c": Fraction(3, 5)}
    assert largest_remainder(5, exact) == {"a": 3, "b": 1, "c": 1}


def test_somebody_else_may_choose_among_equal_remainders() -> None:
    exact = {"a": Fraction(1, 2), "b": Fraction(1, 2)}
    assert largest_remainder(1, exact) == {"a": 1, "b": 0}
    assert largest_remainder(1, exact, among_equals={"a": 7, "b": 3}.__getitem__) == {
        "a": 0,
        "b": 1,
    }
