"""What would leave on which day, for a whole audience, when everything goes as planned.

Pure. Letters are taken to be posted on the day they fall due, calls and visits to be made on the
day that the team's capacity gives them (`levelling.py`, which `run` asks too); e-mails wait for
their window by their person's clock, and for what sender, campaign and provider allow on a day.
Where the settings state a pressure, a step waits until its person may be touched again; of the
steps of one person on one day the e-mails go first, then letters, then what is done by hand, as
in a run. Nobody is taken to answer, and a condition (`when`) that only the days to come can tell
to hold: it is the most that can leave. A campaign that repeats is looked at up to its last day,
or as far as `repeats.horizon`, and says so. Not known are the domains of firms whose mail a known
provider receives, the limit of single domains, and, as people are counted by kind (`alike.py`),
whose turn is first among people of different kinds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from outreach.model.campaign import Campaign, Channel, Step
from outreach.model.settings import First
from outreach.scheduling.alike import Alike, Coming, Queue, Rank
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.counted import Counted
from outreach.scheduling.foreseen import Ahead, Bounds, Elsewhere, Kind, Planned, Waits
from outreach.scheduling.levelling import Book, Place, Turn, Work, day_turn, minutes_of, seller_of
from outreach.scheduling.mail_days import MailDays
from outreach.scheduling.pressure import free_on
from outreach.scheduling.repeats import firing_after, horizon
from outreach.scheduling.sequence import due_at
from outreach.scheduling.waves import begins

_DAY = timedelta(days=1)
#: Whose turn it is where nothing decides it but time.
_AS_IT_COMES: Turn = (0, 0, 0, 0)
#: On one day a person's e-mails go first, then letters, then what is done by hand: `run` sends,
#: prints, and hands out in this order.
_EMAIL, _LETTER, _BY_HAND = range(3)


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
    repeats = campaign.repeat is not None
    for kind, count in people.items():
        dues = (
            (begins(campaign, step, wave=kind.wave, launched_at=now, calendar=calendar), step)
            for step in campaign.following(None)
        )
        steps = [Waits(due, step, repeats=repeats) for due, step in dues if due is not None]
        planned.append(Planned(kind, count, tuple(steps)))
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
        looking.begin(one)
    looking.run()
    return looking.counted.ahead(campaign, looking.until)


@dataclass(slots=True)
class _Looking:
    campaign: Campaign
    bounds: Bounds
    calendar: Calendar
    now: datetime
    counted: Counted = field(default_factory=Counted)
    _queue: Queue = field(default_factory=Queue)
    _mails: MailDays = field(init=False)
    _book: Book = field(init=False)
    #: The last day that is looked at, where the campaign repeats beyond it.
    until: date | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._mails = MailDays(self.campaign, self.bounds, self.calendar, self.now)
        if self.campaign.repeat is not None:
            far = self.calendar.day_of(self.now + horizon(self.campaign.repeat))
            last = self.campaign.not_after
            self.until = far if last is None or last > far else None
        self._book = Book(self.bounds.team, self.calendar)
        self._book.take(self.bounds.taken)
        for other in self.bounds.elsewhere:
            day = max(other.day, self.calendar.day_of(self.now))
            turn = day_turn(other.stands, other.priority, other.work, other.position)
            at = self.calendar.midnight(day)
            rank = Rank(day, _BY_HAND, False, other.day, turn, other.work.only is None, at, at)
            self._queue.put_other(other, rank)

    def begin(self, planned: Planned) -> None:
        """They wait for their steps."""
        people = Alike(planned.kind, planned.count)
        today = self.calendar.day_of(self.now)
        for one in planned.steps:
            stands = one.member is not None and self.calendar.day_of(one.due) > today
            coming = Coming(
                people, one.step, one.due, self._queue.number(), one.repeats, one.member,
                # What stands in a day to come is in `taken`; what stands in today may be moved.
                placed=one.fixed or stands, fixed=one.fixed,
            )  # fmt: skip
            people.coming.append(coming)
            late = self.calendar.day_of(one.due) < today and one.step.channel.by_hand
            # What was not done on its day, and is not given anew, waits for people to be at work.
            waits = late and (one.fixed or not self.bounds.team)
            works = self.calendar.midnight(self.calendar.working_day(today))
            self._await(coming, since=max(self.now, works) if waits else None)

    # --- whose turn it is ---------------------------------------------------------------------

    def _await(self, one: Coming, *, since: datetime | None = None) -> None:
        """It comes when it is due, and not before `since`."""
        at = max(one.due, since or self.now)
        if one.step.channel is Channel.EMAIL and one.step.name in one.people.kind.steps:
            at = self._mails.of(one.people.kind).opening(self.campaign.window, at)
        day = self.calendar.day_of(at)
        if self.until is not None and day > self.until:
            one.people.coming.remove(one)
        else:
            self._queue.put(one, self._rank(one, day, at))

    def _rank(self, one: Coming, day: date, at: datetime) -> Rank:
        order = one.number, one.people.place
        if not one.step.channel.by_hand:
            turn, lane = _AS_IT_COMES, _LETTER
            if one.step.channel is Channel.EMAIL:
                follows = one.step.after is not None
                lane = _EMAIL
                turn = (int(follows is (self.bounds.first is First.NEW_PEOPLE)), 0, 0, 0)
            return Rank(day, lane, False, day, turn, False, at, one.due, *order)
        work, position = self._work(one), self.campaign.steps.index(one.step)
        turn = day_turn(one.member is not None, self.campaign.priority, work, position)
        due = self.calendar.day_of(one.due)
        return Rank(day, _BY_HAND, False, due, turn, work.only is None, at, one.due, *order)

    def run(self) -> None:
        while (found := self._queue.take()) is not None:
            rank, one = found
            if isinstance(one, Elsewhere):
                self._book.place(one.work, rank.day, one.count, last=one.last)
            elif (over := self._passed_over(one, rank.day)) is not None:
                self._over(one, rank.at, over)
            elif self._goes_later(one, rank):
                self._queue.put(one, rank._replace(late=True))
            elif not self._rests(one, rank.day):
                self._do(one, rank)

    def _passed_over(self, one: Coming, day: date) -> Counter[str] | None:
        """Where it is counted if it does not come; an e-mail that is on the wire has left."""
        name, kind, is_mail = one.step.name, one.people.kind, one.step.channel is Channel.EMAIL
        if name not in kind.steps:
            return self.counted.passed_over
        if name in kind.cut_off and not (is_mail and one.fixed):
            return self.counted.cut_off
        if name in kind.unmet and not is_mail:
            return self.counted.unmet
        last = self.campaign.last_day(one.step)
        return self.counted.too_late if last is not None and day > last else None

    def _do(self, one: Coming, rank: Rank) -> None:
        is_mail = one.step.channel is Channel.EMAIL  # of which a run asks when it could leave
        if is_mail and one.step.name in one.people.kind.unmet and not one.fixed:
            self._over(one, rank.at, self.counted.unmet)
        elif is_mail:
            self._mail(one, rank.at)
        elif one.step.channel.by_hand:
            self._by_hand(one, rank)
        else:
            self._leave(one, rank.at)

    def _goes_later(self, one: Coming, rank: Rank) -> bool:
        """Whether a run hands it out when it has sent: it waits for an e-mail of that day."""
        pressure, channel = self.bounds.pressure, one.step.channel
        waited = one.people.kept_back == rank.day and not rank.late and not one.placed
        if pressure is None or not channel.by_hand or not waited:
            return False
        return pressure.covers(channel) and pressure.covers(Channel.EMAIL)

    # --- in peace -----------------------------------------------------------------------------

    def _rests(self, one: Coming, day: date) -> bool:
        """Whether these people must be left in peace on that day: their step waits."""
        pressure, people = self.bounds.pressure, one.people
        if pressure is None or one.fixed or not pressure.covers(one.step.channel):
            return False
        touched = people.kind.touched
        free = free_on(touched, pressure, day)
        if free == day and one.step.channel.by_hand:
            # What was handed out on that day counts: whether it comes is known on the next.
            going = people.going if people.allowed == day else 0
            if free_on((*touched, *[day] * going), pressure, day) > day:
                free = day + _DAY
            else:
                people.allowed, people.going = day, going + 1
        if free > day:
            self._put_off(one, free)
        return free > day

    def _put_off(self, one: Coming, free: date) -> None:
        """Until that day, at its time of day; nobody's day is taken any more."""
        if one.placed and one.member is not None:
            stood = self.calendar.day_of(one.due)
            self._book.give_back(one.member, stood, self._work(one), one.people.count)
        if one.fell is not None:
            self.counted.fall_due[one.fell, one.step.name] -= one.people.count
        one.member, one.placed, one.fell = None, False, None
        one.due = self.calendar.at(free, one.due.astimezone(self.calendar.zone).time())
        self._await(one)

    # --- what is done -------------------------------------------------------------------------

    def _mail(self, one: Coming, at: datetime) -> None:
        """As many as may leave on that open day; the others wait for the next one."""
        kind = one.people.kind
        leaving = self._mails.take(one.step, kind, one.people.count, at)
        rest = self._queue.rest(one, leaving) if leaving else one
        if leaving:
            self._leave(one, at)
        if rest is not None:
            rest.people.kept_back = self.calendar.day_of(at)
            clock = self._mails.of(kind)
            self._await(rest, since=clock.midnight(clock.day_of(at) + _DAY))

    def _by_hand(self, one: Coming, rank: Rank) -> None:
        """Spread over the days and people of the team; done on the day it stands on."""
        if one.fixed or one.placed:
            self._leave(one, rank.at)
            return
        count, last = one.people.count, self.campaign.last_day(one.step)
        self.counted.fall_due[rank.day, one.step.name] += count
        one.fell = rank.day
        rest: Coming | None = one
        for place in self._book.place(self._work(one), rank.day, count, last=last):
            assert rest is not None
            next_one, rest = rest, self._queue.rest(rest, place.count)
            self._place(next_one, place, rank)

    def _place(self, one: Coming, place: Place, rank: Rank) -> None:
        one.member, one.placed = place.member, True
        self._belong(one.people, place.member, rank.day)
        if place.day == rank.day:
            self._leave(one, rank.at)
        else:
            one.due = self.calendar.midnight(place.day)
            self._await(one)

    def _belong(self, people: Alike, member: str | None, day: date) -> None:
        """The first one who is given a person keeps him, also on other branches."""
        if member is None or people.kind.owner is not None:
            return
        people.kind = replace(people.kind, owner=member)
        for other in people.coming:
            rank = other.rank
            if rank is None or not other.step.channel.by_hand or other.placed:
                continue
            if rank.day > day:
                self._await(other)
            else:
                self._queue.put(other, rank._replace(free=self._work(other).only is None))

    def _work(self, one: Coming) -> Work:
        kind = one.people.kind
        only = seller_of(self.bounds.team, one.step, one.member, kind.owner, kind.keeper)
        return Work(one.step.channel, minutes_of(one.step), only)

    def _leave(self, one: Coming, at: datetime) -> None:
        day, people = self.calendar.day_of(at), one.people
        member = one.member if one.step.channel.by_hand else None
        self.counted.leave(day, one.step.name, people.count, member)
        pressure = self.bounds.pressure
        if pressure is not None and pressure.covers(one.step.channel):
            touched = people.kind.touched
            # What is on its way already is the last touch that is known.
            before = touched[:-1] if one.fixed and not one.step.channel.by_hand else touched
            people.kind = replace(people.kind, touched=(*before, day))
            if one.step.channel.by_hand and not one.fixed:
                people.going -= 1
        self._follow(one, at)

    # --- what follows -------------------------------------------------------------------------

    def _over(self, one: Coming, at: datetime, counted: Counter[str]) -> None:
        """It does not come; what follows it does."""
        counted[one.step.name] += one.people.count
        self._follow(one, at, passed_over=True)

    def _follow(self, one: Coming, done_at: datetime, *, passed_over: bool = False) -> None:
        one.people.coming.remove(one)
        for step in self.campaign.following(one.step.name):
            due = due_at(step, done_at=done_at, calendar=self.calendar, passed_over=passed_over)
            self._plan(one.people, step, due)
        if one.repeats and one.step in self.campaign.following(None):
            assert self.campaign.repeat is not None
            # They begin anew with the next firing; one that came while they waited is left out.
            cron, last = self.campaign.repeat, self.campaign.not_after
            fires = firing_after(cron, done_at, calendar=self.calendar, last=last)
            if fires is not None:
                self._plan(one.people, one.step, fires, repeats=True)

    def _plan(self, people: Alike, step: Step, due: datetime, *, repeats: bool = False) -> None:
        coming = Coming(people, step, due, self._queue.number(), repeats)
        people.coming.append(coming)
        self._await(coming)
