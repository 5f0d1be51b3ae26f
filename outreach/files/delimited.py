"""CSV in every dialect that spreadsheets write: separator and quoting found, lines counted.

Rows come from the csv module. A quotation mark that is opened and never closed would
swallow the rest of the file: it costs its own line only, and says so.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from outreach.errors import Text
from outreach.files.encodings import MIXED_WITH, Encoding, find_encoding, lines_of
from outreach.files.headline import LOOKED_AT, find_header
from outreach.files.tables import Row, Table, UnreadableTable, unfit

#: Separators, in the order they win when two fit equally well.
SEPARATORS = (";", ",", "\t", "|")

_EXCEL_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)

#: A cell longer than this, or over more lines, is an unclosed quotation mark.
_LONGEST_CELL = 1 << 20
_MOST_LINES = 200

#: Lines that the separator is found from.
_SNIFFED_LINES = 200


def open_csv(path: Path) -> Table:
    """Find out how a CSV file is written. Raises `UnreadableTable` or `BadHeader`."""
    encoding = find_encoding(path)
    if encoding is None:
        raise UnreadableTable(
            path,
            Text("this is not a text file"),
            Text("export the list as CSV or as an Excel workbook (.xlsx)"),
        )
    first = _first_lines(path, encoding)
    separator = _separator(first)
    sample = list(islice(_rows(first, separator), LOOKED_AT))
    if not any(cell.strip() for row in sample for cell in row.cells):
        raise UnreadableTable(path, Text("there is nothing in the file"))
    header, index = find_header(path, sample)
    begins = sample[0].line if index is None else sample[index].line + 1
    misread: list[int] = []

    def read() -> Iterator[Row]:
        misread.clear()
        with path.open("rb") as file:
            rows = _rows(lines_of(file, encoding, misread), separator)
            yield from _fitting((row for row in rows if row.line >= begins), len(header))

    notes = _notes(encoding, separator, index)
    return Table(
        file=path, header=header, read=read, sha256=encoding.sha256, notes=notes, misread=misread
    )


#: Encodings and separators by the names that people know.
_SPOKEN = {
    "utf-8-sig": "UTF-8",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "mac_roman": "MacRoman",
    "\t": "tab",
}


def _notes(encoding: Encoding, separator: str, header: int | None) -> tuple[Text, ...]:
    name = _SPOKEN.get(encoding.name, encoding.name)
    if encoding.mixed:
        name = f"{name} + {_SPOKEN[MIXED_WITH]}"
    separated = _SPOKEN.get(separator, separator)
    notes = [
        Text(
            "read as {encoding}, columns separated by {separator}",
            encoding=name,
            separator=separated,
        )
    ]
    if header is None:
        notes.append(Text("no header: the columns were named by what they hold"))
    elif header:
        notes.append(Text("the lines above the header were passed over"))
    return tuple(notes)


def _first_lines(path: Path, encoding: Encoding) -> list[str]:
    with path.open("rb") as file:
        return list(islice(lines_of(file, encoding, []), _SNIFFED_LINES))


def _separator(lines: list[str]) -> str:
    """What separates the cells: Excel's own `sep=` line, else what gives the evenest rows."""
    if lines and (excel := _EXCEL_LINE.fullmatch(lines[0])):
        return excel[1]
    best = max(SEPARATORS, key=lambda separator: _evenness(lines, separator))
    return best if _evenness(lines, best) > (0, 0) else ","


def _evenness(lines: list[str], separator: str) -> tuple[float, int]:
    """How many of the rows have the usual number of cells, when that is more than one."""
    widths = [len(row.cells) for row in _rows(lines, separator) if row.fault is None]
    if len(widths) > 1 and len(lines) == _SNIFFED_LINES:
        widths.pop()  # the sample may end inside a row
    usual = Counter(width for width in widths if width > 1).most_common(1)
    if not usual:
        return 0, 0
    width, count = usual[0]
    return round(count / len(widths), 2), width


class _Lines:
    """Hands lines to the csv module, counts them, and takes back what it should not have had."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        #: Lines that the row being read is made of.
        self.taken: list[str] = []
        self.number = 0
        #: The file or the patience ended while a quotation mark was open.
        self.cut = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _MOST_LINES:
            self.cut = True
            raise StopIteration
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None:
            self.cut = bool(self.taken)
            raise StopIteration
        self.taken.append(line)
        self.number += 1
        return line.replace("\0", "") if "\0" in line else line

    def give_back(self) -> str:
        """Keep the first line of the row, read the others again as rows of their own."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        self.number -= len(others)
        return first


def _rows(lines: Iterable[str], separator: str) -> Iterator[Row]:
    """Rows with the line each begins at. Blank lines and Excel's `sep=` line are no rows."""
    csv.field_size_limit(_LONGEST_CELL)
    feed = _Lines(lines)
    reader = csv.reader(feed, delimiter=separator)
    while True:
        feed.taken.clear()
        feed.cut = False
        begins = feed.number + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            feed.cut = True
            cells = []
        if feed.taken and (feed.cut or _torn(feed.taken, separator)):
            yield _unclosed(begins, feed.give_back(), separator)
            reader = csv.reader(feed, delimiter=separator)
        elif cells is None:
            return
        elif cells and not (begins == 1 and _EXCEL_LINE.fullmatch(feed.taken[0])):
            yield Row(begins, tuple(cells))


def _torn(lines: list[str], separator: str) -> bool:
    """A row over several lines that a stray quotation mark holds together, not its own two."""
    if len(lines) == 1:
        return False
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        return True
    return False


def _unclosed(line: int, text: str, separator: str) -> Row:
    cells = next(csv.reader([text], delimiter=separator, quoting=csv.QUOTE_NONE))
    return Row(line, tuple(cells), Text("a quotation mark is opened and never closed"))


def _fitting(rows: Iterable[Row], width: int) -> Iterator[Row]:
    """Rows measured against the header: never padded, never cut where something is written."""
    for row in rows:
        count = len(row.cells)
        if count == width or row.fault:
            yield row
        elif count > width and not any(cell.strip() for cell in row.cells[width:]):
            yield Row(row.line, row.cells[:width])
        else:
            yield Row(row.line, row.cells, unfit(count, width))
