"""When a step falls due, and which steps wait for each other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from outreach.model.campaign import After, Channel, Step, Unit
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.sequence import cycle, due_at, first_due, order

FRANCE = Calendar("FR", ZoneInfo("Europe/Paris"))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def step(name: str, after: After | str | None = None, channel: Channel = Channel.EMAIL) -> Step:
    return Step(name=name, channel=channel, after=After(after) if isinstance(after, str) else after)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (After("letter"), "2027-03-25T14:30"),
        (After("letter", 3, Unit.HOURS), "2027-03-25T17:30"),
        (After("letter", 1, Unit.DAYS), "2027-03-26T14:30"),
        (After("letter", 5, Unit.DAYS), "2027-03-30T13:30"),  # 15:30 in Paris, summer time
        (After("letter", 2, Unit.WORKING_DAYS), "2027-03-30T13:30"),  # over Easter
        (After("letter", 2, Unit.WEEKS), "2027-04-08T13:30"),
    ],
)
def test_an_email_keeps_the_time_of_day(after: After, expected: str) -> None:
    mail = step("mail", after)
    assert due_at(mail, done_at=utc("2027-03-25T14:30"), calendar=FRANCE) == utc(expected)


@pytest.mark.parametrize("channel", [Channel.LETTER, Channel.CALL, Channel.VISIT, Channel.TASK])
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (After("mail"), "2027-03-24T23:00"),
        (After("mail", 3, Unit.HOURS), "2027-03-25T17:30"),
        (After("mail", 5, Unit.DAYS), "2027-03-29T22:00"),
        (After("mail", 7, Unit.WORKING_DAYS), "2027-04-05T22:00"),
    ],
)
def test_work_by_hand_falls_due_when_the_day_begins(
    channel: Channel, after: After, expected: str
) -> None:
    work = step("work", after, channel)
    assert due_at(work, done_at=utc("2027-03-25T14:30"), calendar=FRANCE) == utc(expected)


def test_days_are_counted_from_the_day_of_the_zone_not_of_utc() -> None:
    """At 23:30 UTC it is already the next day in Paris."""
    call = step("call", After("mail", 1), Channel.CALL)
    assert due_at(call, done_at=utc("2027-03-01T23:30"), calendar=FRANCE) == utc("2027-03-02T23:00")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (None, "2027-03-01T08:00"),
        (date(2027, 2, 1), "2027-03-01T08:00"),
        (date(2027, 3, 1), "2027-03-01T08:00"),
        (date(2027, 3, 8), "2027-03-07T23:00"),
    ],
)
def test_the_first_step_falls_due_at_once_or_when_the_start_day_begins(
    start: date | None, expected: str
) -> None:
    due = first_due(step("mail"), start=start, now=utc("2027-03-01T08:00"), calendar=FRANCE)
    assert due == utc(expected)


def test_steps_are_put_in_the_order_in_which_they_can_be_done() -> None:
    steps = [step("call", "mail"), step("thanks"), step("mail", "letter"), step("letter")]
    assert [s.name for s in order(steps)] == ["thanks", "letter", "mail", "call"]


def test_a_chain_without_circle_has_none() -> None:
    assert cycle([step("letter"), step("mail", "letter"), step("call", "mail")]) is None


def test_a_circle_is_told_from_its_first_step_round_to_it() -> None:
    steps = [step("a"), step("late", "mail"), step("mail", "call"), step("call", "mail")]
    assert cycle(steps) == ("mail", "call", "mail")
    assert cycle([step("mail", "mail")]) == ("mail", "mail")


def test_a_circle_cannot_be_put_in_order() -> None:
    with pytest.raises(ValueError, match="mail"):
        order([step("mail", "call"), step("call", "mail")])
