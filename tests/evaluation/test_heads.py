"""Means of one number per person: Welch's t against published and other programs' figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from scipy.stats import ttest_ind

from outreach.evaluation.bootstrap import bootstrap
from outreach.evaluation.heads import Heads, heads, welch

#: Student's sleep data (Biometrika 6, 1908): extra hours under two drugs, ten people each.
DRUG_1 = ("0.7", "-1.6", "-0.2", "-1.2", "-0.1", "3.4", "3.7", "0.8", "0.0", "2.0")
DRUG_2 = ("1.9", "0.8", "1.1", "0.1", "-0.1", "4.4", "5.5", "1.6", "4.6", "3.4")


def people(values: Sequence[str]) -> Heads:
    return heads(len(values), Counter(map(Decimal, values)).items())


def test_students_sleep_as_r_prints_it() -> None:
    """t = -1.8608, df = 17.776, p-value = 0.07939, 95 percent from -3.3654832 to 0.2054832."""
    found = welch(people(DRUG_1), people(DRUG_2))
    assert found is not None
    assert found.difference == Fraction(75, 100) - Fraction(233, 100)
    assert found.t == pytest.approx(-1.8608, abs=5e-5)
    assert found.freedom == pytest.approx(17.776, abs=5e-4)
    assert found.p == pytest.approx(0.07939, abs=5e-6)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (-3.3654832, 0.2054832), abs=5e-8
    )


def test_groups_of_different_size_and_spread_as_scipy_has_it() -> None:
    """Most spend nothing: 3 of 40 and 9 of 90."""
    one = ["0"] * 37 + ["120", "80.50", "300"]
    other = ["0"] * 81 + ["20", "25", "25", "18", "40", "40", "22.10", "19", "31"]
    found = welch(people(one), people(other))
    theirs = ttest_ind([float(x) for x in one], [float(x) for x in other], equal_var=False)
    assert found is not None
    assert (found.t, found.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    bounds = theirs.confidence_interval()
    assert (found.interval.low, found.interval.high) == pytest.approx((bounds.low, bounds.high))


def test_zeros_are_counted_and_not_held() -> None:
    group = heads(5, [(Decimal(0), 3), (Decimal(10), 1), (Decimal("2.50"), 1)])
    assert group.numbers == ((Fraction(5, 2), 1), (Fraction(10), 1))
    assert group.mean == Fraction(25, 10)
    assert group.variance == pytest.approx(18.75)


def test_where_nothing_varies_nothing_is_said() -> None:
    assert welch(heads(3, []), heads(9, [])) is None
    assert welch(heads(1, [(5, 1)]), heads(9, [(5, 2)])) is None


def test_the_bootstrap_is_the_same_for_the_same_seed_and_near_welch_where_welch_is_right() -> None:
    one = heads(400, [(number % 50, 1) for number in range(400)])
    other = heads(400, [(number % 40, 1) for number in range(400)])
    first, again = bootstrap(one, other, seed=7), bootstrap(one, other, seed=7)
    found = welch(one, other)
    assert first is not None
    assert found is not None
    assert first == again
    assert (first.low, first.high) == pytest.approx(
        (found.interval.low, found.interval.high), abs=0.15
    )


def test_the_bootstrap_of_one_large_order_is_lopsided() -> None:
    """One person of 200 spent 9,000: he may be drawn again, or not, but never less than 0 times."""
    one = heads(200, [(9000, 1), (10, 20)])
    found = bootstrap(one, heads(200, [(10, 20)]), seed=1)
    assert found is not None
    assert -2 < found.low < 1
    assert found.high > 100


def test_with_hardly_any_buyers_the_bootstrap_says_nothing() -> None:
    assert bootstrap(heads(100, [(50, 2)]), heads(100, [(50, 2)]), seed=1) is None


def test_many_buyers_are_drawn_in_bins_and_tell_the_same() -> None:
    """5,000 buyers of 50,000 with a long tail: the bootstrap is near Welch, as it must be."""
    tail = [(Decimal(10) + Decimal(n) ** 2 / 1000, 1) for n in range(5000)]
    one, other = heads(50_000, tail), heads(50_000, tail[::2])
    found, normal = bootstrap(one, other, seed=3), welch(one, other)
    assert found is not None
    assert normal is not None
    assert found.low == pytest.approx(normal.interval.low, rel=0.02)
    assert found.high == pytest.approx(normal.interval.high, rel=0.02)
