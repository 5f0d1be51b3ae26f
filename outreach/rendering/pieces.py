"""The pieces that a template prints, each looked at once.

A piece is text of the template, or one value. It is taken apart the first time it is printed;
from then on it is known by one look into a table, for most values come again and again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from outreach.errors import OutreachError, Text
from outreach.rendering.headers import COLUMNS
from outreach.rendering.mime import NotMail
from outreach.rendering.quoted import between, placed
from outreach.rendering.slots import CLOSES, OPENS, SCHEME, SIMPLE, parts_of, shown

#: Pieces that are remembered; one takes about 600 bytes. Those that did not come again among as
#: many others are forgotten.
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


#: A piece: what of it is part of the outline, with `OPENS` for each slot, and what fills these:
#: of each a value in HTML, as one reads it, and each of the two on the wire, all in one row; and
#: how it stands on the wire in a text written by hand, where that follows from what it is.
Piece = tuple[str, tuple[Any, ...], bytes | None]


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
            self._known = self._known.grown_old()
        return map(self._known.__getitem__, pieces)

    @property
    def known(self) -> Mapping[str, Piece]:
        """The pieces of pages as they were taken apart, as far as they are remembered."""
        return self._known


class _Known(dict[str, Piece]):
    """Pieces as they were taken apart."""

    def __init__(self, constants: set[str]) -> None:
        self._constants = constants
        #: Those that came before these.
        self._before: dict[str, Piece] = {}

    def grown_old(self) -> _Known:
        """A new one, which takes over of these what comes again."""
        young = _Known(self._constants)
        young._before, self._before = self, {}
        return young

    def __missing__(self, key: str) -> Piece:
        piece = self._before.get(key)
        if piece is not None:
            self[key] = piece
        elif key in self._constants:
            self[key] = piece = (refused_codes(key), (), None)
        elif type(key) is str and len(key) < COLUMNS and (key.isalnum() or SIMPLE.fullmatch(key)):
            self[key] = piece = _simple(key)
        else:
            piece = _taken_apart(str(key))
            if len(key) < _SHORT:
                self[key] = piece
        return piece


def _simple(key: str) -> Piece:
    """A value of plain words, or a link; the scheme of a link is part of the outline."""
    kind, value = OPENS, key
    if ":" in value and (scheme := SCHEME.match(value)):
        rest = value[scheme.end() :]
        if not rest or rest[0] == " ":
            return _taken_apart(value)
        kind, value = scheme[0] + OPENS, rest
    if not value.isascii():
        wire = between(value)
        return kind, (value, value, wire, wire), wire if kind == OPENS else None
    wire = placed(value.encode())
    whole = wire if kind == OPENS else placed(key.encode())
    return kind, (value, value, wire, wire), whole


def _taken_apart(value: str) -> Piece:
    kind: list[str] = []
    fillings: list[Any] = []
    for part, plain in parts_of(value):
        kind.append(OPENS if plain else refused_codes(part))
        if plain:
            fillings += _filling(part)
    return "".join(kind), tuple(fillings), None


def _filling(value: str) -> tuple[str, str, bytes, bytes]:
    refuse_left_over("html", value)
    text = shown(value)
    wire = _wire("html", value)
    return value, text, wire, wire if text == value else _wire("text", text)


def _wire(part: str, text: str) -> bytes:
    try:
        return between(text)
    except UnicodeEncodeError as error:
        raise half_character(part, error) from None


def refused_codes(text: str) -> str:
    """The text, unless it holds a mark of ours."""
    if OPENS in text or CLOSES in text:
        raise NotMail(Text("the message holds a code that stands for no character (U+FDD0)"))
    return text
