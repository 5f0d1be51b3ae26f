"""What would leave on which day, for a whole audience."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from outreach.model.campaign import (
    After,
    AudienceRule,
    Campaign,
    Channel,
    Step,
    Unit,
    Waves,
    Window,
)
from outreach.model.pressure import Pressure
from outreach.model.settings import First, Limits, TeamMember
from outreach.scheduling.ahead import look_ahead
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.foreseen import Ahead, Bounds, Elsewhere, Kind
from outreach.scheduling.levelling import Taken, Work

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


def look(
    of: Campaign,
    people: dict[frozenset[str], int] | dict[Kind, int],
    limits: Limits | None = None,
    **bounds: Any,
) -> Ahead:
    kinds = {k if isinstance(k, Kind) else Kind(k): count for k, count in people.items()}
    return look_ahead(
        of,
        kinds,
        bounds=Bounds(sender=lambda step: limits or Limits(), **bounds),
        calendar=FRANCE,
        now=MONDAY,
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
    ahead = look(
        campaign(first, second),
        {frozenset({"first", "second"}): 25},
        Limits(per_day=10),
        first=First.NEW_PEOPLE,
    )

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

    assert [count for _, _, count in days(ahead)] == [50, 60, 70]


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


def test_follow_ups_leave_before_new_people_where_a_day_has_no_room_for_both() -> None:
    first = Step(name="first", channel=Channel.EMAIL)
    second = Step(name="second", channel=Channel.EMAIL, after=After("first", 1, Unit.DAYS))
    people = {frozenset({"first", "second"}): 25}

    assert days(look(campaign(first, second), people, Limits(per_day=10))) == [
        ("2027-03-01", "first", 10),
        ("2027-03-02", "second", 10),
        ("2027-03-03", "first", 10),
        ("2027-03-04", "second", 10),
        ("2027-03-05", "first", 5),
        ("2027-03-08", "second", 5),
    ]


def test_a_provider_a_campaign_and_a_pause_bound_a_day_too() -> None:
    """From 9 to 12 o'clock are 180 minutes: Orange takes 2 a minute, pauses of 60 s let 181."""
    mail = Step(name="mail", channel=Channel.EMAIL)
    morning = Window(hours=((time(9), time(12)),))
    orange, others = Kind(frozenset({"mail"}), "orange"), Kind(frozenset({"mail"}))
    providers = {"orange": Limits(per_minute=2)}

    of = campaign(mail, window=morning)
    assert days(look(of, {orange: 400, others: 400}, providers=providers)) == [
        ("2027-03-01", "mail", 760), ("2027-03-02", "mail", 40),
    ]  # fmt: skip
    assert days(look(of, {others: 200}, Limits(gap=(30, 90)))) == [
        ("2027-03-01", "mail", 181), ("2027-03-02", "mail", 19),
    ]  # fmt: skip
    limited = replace(of, limits=Limits(per_day=150))
    assert days(look(limited, {orange: 100, others: 100}, providers=providers)) == [
        ("2027-03-01", "mail", 150), ("2027-03-02", "mail", 50),
    ]  # fmt: skip


def test_people_far_away_get_their_mail_by_their_own_clock() -> None:
    """At 9 in Rennes it is 21 o'clock in Nouméa: their window opens at 23 o'clock of ours."""
    mail = Step(name="mail", channel=Channel.EMAIL)
    far = Kind(frozenset({"mail"}), zone="Pacific/Noumea")
    evening = Window(hours=((time(9), time(10)),))

    assert days(look(campaign(mail, window=evening), {far: 5})) == [("2027-03-01", "mail", 5)]
    late = Kind(frozenset({"mail"}), zone="Asia/Tokyo")
    assert days(look(campaign(mail, window=evening), {late: 5})) == [("2027-03-02", "mail", 5)]


# --- the team, and pressure -----------------------------------------------------------------

VISIT = Step(name="visit", channel=Channel.VISIT, after=After("call", 2, Unit.DAYS))
TEAM = {
    "marie": TeamMember(key="marie", name="Marie", calls_per_day=20, visits_per_day=3),
    "yann": TeamMember(key="yann", name="Yann", calls_per_day=10),
}


