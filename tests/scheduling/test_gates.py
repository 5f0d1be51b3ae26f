"""Never more than allowed, over any window; never slower than it must be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Text
from outreach.scheduling.gates import A_SECOND, Gaps, Gate, Rule, Slots
from outreach.scheduling.pace import MINUTE, Pace
from outreach.scheduling.quotas import Quota, Wire
from outreach.scheduling.rules import domain_gate

#: Any instant: 2027-03-01 at noon, in microseconds.
NOON = 1_803_902_400 * A_SECOND
A_MINUTE, AN_HOUR = 60 * A_SECOND, 3600 * A_SECOND


def words() -> Text:
    return Text("shut")


def slots(pace: Pace) -> Slots:
    return Slots("x", pace, words)


def quota(count: int, sent: Sequence[tuple[int, int]] = ()) -> Quota:
    return Quota(AN_HOUR, lambda now: count, words, sent=sent)


def most_in_any_window(starts: Sequence[int], window: int) -> int:
    """The fullest half-open window of that length: it begins with one of the messages."""
    best = last = 0
    for first, start in enumerate(starts):
        while last < len(starts) and starts[last] - start < window:
            last += 1
        best = max(best, last - first)
    return best


def one_by_one(rule: Rule, count: int, now: int = NOON) -> list[int]:
    """When each of so many leaves that all wait, in seconds from `now` on."""
    starts = []
    for _ in range(count):
        now = rule.opens(now)
        rule.take(now, 1)
        starts.append(now)
    return starts


def test_sixty_a_minute_is_one_a_second() -> None:
    starts = one_by_one(slots(Pace.at_most(60, MINUTE)), 3)
    assert starts == [NOON, NOON + A_SECOND, NOON + 2 * A_SECOND]


def test_a_burst_leaves_back_to_back_and_is_paid_back() -> None:
    starts = one_by_one(slots(Pace(MINUTE / 60, burst=2)), 4)
    assert starts == [NOON, NOON, NOON + A_SECOND, NOON + 2 * A_SECOND]


def test_room_says_how_many_may_leave_at_once() -> None:
    rule = slots(Pace(MINUTE / 60, burst=3))
    assert rule.room(NOON) == 3
    rule.take(NOON, 2)
    assert (rule.room(NOON), rule.room(NOON + A_SECOND)) == (1, 2)
    rule.take(NOON, 1)
    assert (rule.room(NOON), rule.opens(NOON)) == (0, NOON + A_SECOND)


@settings(max_examples=60, deadline=None)
@given(
    number=st.integers(1, 700),
    arrivals=st.lists(st.tuples(st.integers(0, 20_000_000), st.integers(1, 9)), min_size=1),
)
def test_no_window_of_a_minute_ever_holds_more_than_allowed(
    number: int, arrivals: list[tuple[int, int]]
) -> None:
    """Whatever the gaps between arrivals, and however many want to leave at once."""
    rule, now, starts = slots(Pace.at_most(number, MINUTE)), NOON, list[int]()
    for gap, wanted in arrivals * 5:
        now += gap if gap > 10_000_000 else gap // 1000
        count = min(wanted, rule.room(now))
        rule.take(now, count)
        starts += [now] * count

    assert most_in_any_window(starts, A_MINUTE) <= number


@settings(max_examples=60, deadline=None)
@given(
    number=st.integers(1, 50),
    arrivals=st.lists(st.tuples(st.integers(0, AN_HOUR // 10), st.integers(1, 40))),
)
def test_no_hour_ever_holds_more_than_its_quota(
    number: int, arrivals: list[tuple[int, int]]
) -> None:
    rule, now, starts = quota(number), NOON, list[int]()
    for gap, wanted in arrivals:
        now += gap
        count = min(wanted, rule.room(now))
        rule.take(now, count)
        rule.gone(now, count)
        starts += [now] * count

    assert most_in_any_window(starts, AN_HOUR) <= number


def test_a_record_of_many_messages_stays_small_and_strict() -> None:
    """A hundred thousand, one by one: joined into spans, and never more than allowed."""
    rule, starts = quota(100_000), list[int]()
    for number in range(150_000):
        now = NOON + number * A_SECOND // 30
        if rule.room(now):
            rule.take(now, 1)
            rule.gone(now, 1)
            starts.append(now)

    assert most_in_any_window(starts, AN_HOUR) <= 100_000
    assert len(rule._log) < 3000
    assert len(starts) > 0.95 * 100_000 * (150_000 / 30 / 3600)


@pytest.mark.parametrize("number", [1, 59, 60, 100, 600, 6000])
def test_a_busy_sender_uses_at_least_98_of_100(number: int) -> None:
    rule, now, count = slots(Pace.at_most(number, MINUTE)), NOON, 0
    while now < NOON + 10 * A_MINUTE:
        rule.take(now, 1)
        count += 1
        now = rule.opens(now)

    assert count >= 10 * number * 0.98


def test_a_full_hour_ends_when_its_oldest_message_leaves_it() -> None:
    assert quota(3, [(NOON - 3000 * A_SECOND, 3)]).opens(NOON) == NOON + 600 * A_SECOND
    assert quota(3, [(NOON, 2)]).opens(NOON) == NOON


def test_a_limit_that_was_lowered_waits_until_enough_have_left_the_window() -> None:
    sent = [(NOON - 50 * A_MINUTE, 2), (NOON - 20 * A_MINUTE, 2), (NOON, 1)]
    assert quota(2, sent).opens(NOON) == NOON + 40 * A_MINUTE


def test_a_pause_is_as_long_as_was_drawn() -> None:
    rule = Gaps("x", lambda now: 45 * A_SECOND, 90 * A_SECOND, Text("a pause"))
    assert rule.room(NOON) == 1
    rule.take(NOON, 1)
    assert (rule.room(NOON), rule.opens(NOON)) == (0, NOON + 45 * A_SECOND)


def test_a_pause_begins_when_the_message_has_left() -> None:
    rule = Gaps("x", lambda now: 45 * A_SECOND, 90 * A_SECOND, Text("a pause"))
    rule.take(NOON, 1)
    late = NOON + 60 * A_SECOND
    assert (rule.room(late), rule.opens(late)) == (0, late + 45 * A_SECOND)
    rule.gone(late, 1)
    assert (rule.room(late), rule.opens(late)) == (0, late + 45 * A_SECOND)


def test_what_is_under_way_counts_until_a_second_after_it_has_left() -> None:
    """Two a second: one leaves at once, the other half a second late."""
    rule = Wire(A_SECOND, lambda now: 2, words)
    rule.take(NOON, 2)
    rule.gone(NOON, 1)
    assert rule.opens(NOON) == NOON + A_SECOND
    rule.gone(NOON + A_SECOND // 2, 1)
    assert (rule.room(NOON + A_SECOND), rule.room(NOON + A_SECOND * 3 // 2)) == (1, 2)


@settings(max_examples=300, deadline=None)
@given(
    per_minute=st.integers(1, 60),
    steps=st.lists(
        st.tuples(st.floats(0, 90), st.integers(1, 5), st.sampled_from([0.0, 0.0, 5.0, 70.0])),
        min_size=1,
        max_size=40,
    ),
)
def test_a_gate_that_is_forgotten_when_idle_lets_no_more_through(
    per_minute: int, steps: list[tuple[float, int, float]]
) -> None:
    """Made anew it knows nothing of what has left, and holds its limit all the same."""
    gate, now = domain_gate("a", "a.example", per_minute), NOON
    under_way: list[int] = []
    left: list[int] = []
    for wait, wanted, late in [*steps, (1000.0, 0, 0.0)]:
        now += round(wait * A_SECOND)
        under_way.sort()
        while under_way and under_way[0] <= now:
            left.append(under_way.pop(0))
            gate.gone(left[-1])
        if gate.is_idle(now):
            gate = domain_gate("a", "a.example", per_minute)
        count = min(wanted, gate.left(now))
        gate.pass_(now, count)
        under_way += [now + round(late * A_SECOND)] * count

    assert most_in_any_window(left, A_MINUTE) <= per_minute


def test_what_never_leaves_makes_room_at_once() -> None:
    rule = Wire(A_SECOND, lambda now: 1, words)
    rule.take(NOON, 1)
    assert (rule.room(NOON), rule.opens(NOON)) == (0, NOON + A_SECOND)
    rule.give_back(1)
    assert (rule.room(NOON), rule.is_idle(NOON)) == (1, True)


def test_a_gate_opens_with_its_last_rule_and_says_which_that_was() -> None:
    slow = Quota(AN_HOUR, lambda now: 1, lambda: Text("the hour is full"))
    gate = Gate("x", [slots(Pace.at_most(60, MINUTE)), slow])
    assert gate.left(NOON) == 1
    gate.pass_(NOON)
    gate.gone(NOON)

    assert (gate.left(NOON), gate.opens(NOON)) == (0, NOON + AN_HOUR)
    assert str(gate.why(NOON)) == "the hour is full"
