"""What happened to a person, one sentence per event, for `why` and `contacts show`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from outreach.errors import Text
from outreach.model.campaign import Channel
from outreach.model.event import EventKind
from outreach.model.field import Catalogue
from outreach.runner.wording import (
    CHANNELS,
    exclusion_text,
    follow_up_text,
    held_text,
    kind_text,
    reason_text,
    refused_text,
    rule_text,
    stage_text,
)


def happened(event: Any, catalogue: Catalogue) -> Text:
    """A row of `store.events` in words; fields are called by their labels."""
    kind = EventKind(event.kind)
    return _changed(event, catalogue) if kind is EventKind.CHANGED else _SENTENCES[kind](event)


def reason_of(event: Any) -> str | None:
    """The contract's word for why it happened."""
    found: str | None = (event.data or {}).get("reason")
    return found


def _changed(event: Any, catalogue: Catalogue) -> Text:
    told: Text | None = None
    for name in (event.data or {}).get("fields", ()):
        label = _label(name, catalogue)
        told = Text("{first}, {rest}", first=told, rest=label) if told else label
    changed = Text("changed: {fields}", fields=told or "–")
    # A life stage set by hand has its reason.
    return Text("{first} – {rest}", first=changed, rest=event.note) if event.note else changed


def _label(name: str, catalogue: Catalogue) -> Text:
    if name == "tags":
        return Text("Tags")
    field = catalogue.find(name)
    return Text(field.label) if field and field.label else Text("{field}", field=name)


def _left_out(event: Any) -> Text:
    return _by_rule(exclusion_text(reason_of(event)), event)


def _passed_over(event: Any) -> Text:
    return _by_rule(reason_text(event.note), event)


def _by_rule(reason: Text, event: Any) -> Text:
    """Why, and the rule of the law where it was one."""
    rule = (event.data or {}).get("rule")
    return Text("{first}: {rest}", first=reason, rest=rule_text(rule)) if rule else reason


def _channel(event: Any) -> Text:
    return CHANNELS[Channel(event.channel)] if event.channel else Text("a touch")


def _touched(event: Any) -> Text:
    """An attempt; one that reached nobody says so."""
    told = Text("{channel} {step}", channel=_channel(event), step=event.step_name or "")
    if event.stage is not None:
        return Text("{first}, {rest}", first=told, rest=stage_text(event.stage))
    return told


def _reached(event: Any) -> Text:
    """A stage or a fact, with what was said of it: why, until when, what about."""
    data = event.data or {}
    said = [Text("{note}", note=text) for text in (data.get("reason"), event.note) if text]
    if day := data.get("back_on"):
        said.append(Text("come back on {day}", day=date.fromisoformat(day)))
    told = stage_text(event.stage)
    for number, one in enumerate(said):
        told = (
            Text("{first}, {rest}", first=told, rest=one)
            if number
            else Text("{first} – {rest}", first=told, rest=one)
        )
    return told


def _noted(event: Any) -> Text:
    """A note, a promise that was ticked off, a task that was put off."""
    said = event.data or {}
    kept = said.get("kept")
    if "later" in said:
        told = Text("{step} put off to {day}", step=event.step_name,
                    day=date.fromisoformat(said["later"]))  # fmt: skip
    elif isinstance(kept, str):
        told = Text("done: {what}", what=follow_up_text(kept))
    else:
        return Text("note: {note}", note=event.note)
    return Text("{first} – {rest}", first=told, rest=event.note) if event.note else told


#: What each kind of event says in a person's story.
_SENTENCES: Mapping[EventKind, Callable[[Any], Text]] = {
    EventKind.IMPORTED: lambda e: Text("came into the contact base"),
    EventKind.ENROLLED: lambda e: Text("enrolled"),
    EventKind.EXCLUDED: lambda e: Text("left out: {reason}", reason=_left_out(e)),
    EventKind.TOUCHED: lambda e: _touched(e),
    EventKind.REFUSED: lambda e: refused_text(e.step_name, e.note, e.data),
    EventKind.HELD: lambda e: held_text(e.step_name, e.note, e.data),
    EventKind.SKIPPED: lambda e: Text(
        "{step} was skipped: {reason}", step=e.step_name, reason=_passed_over(e)
    ),
    EventKind.CANCELLED: lambda e: Text(
        "{step} was cancelled: {reason}",
        step=e.step_name,
        reason=reason_text(reason_of(e)),
    ),
    EventKind.UNKNOWN: lambda e: Text("{step}: nobody knows whether it arrived", step=e.step_name),
    EventKind.REACHED: lambda e: _reached(e),
    EventKind.BECAME: lambda e: Text("became {kind}", kind=kind_text((e.data or {}).get("to"))),
    EventKind.SUPPRESSED: lambda e: Text("must not be contacted any more"),
    EventKind.UNSUPPRESSED: lambda e: Text("may be contacted again"),
    EventKind.NOTED: lambda e: _noted(e),
    EventKind.MERGED: lambda e: Text("merged with another record"),
    EventKind.ERASED: lambda e: Text("erased on request"),
    EventKind.CORRECTED: lambda e: Text("an earlier entry was corrected"),
}
