"""Planned against realised (B5), and the way to catch up."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from outreach.planning.checkpoints import (
    Frame,
    after_months,
    catch_up,
    compare,
    elapsed,
    months_between,
)

YEAR = Frame(target=Fraction(60_000), start=date(2027, 1, 1), deadline=date(2027, 12, 31))


def test_60_000_over_12_months_at_month_3_are_15_000_and_12_000_are_80_percent() -> None:
    """B5: −3,000, 80 %; March of a leap year is a quarter too."""
    found = compare(YEAR, date(2027, 3, 31), Fraction(12_000))
    assert (found.expected, found.variance, found.achievement) == (15_000, -3_000, Fraction(4, 5))
    leap = Frame(target=Fraction(60_000), start=date(2028, 1, 1), deadline=date(2028, 12, 31))
    assert compare(leap, date(2028, 3, 31), None).expected == 15_000


def test_nine_proposals_wanted_and_seven_made_are_minus_two() -> None:
    """B14: −2, −22.2 %, 77.8 %."""
    frame = Frame(target=Fraction(9), start=date(2027, 1, 1), deadline=date(2027, 1, 31))
    found = compare(frame, date(2027, 1, 31), Fraction(7))
    assert found.variance == -2
    assert found.achievement is not None
    assert round(float(found.achievement), 3) == 0.778
    assert found.variance / found.expected == Fraction(-2, 9)


def test_a_baseline_is_where_it_starts_from() -> None:
    """Satisfaction from 60 to 75 over three months: 65 after the first."""
    frame = Frame(
        target=Fraction(75), baseline=Fraction(60), start=date(2027, 4, 1),
        deadline=date(2027, 6, 30),
    )  # fmt: skip
    assert compare(frame, date(2027, 4, 30), None).expected == 65


@pytest.mark.parametrize(
    ("day", "share"),
    [(date(2026, 12, 31), 0), (date(2027, 12, 31), 1), (date(2028, 5, 1), 1)],
)
def test_before_the_start_nothing_is_expected_and_after_the_end_all_of_it(
    day: date, share: int
) -> None:
    assert elapsed(YEAR, day) == share


def test_nothing_expected_has_no_achievement() -> None:
    assert compare(YEAR, date(2026, 12, 1), Fraction(5)).achievement is None


def test_what_is_left_is_a_pace_or_a_later_date() -> None:
    """48,000 over the 275 days left; 12,000 in 3 months reach 60,000 after 15."""
    left = catch_up(YEAR, date(2027, 3, 31), Fraction(12_000))
    assert left.remaining == 48_000
    assert left.weeks_left == Fraction(275, 7)
    assert left.needed_pace == Fraction(48_000 * 7, 275)
    assert left.planned_pace == Fraction(60_000 * 7, 365)
    assert left.pace == Fraction(12_000 * 7, 90)
    assert left.reached_on == date(2028, 4, 1)


def test_without_any_progress_it_is_never_reached_and_when_time_is_over_nothing_helps() -> None:
    assert catch_up(YEAR, date(2027, 3, 31), Fraction(0)).reached_on is None
    late = catch_up(YEAR, date(2028, 1, 5), Fraction(50_000))
    assert (late.weeks_left, late.needed_pace, late.remaining) == (0, None, 10_000)


def test_months_are_exact_and_back_again() -> None:
    assert months_between(date(2027, 1, 1), date(2027, 4, 1)) == 3
    assert months_between(date(2027, 2, 1), date(2027, 2, 15)) == Fraction(1, 2)
    assert after_months(date(2027, 1, 1), Fraction(15)) == date(2028, 4, 1)
