"""Looking every morning: nobody is fooled more often than was said, and the price is known."""

from __future__ import annotations

from math import sqrt

import numpy
import pytest

from outreach.evaluation.intervals import Sample, score_test
from outreach.evaluation.sequential import (
    ALPHA,
    always_p,
    boundary,
    critical,
    judged,
    rates_information,
)


def _mornings(
    people: int, share: float, answers: int, mornings: int, chance: numpy.random.Generator
) -> list[tuple[Sample, Sample]]:
    """A campaign that changes nothing, as it stands every morning: who answers is by lot."""
    first = round(people * share)
    order = chance.permutation(people)[:answers] < first
    looks = sorted(set(numpy.linspace(1, answers, mornings).astype(int)))
    reached = numpy.cumsum(order)
    return [
        (Sample(int(reached[d - 1]), first), Sample(int(d - reached[d - 1]), people - first))
        for d in looks
    ]


@pytest.mark.parametrize(
    ("people", "share", "answers"), [(600, 0.5, 240), (2000, 0.9, 200), (1000, 0.5, 900)]
)
def test_who_looks_every_morning_is_fooled_in_less_than_one_campaign_in_twenty(
    people: int, share: float, answers: int
) -> None:
    """400 campaigns that change nothing, 60 mornings each; p of the only look fools far more."""
    chance = numpy.random.default_rng(3)
    campaigns, fooled, fooled_naively = 400, 0, 0
    for _ in range(campaigns):
        found, naive = False, False
        for one, other in _mornings(people, share, answers, 60, chance):
            p = score_test(one, other) or 0.0
            pooled = (one.did + other.did) / people
            error = sqrt(pooled * (1 - pooled) * (1 / one.people + 1 / other.people))
            z = (one.rate - other.rate) / error if error else 0.0
            found |= always_p(z, rates_information(one, other)) < ALPHA
            naive |= p < ALPHA
        fooled += found
        fooled_naively += naive
    assert fooled / campaigns <= 0.05
    assert fooled_naively / campaigns > 0.2


def test_a_real_difference_is_found_all_the_same() -> None:
    """20 % against 10 % of 500 people each: z 4.4, p 0.00001; at any look still below 0.002."""
    one, other = Sample(100, 500), Sample(50, 500)
    information = rates_information(one, other)
    assert information == pytest.approx(0.15 / 0.85 * 250)
    assert always_p(4.43, information) == pytest.approx(0.00051, abs=2e-4)


def test_the_boundary_is_where_p_is_alpha() -> None:
    for information in (3, 30, 300, 3000):
        assert always_p(boundary(information), information) == pytest.approx(0.05)
        assert always_p(-boundary(information), information) == pytest.approx(0.05)


def test_the_price_of_looking_is_about_a_third_more_than_1_96_and_never_less() -> None:
    """3.04 standard errors where it is sharpest."""
    assert boundary(33) == pytest.approx(3.036, abs=2e-3)
    assert all(boundary(information) > 3.03 for information in (0.1, 1, 10, 100, 1e4, 1e6))


def test_nothing_known_says_nothing() -> None:
    assert always_p(5, 0) == 1
    assert boundary(0) == float("inf")
    assert rates_information(Sample(0, 10), Sample(0, 9)) == 0


def test_the_day_of_decision_keeps_four_fifths_for_itself() -> None:
    """Before it a p of 0.012 counts as 0.06; on the day its own look of 0.03 as 0.0375."""
    assert judged(0.012, day=False) == 0.012
    assert judged(0.012, day=True) == pytest.approx(0.06)
    assert judged(0.9, 0.03, day=True) == pytest.approx(0.0375)
    assert judged(0.001, 0.5, day=True) == pytest.approx(0.005)


def test_what_is_critical() -> None:
    """On the day: 4 % two-sided, 2.054; two comparisons share it, 2.326."""
    assert critical(0, 1, day=True) == pytest.approx(2.0537, abs=1e-4)
    assert critical(0, 2, day=True) == pytest.approx(2.3263, abs=1e-4)
    assert critical(33, 1, day=False) == boundary(33)
