"""Formulas that count the cells of their own table: `= SUM(ABOVE)`.

The cells count as they are printed. So the table is written first, with a sign in the
place of each such formula, and read again for their results, from top to bottom: a total
of totals finds those above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol
from xml.sax.saxutils import escape

from lxml import etree

from outreach.rendering.letter.cells import Cells, TableCells
from outreach.rendering.letter.package import W
from outreach.rendering.letter.sources import Calculated, Formatted, Source

_TABLE, _ROW, _CELL, _TEXT, _PARAGRAPH = (f"{{{W}}}{n}" for n in ("tbl", "tr", "tc", "t", "p"))


class Letter(Protocol):
    """What is needed of the letter around (filling.py)."""

    locale: str
    cells: Cells | None
    missing: list[str]

    def written(self, source: Source) -> str: ...
    def lacking(self, source: Source) -> Iterator[str]: ...


def counts_cells(source: Source) -> bool:
    """Whether a source is a formula on the cells of its table."""
    inner = source.source if isinstance(source, Formatted) else source
    return isinstance(inner, Calculated) and inner.cells


@dataclass(slots=True)
class Tables:
    """The tables that are being written, one inside another, with their formulas."""

    _open: list[list[Source]] = field(default_factory=list)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """While a table is written; `computed` ends it."""
        self._open.append([])
        yield

    def later(self, source: Source) -> str:
        """The sign for a formula on cells; "" for what can be written now."""
        if not self._open or not counts_cells(source):
            return ""
        self._open[-1].append(source)
        return _sign(len(self._open[-1]) - 1)

    def computed(self, xml: str, namespaces: str, letter: Letter) -> str:
        """The table with the results in it. Raises `FormulaError`."""
        formulas = self._open.pop()
        rows = _texts(xml, namespaces) if formulas else []
        for number, formula in enumerate(formulas):
            sign = _sign(number)
            place = _place(rows, sign)
            if place is None:
                continue
            letter.cells = TableCells(rows, *place, letter.locale)
            result = letter.written(formula)
            letter.missing += letter.lacking(formula)
            letter.cells = None
            row, column = place
            rows[row][column] = rows[row][column].replace(sign, result)
            xml = xml.replace(sign, escape(result))
        return xml


def _sign(number: int) -> str:
    """Characters for private use, which no value holds in this order."""
    return f"\ue000outreach{number}\ue001"


def _place(rows: list[list[str]], sign: str) -> tuple[int, int] | None:
    return next(((r, c) for r, row in enumerate(rows) for c, text in enumerate(row)
                 if sign in text), None)  # fmt: skip


def _texts(xml: str, namespaces: str) -> list[list[str]]:
    """The texts of the cells of a table, by rows; lines divided by a line end."""
    root = etree.fromstring(f"<outreach {namespaces}>{xml}</outreach>")
    table = root.find(_TABLE)
    assert table is not None, "a grid encloses a table"
    return [
        ["\n".join("".join(t.text or "" for t in p.iter(_TEXT)) for p in cell.iter(_PARAGRAPH))
         for cell in _own(row, _CELL)]
        for row in _own(table, _ROW)
    ]  # fmt: skip


def _own(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The rows of a table, or the cells of a row: not those of tables inside."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in (_TABLE, _PARAGRAPH):
            yield from _own(child, tag)
