"""How often a call is tried, and when the next try is due (5.7)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from outreach.model.campaign import Channel, Step
from outreach.scheduling.attempts import call_back_at, gives_up, most_attempts, next_attempt
from outreach.scheduling.calendar import Calendar

FRANCE = Calendar("FR", ZoneInfo("Europe/Paris"))
CALL = Step(name="call", channel=Channel.CALL)
STUBBORN = Step(name="call", channel=Channel.CALL, attempts=5)


@pytest.mark.parametrize(
    ("step", "before", "over"),
    [(CALL, 0, False), (CALL, 1, False), (CALL, 2, True), (CALL, 7, True),
     (STUBBORN, 3, False), (STUBBORN, 4, True)],
)  # fmt: skip
def test_the_third_try_in_vain_is_the_last_unless_the_step_says_otherwise(
    step: Step, before: int, over: bool
) -> None:
    assert gives_up(step, before) is over


def test_a_step_says_how_often() -> None:
    assert (most_attempts(CALL), most_attempts(STUBBORN)) == (3, 5)


def test_the_next_try_is_on_the_next_working_day() -> None:
    """Friday 26 March 2027, at five: Easter Monday is a holiday in France, so Tuesday the 30th."""
    friday = datetime(2027, 3, 26, 16, tzinfo=UTC)
    assert next_attempt(FRANCE, friday) == datetime(2027, 3, 29, 22, tzinfo=UTC)


def test_who_names_a_day_is_called_back_on_it_a_sunday_too() -> None:
    at = datetime(2027, 3, 1, 9, tzinfo=UTC)
    assert call_back_at(FRANCE, at, date(2027, 3, 7)) == datetime(2027, 3, 6, 23, tzinfo=UTC)
    assert call_back_at(FRANCE, at, None) == datetime(2027, 3, 1, 23, tzinfo=UTC)
