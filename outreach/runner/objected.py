"""What was objected in a call or a visit, as the table of the sheets says it.

On a sheet of paper the objections of the guide have numbers; in the table stands a number, or
the guide's own words. Anything else is refused, so that one objection is counted as one
(`runner/objections.py`); what the guide does not know belongs into the reason or the note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from outreach.errors import OutreachError, Text, did_you_mean
from outreach.model.text import fold
from outreach.runner.calls import Call, DayList
from outreach.runner.guides import guide_for

#: What the guide of the call is prepared for, in the words of who raises it.
Heard = Callable[[], Sequence[str]]

#: `2`, `o2`, `n° 2`, `no. 2`, and `2.0` as a spreadsheet may write it.
_NUMBER = re.compile(r"(?:o|n°|no\.?)?\s*(\d{1,4})(?:[.,]0)?\.?", re.IGNORECASE)
#: What stands before a number, which a space may part from it.
_BEFORE = re.compile(r"(?<!\w)(?:o|n°|no\.?)\s*(?=\d)", re.IGNORECASE)
#: Between several numbers. No dash: `1-3` may be two of them, or three.
_BETWEEN = re.compile(r"[\s,;./+&]+")


class UnknownObjection(OutreachError):
    """The table names an objection that the guide of the call does not have."""

    def __init__(self, word: str, heard: Sequence[str], *, reason: bool = False) -> None:
        if not heard:
            super().__init__(
                Text("the guide of this call has no objections: {word!r} is none", word=word),
                hint=Text("write the reason in words")
                if reason
                else Text("write it as the reason, or into the note"),
            )
            return
        listed = " · ".join(f"o{number} {one}" for number, one in enumerate(heard, start=1))
        super().__init__(
            Text("{word!r} is no objection of the guide", word=word),
            hint=did_you_mean(word, heard) or Text("known: {words}", words=listed),
        )


def heard_in(day: DayList, call: Call, at: datetime) -> Sequence[str]:
    """The objections of the guide of a call, with this person's values.

    Raises what is wrong with the guide.
    """
    if call.delivery is None:
        return ()
    definition = day.campaigns[call.delivery.campaign].definition
    name = definition.step(call.delivery.step).guide
    if name is None:
        return ()
    guide = guide_for(name, definition, call.contact, day.mailroom, at=at)
    return tuple(one.heard for one in guide.objections)


def read_objected(cells: Mapping[str, str], heard: Heard) -> tuple[str | None, tuple[str, ...]]:
    """The reason that a row gives, and the objections that were met, each once.

    A reason that is an objection of the guide, by its number or its words, was met too.
    Raises `UnknownObjection`, and what `heard` raises where a number is to be read.
    """
    met = dict.fromkeys(_listed(cells.get("objections") or "", heard))
    reason = cells.get("reason") or None
    if reason is not None and (words := _as_reason(reason, heard)) is not None:
        met[words] = None
        reason = words if _NUMBER.fullmatch(reason) else reason
    return reason, tuple(met)


def in_the_guide(said: str, heard: Sequence[str]) -> str | None:
    """The objection of the guide that these are the words of; None where they are others."""
    typed = _bare(said)
    return next((one for one in heard if _bare(one) == typed), None)


def _listed(text: str, heard: Heard) -> Iterator[str]:
    """The whole cell may be the words of one: these have commas of their own."""
    if not text:
        return
    known = heard()
    if (words := in_the_guide(text, known)) is not None:
        yield words
    elif _NUMBER.fullmatch(text):
        yield _numbered(text, known)
    elif all(map(_NUMBER.fullmatch, pieces := _pieces(text))):
        for piece in pieces:
            yield _numbered(piece, known)
    else:
        for piece in filter(None, map(str.strip, re.split(r"[;|\n]", text))):
            yield in_the_guide(piece, known) or _numbered(piece, known)


def _pieces(text: str) -> list[str]:
    """What may be several numbers, each without what stands before it."""
    return [piece for piece in _BETWEEN.split(_BEFORE.sub("", text)) if piece]


def _numbered(text: str, heard: Sequence[str], *, reason: bool = False) -> str:
    """The objection of that number. Raises `UnknownObjection`."""
    number = _NUMBER.fullmatch(text)
    place = int(number[1]) if number else 0
    if not 0 < place <= len(heard):
        raise UnknownObjection(text, heard, reason=reason)
    return heard[place - 1]


def _as_reason(reason: str, heard: Heard) -> str | None:
    """The objection that a reason is; None of a reason in other words."""
    if _NUMBER.fullmatch(reason):
        return _numbered(reason, heard(), reason=True)
    try:
        return in_the_guide(reason, heard())
    except OutreachError:
        return None  # the guide lacks a value; the reason is what he said, all the same


def _bare(text: str) -> str:
    return fold(" ".join(text.split())).strip(" .…!?«»\"'")
