"""The pieces that a template prints, each looked at once.

A piece is text of the template, or one value. It is taken apart the first time it is printed;
from then on it is known by one look into a table, for most values come again and again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from outreach.errors import OutreachError, Text
from outreach.rendering.headers import COLUMNS
from outreach.rendering.mime import NotMail
from outreach.rendering.quoted import between, placed
from outreach.rendering.slots import CLOSES, OPENS, SCHEME, SIMPLE, parts_of, shown

#: Pieces that are remembered, twice over; one takes about 600 bytes.
_REMEMBERED = 4096
#: Characters of a value that is remembered: a longer one hardly comes twice.
_SHORT = 200

#: What would tell a reader that a machine wrote: an unfilled Jinja tag or Word field.
_LEFT_OVER = re.compile(r"\{\{|\}\}|\{%|%\}|«\w+»")


class LeftOver(OutreachError):
    """A placeholder is still in the finished message: it must not leave (invariant 6)."""

    def __init__(self, part: str, found: str) -> None:
        super().__init__(
            Text("{found!r} is left in the {part}", found=found, part=part),
            hint=Text("a placeholder was not filled in, or a value looks like one"),
        )


def refuse_left_over(part: str, text: str) -> None:
    """Raise `LeftOver` if a placeholder of a template is in the text."""
    found = _LEFT_OVER.search(text)
    if found:
        raise LeftOver(part, found.group())


def half_character(part: str, error: UnicodeEncodeError) -> NotMail:
    """What is said of a text that no encoding can write."""
    return NotMail(
        Text(
            "the {part} holds half a character at position {position}",
            part=part,
            position=error.start,
        )
    )


#: What fills a slot: a value in HTML, as one reads it, and each of the two on the wire.
Filling = tuple[str, str, bytes, bytes]

#: A piece: what of it is part of the outline, with `OPENS` for each slot, and what fills these.
Piece = tuple[str, tuple[Filling, ...]]


class Constants(set[str]):
    """The texts that stand in the templates, and what is known of all that these print."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        super().__init__(texts)
        self._known = _Known(self)
        self._counted = len(self)

    def taken_apart(self, pieces: Iterable[str]) -> Iterator[Piece]:
        """Each piece of a page. Raises `LeftOver` or `NotMail`."""
        if len(self) != self._counted:  # what was taken for a value may be a constant
            self._counted = len(self)
            self._known = _Known(self)
        elif len(self._known) > _REMEMBERED:
            self._known.age()
        return map(self._known.__getitem__, pieces)


class _Known(dict[str, Piece]):
    """Pieces as they were taken apart. What was not printed for long is forgotten."""

    def __init__(self, constants: set[str]) -> None:
        self._constants = constants
        self._older: dict[str, Piece] = {}

    def age(self) -> None:
        self._older = dict(self)
        self.clear()

    def __missing__(self, key: str) -> Piece:
        piece = self._older.get(key)
        if piece is None:
            constant = key in self._constants
            piece = (_refused_codes(key), ()) if constant else _taken_apart(str(key))
            if len(key) >= _SHORT and not constant:
                return piece
        self[key] = piece
        return piece


def _taken_apart(value: str) -> Piece:
    if len(value) < COLUMNS and SIMPLE.fullmatch(value):
        scheme = SCHEME.match(value) if ":" in value else None
        start = scheme.end() if scheme else 0
        rest = value[start:] if start else value
        if rest and rest[0] != " ":
            wire = placed(rest.encode()) if rest.isascii() else between(rest)
            return (value[:start] + OPENS if start else OPENS), ((rest, rest, wire, wire),)
    kind: list[str] = []
    fillings: list[Filling] = []
    for part, plain in parts_of(value):
        kind.append(OPENS if plain else _refused_codes(part))
        if plain:
            fillings.append(_filling(part))
    return "".join(kind), tuple(fillings)


def _filling(value: str) -> Filling:
    refuse_left_over("html", value)
    text = shown(value)
    wire = _wire("html", value)
    return value, text, wire, wire if text == value else _wire("text", text)


def _wire(part: str, text: str) -> bytes:
    try:
        return between(text)
    except UnicodeEncodeError as error:
        raise half_character(part, error) from None


def _refused_codes(text: str) -> str:
    if OPENS in text or CLOSES in text:
        raise NotMail(Text("the message holds a code that stands for no character (U+FDD0)"))
    return text
