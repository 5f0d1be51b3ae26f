"""Codes that were typed or scanned: a plain list, a line each, or one column of a table.

A list has no header that could be relied on, and its lines are what errors name; so a text is
read line by line as it stands, in whatever encoding it was saved, and only a workbook as a table.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from outreach.errors import Text
from outreach.files.encodings import find_encoding, lines_of
from outreach.files.tables import Row, UnreadableTable, is_workbook, open_table

#: What a table keeps its columns apart by, where a line has it.
_SEPARATORS = ";\t,"


def read_scans(path: Path) -> Iterator[Row]:
    """Every line that holds anything, the header (if there is one) among them.

    Raises `UnreadableTable`, or `BadHeader` of a workbook.
    """
    if is_workbook(path):
        table = open_table(path)
        rows = list(table.rows())
        yield Row(rows[0].line - 1 if rows else 1, table.header)
        yield from rows
        return
    try:
        encoding = find_encoding(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableTable(path, Text("cannot be read: {reason}", reason=reason)) from None
    if encoding is None:
        raise UnreadableTable(path, Text("this is no text"), Text("save it again as CSV"))
    with path.open("rb") as file:
        for number, line in enumerate(lines_of(file, encoding, []), start=1):
            if line.strip():
                yield Row(number, tuple(_cells(line.rstrip("\r\n"))))


def _cells(line: str) -> Iterator[str]:
    separator = next((sign for sign in _SEPARATORS if sign in line), ";")
    for cells in csv.reader([line], delimiter=separator):
        yield from (cell.strip() for cell in cells)
