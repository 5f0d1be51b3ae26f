"""Calls, visits and tasks that have fallen due are given to somebody, on a day that holds them.

The same decision as the calendar of a preview makes (`scheduling/levelling.py`), for the
people themselves. What a day does not hold stands on the next one that does; what was not
done on its day comes first on the next. Without a team nothing is placed and nothing moves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from outreach.model.campaign import Step
from outreach.model.ids import CampaignId, ContactId, DeliveryId
from outreach.model.settings import Settings
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.levelling import Book, Taken, Turn, Work, day_turn, minutes_of, seller_of
from outreach.store.campaigns import Launched
from outreach.store.placing import Placed, ToPlace
from outreach.store.store import Store


def place_by_hand(
    store: Store,
    settings: Settings,
    campaigns: Mapping[CampaignId, Launched],
    *,
    now: datetime,
    but: Collection[DeliveryId] = (),
) -> int:
    """Give what has fallen due by the end of the day to somebody; how many were placed or moved.

    `but` these wait; the place of those that stand in today is kept. Asked twice on a day, the
    second time changes nothing.
    """
    numbers = with_work(campaigns)
    if not settings.team or not numbers:
        return 0
    calendar = Calendar.of(settings)
    today = calendar.day_of(now)
    before = calendar.midnight(today + timedelta(days=1))
    due = store.placing.to_place(numbers, before=before, now=now)
    waiting = [one for one in due if one.id not in but]
    if not waiting:
        return 0
    book = Book(settings.team, calendar)
    book.take(taken(store, settings, calendar, now=now))
    book.take(_kept(due, but, campaigns, today))
    turns = in_turn(waiting, campaigns, settings, calendar)
    placed = [one for one in _placed(turns, settings, book, today) if one is not None]
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
            if day < today and not one.done:
                # Late: whoever has it does it when he is at work again.
                day = calendar.working_day(today)
            found.append(Taken(one.assignee, day, step.channel, minutes_of(step), one.count))
    return tuple(found)


def _kept(
    due: Iterable[ToPlace],
    but: Collection[DeliveryId],
    campaigns: Mapping[CampaignId, Launched],
    today: date,
) -> Iterator[Taken]:
    """The places of today of those that wait for something else of today."""
    for one in due:
        if one.id in but and one.assignee is not None:
            step = campaigns[one.campaign].step_named(one.step)
            yield Taken(one.assignee, today, step.channel, minutes_of(step))


@dataclass(frozen=True, slots=True)
class Dated:
    """One step to place, with what its turn depends on."""

    day: date
    turn: Turn
    work: Work
    one: ToPlace
    step: Step
    calendar: Calendar
    #: Its last day: what does not fit in before is passed over.
    last: date | None


def in_turn(
    waiting: Iterable[ToPlace],
    campaigns: Mapping[CampaignId, Launched],
    settings: Settings,
    calendar: Calendar,
) -> list[Dated]:
    """Longest due first, then as the calendar of a preview has it."""
    turns: list[Dated] = []
    for one in waiting:
        launched = campaigns[one.campaign]
        step = launched.step_named(one.step)
        work = _work(step, settings, one)
        stands, priority = one.assignee is not None, launched.definition.priority
        position = launched.definition.steps.index(step)
        turn = day_turn(stands, priority, work, position)
        last = launched.definition.last_day(step)
        turns.append(Dated(calendar.day_of(one.due_at), turn, work, one, step, calendar, last))
    return sorted(turns, key=attrgetter("day", "turn"))


def _work(step: Step, settings: Settings, one: ToPlace, given: str | None = None) -> Work:
    # What stands in somebody's day stays with him.
    only = seller_of(settings.team, step, one.assignee, one.owners[0] or given, one.owners[1])
    return Work(step.channel, minutes_of(step), only)


def _placed(
    turns: Iterable[Dated], settings: Settings, book: Book, today: date
) -> Iterator[Placed | None]:
    """Where each of them stands; nothing of those that stand there already.

    Whoever is given a person for one step is given the others that come after it, too.
    """
    given: dict[tuple[CampaignId, ContactId], str] = {}
    for _, rank in groupby(turns, key=attrgetter("day", "turn")):
        group = [_of_whom(turn, settings, given) for turn in rank]
        group.sort(key=lambda turn: turn.work.only is None)
        for (work, last), same in groupby(group, key=attrgetter("work", "last")):
            alike = list(same)
            day = max(alike[0].day, today)
            places = book.place(work, day, len(alike), last=last)
            each = (place for place in places for _ in range(place.count))
            for turn, place in zip(alike, each, strict=True):
                if place.member is not None:
                    given.setdefault((turn.one.campaign, turn.one.contact), place.member)
                yield _moved(turn, place.day, place.member, today)


def _of_whom(
    turn: Dated, settings: Settings, given: Mapping[tuple[CampaignId, ContactId], str]
) -> Dated:
    member = given.get((turn.one.campaign, turn.one.contact))
    if member is None:
        return turn
    return replace(turn, work=_work(turn.step, settings, turn.one, member))


def _moved(turn: Dated, day: date, member: str | None, today: date) -> Placed | None:
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
