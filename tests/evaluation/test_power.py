"""Sample sizes: textbooks', other programs', and that they do what they say."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest
from statsmodels.stats.power import tt_ind_solve_power
from statsmodels.stats.proportion import power_proportions_2indep

from outreach.evaluation.intervals import Sample, score_test
from outreach.evaluation.power import (
    more_people,
    people_for_means,
    people_for_rates,
    power_of,
    sided,
)
from outreach.evaluation.sample_size import Design, Rule, people_needed, smallest_rise

Z = sided(0.05)


@pytest.mark.parametrize(
    ("base", "other", "people"),
    [
        # By hand: (1.95996 √(2 · 0.65 · 0.35) + 0.84162 √(0.24 + 0.21))² ÷ 0.01 = 355.9.
        (0.60, 0.70, 356),
        # Mailings: from 5 % to 6 %; from 1 % to 2 %.
        (0.05, 0.06, 8158),
        (0.01, 0.02, 2319),
        (0.5, 0.6, 388),
    ],
)
def test_people_for_two_rates(base: float, other: float, people: int) -> None:
    assert people_for_rates(base, other, z=Z) == people
    assert people_for_rates(other, base, z=Z) == people


def test_so_many_people_have_the_power_that_was_asked_and_one_fewer_has_not() -> None:
    assert power_of(0.05, 0.06, people=(8158, 8158), z=Z) >= 0.8
    assert power_of(0.05, 0.06, people=(8157, 8157), z=Z) < 0.8


@pytest.mark.parametrize(("n1", "n2"), [(500, 500), (900, 100), (200, 1800)])
def test_the_power_is_statsmodels(n1: int, n2: int) -> None:
    """`power_proportions_2indep`, pooled under the null hypothesis; both tails there, one here."""
    theirs = power_proportions_2indep(
        0.06, 0.10, n1, ratio=n2 / n1, alpha=0.05, return_results=False
    )
    assert power_of(0.10, 0.16, people=(n2, n1), z=Z) == pytest.approx(theirs, abs=2e-3)


def test_people_for_two_means() -> None:
    """A difference of half a standard deviation: 63 a group (the t test asks 64)."""
    assert people_for_means(5, 10, z=Z) == 63
    assert tt_ind_solve_power(0.5, alpha=0.05, power=0.8) == pytest.approx(63.77, abs=0.01)


def test_simulated_the_score_test_finds_it_four_times_out_of_five() -> None:
    chance = numpy.random.default_rng(11)
    n = people_for_rates(0.10, 0.15, z=Z)
    assert n == 686
    found = 0
    for one, other in zip(
        chance.binomial(n, 0.15, 2000), chance.binomial(n, 0.10, 2000), strict=True
    ):
        found += (score_test(Sample(int(one), n), Sample(int(other), n)) or 0) < 0.05
    assert found / 2000 == pytest.approx(0.8, abs=0.03)


def test_equal_rates_no_number_of_people_tells_apart() -> None:
    assert people_for_rates(0.05, 0.05, z=Z) is None
    assert more_people(Sample(5, 100), Sample(5, 100), z=lambda _: Z) is None


def test_how_many_more_people_if_what_was_seen_is_true() -> None:
    """5 % and 6 % of 1,000 each: 8,158 are needed, so 7,158 more."""
    assert more_people(Sample(60, 1000), Sample(50, 1000), z=lambda _: Z) == (7158, 7158)


def test_more_people_keep_the_proportion_of_the_groups() -> None:
    """10 % control: nine come to the enrolled for each one in control."""
    found = more_people(Sample(54, 900), Sample(3, 100), z=lambda _: Z)
    assert found is not None
    assert found[0] == pytest.approx(9 * found[1], abs=9)
    people = (100 + found[1], 900 + found[0])
    assert power_of(0.03, 0.06, people=people, z=Z) == pytest.approx(0.8, abs=1e-3)


def test_looking_at_any_time_costs_people_and_a_day_of_decision_few() -> None:
    design = Design(base=Fraction(5, 100), lift=Fraction(1, 100))
    assert [people_needed(design, rule) for rule in Rule] == [8158, 8714, 17911]


def test_several_arms_share_the_five_percent() -> None:
    """Three arms, two comparisons with the first: 2.5 % each."""
    design = Design(base=Fraction(5, 100), lift=Fraction(1, 100), comparisons=2)
    assert people_needed(design, Rule.ONCE) == people_for_rates(0.05, 0.06, z=sided(0.025)) == 9880


def test_the_smallest_rise_is_the_sample_size_read_backwards() -> None:
    rise = smallest_rise(0.05, people=(8158, 8158), comparisons=1, rule=Rule.ONCE)
    assert rise == pytest.approx(0.01, abs=1e-5)


def test_four_people_tell_nothing() -> None:
    assert smallest_rise(0.01, people=(2, 2), comparisons=1, rule=Rule.ANY_LOOK) is None
