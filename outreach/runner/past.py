"""What happened with a person, in a few lines to be read before the next call (S0, S4).

One line for what belongs together: the call, what came of it, the note, and who made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import groupby
from typing import Any

from outreach.errors import Text
from outreach.model.campaign import Channel
from outreach.model.event import EventKind
from outreach.runner.wording import CHANNELS, stage_text

#: Lines shown before a call (5.6).
LINES = 3


def past_lines(
    rows: Sequence[Any], zone: tzinfo, *, team: Mapping[str, str], most: int | None = LINES
) -> tuple[Text, ...]:
    """The last of what happened, oldest first; None: all of it. `rows`: `by_hand.recent`.

    `team` is how its members are called.
    """
    groups = (list(group) for _, group in groupby(rows, _together))
    lines = [line for group in groups if (line := _line(group, zone, team))]
    return tuple(lines if most is None else lines[-most:])


def _together(row: Any) -> tuple[object, ...]:
    return row.at, row.campaign_id


def _line(rows: Sequence[Any], zone: tzinfo, team: Mapping[str, str]) -> Text | None:
    told = _joined(" · ", list(_facts(rows, team)))
    if told is None:
        return None
    return Text(
        "{day}  {campaign}  {what}",
        day=rows[0].at.astimezone(zone).date(),
        campaign=rows[0].campaign_name or "–",
        what=told,
    )


def _facts(rows: Sequence[Any], team: Mapping[str, str]) -> Iterator[Text]:
    """The channel of the touch, what was learned, what was noted, and by whom."""
    touches = [row for row in rows if row.kind == EventKind.TOUCHED.value]
    for row in touches[:1]:
        yield CHANNELS[Channel(row.channel)] if row.channel else Text("a touch")
    learned = dict.fromkeys(row.stage for row in rows if row.stage)
    if len(learned) > 1 or touches:
        # That he was reached goes without saying where the touch, or more than that, is told.
        learned.pop("contacted", None)
    if learned.keys() - {"no_answer"}:
        learned.pop("no_answer", None)  # a try in vain, of which more is known
    for stage in learned:
        yield stage_text(stage)
    for note in dict.fromkeys(row.note for row in rows if row.note):
        yield Text("{note}", note=note)
    authors = dict.fromkeys(row.author for row in rows if row.author)
    if authors:
        yield Text("by {name}", name=", ".join(team.get(one, one) for one in authors))


def _joined(between: str, parts: Sequence[Text]) -> Text | None:
    told: Text | None = None
    for part in parts:
        told = Text("{first}" + between + "{rest}", first=told, rest=part) if told else part
    return told
