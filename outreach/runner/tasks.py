"""Tasks ticked off: our own work for a person, done once, and the next step dated from it.

A task touches nobody: it has no outcome but that it was done, what it took and what it cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from outreach.errors import OutreachError, Problems, Text, WrongUsage
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery
from outreach.model.ids import EventId
from outreach.runner.by_hand import DONE
from outreach.runner.calls import DayList
from outreach.runner.coming_next import Next, next_of
from outreach.runner.facts import Fact
from outreach.runner.record import Recorded, record, together
from outreach.store.campaigns import Launched


class NoTask(OutreachError):
    def __init__(self, contact: Contact) -> None:
        super().__init__(
            Text("nothing of {name} is to be done", name=contact.name),
            hint=Text("see: outreach tasks; what comes for a person: outreach why WHO"),
        )


class WhichTask(WrongUsage):
    def __init__(self, contact: Contact, tasks: Sequence[str]) -> None:
        super().__init__(
            Text("{name} has several tasks: {tasks}", name=contact.name, tasks=", ".join(tasks)),
            hint=Text("say which: --campaign CAMPAIGN, --step STEP"),
        )


class NotYetDone(WrongUsage):
    def __init__(self) -> None:
        super().__init__(Text("what was done cannot lie in the future"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is told of tasks that were done."""

    at: datetime
    author: str | None = None
    minutes: Decimal | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Ticked:
    """A task that was done, and what comes next for the person."""

    fact: Fact
    step: str
    next: Next | None
    #: The number it is taken back by, with all that were ticked off beside it.
    number: EventId | None


def tick(
    day: DayList, people: Sequence[Contact], told: Report, *, step: str | None, now: datetime
) -> list[Ticked]:
    """A task of each of these people is done; all of them, or none. It is one recording.

    `step`: of that name. Raises `NoTask`, `WhichTask`, `NotYetDone`.
    """
    if told.at > now:
        raise NotYetDone
    facts = _facts(day, people, told, step, now)
    with day.store.together() as held:
        batch = together(held) if len(facts) > 1 else None
        done = [record(held, fact, settings=day.settings, now=now, batch=batch) for fact in facts]
    return [_ticked(day, one, now) for one in done]


def _facts(
    day: DayList, people: Sequence[Contact], told: Report, step: str | None, now: datetime
) -> list[Fact]:
    return [
        Fact(
            contact=contact, stage=DONE, at=told.at, campaign=launched, author=told.author,
            note=told.note, channel=Channel.TASK, minutes=told.minutes, delivery=delivery,
        )
        for contact, launched, delivery in tasks_of(day, people, step, now)
    ]  # fmt: skip


def tasks_of(
    day: DayList, people: Sequence[Contact], step: str | None, now: datetime
) -> list[tuple[Contact, Launched, Delivery]]:
    """The task that is meant of each of these people. Raises `NoTask`, `WhichTask`."""
    found: list[tuple[Contact, Launched, Delivery]] = []
    wrong: list[OutreachError] = []
    for contact in {one.id: one for one in people}.values():
        try:
            found.append((contact, *_task_of(day, contact, step, now)))
        except OutreachError as error:
            wrong.append(error)
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        raise Problems(wrong)
    return found


def _task_of(
    day: DayList, contact: Contact, step: str | None, now: datetime
) -> tuple[Launched, Delivery]:
    """The task that is due; where none is, the one that somebody did ahead of its day."""
    open_ = [one for one in _open(day, contact) if step in (None, one[1].step)]
    tomorrow = day.calendar.midnight(day.calendar.day_of(now) + timedelta(days=1))
    due = [one for one in open_ if one[1].due_at < tomorrow]
    chosen = due or open_
    if not chosen:
        raise NoTask(contact)
    if len(chosen) > 1:
        raise WhichTask(contact, [f"{one[0].name}/{one[1].step}" for one in chosen])
    return chosen[0]


def _open(day: DayList, contact: Contact) -> Iterator[tuple[Launched, Delivery]]:
    for launched in day.campaigns.values():
        for delivery in day.store.deliveries.open_by_hand(contact.id, launched.id):
            if delivery.channel is Channel.TASK:
                yield launched, delivery


def _ticked(day: DayList, done: Recorded, now: datetime) -> Ticked:
    fact = done.fact
    assert fact.campaign is not None
    assert fact.delivery is not None
    follows = next_of(day.store, fact.contact, fact.campaign, settings=day.settings, now=now)
    return Ticked(fact, fact.delivery.step, follows, done.number)
