"""Excel workbooks, read by calamine: cells come back as people typed them.

What Excel stored as a number because it looked like one (an identifier, a postal
code) comes back without ".0"; dates come back as ISO dates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from outreach.errors import Text
from outreach.files.delimited import unfit
from outreach.files.headline import LOOKED_AT, find_header
from outreach.files.tables import Row, Table, UnreadableTable


def open_workbook(path: Path) -> Table:
    """The first sheet of a workbook that holds anything. Raises `UnreadableTable`, `BadHeader`."""
    name, others = _choose_sheet(path)
    sample = list(islice(_rows(path, name), LOOKED_AT))
    header, index = find_header(path, sample)
    begins = sample[0].line if index is None else sample[index].line + 1
    # A sheet is as wide as its widest row: columns without a name at the end are no columns.
    width = max((i for i, name in enumerate(header, start=1) if name), default=len(header))

    def read() -> Iterator[Row]:
        for row in _rows(path, name):
            if row.line >= begins:
                yield _fitted(row, width)

    return Table(
        file=path,
        header=header[:width],
        read=read,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        notes=_notes(name, others, index),
    )


def _notes(sheet: str, others: Sequence[str], header: int | None) -> tuple[Text, ...]:
    notes = [Text("read from the sheet {sheet!r}", sheet=sheet)]
    if others:
        notes.append(Text("not read: the sheets {sheets}", sheets=", ".join(others)))
    if header is None:
        notes.append(Text("no header: the columns were named by what they hold"))
    elif header:
        notes.append(Text("the lines above the header were passed over"))
    return tuple(notes)


def _open(path: Path) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableTable(
            path,
            Text("this Excel workbook cannot be opened: {reason}", reason=str(error)),
            Text("open it in a spreadsheet, without password, and save it again"),
        ) from None


def _choose_sheet(path: Path) -> tuple[str, list[str]]:
    """The first sheet with a cell in it, and the other ones that hold something."""
    workbook = _open(path)
    full = [name for name in workbook.sheet_names if workbook.get_sheet_by_name(name).height]
    if not full:
        raise UnreadableTable(path, Text("there is nothing in the file"))
    return full[0], full[1:]


def _rows(path: Path, sheet: str) -> Iterator[Row]:
    """Rows that hold something, by the numbers that Excel shows beside them."""
    for line, values in enumerate(_open(path).get_sheet_by_name(sheet).iter_rows(), start=1):
        cells = tuple(map(_written, values))
        if any(cells):
            yield Row(line, cells)


def _fitted(row: Row, width: int) -> Row:
    if not any(row.cells[width:]):
        return Row(row.line, row.cells[:width])
    return Row(row.line, row.cells, unfit(len(row.cells), width))


def _written(value: object) -> str:
    """A cell as it would be typed."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, int | timedelta) else ""
