"""Spreadsheets (XLSX, XLS, XLSB, ODS): cells come back as people typed them.

pandas reads them with the calamine engine; an XLSX of more than `MANY_ROWS` rows is
streamed by openpyxl instead, so that its size does not become memory. What Excel stored
as a number because it looked like one (an identifier, a postal code) comes back without
".0"; dates come back as ISO dates; an error such as `#N/A` says nothing. Hidden rows are
rows; a merged cell holds its text once, at its upper left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from outreach.errors import Text, did_you_mean
from outreach.files.headline import EMAIL, LOOKED_AT, find_header
from outreach.files.tables import Row, Table, UnreadableTable, unfit

#: From so many rows on, an XLSX is streamed.
MANY_ROWS = 100_000

#: A smaller XLSX file holds fewer rows than that: it is not asked (bytes).
_SMALL_FILE = 1_000_000

#: What a spreadsheet shows where a formula failed, in English and in French.
_ERRORS = frozenset({
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!",
    "#CALC!", "#VALEUR!", "#NOM?", "#NUL!", "#NOMBRE!",
})  # fmt: skip

#: All rows of a sheet, the first one first, empty ones too.
_Sheet = Callable[[], Iterable[Sequence[object]]]


def open_workbook(path: Path, sheet: str | None = None) -> Table:
    """One sheet of a workbook: the named one, or the first that holds a table.

    Raises `UnreadableTable` or `BadHeader`.
    """
    name, others, read_sheet = _choose_sheet(path, sheet)
    sample = list(islice(_rows(read_sheet), LOOKED_AT))
    if not sample:
        raise UnreadableTable(path, Text("there is nothing in the sheet {sheet!r}", sheet=name))
    header, index = find_header(path, sample)
    begins = sample[0].line if index is None else sample[index].line + 1
    # A sheet is as wide as its widest row: columns without a name at the end are no columns.
    width = max((i for i, name in enumerate(header, start=1) if name), default=len(header))

    def read() -> Iterator[Row]:
        for row in _rows(read_sheet):
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


# --- which sheet ------------------------------------------------------------------------------


def _choose_sheet(path: Path, wanted: str | None) -> tuple[str, list[str], _Sheet]:
    """The sheet to read, the names of the other ones that hold something, and its rows."""
    names, sheet_of = _open(path)
    if wanted is not None:
        name = next((n for n in names if n.casefold() == wanted.casefold()), None)
        if name is None:
            raise UnreadableTable(
                path,
                Text("there is no sheet {sheet!r} in the file", sheet=wanted),
                did_you_mean(wanted, names)
                or Text("its sheets are: {sheets}", sheets=", ".join(names)),
            )
        return name, [], sheet_of(name)
    sheets = {name: sheet_of(name) for name in names}
    starts = {name: list(islice(_rows(read), LOOKED_AT)) for name, read in sheets.items()}
    full = [name for name in names if starts[name]]
    if not full:
        raise UnreadableTable(path, Text("there is nothing in the file"))
    chosen = next((name for name in full if _holds_a_table(starts[name])), full[0])
    return chosen, [name for name in full if name != chosen], sheets[chosen]


def _holds_a_table(rows: Sequence[Row]) -> bool:
    """A cover sheet has words below each other; a table has rows of cells, or addresses."""
    if any(EMAIL.fullmatch(cell.strip()) for row in rows for cell in row.cells):
        return True
    return sum(sum(map(bool, row.cells)) > 1 for row in rows) > 1


# --- reading ----------------------------------------------------------------------------------


def _open(path: Path) -> tuple[list[str], Callable[[str], _Sheet]]:
    """The names of the sheets, and how each is read."""
    import pandas
    from python_calamine import CalamineError

    if path.stat().st_size > _SMALL_FILE and (large := _large_xlsx(path)):
        return large
    try:
        workbook = pandas.ExcelFile(path, engine="calamine")
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    frames: dict[str, Any] = {}

    def sheet_of(name: str) -> _Sheet:
        def read() -> Iterable[Sequence[object]]:
            if name not in frames:
                # Nothing is typed and nothing is taken for missing: "NA" may be a name.
                frames[name] = pandas.read_excel(
                    workbook, sheet_name=name, header=None, dtype=object,
                    keep_default_na=False, na_filter=False,
                )  # fmt: skip
            rows: Iterable[Sequence[object]] = frames[name].itertuples(index=False, name=None)
            return rows

        return read

    return [str(name) for name in workbook.sheet_names], sheet_of


def _large_xlsx(path: Path) -> tuple[list[str], Callable[[str], _Sheet]] | None:
    """The same for an XLSX with more than `MANY_ROWS` rows in a sheet; None for any other."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError):
        return None
    if not any((sheet.max_row or MANY_ROWS + 1) > MANY_ROWS for sheet in workbook.worksheets):
        workbook.close()
        return None

    def sheet_of(name: str) -> _Sheet:
        return lambda: workbook[name].iter_rows(values_only=True)

    return [sheet.title for sheet in workbook.worksheets], sheet_of


def _unreadable(path: Path, error: Exception) -> UnreadableTable:
    return UnreadableTable(
        path,
        Text("this workbook cannot be opened: {reason}", reason=str(error)),
        Text("open it in a spreadsheet, without password, and save it again"),
    )


def _rows(read_sheet: _Sheet) -> Iterator[Row]:
    """Rows that hold something, by the numbers that a spreadsheet shows beside them."""
    for line, values in enumerate(read_sheet(), start=1):
        cells = tuple(map(_written, values))
        if any(cells):
            yield Row(line, cells)


def _fitted(row: Row, width: int) -> Row:
    if not any(row.cells[width:]):
        return Row(row.line, row.cells[:width] + ("",) * (width - len(row.cells)))
    return Row(row.line, row.cells, unfit(len(row.cells), width))


def _written(value: object) -> str:
    """A cell as it would be typed."""
    if isinstance(value, str):
        return "" if value in _ERRORS else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, int | timedelta) else ""
