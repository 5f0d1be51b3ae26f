"""The numbers of a table, as a formula in one of its cells finds them.

    ABOVE LEFT BELOW RIGHT      the cells on that side, up to the first without a number
    B2    A1:C4    A:A    2:2   a cell, a block, whole columns, whole rows

Pure positions and texts: which cells a table of a document has, its reader knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from outreach.rendering.letter.number_pictures import number_within

SIDES = frozenset({"ABOVE", "LEFT", "BELOW", "RIGHT"})

#: `B2`, `A1:C4`, `A:A`, `2:2`; a `$` says nothing in Word.
REFERENCE = re.compile(
    r"\$?[A-Z]{1,2}\$?[0-9]{1,5}(?::\$?[A-Z]{1,2}\$?[0-9]{1,5})?"
    r"|\$?[A-Z]{1,2}:\$?[A-Z]{1,2}(?![\w$])|\$?[0-9]{1,5}:\$?[0-9]{1,5}"
)


class Cells(Protocol):
    """Where a formula finds the numbers of the table it stands in."""

    def numbers(self, where: str) -> Sequence[Decimal]:
        """The numbers in one of `SIDES` or in a `REFERENCE` (capitals); empty cells have none."""
        ...


@dataclass(frozen=True, slots=True)
class TableCells:
    """A table by the texts of its cells, seen from the cell at `row`, `column` (from 0)."""

    rows: Sequence[Sequence[str]]
    row: int
    column: int
    locale: str

    def numbers(self, where: str) -> Sequence[Decimal]:
        if where in SIDES:
            return tuple(self._side(where))
        found = (number_within(text, self.locale) for text in self._block(where))
        return tuple(number for number in found if number is not None)

    def _side(self, side: str) -> Iterator[Decimal]:
        for row, column in self._places(side):
            number = number_within(self._text(row, column), self.locale)
            if number is None:
                return
            yield number

    def _places(self, side: str) -> Iterator[tuple[int, int]]:
        if side in ("ABOVE", "BELOW"):
            rows = range(self.row - 1, -1, -1) if side == "ABOVE" else self._rows_below()
            return ((row, self.column) for row in rows)
        columns = range(self.column - 1, -1, -1)
        if side == "RIGHT":
            columns = range(self.column + 1, len(self.rows[self.row]))
        return ((self.row, column) for column in columns)

    def _rows_below(self) -> range:
        return range(self.row + 1, len(self.rows))

    def _text(self, row: int, column: int) -> str:
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    def _block(self, reference: str) -> Iterator[str]:
        first, _, last = reference.replace("$", "").partition(":")
        top, left = _position(first)
        bottom, right = _position(last or first)
        for number, cells in enumerate(self.rows):
            if top is None or bottom is None or top <= number <= bottom:
                start, end = left or 0, len(cells) if right is None else right + 1
                yield from cells[start:end]


def _position(name: str) -> tuple[int | None, int | None]:
    """The row and the column of `B2`, from 0; None where the name has no such part."""
    letters, digits = re.sub("[0-9]", "", name), re.sub("[A-Z]", "", name)
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(digits) - 1 if digits else None, column - 1 if letters else None
