"""When a person may be touched again: dates worked out by hand, and what must always hold."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from outreach.model.pressure import Pressure
from outreach.scheduling.pressure import free_on, reach_back

MONDAY = date(2027, 3, 1)
WEEK = Pressure(min_days_between_touches=7)


def day(number: int, month: int = 3) -> date:
    return date(2027, month, number)


def test_a_week_of_rest_ends_on_the_same_day_of_the_next_week() -> None:
    assert free_on([MONDAY], WEEK, day(2)) == day(8)
    assert free_on([MONDAY], WEEK, day(8)) == day(8)
    assert free_on([day(1, 2), MONDAY], WEEK, MONDAY) == day(8)


def test_who_was_never_touched_and_who_is_under_no_limit_is_free_at_once() -> None:
    assert free_on([], WEEK, MONDAY) == MONDAY
    assert free_on([MONDAY, MONDAY], Pressure(), MONDAY) == MONDAY


def test_a_month_is_any_thirty_days() -> None:
    """Touched on the 1st, 10th and 20th: the fourth may come 30 days after the 1st."""
    three = Pressure(most_touches_per_month=3)
    assert free_on([day(1), day(10), day(20)], three, day(21)) == day(31)
    assert free_on([day(1), day(10), day(20), day(31)], three, day(31)) == day(9, 4)
    assert free_on([day(1), day(10)], three, day(21)) == day(21)


def test_both_limits_hold_together() -> None:
    both = Pressure(min_days_between_touches=7, most_touches_per_month=2)
    assert free_on([day(1), day(28)], both, day(29)) == day(4, 4)
    assert free_on([day(27), day(28)], both, day(29)) == day(26, 4)


def test_channels_that_are_not_named_do_not_count() -> None:
    calls = Pressure(min_days_between_touches=7, channels=("call", "visit"))
    assert calls.covers("call")
    assert not calls.covers("email")
    assert WEEK.covers("email")
    assert (reach_back(WEEK), reach_back(Pressure(most_touches_per_month=1))) == (7, 30)


pressures = st.builds(
    Pressure,
    min_days_between_touches=st.one_of(st.none(), st.integers(1, 20)),
    most_touches_per_month=st.one_of(st.none(), st.integers(1, 5)),
)


@given(pressures, st.lists(st.integers(0, 60), max_size=12))
def test_whoever_waits_as_he_is_told_is_never_touched_too_often(
    pressure: Pressure, wished: list[int]
) -> None:
    touched: list[date] = []
    for later in sorted(wished):
        on = free_on(touched, pressure, MONDAY + timedelta(days=later))
        assert on >= MONDAY + timedelta(days=later)
        # It is the first such day: the day before was not free.
        before = on - timedelta(days=1)
        if on > MONDAY + timedelta(days=later):
            assert free_on(touched, pressure, before) > before
        touched.append(on)
    touched.sort()
    rest, most = pressure.min_days_between_touches, pressure.most_touches_per_month
    for earlier, later_day in pairwise(touched):
        assert rest is None or (later_day - earlier).days >= rest
    for start in touched:
        within = [one for one in touched if start <= one < start + timedelta(days=30)]
        assert most is None or len(within) <= most
