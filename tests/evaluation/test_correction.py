"""Holm's correction: worked examples, and another program's answer."""

from __future__ import annotations

import pytest
from statsmodels.stats.multitest import multipletests

from outreach.evaluation.correction import holm


def test_the_textbook_example() -> None:
    """p 0.01, 0.04, 0.03, 0.005: 4 × 0.005, 3 × 0.01, 2 × 0.03, and never below the one before."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_one_comparison_needs_no_correction() -> None:
    assert holm([0.04]) == (0.04,)
    assert holm([]) == ()


def test_no_p_is_above_1() -> None:
    assert holm([0.6, 0.9, 0.7]) == (1.0, 1.0, 1.0)


def test_as_statsmodels_has_it() -> None:
    values = [0.0212, 0.04, 0.0001, 0.5, 0.013, 0.013, 0.9]
    theirs = multipletests(values, method="holm")[1]
    assert holm(values) == pytest.approx(tuple(theirs))
