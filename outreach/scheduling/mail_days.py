"""How many e-mails of a campaign a day lets go: the limits that each of them is under.

Pure. Windows are read by the clock of those who are written to (`zones.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

from outreach.model.campaign import Campaign, Step
from outreach.model.settings import Limits
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.foreseen import Bounds, Kind
from outreach.scheduling.pace import day_cap

#: Whose limits are counted: what it is, and which one.
_Key = tuple[str, str | None]


@dataclass(slots=True)
class Day:
    """What one limit has let go on one day, and how much of the day is left to it.

    E-mails leave one after the other, each an interval behind the one before and none before its
    time. Time is counted backwards here: in seconds of open windows until the day ends.
    """

    taken: int = 0
    #: By interval: when the next one may leave.
    _left: dict[Fraction, Fraction] = field(default_factory=dict)

    def room(self, limits: Limits, span: timedelta, cap: int | None) -> int:
        """How many of those leave whose time comes when windows stay open for `span`.

        1 at least on a day; never more than `cap` in all.
        """
        paced = [
            self._until_the_end(interval, span) // interval + first
            for interval, first in _intervals(limits)
        ]
        within = max(int(self.taken == 0), min(paced, default=2**62))
        return max(0, within if cap is None else min(within, cap - self.taken))

    def take(self, limits: Limits, count: int, span: timedelta) -> None:
        """So many of these leave."""
        self.taken += count
        for interval, _ in _intervals(limits):
            self._left[interval] = self._until_the_end(interval, span) - count * interval

    def _until_the_end(self, interval: Fraction, span: timedelta) -> Fraction:
        seconds = Fraction(span // timedelta(microseconds=1), 1_000_000)
        return min(seconds, self._left.get(interval, seconds))


@cache
def _intervals(limits: Limits) -> tuple[tuple[Fraction, int], ...]:
    """Seconds from one e-mail to the next, by each rule of a pace; and how many need none."""
    rates = ((limits.per_second, 1), (limits.per_minute, 60), (limits.per_hour, 3600))
    found = [(Fraction(per) / Fraction(rate), 0) for rate, per in rates if rate is not None]
    if limits.gap is not None:
        found.append((Fraction(sum(limits.gap)) / 2, 1))
    return tuple(found)


@dataclass(slots=True)
class MailDays:
    """What has left under each limit on each day of a look ahead that begins at `now`."""

    campaign: Campaign
    bounds: Bounds
    calendar: Calendar
    now: datetime
    _days: dict[tuple[_Key, date], Day] = field(default_factory=dict)
    _calendars: dict[str, Calendar] = field(default_factory=dict)

    def of(self, kind: Kind) -> Calendar:
        """The calendar by their clock."""
        if kind.zone is None:
            return self.calendar
        if kind.zone not in self._calendars:
            self._calendars[kind.zone] = replace(self.calendar, zone=ZoneInfo(kind.zone))
        return self._calendars[kind.zone]

    def take(self, step: Step, kind: Kind, count: int, at: datetime) -> int:
        """How many of `count` leave on the day of `at`, a time at which their window is open."""
        day, span = self.calendar.day_of(at), self.of(kind).open_for(self.campaign.window, at)
        days = [
            (self._days.setdefault((key, day), Day()), limits)
            for key, limits in self._limits(step, kind).items()
        ]
        rooms = (
            one.room(limits, span, self._cap(limits, step, day, at + span)) for one, limits in days
        )
        leaving = min(count, *rooms)
        if leaving:
            for one, limits in days:
                one.take(limits, leaving, span)
        return leaving

    def _limits(self, step: Step, kind: Kind) -> dict[_Key, Limits]:
        """Every limit that mail of a step to people of a kind is under."""
        limits = {("sender", self.campaign.sender_of(step)): self.bounds.sender(step)}
        if self.campaign.limits is not None:
            limits["campaign", None] = self.campaign.limits
        provider = kind.provider
        if provider is not None and provider in self.bounds.providers:
            limits["provider", provider] = self.bounds.providers[provider]
        return limits

    def _cap(self, limits: Limits, step: Step, day: date, end: datetime) -> int | None:
        """What a limit lets go on that day whose window ends then: 1 at least, but for what left.

        The ramp counts in days of 24 hours: it is what it allows when the day's window ends.
        """
        cap = day_cap(limits, self.bounds.began(step) or self.now, end)
        if cap is None:
            return None
        today = day == self.calendar.day_of(self.now)
        return max(1, cap) - (self._earlier(limits, step) if today else 0)

    def _earlier(self, limits: Limits, step: Step) -> int:
        """How many have left today already that count for a limit."""
        if limits is self.bounds.sender(step):
            return self.bounds.sent(step)
        return self.bounds.left if limits is self.campaign.limits else 0
