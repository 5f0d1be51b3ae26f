"""Never more than allowed, over any window; never slower than it must be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.model.settings import Limits
from outreach.scheduling.pace import MINUTE, Counts, Pace, Pacer, day_cap, quota_start, reserve

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def most_in_any_window(starts: list[datetime], window: timedelta) -> int:
    """The fullest half-open window of that length: it begins with one of the messages."""
    best = last = 0
    for first, start in enumerate(starts):
        while last < len(starts) and starts[last] - start < window:
            last += 1
        best = max(best, last - first)
    return best


def test_sixty_a_minute_is_one_a_second() -> None:
    pace = Pace.at_most(60, MINUTE)
    state, starts = None, []
    for _ in range(3):
        state, start = reserve(state, pace, NOON)
        starts.append(start)

    assert starts == [NOON, NOON + seconds(1), NOON + seconds(2)]


def test_a_burst_leaves_back_to_back_and_is_paid_back() -> None:
    pace = Pace(seconds(1), burst=2)
    state, starts = None, []
    for _ in range(4):
        state, start = reserve(state, pace, NOON)
        starts.append(start)

    assert starts == [NOON, NOON, NOON + seconds(1), NOON + seconds(2)]


def test_eleven_a_minute_stays_under_twelve_though_sixty_is_not_a_multiple() -> None:
    assert Pace.at_most(11, MINUTE).interval == timedelta(microseconds=5_454_546)


def test_half_a_message_a_minute_is_one_every_two() -> None:
    assert Pace.at_most(0.5, MINUTE) == Pace(seconds(120))


@settings(max_examples=60, deadline=None)
@given(
    number=st.integers(1, 700),
    arrivals=st.lists(st.floats(0, 20), min_size=1, max_size=800),
    late=st.floats(0, 0.05),
)
def test_no_window_of_a_minute_ever_holds_more_than_allowed(
    number: int, arrivals: list[float], late: float
) -> None:
    """Whatever the gaps between arrivals, and though every wake-up comes a little late."""
    pacer = Pacer({"marie": Limits(per_minute=number)})
    now, starts = NOON, []
    for gap in arrivals:
        now += seconds(gap if gap > 10 else gap / 1000)
        start = pacer.next_start("marie", "example.org", now)
        now = start if start == now else start + seconds(late)
        pacer.take("marie", "example.org", now)
        starts.append(now)

    assert most_in_any_window(starts, MINUTE) <= number


@settings(max_examples=30, deadline=None)
@given(
    per_second=st.integers(1, 30),
    per_minute=st.integers(1, 300),
    per_domain=st.integers(1, 60),
    domains=st.lists(st.sampled_from(["orange.fr", "free.fr", "example.org"]), max_size=300),
)
def test_all_limits_hold_at_once(
    per_second: int, per_minute: int, per_domain: int, domains: list[str]
) -> None:
    limits = Limits(per_second=per_second, per_minute=per_minute, per_domain_per_minute=per_domain)
    pacer = Pacer({"marie": limits})
    now = NOON
    starts: list[tuple[str, datetime]] = []
    for domain in domains:
        now = pacer.next_start("marie", domain, now)
        pacer.take("marie", domain, now)
        starts.append((domain, now))

    everything = [start for _, start in starts]
    assert most_in_any_window(everything, seconds(1)) <= per_second
    assert most_in_any_window(everything, MINUTE) <= per_minute
    for domain in ("orange.fr", "free.fr", "example.org"):
        those = [start for name, start in starts if name == domain]
        assert most_in_any_window(those, MINUTE) <= per_domain


@pytest.mark.parametrize("number", [1, 59, 60, 100, 600, 6000])
def test_a_busy_sender_uses_at_least_98_of_100(number: int) -> None:
    pacer = Pacer({"marie": Limits(per_minute=number)})
    now, count = NOON, 0
    while now < NOON + 10 * MINUTE:
        pacer.take("marie", "example.org", now)
        count += 1
        now = pacer.next_start("marie", "example.org", now)

    assert count >= 10 * number * 0.98


def test_a_full_domain_holds_up_nobody_else() -> None:
    pacer = Pacer({"marie": Limits(per_domain_per_minute=1)})
    pacer.take("marie", "orange.fr", NOON)

    assert pacer.next_start("marie", "orange.fr", NOON) == NOON + MINUTE
    assert pacer.next_start("marie", "free.fr", NOON) == NOON


def test_senders_do_not_share_their_limits() -> None:
    pacer = Pacer({"marie": Limits(per_minute=1), "paul": Limits(per_minute=1)})
    pacer.take("marie", "orange.fr", NOON)

    assert pacer.next_start("marie", "free.fr", NOON) == NOON + MINUTE
    assert pacer.next_start("paul", "free.fr", NOON) == NOON


def test_a_sender_without_limits_never_waits() -> None:
    pacer = Pacer({"marie": Limits()})
    for _ in range(1000):
        pacer.take("marie", "orange.fr", NOON)
    assert pacer.next_start("marie", "orange.fr", NOON) == NOON


def test_a_new_run_takes_up_what_the_last_one_sent() -> None:
    """Ten of sixty a minute left from eleven seconds ago on, one a second."""
    pacer = Pacer({"marie": Limits(per_minute=60)})
    pacer.resume("marie", sent=10, oldest=NOON - seconds(9.5))

    assert pacer.next_start("marie", "orange.fr", NOON) == NOON + seconds(0.5)


def test_a_full_hour_ends_when_its_oldest_message_leaves_it() -> None:
    limits = Limits(per_hour=3)
    counts = Counts(hour=3, hour_oldest=NOON - seconds(3000))

    assert quota_start(limits, counts, NOON) == NOON + seconds(600)
    assert quota_start(limits, Counts(hour=2, hour_oldest=NOON), NOON) == NOON


def test_a_full_day_goes_before_a_full_hour() -> None:
    limits = Limits(per_hour=3, per_day=10)
    counts = Counts(
        hour=3, hour_oldest=NOON - seconds(3000), day=10, day_oldest=NOON - timedelta(hours=20)
    )

    assert quota_start(limits, counts, NOON) == NOON + timedelta(hours=4)


def test_the_ramp_grows_day_by_day_up_to_the_limit() -> None:
    limits = Limits(per_day=80, warm_up_start=50, warm_up_growth=Fraction(1, 5))
    caps = [day_cap(limits, NOON, NOON + timedelta(days=day)) for day in range(5)]

    assert caps == [50, 60, 72, 80, 80]
    assert day_cap(limits, None, NOON) == 50
    assert day_cap(Limits(), NOON, NOON) is None
