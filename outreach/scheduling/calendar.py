"""Days on which people work, and the hours in which e-mails may leave.

Pure. Public holidays and the days of the weekend are those that the `holidays`
library knows for the country (it knows every ISO 3166 code). Instants are aware
and go out in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import count as count_from
from typing import assert_never

from outreach.model.campaign import Unit, Window
from outreach.model.settings import Settings

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one country, or of one of its regions, read in one time zone."""

    #: ISO 3166-1, two letters.
    country: str
    zone: tzinfo
    #: Of the country, where it has holidays of its own: the code of the `holidays` library.
    region: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Calendar:
        """The days where the workspace is."""
        return cls(settings.country, settings.zone, settings.region)

    def is_holiday(self, day: date) -> bool:
        return day in _holidays(self.country, self.region, day.year)

    def is_working_day(self, day: date) -> bool:
        """Neither a weekend nor a public holiday of the country."""
        return day.weekday() not in _weekend(self.country) and not self.is_holiday(day)

    def working_day(self, day: date) -> date:
        """`day`, where people work on it; else the next one on which they do."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add(self, day: date, count: int, unit: Unit) -> date:
        """The day `count` units after `day`; hours are not counted in days: ValueError."""
        match unit:
            case Unit.DAYS:
                return day + timedelta(days=count)
            case Unit.WEEKS:
                return day + timedelta(weeks=count)
            case Unit.WORKING_DAYS:
                return self._add_working_days(day, count)
            case Unit.HOURS:
                raise ValueError("hours are added to an instant, not to a day")
            case _:
                assert_never(unit)

    def _add_working_days(self, day: date, count: int) -> date:
        for _ in range(count):
            day = self.working_day(day + _DAY)
        return day

    def day_of(self, instant: datetime) -> date:
        """The day that people of the zone would call it."""
        return instant.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """The instant at which `day` begins."""
        return self.at(day, _MIDNIGHT)

    def at(self, day: date, clock: time) -> datetime:
        """The instant at which the clocks of the zone first show `clock` on `day`.

        A time that the change to summer time leaves out means the same instant
        an hour later on the clock.
        """
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def opening(self, window: Window, at: datetime) -> datetime:
        """The earliest instant not before `at` that lies inside the window."""
        at = at.astimezone(UTC)
        if window == Window():
            return at
        for start, end in self._spans(window, self.day_of(at)):
            if max(start, at) < end:
                return max(start, at)
        raise AssertionError("a window opens again on some later day")

    def closing(self, window: Window, at: datetime) -> datetime | None:
        """When the span of the window that `at` lies in is over; None: it has no end.

        An instant outside the window lies in no span: it is over at once.
        """
        at = at.astimezone(UTC)
        if window == Window():
            return None
        for start, end in self._spans(window, self.day_of(at)):
            if at < end:
                return end if start <= at else at
        raise AssertionError("a window opens again on some later day")

    def open_for(self, window: Window, at: datetime) -> timedelta:
        """How long the window is open from `at` to the end of that day."""
        at, day = at.astimezone(UTC), self.day_of(at)
        end = self.midnight(day + _DAY)
        open_ = timedelta(0)
        for opens, closes in self._spans(window, day):
            if opens >= end:
                return open_
            open_ += max(timedelta(0), closes - max(opens, at))
        raise AssertionError("a window opens again on some later day")

    def _spans(self, window: Window, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The open spans from `day` on, in order, without end."""
        hours = window.hours or ((_MIDNIGHT, _MIDNIGHT),)
        for ahead in count_from():
            today = day + ahead * _DAY
            if window.days and today.weekday() not in window.days:
                continue
            if window.skip_holidays and self.is_holiday(today):
                continue
            for opens, closes in hours:
                yield self.at(today, opens), self._closing(today, closes)

    def _closing(self, day: date, clock: time) -> datetime:
        """When a span that closes at `clock` is over; midnight is the end of the day.

        An hour that the change to winter time repeats is open both times.
        """
        if clock == _MIDNIGHT:
            return self.midnight(day + _DAY)
        return self.at(day, clock.replace(fold=1))


@lru_cache(maxsize=256)
def _holidays(country: str, region: str | None, year: int) -> frozenset[date]:
    """The public holidays of one year. Source: the `holidays` library."""
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=region, years=year))


@lru_cache(maxsize=32)
def _weekend(country: str) -> frozenset[int]:
    """The weekly days of rest, 0 = Monday. Source: the `holidays` library."""
    import holidays

    return frozenset(holidays.country_holidays(country).weekend)