def test_calls_are_spread_over_the_team_and_what_follows_counts_from_the_day_of_each() -> None:
    """Due on the 10th: 30 of 40 then, ten on the 11th; visits two days later, three a day."""
    chain = campaign(LETTER, MAIL, CALL, VISIT)
    ahead = look(chain, {EVERYTHING | {"visit"}: 40}, team=TEAM)

    assert days(ahead)[2:6] == [
        ("2027-03-10", "call", 30),
        ("2027-03-11", "call", 10),
        ("2027-03-12", "visit", 3),
        ("2027-03-15", "visit", 3),
    ]
    assert [one.members for one in ahead.days[2:5]] == [
        (("marie", 20), ("yann", 10)), (("marie", 7), ("yann", 3)), (("marie", 3),),
    ]  # fmt: skip
    assert ahead.fall_due[date(2027, 3, 10), "call"] == 40
    assert sum(n for _, step, n in days(ahead) if step == "visit") == 40


def test_what_stands_in_a_seller_s_day_already_and_other_campaigns_push_calls_on() -> None:
    """As the runs do: who falls due first has the day first, the others' nine are not due yet.

    On one day the weightier campaign is first; what the others cannot do by their last day takes
    nobody's time.
    """
    call = Step(name="call", channel=Channel.CALL, by="yann")
    taken = (Taken("yann", date(2027, 3, 1), Channel.CALL, Decimal(2), 8),)
    nine = Elsewhere(work=Work(Channel.CALL, Decimal(2), "yann"), day=date(2027, 3, 2), count=9)
    today = replace(nine, day=date(2027, 3, 1))

    def pushed(other: Elsewhere) -> list[tuple[str, str, int]]:
        people = {frozenset({"call"}): 10}
        return days(look(campaign(call), people, team=TEAM, taken=taken, elsewhere=(other,)))

    alone = [("2027-03-01", "call", 2), ("2027-03-02", "call", 8)]
    assert pushed(nine) == alone
    assert pushed(today) == [("2027-03-02", "call", 3), ("2027-03-03", "call", 7)]
    assert pushed(replace(today, last=date(2027, 3, 1))) == [("2027-03-02", "call", 10)]
    assert pushed(replace(today, priority=-1)) == alone


def test_a_step_waits_until_its_person_may_be_touched_again() -> None:
    """The letter on the 1st, ten days of rest: the mail on the 11th, the call on the 21st."""
    pressure = Pressure(min_days_between_touches=10)
    ahead = look(campaign(LETTER, MAIL, CALL), {EVERYTHING: 4}, pressure=pressure)

    assert days(ahead) == [
        ("2027-03-01", "letter", 4),
        ("2027-03-11", "mail", 4),
        ("2027-03-21", "call", 4),
    ]
    # Calls are not counted: they come when they come.
    by_mail = Pressure(min_days_between_touches=10, channels=("letter", "email"))
    assert days(look(campaign(LETTER, MAIL, CALL), {EVERYTHING: 4}, pressure=by_mail))[2] == (
        "2027-03-15", "call", 4,
    )  # fmt: skip


def test_who_was_touched_last_week_waits_for_the_first_step_alone() -> None:
    mail = Step(name="mail", channel=Channel.EMAIL)
    lately = Kind(frozenset({"mail"}), touched=(date(2027, 2, 26),))
    pressure = Pressure(min_days_between_touches=7)

    rested = Kind(frozenset({"mail"}))
    assert days(look(campaign(mail), {lately: 2, rested: 3}, pressure=pressure)) == [
        ("2027-03-01", "mail", 3), ("2027-03-05", "mail", 2),
    ]  # fmt: skip


def test_waves_begin_one_after_the_other() -> None:
    mail = Step(name="mail", channel=Channel.EMAIL)
    of = replace(campaign(mail), waves=Waves(20, 1, Unit.WEEKS))
    kind = Kind(frozenset({"mail"}))
    ahead = look(of, {kind: 20, replace(kind, wave=2): 20, replace(kind, wave=3): 5})

    assert days(ahead) == [
        ("2027-03-01", "mail", 20), ("2027-03-08", "mail", 20), ("2027-03-15", "mail", 5),
    ]  # fmt: skip
