"""Bodies in quoted-printable (RFC 2045 §6.7), put together from pieces encoded before.

What all messages of a template share is encoded once; a person's values are encoded alone
and joined to it, with a soft line break wherever the line would pass 76 columns.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from outreach.rendering.headers import COLUMNS

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


@dataclass(frozen=True, slots=True)
class Body:
    """The text of one part of a message."""

    pieces: tuple[Quoted, ...]

    @property
    def text(self) -> str:
        return "".join([piece.text for piece in self.pieces])

    @property
    def wire(self) -> bytes:
        """The whole on the wire: no line passes 76 columns."""
        return _joined(self.pieces)


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


def _joined(pieces: Iterable[Quoted]) -> bytes:
    out: list[bytes] = []
    column = 0
    for _, wire, first, last, single in pieces:
        if column + first >= COLUMNS and column:
            out.append(b"=\r\n")
            column = 0
        out.append(wire)
        column = column + last if single else last
    return b"".join(out)
