"""What keeps a step back that is due: a rule of the law, the pressure, a server's silence.

Read for people who ask; the run asks the same in the claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from outreach.errors import Text
from outreach.model.campaign import Channel
from outreach.model.event import EventKind
from outreach.model.pressure import TICKED_OFF
from outreach.model.silence import Silence
from outreach.runner.next_step import Around, Next
from outreach.runner.permission import Permissions
from outreach.runner.silences import silences
from outreach.scheduling.pressure import free_on
from outreach.store.campaigns import Launched
from outreach.store.due_to import WAITED
from outreach.store.persons import Persons


def not_permitted(
    delivery: Any, launched: Launched, step: str, by: str | None, around: Around
) -> Next | None:
    """The rule that will keep it from being made, with its date and source."""
    channel = Channel(delivery.channel)
    asked = Permissions(around.settings, launched.definition, [channel], around.now)
    standings = Persons(around.store.database).standings([around.contact.id], asked.kept_since)
    if around.contact.id not in standings:
        return None
    ruling = asked(standings[around.contact.id]).refused([channel])
    if ruling is None:
        return None
    what = Text("{step} may not be made: {rule} ({source}, since {since})", step=step,
                rule=ruling.text, source=ruling.source, since=ruling.since)  # fmt: skip
    return Next(step=delivery.step_name, at=None, what=what, by=by, reason="not_permitted",
                rule=ruling.id)  # fmt: skip


def pressed(delivery: Any, step: str, by: str | None, around: Around) -> Next | None:
    """The day before which the settings' pressure leaves the person in peace."""
    pressure = around.settings.pressure
    if pressure is None or not pressure.covers(delivery.channel):
        return None
    begun = delivery.attempts or delivery.detail not in (None, WAITED)
    if Channel(delivery.channel).by_hand and begun:
        # Somebody has begun with it, or promised it for its day: no run puts it off.
        return None
    calendar = around.calendar
    touched = [
        calendar.day_of(event.at)
        for event in _uncorrected(around.events)
        if event.kind == EventKind.TOUCHED.value
        and event.stage in (None, TICKED_OFF)
        and pressure.covers(event.channel or "")
    ]
    today = calendar.day_of(around.now)
    free = free_on(touched, pressure, today)
    # A run that found it due has put it off to that very day.
    if free <= today or calendar.day_of(delivery.due_at) > free:
        return None
    what = Text("{step} waits: contacted on {day}, left in peace until {free}", step=step,
                day=max(touched), free=free)  # fmt: skip
    return Next(step=delivery.step_name, at=calendar.midnight(free), what=what, by=by,
                reason="pressure")  # fmt: skip


def _uncorrected(events: Sequence[Any]) -> list[Any]:
    corrected = {event.corrects for event in events if event.corrects is not None}
    return [event for event in events if event.id not in corrected]


def silent(delivery: Any, step: str, by: str | None, around: Around) -> Next | None:
    """The silence of its sender, if any, that an e-mail to this person waits for."""
    silence = _silence(delivery, around)
    if silence is None:
        return None
    what = Text("{step} waits: {reason}", step=step, reason=silence.reason)
    return Next(step=delivery.step_name, at=silence.until, what=what, by=by)


def _silence(delivery: Any, around: Around) -> Silence | None:
    if delivery.channel != Channel.EMAIL.value or delivery.sender is None:
        return None
    domain = (around.contact.text("email") or "").rpartition("@")[2].lower()
    found = silences(around.store, around.now).towards(delivery.sender, domain)
    return found if found and found.until >= delivery.due_at else None
