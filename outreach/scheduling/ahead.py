"""What would leave on which day, for a whole audience, when everything goes as planned.

Pure. Every step is taken to be done on the day it falls due, letters to be posted on it;
e-mails wait for their window and for what their sender may send on a day. Conditions
(`when`) are not known ahead: nobody is taken to answer, so it is the most that can leave.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count as numbers

from outreach.model.campaign import Campaign, Channel, Step
from outreach.model.settings import Limits
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.pace import day_cap
from outreach.scheduling.sequence import due_at, first_due

#: The steps by name that a group of people has an address for.
Reached = frozenset[str]


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
    people: Mapping[Reached, int],
    *,
    limits: Callable[[Step], Limits],
    calendar: Calendar,
    now: datetime,
) -> Ahead:
    """The days of a campaign that starts at `now`; `people` counts those of each kind."""
    looking = _Looking(campaign, limits, calendar, now)
    for step in campaign.following(None):
        due = first_due(step, start=campaign.start, now=now, calendar=calendar)
        for reached, count in people.items():
            looking.plan(due, step, reached, count)
    looking.run()
    place = {step.name: number for number, step in enumerate(campaign.steps)}
    leaving = (Leaving(day, step, n) for (day, step), n in looking.leaving.items() if n)
    return Ahead(
        days=tuple(sorted(leaving, key=lambda one: (one.day, place[one.step]))),
        too_late=dict(looking.too_late),
        passed_over=dict(looking.passed_over),
    )


@dataclass(slots=True)
class _Looking:
    campaign: Campaign
    limits: Callable[[Step], Limits]
    calendar: Calendar
    now: datetime
    leaving: Counter[tuple[date, str]] = field(default_factory=Counter)
    too_late: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    #: How many each sender (by its limits) has sent on each day.
    _sent: Counter[tuple[str | None, date]] = field(default_factory=Counter)
    _waiting: list[tuple[datetime, int, Step, Reached, int]] = field(default_factory=list)
    #: Keeps those that fall due at one instant in the order in which they were planned.
    _turns: Iterator[int] = field(default_factory=numbers)

    def plan(self, due: datetime, step: Step, reached: Reached, count: int) -> None:
        heapq.heappush(self._waiting, (due, next(self._turns), step, reached, count))

    def run(self) -> None:
        while self._waiting:
            due, _, step, reached, count = heapq.heappop(self._waiting)
            if step.name not in reached:
                self.passed_over[step.name] += count
                self._follow(step, reached, count, due)
            elif step.channel is Channel.EMAIL:
                self._mail(due, step, reached, count)
            else:
                self._leave(due, step, reached, count)

    def _mail(self, due: datetime, step: Step, reached: Reached, count: int) -> None:
        """As many as may leave on the first open day; the others wait for the next one."""
        at = self.calendar.opening(self.campaign.window, due)
        day = self.calendar.day_of(at)
        sender = self.campaign.sender_of(step)
        room = self._room(step, at) - self._sent[sender, day]
        leaving = max(0, min(count, room))
        if leaving:
            self._sent[sender, day] += leaving
            self._leave(at, step, reached, leaving)
        if leaving < count:
            tomorrow = self.calendar.midnight(day + timedelta(days=1))
            self.plan(tomorrow, step, reached, count - leaving)

    def _room(self, step: Step, at: datetime) -> int:
        """What the sender may send from `at` to the end of that day: 1 at least."""
        limits = self.limits(step)
        seconds = self.calendar.open_for(self.campaign.window, at).total_seconds()
        rates = ((limits.per_second, 1), (limits.per_minute, 60), (limits.per_hour, 3600))
        rooms = [int(rate * seconds / per) for rate, per in rates if rate is not None]
        cap = day_cap(limits, self.now, at)
        rooms += [] if cap is None else [cap]
        return max(1, min(rooms, default=2**62))

    def _leave(self, at: datetime, step: Step, reached: Reached, count: int) -> None:
        day = self.calendar.day_of(at)
        last = [one for one in (step.not_after, self.campaign.not_after) if one is not None]
        if last and day > min(last):
            self.too_late[step.name] += count
        else:
            self.leaving[day, step.name] += count
        self._follow(step, reached, count, at)

    def _follow(self, step: Step, reached: Reached, count: int, done_at: datetime) -> None:
        for following in self.campaign.following(step.name):
            due = due_at(following, done_at=done_at, calendar=self.calendar)
            self.plan(due, following, reached, count)
