"""Stages and channels as the reader of a report calls them."""

from __future__ import annotations

from outreach.errors import Text

_STAGES = {
    "contacted": Text("contacted"),
    "replied": Text("replied"),
    "appointment": Text("appointment"),
    "quote": Text("quote"),
    "order": Text("order"),
}
_CHANNELS = {
    "email": Text("e-mail"),
    "letter": Text("letter"),
    "call": Text("call"),
    "visit": Text("visit"),
    "task": Text("task"),
}


def stage_word(stage: str) -> Text:
    """A campaign's own stages keep their name."""
    return _STAGES.get(stage) or Text("{stage}", stage=stage)


def touch_word(step: str | None, channel: str | None) -> Text:
    """A step by its name; a touch beside any step by its channel; and what no touch earned."""
    if step is not None:
        return Text("{step}", step=step)
    if channel is None:
        return Text("no touch before")
    return _CHANNELS.get(channel) or Text("{stage}", stage=channel)
