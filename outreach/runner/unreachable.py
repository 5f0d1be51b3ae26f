"""A step to come that cannot reach the person: what becomes of it, and what comes then.

The run finds out when the step is due, and passes over it (`runner/passing_over.py`); whoever
asks before is told the same, with what to do while there is time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from outreach.errors import Text
from outreach.model.campaign import Campaign, Channel, Step
from outreach.runner.next_step import Around, Next
from outreach.runner.windows import zone_by
from outreach.runner.wording import reason_text
from outreach.scheduling.sequence import due_at
from outreach.store.campaigns import Launched
from outreach.store.permission import out_of_reach

#: Why nothing arrives there, and how it is mended.
_MENDED: Mapping[str, Callable[[str], Text]] = {
    "invalid_address": lambda who: Text(
        "post came back from the address (find another: outreach contacts set {who} street=…)",
        who=who,
    ),
    "bounced": lambda who: Text(
        "the e-mail address is dead (find another: outreach contacts set {who} email=…)", who=who
    ),
    "no_address": lambda who: Text(
        "there is no address for it (find one: outreach contacts set {who} FIELD=VALUE)", who=who
    ),
}


def unreachable(delivery: Any, launched: Launched, step: str, around: Around) -> Next | None:
    """That a step will be passed over, why, and the step that comes then; None: it arrives."""
    reason = out_of_reach(around.store.database, around.contact.id, Channel(delivery.channel))
    if reason is None:
        return None
    who = around.contact.text("email") or str(around.contact.id)
    mended = _MENDED.get(reason)
    why = mended(who) if mended else reason_text(reason)
    what = Text("{step} will be passed over: {why}", step=step, why=why)
    done_at = max(delivery.due_at, around.now)
    found = _behind(launched.definition, delivery.step_name, done_at, around)
    if found is None:
        return Next(step=delivery.step_name, at=delivery.due_at, what=what, reason=reason)
    then, at = found
    return Next(
        step=then.name,
        at=leaves_at(at, then.channel, launched.definition, around),
        what=Text("{what}; then comes {step}", what=what, step=then.name),
        reason=reason,
    )


def leaves_at(at: datetime, channel: Channel, definition: Campaign, around: Around) -> datetime:
    """When what is due may leave: an e-mail in the window, by the clock of the person."""
    if not channel.kind.by_clock:
        return at
    of = around.contact.text
    zone = zone_by(
        around.settings, country=of("country"), postcode=of("postal_code"), said=of("timezone")
    )
    calendar = replace(around.calendar, zone=ZoneInfo(zone)) if zone else around.calendar
    return calendar.opening(definition.window, at)


def _behind(
    definition: Campaign, name: str, done_at: datetime, around: Around
) -> tuple[Step, datetime] | None:
    """The first step behind one that is passed over which reaches the person, and when."""
    calendar = around.calendar
    found: list[tuple[Step, datetime]] = []
    for step in definition.following(name):
        at = due_at(step, done_at=done_at, calendar=calendar, passed_over=True)
        last = definition.last_day(step)
        late = last is not None and calendar.day_of(at) > last
        if late or out_of_reach(around.store.database, around.contact.id, step.channel):
            further = _behind(definition, step.name, at, around)
            found += [further] if further else []
        else:
            found.append((step, at))
    return min(found, key=lambda one: one[1], default=None)
