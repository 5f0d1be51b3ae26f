"""Repeated campaigns in a run: when a firing has come, everybody's next one is planned.

One firing is always planned ahead, so that `why` and `status` know it and a person who drops
out loses it. However many were missed while nothing ran, the one that was planned leaves
once, late; the next is in its time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from outreach.scheduling.calendar import Calendar
from outreach.scheduling.repeats import firing_after
from outreach.store.campaigns import Launched
from outreach.store.repeating import Firing
from outreach.store.store import Store


def plan_firings(
    store: Store, campaigns: Iterable[Launched], *, calendar: Calendar, now: datetime
) -> int:
    """Plan the next firing of every opening step whose last one has come; how many deliveries."""
    planned = 0
    for launched in campaigns:
        for step in launched.definition.following(None) if launched.definition.repeat else ():
            number = launched.steps[step.name]
            last = store.repeating.last(launched.id, number)
            fires = next_firing(launched, calendar, now)
            if last is not None and fires is not None and last.due_at <= now:
                planned += store.repeating.plan(launched.id, number, last, fires, now=now)
    return planned


def coming_firing(store: Store, launched: Launched) -> Firing | None:
    """The firing that is planned ahead, with which people added now begin."""
    steps = (launched.steps[step.name] for step in launched.definition.following(None))
    found = [store.repeating.last(launched.id, step) for step in steps]
    return max((one for one in found if one), key=lambda one: one.occurrence, default=None)


def next_firing(launched: Launched, calendar: Calendar, now: datetime) -> datetime | None:
    """The first firing after now; None where there is none any more."""
    definition = launched.definition
    if definition.repeat is None:
        return None
    last = definition.not_after
    return firing_after(definition.repeat, now, calendar=calendar, last=last)
