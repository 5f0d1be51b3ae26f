"""What would leave on which day, for a whole audience."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from fractions import Fraction
from zoneinfo import ZoneInfo

from outreach.model.campaign import After, AudienceRule, Campaign, Channel, Step, Unit, Window
from outreach.model.settings import Limits
from outreach.scheduling.ahead import Ahead, look_ahead
from outreach.scheduling.calendar import Calendar

FRANCE = Calendar("FR", ZoneInfo("Europe/Paris"))
#: Monday, 9 o'clock in Rennes.
MONDAY = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
OFFICE = Window(days=(0, 1, 2, 3, 4), hours=((time(9), time(12)), (time(14), time(18))))

LETTER = Step(name="letter", channel=Channel.LETTER)
MAIL = Step(name="mail", channel=Channel.EMAIL, after=After("letter", 5, Unit.DAYS))
CALL = Step(name="call", channel=Channel.CALL, after=After("mail", 2, Unit.WORKING_DAYS))
EVERYTHING = frozenset({"letter", "mail", "call"})


def campaign(*steps: Step, window: Window = OFFICE, not_after: date | None = None) -> Campaign:
    return Campaign(
        name="spring", audience=AudienceRule(where="true"), steps=steps, sender="marie",
        window=window, not_after=not_after,
    )  # fmt: skip


def look(of: Campaign, people: dict[frozenset[str], int], limits: Limits | None = None) -> Ahead:
    return look_ahead(
        of, people, limits=lambda step: limits or Limits(), calendar=FRANCE, now=MONDAY
    )


def days(ahead: Ahead) -> list[tuple[str, str, int]]:
    return [(one.day.isoformat(), one.step, one.count) for one in ahead.days]


def test_each_step_counts_from_the_day_the_one_before_is_done() -> None:
    """Five days after Monday is a Saturday: e-mails leave on Monday, calls are on Wednesday."""
    assert days(look(campaign(LETTER, MAIL, CALL), {EVERYTHING: 40})) == [
        ("2027-03-01", "letter", 40),
        ("2027-03-08", "mail", 40),
        ("2027-03-10", "call", 40),
    ]


def test_who_has_no_address_is_passed_over_and_the_next_step_counts_from_then() -> None:
    """Passed over on Saturday: the call is due two working days later, on Tuesday."""
    ahead = look(campaign(LETTER, MAIL, CALL), {frozenset({"letter", "call"}): 3})

    assert days(ahead) == [("2027-03-01", "letter", 3), ("2027-03-09", "call", 3)]
    assert ahead.passed_over == {"mail": 3}


def test_a_day_takes_no_more_than_its_limit_and_two_steps_of_a_sender_share_it() -> None:
    first = Step(name="first", channel=Channel.EMAIL)
    second = Step(name="second", channel=Channel.EMAIL, after=After("first", 1, Unit.DAYS))
    ahead = look(campaign(first, second), {frozenset({"first", "second"}): 25}, Limits(per_day=10))

    assert days(ahead) == [
        ("2027-03-01", "first", 10),
        ("2027-03-02", "first", 10),
        ("2027-03-03", "first", 5),
        ("2027-03-03", "second", 5),
        ("2027-03-04", "second", 10),
        ("2027-03-05", "second", 10),
    ]


def test_a_sender_that_warms_up_sends_more_every_day() -> None:
    mail = Step(name="mail", channel=Channel.EMAIL)
    limits = Limits(warm_up_start=50, warm_up_growth=Fraction(1, 5))
    ahead = look(campaign(mail, window=Window()), {frozenset({"mail"}): 180}, limits)

    assert [count for _, _, count in days(ahead)] == [50, 50, 60, 20]


def test_an_hour_counts_for_as_long_as_the_window_is_open() -> None:
    """Seven open hours on a whole day: 70 at ten an hour."""
    mail = Step(name="mail", channel=Channel.EMAIL)
    ahead = look(campaign(mail), {frozenset({"mail"}): 100}, Limits(per_hour=10))

    assert [count for _, _, count in days(ahead)] == [70, 30]


def test_what_would_leave_after_its_last_day_is_told_and_not_counted() -> None:
    mail = Step(name="mail", channel=Channel.EMAIL)
    of = campaign(mail, not_after=date(2027, 3, 2))
    ahead = look(of, {frozenset({"mail"}): 25}, Limits(per_day=10))

    assert [count for _, _, count in days(ahead)] == [10, 10]
    assert ahead.too_late == {"mail": 5}
