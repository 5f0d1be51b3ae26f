"""When a deferred message is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outreach.model.delivery import Deferred
from outreach.scheduling.retrying import WAITS, next_try

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
LATER = Deferred("450 4.2.0 greylisted")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def wait_after(attempts: int, seed: str = "<1@x>") -> timedelta:
    again = next_try(attempts, LATER, NOON, seed)
    assert again is not None
    return again - NOON


@pytest.mark.parametrize(
    ("attempts", "shortest", "longest"),
    [(1, 6, 9), (2, 24, 36), (3, 48, 72), (4, 96, 144), (5, 192, 288), (9, 192, 288)],
)
def test_the_waits_grow_and_stay_within_a_fifth(
    attempts: int, shortest: float, longest: float
) -> None:
    waits = [wait_after(attempts, f"<{n}@x>") for n in range(200)]

    assert min(waits) >= minutes(shortest)
    assert max(waits) <= minutes(longest)
    assert max(waits) - min(waits) > (minutes(longest) - minutes(shortest)) * 0.9


def test_the_same_message_gets_the_same_instant() -> None:
    assert wait_after(2) == wait_after(2)
    assert wait_after(2) != wait_after(2, "<2@x>")


def test_the_schedule_ends_after_48_hours() -> None:
    """7.5 min, 30 min, 1 h, 2 h, then 4 h each: the 15th wait ends after 47.6 h, the 16th after."""
    assert next_try(15, LATER, NOON, "x") is not None
    assert next_try(16, LATER, NOON, "x") is None


def test_48_hours_end_it_whatever_the_schedule_though_not_before_four_tries() -> None:
    two_days_ago = NOON - timedelta(hours=48)

    assert next_try(3, LATER, NOON, "x", first_tried=two_days_ago) is not None
    assert next_try(4, LATER, NOON, "x", first_tried=two_days_ago) is None
    assert next_try(4, LATER, NOON, "x", first_tried=two_days_ago + minutes(1)) is not None


def test_what_the_server_asks_for_goes_first() -> None:
    assert next_try(1, Deferred("x", wait=minutes(33)), NOON, "x") == NOON + minutes(33)


def test_what_says_nothing_of_the_person_never_gives_up() -> None:
    again = next_try(99, Deferred("421 closing", counts=False), NOON, "x")

    assert again is not None
    assert again - NOON <= WAITS[-1] * 1.2
