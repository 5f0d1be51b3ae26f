"""Bodies in quoted-printable (RFC 2045 §6.7), put together from pieces encoded before.

What all messages of a template share is encoded once, and its lines are broken so that there
is room for values; a person's values are encoded alone and put between.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from outreach.model.value import value
from outreach.rendering.headers import COLUMNS

#: Columns that a layout keeps free for each value: most names and places are shorter.
ROOM = 25
SOFT_BREAK = b"=\r\n"

#: A blank at the end of a line, where `binascii` forgets that encoding it takes three columns.
_TOO_LONG = re.compile(rb"^(.{74,75})(=20|=09)$", re.MULTILINE)


class Quoted(NamedTuple):
    """A piece of a body: its text, and its lines on the wire, begun in the first column."""

    #: Lines end with a line feed.
    text: str
    #: ASCII, lines end with CR LF.
    wire: bytes
    #: Columns of the first line and of the last one: the same in a piece of one line.
    first: int
    last: int
    single: bool


@dataclass(frozen=True)
class Layout:
    """A text with room for values; what stands around them is encoded once."""

    #: One more than there are values: before the first, between two, behind the last.
    texts: tuple[str, ...]
    wires: tuple[bytes, ...]
    #: The number of each value, in the order in which they stand.
    slots: tuple[int, ...]

    @cached_property
    def around(self) -> list[bytes]:
        """What stands on the wire, with nothing in the place of each value."""
        pieces = [b""] * (len(self.wires) + len(self.slots))
        pieces[::2] = self.wires
        return pieces

    @cached_property
    def picked(self) -> Callable[[Sequence[bytes]], Sequence[bytes]]:
        """Takes all values and gives those that stand here, in their order."""
        if len(self.slots) > 1:
            return itemgetter(*self.slots)
        return lambda values: [values[slot] for slot in self.slots]


@value
class Body:
    """The text of one part of a message: a layout, and values by their numbers."""

    _layout: Layout
    _texts: Sequence[str] = ()
    #: Each value as `between` encodes it.
    _encoded: Sequence[bytes] = ()

    @property
    def text(self) -> str:
        layout, values = self._layout, self._texts
        filled = list(layout.texts)
        for place, slot in enumerate(layout.slots):
            filled[place] += values[slot]
        return "".join(filled)

    @property
    def wires(self) -> list[bytes]:
        """The whole on the wire, in pieces: no line passes 76 columns."""
        layout = self._layout
        pieces = layout.around.copy()
        pieces[1::2] = layout.picked(self._encoded)
        return pieces


def laid_out(parts: Iterable[str | int]) -> Layout:
    """Text as it stands, and the numbers of the values in it, as a layout.

    Each value is given `ROOM` columns, so that where lines break is known beforehand.
    Raises UnicodeEncodeError for half a character.
    """
    texts, slots = [""], list[int]()
    for part in parts:
        if isinstance(part, int):
            slots.append(part)
            texts.append("")
        else:
            texts[-1] += part
    encoded = [quoted(text) for text in texts]
    wires: list[bytes] = []
    column = 0
    for _, wire, first, last, single in encoded:
        if wires:
            if column + ROOM >= COLUMNS:
                wires[-1] += SOFT_BREAK
                column = 0
            column += ROOM
        if column + first >= COLUMNS and column:
            wire, column = SOFT_BREAK + wire, 0
        column = column + last if single else last
        wires.append(wire)
    return Layout(tuple([one.text for one in encoded]), tuple(wires), tuple(slots))


def between(text: str) -> bytes:
    """A value as it is put into a layout. Raises UnicodeEncodeError for half a character."""
    return placed(quoted(text).wire)


def placed(wire: bytes) -> bytes:
    """An encoded value in its room, or on lines of its own."""
    return wire if len(wire) <= ROOM else b"%b%b%b" % (SOFT_BREAK, wire, SOFT_BREAK)


def quoted(text: str) -> Quoted:
    """One piece. Raises UnicodeEncodeError for half a character.

    A blank at its end is encoded, since a line may end there; its last line leaves room
    for the sign of a soft break.
    """
    if "\r" in text:
        text = re.sub(r"\r\n?", "\n", text)
    wire = binascii.b2a_qp(text.encode(), istext=True)
    if b"\n" not in wire and len(wire) < COLUMNS:
        return Quoted(text, wire, len(wire), len(wire), True)
    wire = _TOO_LONG.sub(rb"\1=\n\2", wire).replace(b"\n", b"\r\n")
    last = len(wire) - wire.rfind(b"\n") - 1
    if last == COLUMNS:
        wire, last = b"%b=\r\n%b" % (wire[:-1], wire[-1:]), 1
    return Quoted(text, wire, wire.index(b"\r\n"), last, False)
