"""Who makes which call or visit on which day, within what the team's days hold.

Pure. What falls due is spread over the team and over the working days from its day on, never
before it. The calendar of a preview and the planning of `run` ask this one module, so what
the one says is what the other does.

No limit is in force that nobody stated: without a team a step stays on the day it is due, and
a member's number of calls, of visits, and hours a week each count only where they are stated.
Where some of a team state how many calls a day they make, those make the calls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from outreach.model.campaign import Channel, Step
from outreach.model.settings import TeamMember
from outreach.scheduling.calendar import Calendar

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Work:
    """What a step asks of whoever does it."""

    channel: Channel
    minutes: Decimal
    #: Who must do it: named by the step, or the person's own seller. None: anybody of the team.
    only: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """So many of that work stand in a member's day already."""

    member: str
    day: date
    channel: Channel
    minutes: Decimal
    count: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """So many of one work for one member on one day; nobody's where there is no team.

    Nobody's on the day after its last one is what no day of the team holds before.
    """

    day: date
    member: str | None
    count: int


def minutes_of(step: Step) -> Decimal:
    """What one call, visit or task takes; 0 where nobody says it."""
    said = step.minutes if step.minutes is not None else step.channel.kind.minutes
    return said or Decimal(0)


def seller_of(team: Mapping[str, TeamMember], step: Step, *owners: str | None) -> str | None:
    """Who must do a step for a person: whom it names, else the first owner who does such work."""
    doing = {member.key for member in doing_it(team, step.channel)}
    return step.by or next((owner for owner in owners if owner in doing), None)


def doing_it(team: Mapping[str, TeamMember], channel: Channel) -> list[TeamMember]:
    """Those who state how many of it a day they do; where nobody states it, everybody."""
    everybody = list(team.values())
    return [one for one in everybody if most_a_day(one, channel) is not None] or everybody


def most_a_day(member: TeamMember, channel: Channel) -> int | None:
    """How many of a channel a member's day holds; None where nobody states it."""
    if channel is Channel.CALL:
        return member.calls_per_day
    return member.visits_per_day if channel is Channel.VISIT else None


#: Whose turn it is on a day: the lesser goes first.
Turn = tuple[int, int, int, int]


def day_turn(stands: bool, priority: int, work: Work, position: int) -> Turn:
    """What stands in somebody's day, then the weightier campaign, then what only one can do."""
    return 0 if stands else 1, -priority, work.only is None, position


@dataclass(slots=True)
class Book:
    """The days of a team, filled from the first that has room."""

    team: Mapping[str, TeamMember]
    calendar: Calendar
    _count: Counter[tuple[str, date, Channel]] = field(default_factory=Counter)
    #: By member and Monday: the minutes of a week.
    _minutes: dict[tuple[str, date], Decimal] = field(default_factory=dict)
    #: By work: no day from the first to before the second has room for it.
    _full: dict[Work, tuple[date, date]] = field(default_factory=dict)
    #: But for these, which may have room again.
    _given_back: set[date] = field(default_factory=set)

    def take(self, taken: Iterable[Taken]) -> None:
        """What stands in somebody's day already, also where it is more than the day holds."""
        for one in taken:
            self._take(one.member, one.day, one.channel, one.minutes, one.count)

    def give_back(self, member: str, day: date, work: Work, count: int) -> None:
        """So many that stood in a member's day do not any more: others may, from that day on."""
        self._take(member, day, work.channel, work.minutes, -count)
        monday = _monday(day)
        # Nobody asks for a day before that one any more; its week has minutes to spare, too.
        week = {monday + number * _DAY for number in range(7)}
        self._given_back = {one for one in self._given_back | week if one >= day}

    def place(
        self, work: Work, day: date, count: int = 1, *, last: date | None = None
    ) -> list[Place]:
        """The first places from `day` on; each as soon as it can be, shared out over the team.

        What does not fit in until the `last` day takes nobody's time: it is nobody's, a day later.
        """
        members = self._members(work)
        if not members:
            return [Place(day, work.only, count)]
        placed: Counter[tuple[date, str]] = Counter()
        at = self._first_day(work, day)
        over = 0
        for number in range(count):
            while not (free := self._free(members, work, at)) and (last is None or at <= last):
                at = self._next_day(work, at)
            if last is not None and at > last:
                over = count - number
                break
            least = min(free, key=lambda member: self._share(member, work, at))
            self._take(least.key, at, work.channel, work.minutes, 1)
            placed[at, least.key] += 1
        since, until = self._full.get(work, (day, day))
        # What lies between two looks that do not join up was not looked at.
        joined = since <= day <= until
        self._full[work] = (since, max(until, at)) if joined else (day, at)
        places = [Place(on, who, n) for (on, who), n in placed.items()]
        if last is not None and over:
            places.append(Place(max(day, last + _DAY), None, over))
        return places

    # --- room ---------------------------------------------------------------------------------

    def _members(self, work: Work) -> list[TeamMember]:
        """Who may do it, in the order of the settings; nobody where nothing is known of them."""
        if work.only is not None:
            return [self.team[work.only]] if work.only in self.team else []
        return doing_it(self.team, work.channel)

    def _free(self, members: Iterable[TeamMember], work: Work, day: date) -> list[TeamMember]:
        return [member for member in members if self._has_room(member, work, day)]

    def _first_day(self, work: Work, day: date) -> date:
        since, until = self._full.get(work, (day, day))
        if since <= day < until:
            return self._not_full(day, until)
        if day < since:
            # Asked of an earlier day: what is known of later ones does not join up with it.
            del self._full[work]
        return day

    def _next_day(self, work: Work, day: date) -> date:
        """The first day after that one that is not known to be full."""
        since, until = self._full.get(work, (day, day))
        return self._not_full(day + _DAY, until) if since <= day < until else day + _DAY

    def _not_full(self, day: date, until: date) -> date:
        return min((one for one in self._given_back if day <= one < until), default=until)

    def _has_room(self, member: TeamMember, work: Work, day: date) -> bool:
        if not self._works(member, day):
            return False
        most = most_a_day(member, work.channel)
        if most is not None and self._count[member.key, day, work.channel] >= most:
            return False
        if member.hours_per_week is None or not work.minutes:
            return True
        used = self._minutes.get((member.key, _monday(day)), Decimal(0))
        # A visit longer than a week still has to be made in one.
        return not used or used + work.minutes <= member.hours_per_week * 60

    def _works(self, member: TeamMember, day: date) -> bool:
        if member.days:
            return day.weekday() in member.days and not self.calendar.is_holiday(day)
        return self.calendar.is_working_day(day)

    def _share(self, member: TeamMember, work: Work, day: date) -> Fraction:
        """How full a member's day is of that work: the emptiest is given the next."""
        used = self._count[member.key, day, work.channel]
        return Fraction(used, most_a_day(member, work.channel) or 1)

    def _take(self, member: str, day: date, channel: Channel, minutes: Decimal, n: int) -> None:
        self._count[member, day, channel] += n
        if minutes:
            week = (member, _monday(day))
            self._minutes[week] = self._minutes.get(week, Decimal(0)) + n * minutes


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
