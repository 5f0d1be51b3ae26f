"""When people begin: at once, in waves, at each firing of a cron expression."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.model.campaign import AudienceRule, Campaign, Channel, Step, Unit, Waves
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.repeats import (
    NoCron,
    check_cron,
    fires_a_day,
    firing_after,
    firing_from,
)
from outreach.scheduling.waves import begins, numbered

FRANCE = Calendar("FR", ZoneInfo("Europe/Paris"))
MAIL = Step(name="mail", channel=Channel.EMAIL)
CALL = Step(name="call", channel=Channel.CALL)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def campaign(
    waves: Waves | None = None, start: date | None = None, repeat: str | None = None
) -> Campaign:
    return Campaign(
        name="spring",
        audience=AudienceRule(where="true"),
        steps=(MAIL, CALL),
        waves=waves,
        start=start,
        repeat=repeat,
    )


# --- waves ----------------------------------------------------------------------------------


def test_waves_are_filled_by_the_enrolled_and_control_goes_along() -> None:
    """Two places a wave: the third of five is control, and takes none."""
    assert list(numbered([True, True, False, True, True], Waves(2, 1, Unit.WEEKS))) == [
        1, 1, 2, 2, 2
    ]  # fmt: skip
    assert list(numbered([True, True, True], Waves(2, 1, Unit.WEEKS), first=4)) == [4, 4, 5]
    assert list(numbered([True, False, True], None)) == [1, 1, 1]


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 9), st.integers(1, 5))
def test_no_wave_holds_more_than_its_size_and_none_is_left_out(
    enrolled: list[bool], size: int, first: int
) -> None:
    waves = list(numbered(enrolled, Waves(size, 1, Unit.DAYS), first=first))
    taken = [wave for wave, one in zip(waves, enrolled, strict=True) if one]
    assert waves == sorted(waves)
    assert all(taken.count(wave) == size for wave in set(taken[:-1]) if wave != max(taken))
    assert all(taken.count(wave) <= size for wave in taken)
    assert set(taken) <= set(range(first, first + len(enrolled) // size + 1))


@pytest.mark.parametrize(
    ("step", "waves", "wave", "expected"),
    [
        (MAIL, Waves(10, 1, Unit.WEEKS), 1, "2027-03-22T08:00"),
        (MAIL, Waves(10, 1, Unit.WEEKS), 2, "2027-03-29T07:00"),  # summer time: nine stays nine
        (MAIL, Waves(10, 5, Unit.WORKING_DAYS), 2, "2027-03-30T07:00"),  # over Easter Monday
        (MAIL, Waves(10, 6, Unit.HOURS), 3, "2027-03-22T20:00"),
        (CALL, Waves(10, 1, Unit.WEEKS), 1, "2027-03-22T08:00"),
        (CALL, Waves(10, 1, Unit.WEEKS), 2, "2027-03-28T22:00"),  # a day's work: in the morning
    ],
)
def test_a_wave_begins_so_many_intervals_after_the_first(
    step: Step, waves: Waves, wave: int, expected: str
) -> None:
    at = begins(
        campaign(waves), step, wave=wave, launched_at=utc("2027-03-22T08:00"), calendar=FRANCE
    )
    assert at == utc(expected)


def test_waves_are_counted_from_the_first_day_where_one_is_written() -> None:
    file = campaign(Waves(10, 2, Unit.DAYS), start=date(2027, 4, 5))
    second = begins(file, MAIL, wave=2, launched_at=utc("2027-03-22T08:00"), calendar=FRANCE)
    assert second == utc("2027-04-06T22:00")


def test_who_comes_in_later_begins_with_the_next_wave_and_not_before_he_came() -> None:
    file, launched = campaign(Waves(10, 1, Unit.WEEKS)), utc("2027-03-01T08:00")

    def at(wave: int, came: str) -> datetime | None:
        return begins(
            file, MAIL, wave=wave, launched_at=launched, enrolled_at=utc(came), calendar=FRANCE
        )

    assert at(3, "2027-03-02T10:00") == utc("2027-03-15T08:00")
    assert at(3, "2027-05-04T10:00") == utc("2027-05-04T10:00")


# --- repeats ----------------------------------------------------------------------------------


def test_a_firing_follows_the_clock_of_the_zone_over_summer_time() -> None:
    monday = "0 9 * * mon"
    first = firing_after(monday, utc("2027-03-22T07:59"), calendar=FRANCE)
    assert first == utc("2027-03-22T08:00")
    assert firing_after(monday, utc("2027-03-22T08:00"), calendar=FRANCE) == utc("2027-03-29T07:00")
    assert firing_from(monday, utc("2027-03-22T08:00"), calendar=FRANCE) == utc("2027-03-22T08:00")


def test_an_hour_that_is_left_out_fires_after_it_and_one_that_comes_twice_fires_once() -> None:
    night = "30 2 * * *"
    spring = firing_after(night, utc("2027-03-27T12:00"), calendar=FRANCE)
    assert spring == utc("2027-03-28T01:00")  # 02:30 is not: 03:00, summer time
    autumn = firing_after(night, utc("2027-10-30T12:00"), calendar=FRANCE)
    assert autumn == utc("2027-10-31T00:30")
    assert firing_after(night, utc("2027-10-31T00:30"), calendar=FRANCE) == utc("2027-11-01T01:30")


def test_nothing_fires_behind_the_last_day() -> None:
    at = utc("2027-03-22T08:00")
    assert firing_after("0 9 * * mon", at, calendar=FRANCE, last=date(2027, 3, 28)) is None
    assert firing_after("0 9 * * mon", at, calendar=FRANCE, last=date(2027, 3, 29)) is not None


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), st.integers(0, 23))
def test_the_next_firing_is_within_a_day_at_its_hour(at: datetime, hour: int) -> None:
    """Or, on the morning that lacks it, an hour later by the clock."""
    fires = firing_after(f"0 {hour} * * *", at.replace(tzinfo=UTC), calendar=FRANCE)
    assert fires is not None
    assert timedelta(0) < fires - at.replace(tzinfo=UTC, microsecond=0) <= timedelta(hours=25)
    shown = fires.astimezone(FRANCE.zone)
    assert shown.hour == hour or (hour == 2 and shown.hour == 3)


def test_a_repeated_campaign_begins_at_its_first_firing_after_its_first_day() -> None:
    file = campaign(start=date(2027, 3, 30), repeat="0 9 * * mon")
    at = begins(file, MAIL, launched_at=utc("2027-03-01T08:00"), calendar=FRANCE)
    assert at == utc("2027-04-05T07:00")


@pytest.mark.parametrize(
    "text", ["", "0 9 * *", "0 9 * * mo", "0 9 30 2 *", "0 9 * * * *", "@daily"]
)
def test_what_never_fires_is_no_cron(text: str) -> None:
    with pytest.raises(NoCron):
        check_cron(text)


@pytest.mark.parametrize(
    ("cron", "count"), [("0 9 * * mon", 1), ("0 9,14 * * *", 2), ("*/5 * * * *", 25)]
)
def test_how_often_it_fires_on_a_day(cron: str, count: int) -> None:
    """Above 24 is not counted further."""
    assert fires_a_day(cron) == count
