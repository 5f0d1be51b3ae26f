"""The days of a campaign, looked at person by person and day by day: slow, and simple to check.

Of a campaign with e-mails (so many a day, one after the other), letters and calls (so many a day
and member of the team), without windows: what `outreach/scheduling/ahead.py` counts by kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from outreach.model.campaign import Campaign, Channel, Step
from outreach.model.pressure import Pressure
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.sequence import due_at

DAY = timedelta(days=1)
#: Nothing that is generated here lasts longer.
LAST = 400


@dataclass(eq=False)
class Person:
    #: The steps that there is an address for.
    steps: frozenset[str]
    owner: str | None = None
    touched: list[date] = field(default_factory=list)
    #: The day on which one of the calls was last allowed.
    allowed: date | None = None
    #: Those that were allowed on that day and have not been made on it.
    going: list[Waiting] = field(default_factory=list)
    #: The day on which an e-mail was last kept back by the limit.
    kept_back: date | None = None


@dataclass(eq=False)
class Waiting:
    person: Person
    step: Step
    due: datetime
    number: int
    #: Not before that day, for no more e-mails left on an earlier one.
    since: date
    #: Stands in the day of its due date; in whose.
    stands: bool = False
    member: str | None = None
    #: On which day it was last looked at, and whether it was nobody's in particular then.
    looked: tuple[date, bool] | None = None


@dataclass
class OneByOne:
    campaign: Campaign
    calendar: Calendar
    now: datetime
    per_day: int | None = None
    #: From one e-mail to the next; what one takes is over when the day is, but for the first one's.
    pause: timedelta | None = None
    pressure: Pressure | None = None
    #: How many calls a day, by member.
    team: Mapping[str, int] = field(default_factory=dict)
    done: Counter[tuple[date, str]] = field(default_factory=Counter)
    too_late: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    waiting: list[Waiting] = field(default_factory=list)
    calls: Counter[tuple[date, str]] = field(default_factory=Counter)
    mails: Counter[date] = field(default_factory=Counter)
    #: When the next e-mail of a day may leave.
    free: dict[date, datetime] = field(default_factory=dict)
    numbers: int = 0
    today: date = date.min

    def play(self, people: list[Person]) -> None:
        first = self.calendar.day_of(self.now)
        for person in people:
            for step in self.campaign.following(None):
                self.plan(person, step, self.now)
        for later in range(LAST):
            self.today = first + later * DAY
            while (one := self.next_today()) is not None:
                self.go_on(one)
        assert not self.waiting, [(one.step.name, one.due) for one in self.waiting]

    def plan(self, person: Person, step: Step, due: datetime) -> None:
        self.numbers += 1
        self.waiting.append(Waiting(person, step, due, self.numbers, self.calendar.day_of(due)))

    # --- whose turn it is ---------------------------------------------------------------------

    def next_today(self) -> Waiting | None:
        here = [one for one in self.waiting if one.since <= self.today]
        for one in here:
            if one.looked is None or one.looked[0] != self.today:
                one.looked = (self.today, self.only(one) is None)
        return min(here, key=self.turn, default=None)

    def turn(self, one: Waiting) -> tuple[object, ...]:
        if one.step.channel is Channel.EMAIL:
            new = one.step.after is None
            start = self.calendar.midnight(self.today)
            return 0, new, max(one.due, start), one.due, one.number
        if one.step.channel is Channel.LETTER:
            return 1, one.due, one.number
        assert one.looked is not None
        position = self.campaign.steps.index(one.step)
        named = self.only(one) is None
        due = self.calendar.day_of(one.due)
        return (
            2,
            self.waited_for_an_e_mail(one),
            due,
            not one.stands,
            one.looked[1],
            position,
            named,
            one.due,
            one.number,
        )

    def waited_for_an_e_mail(self, one: Waiting) -> bool:
        both = self.pressure is not None and self.pressure.covers("email")
        both = both and self.pressure is not None and self.pressure.covers("call")
        return both and one.person.kept_back == self.today and not one.stands

    def only(self, one: Waiting) -> str | None:
        return one.member or one.person.owner

    # --- what comes of it -----------------------------------------------------------------------

    def go_on(self, one: Waiting) -> None:
        at = max(one.due, self.calendar.midnight(self.today), self.now)
        last = one.step.not_after
        if one.step.name not in one.person.steps:
            self.passed_over[one.step.name] += 1
            self.over(one, at, passed_over=True)
        elif last is not None and self.today > last:
            self.too_late[one.step.name] += 1
            self.over(one, at, passed_over=True)
        elif not self.rests(one):
            if one.step.channel is Channel.EMAIL:
                self.mail(one, at)
            elif one.step.channel is Channel.CALL:
                self.call(one, at)
            else:
                self.leave(one, at)

    def rests(self, one: Waiting) -> bool:
        if self.pressure is None or not self.pressure.covers(one.step.channel):
            return False
        person, free = one.person, self.today
        while not self.in_peace(person.touched, free):
            free += DAY
        if free == self.today and one.step.channel is Channel.CALL:
            if person.allowed != self.today:
                person.allowed, person.going = self.today, []
            handed_out = [self.today for _ in person.going]
            if self.in_peace([*person.touched, *handed_out], self.today):
                person.going.append(one)
            else:
                free += DAY
        if free == self.today:
            return False
        if one.stands and one.member:
            self.calls[self.today, one.member] -= 1
        one.stands, one.member, one.looked = False, None, None
        one.due = self.calendar.at(free, one.due.astimezone(self.calendar.zone).time())
        one.since = free
        return True

    def in_peace(self, touched: list[date], day: date) -> bool:
        """Whether one more touch on that day is within the pressure."""
        assert self.pressure is not None
        rest = self.pressure.min_days_between_touches
        most = self.pressure.most_touches_per_month
        if rest is not None and any(day < one + rest * DAY for one in touched):
            return False
        return most is None or sum(one > day - 30 * DAY for one in touched) < most

    def mail(self, one: Waiting, at: datetime) -> None:
        full = self.per_day is not None and self.mails[self.today] >= self.per_day
        if self.pause is not None:
            over = max(at, self.free.get(self.today, at)) + self.pause
            late = over > self.calendar.midnight(self.today + DAY)
            full = full or (late and self.mails[self.today] > 0)
        if full:
            one.since, one.person.kept_back = self.today + DAY, self.today
            return
        if self.pause is not None:
            self.free[self.today] = over
        self.mails[self.today] += 1
        self.leave(one, at)

    def call(self, one: Waiting, at: datetime) -> None:
        if one.stands or not self.team:
            self.leave(one, at)
            return
        names = [self.only(one)] if self.only(one) else list(self.team)
        day, last = self.today, one.step.not_after
        while not (free := [n for n in names if n and self.has_room(n, day)]):
            day += DAY
            if last is not None and day > last:
                break
        one.stands = True
        if free:
            one.member = min(free, key=lambda n: self.calls[day, n] / self.team[n])
            self.calls[day, one.member] += 1
            one.person.owner = one.person.owner or one.member
        if day == self.today:
            self.leave(one, at)
        else:
            one.due, one.since = self.calendar.midnight(day), day

    def has_room(self, member: str, day: date) -> bool:
        return self.calendar.is_working_day(day) and self.calls[day, member] < self.team[member]

    def leave(self, one: Waiting, at: datetime) -> None:
        self.done[self.today, one.step.name] += 1
        if self.pressure is not None and self.pressure.covers(one.step.channel):
            one.person.touched.append(self.today)
            if one in one.person.going:
                one.person.going.remove(one)
        self.over(one, at)

    def over(self, one: Waiting, at: datetime, *, passed_over: bool = False) -> None:
        self.waiting.remove(one)
        for step in self.campaign.following(one.step.name):
            due = due_at(step, done_at=at, calendar=self.calendar, passed_over=passed_over)
            self.plan(one.person, step, due)
