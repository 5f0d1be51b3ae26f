"""Working days, holidays and the hours in which e-mails may leave."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from outreach.model.campaign import Unit, Window
from outreach.scheduling.calendar import Calendar

PARIS = ZoneInfo("Europe/Paris")
FRANCE = Calendar("FR", PARIS)
OFFICE = Window(
    days=(0, 1, 2, 3, 4),
    hours=((time(9), time(12)), (time(14), time(18))),
    skip_holidays=True,
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_french_holidays_are_those_that_the_state_publishes(real_data: Path) -> None:
    with (real_data / "calendars/jours_feries_metropole.csv").open(encoding="utf-8") as file:
        published = {date.fromisoformat(row["date"]) for row in csv.DictReader(file)}
    first, last = date(2008, 1, 1).toordinal(), date(2027, 12, 31).toordinal()

    days = (date.fromordinal(n) for n in range(first, last + 1))
    known = {day for day in days if FRANCE.is_holiday(day)}
    assert known == {day for day in published if 2008 <= day.year <= 2027}
    assert len(known) == 20 * 11 - 1  # in 2008 the Ascension fell on 1 May


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2027, 3, 26), True),  # Good Friday is a day of work in France
        (date(2027, 3, 27), False),  # Saturday
        (date(2027, 3, 29), False),  # Easter Monday
        (date(2027, 3, 30), True),
    ],
)
def test_working_days_skip_weekends_and_holidays(day: date, works: bool) -> None:
    assert FRANCE.is_working_day(day) is works


def test_the_weekend_is_the_countrys() -> None:
    israel = Calendar("IL", ZoneInfo("Asia/Jerusalem"))
    assert not israel.is_working_day(date(2027, 3, 5))  # Friday
    assert israel.is_working_day(date(2027, 3, 7))  # Sunday


@pytest.mark.parametrize(
    ("count", "unit", "expected"),
    [
        (0, Unit.WORKING_DAYS, date(2027, 3, 25)),
        (1, Unit.WORKING_DAYS, date(2027, 3, 26)),
        (2, Unit.WORKING_DAYS, date(2027, 3, 30)),
        (7, Unit.WORKING_DAYS, date(2027, 4, 6)),
        (5, Unit.DAYS, date(2027, 3, 30)),
        (2, Unit.WEEKS, date(2027, 4, 8)),
    ],
)
def test_days_are_added_to_the_thursday_before_easter(
    count: int, unit: Unit, expected: date
) -> None:
    assert FRANCE.add(date(2027, 3, 25), count, unit) == expected


def test_hours_are_not_added_to_a_day() -> None:
    with pytest.raises(ValueError, match="hours"):
        FRANCE.add(date(2027, 3, 25), 3, Unit.HOURS)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2027-03-01T07:59", "2027-03-01T08:00"),  # Monday, before nine in Paris
        ("2027-03-01T08:00", "2027-03-01T08:00"),
        ("2027-03-01T10:59:59", "2027-03-01T10:59:59"),
        ("2027-03-01T11:00", "2027-03-01T13:00"),  # noon is closed, until two
        ("2027-03-01T17:00", "2027-03-02T08:00"),
        ("2027-03-05T17:00", "2027-03-08T08:00"),  # over the weekend
        ("2027-03-26T17:00", "2027-03-30T07:00"),  # over Easter and into summer time
        ("2027-05-05T20:00", "2027-05-07T07:00"),  # over the Ascension
        ("2027-10-29T17:00", "2027-11-02T08:00"),  # over All Saints and into winter time
    ],
)
def test_an_email_leaves_in_office_hours(at: str, expected: str) -> None:
    assert FRANCE.opening(OFFICE, utc(at)) == utc(expected)


def test_no_window_is_any_time() -> None:
    assert FRANCE.opening(Window(), utc("2027-03-28T02:30")) == utc("2027-03-28T02:30")


def test_holidays_are_open_where_they_are_not_skipped() -> None:
    window = Window(hours=((time(9), time(10)),))
    assert FRANCE.opening(window, utc("2027-03-29T00:00")) == utc("2027-03-29T07:00")


def test_days_without_hours_are_open_from_midnight_to_midnight() -> None:
    saturday = Window(days=(5,))
    assert FRANCE.opening(saturday, utc("2027-03-01T00:00")) == utc("2027-03-05T23:00")
    assert FRANCE.opening(saturday, utc("2027-03-06T22:59")) == utc("2027-03-06T22:59")
    assert FRANCE.opening(saturday, utc("2027-03-06T23:00")) == utc("2027-03-12T23:00")


def test_a_window_may_close_at_midnight() -> None:
    evening = Window(hours=((time(20), time(0)),))
    assert FRANCE.opening(evening, utc("2027-03-01T22:30")) == utc("2027-03-01T22:30")
    assert FRANCE.opening(evening, utc("2027-03-01T23:00")) == utc("2027-03-02T19:00")


def test_an_hour_that_summer_time_leaves_out_never_opens() -> None:
    """On 28 March 2027 the clocks of Paris go from two to three."""
    night = Window(hours=((time(2), time(3)),))
    assert FRANCE.opening(night, utc("2027-03-28T00:00")) == utc("2027-03-29T00:00")


def test_an_hour_that_winter_time_repeats_is_open_twice() -> None:
    """On 31 October 2027 the clocks of Paris show two to three twice."""
    night = Window(hours=((time(2), time(3)),))
    assert FRANCE.opening(night, utc("2027-10-30T23:00")) == utc("2027-10-31T00:00")
    assert FRANCE.opening(night, utc("2027-10-31T01:59")) == utc("2027-10-31T01:59")
    assert FRANCE.opening(night, utc("2027-10-31T02:00")) == utc("2027-11-01T01:00")


def test_a_window_that_closes_in_the_repeated_hour_closes_the_second_time() -> None:
    night = Window(hours=((time(1), time(2, 30)),))
    assert FRANCE.opening(night, utc("2027-10-31T01:29")) == utc("2027-10-31T01:29")
    assert FRANCE.opening(night, utc("2027-10-31T01:30")) == utc("2027-11-01T00:00")


def test_a_region_has_its_own_holidays() -> None:
    """Good Friday and Boxing Day are holidays in Alsace and Moselle alone."""
    alsace = Calendar("FR", PARIS, "6AE")

    assert alsace.is_holiday(date(2027, 3, 26))
    assert alsace.is_holiday(date(2027, 12, 26))
    assert not FRANCE.is_holiday(date(2027, 3, 26))
    assert alsace.is_holiday(date(2027, 7, 14))


def test_a_window_is_over_when_its_span_ends() -> None:
    window = Window(hours=((time(9), time(12)), (time(14), time(18))))
    at = FRANCE.at(date(2027, 3, 1), time(10))

    assert FRANCE.closing(window, at) == FRANCE.at(date(2027, 3, 1), time(12))
    noon = FRANCE.at(date(2027, 3, 1), time(12))
    assert FRANCE.closing(window, noon) == noon
    assert FRANCE.closing(Window(), at) is None
