"""How large an address may be printed so that it fits its label.

Measured with the widths of Arial, which Helvetica and Liberation Sans share: what fits here
fits in Word and in LibreOffice. Sizes are half-points, as Word counts them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

#: The font that is measured, and printed with.
FONT = "Arial"
#: Tried in this order. Sorting machines read 10 to 12 points best, and not below 7.
SIZES = range(22, 13, -1)
_POINTS_PER_MM = Decimal(72) / Decimal("25.4")

#: Widths of the characters of ASCII from the space on, in thousandths of the size (Adobe's
#: font metrics of Helvetica).
_ASCII = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_OTHERS = {"’": 222, "‘": 222, "–": 556, "°": 400, "«": 556, "»": 556, "œ": 944, "ø": 611, "Ø": 778}
#: A character that nobody measured is taken for a wide one.
_WIDEST = 1015


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of text, and their size in half-points."""

    lines: tuple[str, ...]
    size: int

    @property
    def line_height(self) -> int:
        """From one line to the next, in twentieths of a point: a fifth more than the size."""
        return self.size * 12


def fitted(lines: Sequence[str], room: tuple[Decimal, Decimal]) -> Block | None:
    """The lines as large as they fit into so many mm across and down; None where they do not."""
    across, down = (float(length * _POINTS_PER_MM) for length in room)
    widest = max(map(width, lines), default=0) / 1000
    for size in SIZES:
        block = Block(tuple(lines), size)
        if widest * size / 2 <= across and len(lines) * block.line_height / 20 <= down:
            return block
    return None


def width(line: str) -> int:
    """How wide a line is, in thousandths of its size; accents take no room of their own."""
    return sum(map(_width, unicodedata.normalize("NFD", line)))


def _width(character: str) -> int:
    place = ord(character) - 32
    if 0 <= place < len(_ASCII):
        return _ASCII[place]
    if unicodedata.category(character) in ("Mn", "Cf"):
        return 0
    return _OTHERS.get(character, _WIDEST)
