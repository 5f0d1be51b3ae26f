"""A number in a window as a pace, and what a warm-up allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from outreach.model.settings import Limits
from outreach.scheduling.pace import MINUTE, Pace, day_cap

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def test_sixty_a_minute_is_one_a_second() -> None:
    assert Pace.at_most(60, MINUTE) == Pace(timedelta(seconds=1))


def test_eleven_a_minute_stays_under_twelve_though_sixty_is_not_a_multiple() -> None:
    assert Pace.at_most(11, MINUTE).interval == timedelta(microseconds=5_454_546)


def test_half_a_message_a_minute_is_one_every_two() -> None:
    assert Pace.at_most(0.5, MINUTE) == Pace(timedelta(seconds=120))


def test_the_ramp_grows_day_by_day_up_to_the_limit() -> None:
    limits = Limits(per_day=80, warm_up_start=50, warm_up_growth=Fraction(1, 5))
    caps = [day_cap(limits, NOON, NOON + timedelta(days=day)) for day in range(5)]

    assert caps == [50, 60, 72, 80, 80]
    assert day_cap(limits, None, NOON) == 50
    assert day_cap(Limits(), NOON, NOON) is None
