"""Tasks put off: our own work for a person, done on another day than the campaign said.

It tells nothing of the person, who was neither reached nor spoken with: it is a note of ours,
and a recording, so that `undo` puts the task back on its day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_hex

from outreach.errors import OutreachError, Text, WrongUsage
from outreach.model.campaign import Channel
from outreach.model.change import Change, Settled
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.event import Event, EventKind
from outreach.model.ids import EventId
from outreach.runner.calls import DayList
from outreach.runner.record import together
from outreach.runner.tasks import tasks_of
from outreach.store.campaigns import Launched
from outreach.store.known import Known
from outreach.store.placing import LATER


class NotLater(WrongUsage):
    def __init__(self) -> None:
        super().__init__(
            Text("a task is put off to a day to come"),
            hint=Text("what is done already: outreach tasks done WHO"),
        )


class AfterItsLastDay(OutreachError):
    def __init__(self, step: str, last: date) -> None:
        super().__init__(
            Text("the last day of step {step!r} is {last}", step=step, last=last),
            hint=Text("it would never be done: not_after in the campaign says so"),
        )


@dataclass(frozen=True, slots=True)
class PutOff:
    """A task that waits for another day than it did."""

    contact: Contact
    campaign: str
    step: str
    was: date
    to: date
    #: The number it is taken back by, with all that were put off beside it.
    number: EventId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The day, who puts it off, and why."""

    day: date
    author: str | None = None
    note: str | None = None


def put_off(
    day: DayList, people: Sequence[Contact], wish: Wish, *, step: str | None, now: datetime
) -> list[PutOff]:
    """A task of each of these people waits until that day; all of them, or none.

    It is one recording. Raises `NotLater`, `AfterItsLastDay`, `NoTask`, `WhichTask`.
    """
    if wish.day <= day.calendar.day_of(now):
        raise NotLater
    chosen = tasks_of(day, people, step, now)
    for _, launched, delivery in chosen:
        its = launched.definition.step(delivery.step)
        last = launched.definition.last_day(its)
        if last is not None and wish.day > last:
            raise AfterItsLastDay(delivery.step, last)
    due_at = day.calendar.midnight(wish.day)
    with day.store.together() as held:
        held.recordings.take_turn()
        batch = together(held) if len(chosen) > 1 else {}
        known = held.known.of([contact.id for contact, _, _ in chosen])
        acts = [token_hex(6) for _ in chosen]
        held.deliveries.write(
            Change.joined(
                _later(
                    delivery, wish, due_at, known.get(contact.id, Known()), now,
                    {"recording": act, **batch},
                )
                for (contact, _, delivery), act in zip(chosen, acts, strict=True)
            )
        )  # fmt: skip
        numbers = [
            held.recordings.number(contact.id, act)
            for (contact, _, _), act in zip(chosen, acts, strict=True)
        ]
    return [_told(day, *one, wish.day, number) for one, number in zip(chosen, numbers, strict=True)]


def _later(
    delivery: Delivery,
    wish: Wish,
    due_at: datetime,
    known: Known,
    now: datetime,
    recording: Mapping[str, object],
) -> Change:
    """The task on its new day, and the note that says what it was before (`calling_again`)."""
    was = {
        "id": delivery.id,
        "due_at": delivery.due_at.isoformat(),
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "left": delivery.state.value,
        "left_due": due_at.isoformat(),
        "tries": 0,
        **known.beside.get(delivery.id, {}),
    }
    event = Event(
        kind=EventKind.NOTED,
        contact=delivery.contact,
        at=now,
        recorded_at=now,
        campaign=delivery.campaign,
        step=delivery.step_id,
        delivery=delivery.id,
        channel=Channel.TASK,
        author=wish.author,
        note=wish.note,
        data={**recording, "later": wish.day.isoformat(), "was": [was]},
    )
    moved = Settled(
        delivery=delivery.id, state=DeliveryState.DUE, at=now, expected=(DeliveryState.DUE,),
        detail=LATER, due_at=due_at,
    )  # fmt: skip
    return Change(events=(event,), settled=(moved,))


def _told(
    day: DayList,
    contact: Contact,
    launched: Launched,
    delivery: Delivery,
    to: date,
    number: EventId | None,
) -> PutOff:
    was = day.calendar.day_of(delivery.due_at)
    return PutOff(contact, launched.name, delivery.step, was, to, number)
