"""What would leave on which day, for a whole audience, when everything goes as planned.

Pure. Letters are taken to be posted on the day they fall due, calls and visits to be made on
the day that the team's capacity gives them (`levelling.py`, which `run` asks too); e-mails
wait for their window by their person's clock, and for what their sender, their campaign and
the provider of the address allow on a day. Where the settings state a pressure, a step waits
until its person may be touched again. Conditions (`when`) are not known
ahead: nobody is taken to answer, so it is the most that can leave. A campaign that repeats is
looked at up to its last day, or as far as `repeats.horizon`, and says so. Nor are the domains of
firms whose mail a known provider receives, and the limit of single domains. People are counted
by kind: whose turn is first among kinds that share a limit is not known, nor does one branch of
a chain know whom another one touched, or gave to whom.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count as numbers
from zoneinfo import ZoneInfo

from outreach.model.campaign import Campaign, Channel, Step
from outreach.model.settings import First, Limits
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.foreseen import Ahead, Bounds, Elsewhere, Kind, Leaving, Planned
from outreach.scheduling.levelling import Book, Place, Turn, Work, day_turn, minutes_of, seller_of
from outreach.scheduling.pace import day_cap
from outreach.scheduling.pressure import free_on
from outreach.scheduling.repeats import firing_after, horizon
from outreach.scheduling.sequence import due_at
from outreach.scheduling.waves import begins


def look_ahead(
    campaign: Campaign,
    people: Mapping[Kind, int],
    *,
    bounds: Bounds,
    calendar: Calendar,
    now: datetime,
) -> Ahead:
    """The days of a campaign that starts at `now`; `people` counts those of each kind."""
    planned: list[Planned] = []
    for step in campaign.following(None):
        for kind, count in people.items():
            due = begins(campaign, step, wave=kind.wave, launched_at=now, calendar=calendar)
            if due is not None:
                anew = replace(kind, repeats=campaign.repeat is not None)
                planned.append(Planned(due, step, anew, count))
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
        looking.plan(max(one.due, now), one.step, one.kind, one.count, placed=one.member)
    looking.run()
    place = {step.name: number for number, step in enumerate(campaign.steps)}
    members: dict[tuple[date, str], list[tuple[str, int]]] = {}
    for (day, name, member), n in sorted(looking.members.items()):
        members.setdefault((day, name), []).append((member, n))
    leaving = (
        Leaving(day, step, n, tuple(members.get((day, step), ())))
        for (day, step), n in looking.leaving.items()
        if n
    )
    return Ahead(
        days=tuple(sorted(leaving, key=lambda one: (one.day, place[one.step]))),
        too_late=dict(looking.too_late),
        passed_over=dict(looking.passed_over),
        fall_due=dict(looking.fall_due),
        until=looking.until,
    )


#: Whose limits are counted: what it is, and which one.
_Key = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """So many people whose step comes next."""

    step: Step
    kind: Kind
    count: int
    #: Stands in this member's day.
    placed: str | None = None


@dataclass(slots=True)
class _Looking:
    campaign: Campaign
    bounds: Bounds
    calendar: Calendar
    now: datetime
    leaving: Counter[tuple[date, str]] = field(default_factory=Counter)
    members: Counter[tuple[date, str, str]] = field(default_factory=Counter)
    too_late: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    fall_due: Counter[tuple[date, str]] = field(default_factory=Counter)
    #: How many have left on each day under each limit.
    _sent: Counter[tuple[_Key, date]] = field(default_factory=Counter)
    #: By day, then by rank, then by instant and by turn.
    _waiting: list[tuple[date, Turn, datetime, int, _Waiting | Elsewhere]] = field(
        default_factory=list
    )
    #: Keeps those that fall due at one instant in the order in which they were planned.
    _turns: Iterator[int] = field(default_factory=numbers)
    _calendars: dict[str, Calendar] = field(default_factory=dict)
    _book: Book = field(init=False)
    #: The last day that is looked at, where the campaign repeats beyond it.
    until: date | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.campaign.repeat is not None:
            far = self.calendar.day_of(self.now + horizon(self.campaign.repeat))
            last = self.campaign.not_after
            self.until = far if last is None or last > far else None
        self._book = Book(self.bounds.team, self.calendar)
        self._book.take(self.bounds.taken)
        for other in self.bounds.elsewhere:
            day = max(other.day, self.calendar.day_of(self.now))
            rank = day_turn(other.stands, other.priority, other.work, other.position)
            at = self.calendar.midnight(day)
            heapq.heappush(self._waiting, (day, rank, at, next(self._turns), other))

    def plan(
        self, due: datetime, step: Step, kind: Kind, count: int, *, placed: str | None = None
    ) -> None:
        at = due
        if step.channel is Channel.EMAIL and step.name in kind.steps:
            at = self._of(kind).opening(self.campaign.window, due)
        day = self.calendar.day_of(at)
        if self.until is not None and day > self.until:
            return
        waiting = _Waiting(step, kind, count, placed)
        rank = self._rank(waiting)
        heapq.heappush(self._waiting, (day, rank, at, next(self._turns), waiting))

    def _rank(self, one: _Waiting) -> Turn:
        """Whose turn it is on a day: what is done by hand, as `run` places it, then e-mails.

        Of these, those go first whom the settings name `first`.
        """
        if one.step.channel.by_hand:
            position = self.campaign.steps.index(one.step)
            return day_turn(
                one.placed is not None, self.campaign.priority, self._work(one), position
            )
        follows = one.step.after is not None
        return 2 + (follows is (self.bounds.first is First.NEW_PEOPLE)), 0, 0, 0

    def run(self) -> None:
        while self._waiting:
            day, _, at, _, one = heapq.heappop(self._waiting)
            if isinstance(one, Elsewhere):
                self._book.place(one.work, day, one.count, last=one.last)
            elif one.step.name not in one.kind.steps:
                self.passed_over[one.step.name] += one.count
                self._follow(one.step, one.kind, one.count, at, passed_over=True)
            elif not self._rests(at, one):
                self._do(at, one)

    def _rests(self, at: datetime, one: _Waiting) -> bool:
        """Whether these people must be left in peace on that day: their step waits."""
        pressure, day = self.bounds.pressure, self.calendar.day_of(at)
        if pressure is None or one.placed or not pressure.covers(one.step.channel):
            return False
        free = free_on(one.kind.touched, pressure, day)
        if free > day:
            again = self.calendar.at(free, at.astimezone(self.calendar.zone).time())
            self.plan(again, one.step, one.kind, one.count)
        return free > day

    def _do(self, at: datetime, one: _Waiting) -> None:
        if one.step.channel is Channel.EMAIL:
            self._mail(at, one.step, one.kind, one.count)
        elif one.step.channel.by_hand:
            self._by_hand(at, one)
        else:
            self._leave(at, one.step, one.kind, one.count)

    def _by_hand(self, at: datetime, one: _Waiting) -> None:
        """Spread over the days and people of the team."""
        day = self.calendar.day_of(at)
        if self._over(one.step, day):
            # Passed over on the day it falls due: it takes nobody's time.
            self._leave(at, one.step, one.kind, one.count)
            return
        self.fall_due[day, one.step.name] += one.count
        if one.placed:
            places = [Place(day, one.placed, one.count)]
        else:
            last = self.campaign.last_day(one.step)
            places = self._book.place(self._work(one), day, one.count, last=last)
        for place in places:
            then = at if place.day == day else self.calendar.midnight(place.day)
            kind = replace(one.kind, owner=one.kind.owner or place.member)
            self._leave(then, one.step, kind, place.count, place.member)

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

    def _leave(
        self, at: datetime, step: Step, kind: Kind, count: int, member: str | None = None
    ) -> None:
        day = self.calendar.day_of(at)
        if self._over(step, day):
            self.too_late[step.name] += count
            self._follow(step, kind, count, at, passed_over=True)
            return
        self.leaving[day, step.name] += count
        if member is not None:
            self.members[day, step.name, member] += count
        self._follow(step, self._touched(kind, step, day), count, at)

    def _over(self, step: Step, day: date) -> bool:
        """Whether the last day of the step, or of the campaign, is gone by then."""
        last = self.campaign.last_day(step)
        return last is not None and day > last

    def _work(self, one: _Waiting) -> Work:
        only = seller_of(self.bounds.team, one.step, one.kind.owner, one.kind.keeper)
        return Work(one.step.channel, minutes_of(one.step), only)

    def _touched(self, kind: Kind, step: Step, day: date) -> Kind:
        """They remember the day, where a pressure counts it."""
        pressure = self.bounds.pressure
        if pressure is None or not pressure.covers(step.channel):
            return kind
        return replace(kind, touched=(*kind.touched, day))

    def _follow(
        self, step: Step, kind: Kind, count: int, done_at: datetime, *, passed_over: bool = False
    ) -> None:
        for following in self.campaign.following(step.name):
            due = due_at(
                following, done_at=done_at, calendar=self.calendar, passed_over=passed_over
            )
            self.plan(due, following, kind, count)
        if kind.repeats and step in self.campaign.following(None):
            self._repeat(step, kind, count, done_at)

    def _repeat(self, step: Step, kind: Kind, count: int, done_at: datetime) -> None:
        """They begin anew with the next firing; one that came while they waited is left out."""
        assert self.campaign.repeat is not None
        last = self.campaign.not_after
        fires = firing_after(self.campaign.repeat, done_at, calendar=self.calendar, last=last)
        if fires is not None:
            self.plan(fires, step, kind, count)
