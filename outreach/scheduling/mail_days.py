"""How many e-mails of a campaign a day lets go: the limits that each of them is under.

Pure. Windows are read by the clock of those who are written to (`zones.py`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from outreach.model.campaign import Campaign, Step
from outreach.model.settings import Limits
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.foreseen import Bounds, Kind
from outreach.scheduling.pace import day_cap

#: Whose limits are counted: what it is, and which one.
_Key = tuple[str, str | None]


@dataclass(slots=True)
class MailDays:
    """What has left under each limit on each day of a look ahead that begins at `now`."""

    campaign: Campaign
    bounds: Bounds
    calendar: Calendar
    now: datetime
    _sent: Counter[tuple[_Key, date]] = field(default_factory=Counter)
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
        day = self.calendar.day_of(at)
        keys = self._limits(step, kind)
        rooms = [
            self._room(limits, step, kind, at) - self._sent[key, day]
            for key, limits in keys.items()
        ]
        leaving = max(0, min(count, *rooms))
        if leaving:
            self._sent.update({(key, day): leaving for key in keys})
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

    def _room(self, limits: Limits, step: Step, kind: Kind, at: datetime) -> int:
        """What a limit lets go from `at` to the end of that day: 1 at least, but for what left."""
        open_ = self.of(kind).open_for(self.campaign.window, at)
        seconds = open_.total_seconds()
        rates = ((limits.per_second, 1), (limits.per_minute, 60), (limits.per_hour, 3600))
        rooms = [int(rate * seconds / per) for rate, per in rates if rate is not None]
        if limits.gap is not None:
            rooms.append(int(seconds / (sum(limits.gap) / 2)) + 1)
        began = self.bounds.began(step) or self.now
        # The ramp counts in days of 24 hours: what it allows when the day's window ends.
        cap = day_cap(limits, began, at + open_)
        most = max(1, min(rooms, default=2**62))
        if cap is None:
            return most
        today = self.calendar.day_of(at) == self.calendar.day_of(self.now)
        return min(most, max(1, cap) - (self._earlier(limits, step) if today else 0))

    def _earlier(self, limits: Limits, step: Step) -> int:
        """How many have left today already that count for a limit."""
        if limits is self.bounds.sender(step):
            return self.bounds.sent(step)
        return self.bounds.left if limits is self.campaign.limits else 0
