"""What would leave on which day, for a whole audience, when everything goes as planned.

Pure. Every step is taken to be done on the day it falls due, letters to be posted on it;
e-mails wait for their window by their person's clock, and for what their sender, their
campaign and the provider of the address allow on a day. Conditions (`when`) are not known
ahead: nobody is taken to answer, so it is the most that can leave. Nor are the domains of
firms whose mail a known provider receives, and the limit of single domains.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count as numbers
from zoneinfo import ZoneInfo

from outreach.model.campaign import Campaign, Channel, Step
from outreach.model.settings import First, Limits
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.pace import day_cap
from outreach.scheduling.sequence import due_at, first_due


@dataclass(frozen=True, slots=True)
class Kind:
    """People who go the same way."""

    #: The steps by name that they have an address for.
    steps: frozenset[str]
    #: Who receives their e-mails, where it is a provider with limits.
    provider: str | None = None
    #: Where their clock stands, when it is not the workspace's zone.
    zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What may leave on a day, by whom it is limited."""

    #: Of who writes a step.
    sender: Callable[[Step], Limits]
    #: When who writes a step began to write at all; None: with this campaign.
    began: Callable[[Step], datetime | None] = lambda step: None
    #: How many e-mails who writes a step has sent today already.
    sent: Callable[[Step], int] = lambda step: 0
    #: How many e-mails of the campaign have left today already.
    left: int = 0
    providers: Mapping[str, Limits] = field(default_factory=dict)
    first: First = First.FOLLOW_UPS


@dataclass(frozen=True, slots=True)
class Planned:
    """So many people of a kind have a step to come, due at an instant."""

    due: datetime
    step: Step
    kind: Kind
    count: int


@dataclass(frozen=True, slots=True, order=True)
class Leaving:
    """So many touches of one step on one day."""

    day: date
    step: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    days: tuple[Leaving, ...]
    #: By step: those whose last day (`not_after`) would be gone.
    too_late: Mapping[str, int]
    #: By step: those who have no address for it.
    passed_over: Mapping[str, int]


def look_ahead(
    campaign: Campaign,
    people: Mapping[Kind, int],
    *,
    bounds: Bounds,
    calendar: Calendar,
    now: datetime,
) -> Ahead:
    """The days of a campaign that starts at `now`; `people` counts those of each kind."""
    planned = [
        Planned(
            first_due(step, start=campaign.start, now=now, calendar=calendar), step, kind, count
        )
        for step in campaign.following(None)
        for kind, count in people.items()
    ]
    return look_on(campaign, planned, bounds=bounds, calendar=calendar, now=now)


def look_on(
    campaign: Campaign,
    planned: Iterable[Planned],
    *,
    bounds: Bounds,
    calendar: Calendar,
    now: datetime,
) -> Ahead:
    """The days to come of a campaign of which that much waits; what is late leaves from `now`."""
    looking = _Looking(campaign, bounds, calendar, now)
    for one in planned:
        looking.plan(max(one.due, now), one.step, one.kind, one.count)
    looking.run()
    place = {step.name: number for number, step in enumerate(campaign.steps)}
    leaving = (Leaving(day, step, n) for (day, step), n in looking.leaving.items() if n)
    return Ahead(
        days=tuple(sorted(leaving, key=lambda one: (one.day, place[one.step]))),
        too_late=dict(looking.too_late),
        passed_over=dict(looking.passed_over),
    )


#: Whose limits are counted: what it is, and which one.
_Key = tuple[str, str | None]


@dataclass(slots=True)
class _Looking:
    campaign: Campaign
    bounds: Bounds
    calendar: Calendar
    now: datetime
    leaving: Counter[tuple[date, str]] = field(default_factory=Counter)
    too_late: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    #: How many have left on each day under each limit.
    _sent: Counter[tuple[_Key, date]] = field(default_factory=Counter)
    #: By day, then by whether they go later when not all can, then by instant and by turn.
    _waiting: list[tuple[date, bool, datetime, int, Step, Kind, int]] = field(default_factory=list)
    #: Keeps those that fall due at one instant in the order in which they were planned.
    _turns: Iterator[int] = field(default_factory=numbers)
    _calendars: dict[str, Calendar] = field(default_factory=dict)

    def plan(self, due: datetime, step: Step, kind: Kind, count: int) -> None:
        follows = step.after is not None
        later = follows is (self.bounds.first is First.NEW_PEOPLE)
        at = due
        if step.channel is Channel.EMAIL and step.name in kind.steps:
            at = self._of(kind).opening(self.campaign.window, due)
        day = self.calendar.day_of(at)
        heapq.heappush(self._waiting, (day, later, at, next(self._turns), step, kind, count))

    def run(self) -> None:
        while self._waiting:
            _, _, at, _, step, kind, count = heapq.heappop(self._waiting)
            if step.name not in kind.steps:
                self.passed_over[step.name] += count
                self._follow(step, kind, count, at)
            elif step.channel is Channel.EMAIL:
                self._mail(at, step, kind, count)
            else:
                self._leave(at, step, kind, count)

    def _mail(self, at: datetime, step: Step, kind: Kind, count: int) -> None:
        """As many as may leave on that open day; the others wait for the next one."""
        day = self.calendar.day_of(at)
        keys = self._limits(step, kind)
        rooms = [
            self._room(limits, step, kind, at) - self._sent[key, day]
            for key, limits in keys.items()
        ]
        leaving = max(0, min(count, *rooms))
        if leaving:
            self._sent.update({(key, day): leaving for key in keys})
            self._leave(at, step, kind, leaving)
        if leaving < count:
            tomorrow = self._of(kind).midnight(self._of(kind).day_of(at) + timedelta(days=1))
            self.plan(tomorrow, step, kind, count - leaving)

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
        open_ = self._of(kind).open_for(self.campaign.window, at)
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

    def _of(self, kind: Kind) -> Calendar:
        """The calendar by their clock."""
        if kind.zone is None:
            return self.calendar
        if kind.zone not in self._calendars:
            self._calendars[kind.zone] = replace(self.calendar, zone=ZoneInfo(kind.zone))
        return self._calendars[kind.zone]

    def _leave(self, at: datetime, step: Step, kind: Kind, count: int) -> None:
        day = self.calendar.day_of(at)
        last = [one for one in (step.not_after, self.campaign.not_after) if one is not None]
        if last and day > min(last):
            self.too_late[step.name] += count
        else:
            self.leaving[day, step.name] += count
        self._follow(step, kind, count, at)

    def _follow(self, step: Step, kind: Kind, count: int, done_at: datetime) -> None:
        for following in self.campaign.following(step.name):
            due = due_at(following, done_at=done_at, calendar=self.calendar)
            self.plan(due, following, kind, count)
