"""Published values of the intervals and the test."""

from __future__ import annotations

import pytest

from outreach.evaluation.intervals import Sample, newcombe, score_test, wilson


@pytest.mark.parametrize(
    ("did", "people", "low", "high"),
    [
        # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in
        # Medicine 17 (1998) 857–872, table I, method 3 (Wilson's score without correction).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(did: int, people: int, low: float, high: float) -> None:
    interval = wilson(Sample(did, people))
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_wilson_ends_exactly_at_0_and_at_1() -> None:
    nobody, all_of_them = wilson(Sample(0, 7)), wilson(Sample(7, 7))
    assert nobody is not None
    assert all_of_them is not None
    assert nobody.low == 0
    assert all_of_them.high == 1


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 873–890, table II, method 10.
        (Sample(56, 70), Sample(48, 80), 0.0524, 0.3339),
        (Sample(9, 10), Sample(3, 10), 0.1705, 0.8090),
        (Sample(6, 7), Sample(2, 7), 0.0582, 0.8062),
        (Sample(0, 10), Sample(0, 20), -0.1611, 0.2775),
        (Sample(0, 10), Sample(0, 10), -0.2775, 0.2775),
        (Sample(10, 10), Sample(0, 20), 0.6791, 1.0),
        (Sample(10, 10), Sample(0, 10), 0.6075, 1.0),
        (Sample(5, 56), Sample(0, 29), -0.0381, 0.1926),
    ],
)
def test_newcombe_as_published(one: Sample, other: Sample, low: float, high: float) -> None:
    interval = newcombe(one, other)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_score_test_is_pearsons_chi_square_without_correction() -> None:
    """56/70 against 48/80: χ² = 150 (56·32 − 14·48)² ÷ (70·80·104·46) = 7.0234, p = 0.00804."""
    assert score_test(Sample(56, 70), Sample(48, 80)) == pytest.approx(0.008045, abs=5e-6)


def test_same_rates_say_nothing() -> None:
    assert score_test(Sample(0, 10), Sample(0, 20)) == 1
    assert score_test(Sample(5, 10), Sample(10, 20)) == 1


def test_an_empty_group_has_no_interval() -> None:
    nobody = Sample(0, 0)
    assert wilson(nobody) is None
    assert newcombe(nobody, Sample(1, 2)) is None
    assert score_test(Sample(1, 2), nobody) is None
