"""Calls, visits and tasks that have fallen due are given to somebody, on a day that holds them.

The same decision as the calendar of a preview makes (`scheduling/levelling.py`), for the
people themselves. What a day does not hold stands on the next one that does; what was not
done on its day comes first on the next. Without a team nothing is placed and nothing moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from outreach.model.campaign import Step
from outreach.model.ids import CampaignId
from outreach.model.settings import Settings
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.levelling import Book, Taken, Turn, Work, day_turn, minutes_of, seller_of
from outreach.store.campaigns import Launched
from outreach.store.placing import Placed, ToPlace
from outreach.store.store import Store


def place_by_hand(
    store: Store, settings: Settings, campaigns: Mapping[CampaignId, Launched], *, now: datetime
) -> int:
    """Give what has fallen due by the end of the day to somebody; how many were placed or moved.

    Asked twice on a day, the second time changes nothing.
    """
    numbers = with_work(campaigns)
    if not settings.team or not numbers:
        return 0
    calendar = Calendar(settings.country, settings.zone, settings.region)
    today = calendar.day_of(now)
    before = calendar.midnight(today + timedelta(days=1))
    waiting = store.placing.to_place(numbers, before=before, now=now)
    if not waiting:
        return 0
    book = Book(settings.team, calendar)
    book.take(taken(store, settings, calendar, now=now))
    placed = [
        one
        for one in _placed(_in_turn(waiting, campaigns, settings, calendar), book, today)
        if one is not None
    ]
    if placed:
        store.placing.place(placed)
    return len(placed)


def with_work(campaigns: Mapping[CampaignId, Launched]) -> list[CampaignId]:
    """Those that have anything for people to do: of the others nobody need be looked through."""
    return [
        number
        for number, launched in campaigns.items()
        if any(step.channel.by_hand for step in launched.definition.steps)
    ]


def taken(
    store: Store, settings: Settings, calendar: Calendar, *, now: datetime
) -> tuple[Taken, ...]:
    """What stands in the team's days already, over all campaigns, and what the week has taken."""
    if not settings.team:
        return ()
    today = calendar.day_of(now)
    known = {launched.id: launched for launched in store.campaigns.all()}
    standing = store.placing.standing(
        # Hours are counted by the week, calls and visits by the day.
        since=calendar.midnight(today - timedelta(days=today.weekday())),
        before=calendar.midnight(today + timedelta(days=1)),
        now=now,
    )
    found: list[Taken] = []
    for one in standing:
        if one.campaign in known:
            step = known[one.campaign].step_named(one.step)
            day = calendar.day_of(one.at)
            day = day if one.done else max(today, day)
            found.append(Taken(one.assignee, day, step.channel, minutes_of(step), one.count))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One step to place, with what its turn depends on."""

    day: date
    priority: int
    work: Work
    position: int
    one: ToPlace
    calendar: Calendar
    #: Its last day: what does not fit in before is passed over.
    last: date | None

    @property
    def turn(self) -> tuple[date, Turn]:
        """Longest due, then as the calendar of a preview has it."""
        stands = self.one.assignee is not None
        return self.day, day_turn(stands, self.priority, self.work, self.position)


def _in_turn(
    waiting: Iterable[ToPlace],
    campaigns: Mapping[CampaignId, Launched],
    settings: Settings,
    calendar: Calendar,
) -> list[_Turn]:
    turns: list[_Turn] = []
    for one in waiting:
        launched = campaigns[one.campaign]
        step = launched.step_named(one.step)
        work = _work(step, settings, one)
        turns.append(
            _Turn(
                calendar.day_of(one.due_at),
                launched.definition.priority,
                work,
                launched.definition.steps.index(step),
                one,
                calendar,
                launched.definition.last_day(step),
            )
        )
    return sorted(turns, key=attrgetter("turn"))


def _work(step: Step, settings: Settings, one: ToPlace) -> Work:
    # What stands in somebody's day stays with him.
    only = seller_of(settings.team, step, one.assignee, *one.owners)
    return Work(step.channel, minutes_of(step), only)


def _placed(turns: Iterable[_Turn], book: Book, today: date) -> Iterator[Placed | None]:
    """Where each of them stands; nothing of those that stand there already."""
    for (day, work, last), alike in groupby(turns, key=attrgetter("day", "work", "last")):
        group = list(alike)
        places = iter(book.place(work, max(day, today), len(group), last=last))
        place, left = None, 0
        for turn in group:
            if not left:
                place = next(places)
                left = place.count
            left -= 1
            assert place is not None
            yield _moved(turn, place.day, place.member, today)


def _moved(turn: _Turn, day: date, member: str | None, today: date) -> Placed | None:
    one = turn.one
    stays = day == max(turn.day, today)
    # Nobody's and elsewhere: no day of the team holds it before its last one.
    if stays and member in (None, one.assignee):
        return None
    return Placed(
        id=one.id,
        campaign=one.campaign,
        contact=one.contact,
        assignee=member,
        due_at=one.due_at if stays else turn.calendar.midnight(day),
        was_due=one.due_at,
    )
