"""Tables out: CSV, Excel workbooks and vCards that open well and come back unchanged.

A cell that a spreadsheet would run as a formula gets a leading apostrophe, which
reading takes away again (OWASP, "CSV injection"). Numbers and international phone
numbers begin with a sign too, but no spreadsheet runs them.
"""

from __future__ import annotations

import csv
import errno
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from outreach.errors import Location, OutreachError, Text
from outreach.files.bundles import disk_errors, whole_place
from outreach.files.plain_text import shown
from outreach.model.field import Value

_HARMLESS = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
#: What a spreadsheet runs, behind any apostrophes of the text's own; the wide forms of East
#: Asia too (OWASP, "CSV injection").
_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

#: What no XML, hence no workbook, can hold.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

#: What Excel reads as one letter (ECMA-376 Part 1, 22.4.2.4): `_x0041_` is `A`.
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

#: How many rows an Excel sheet holds below its header.
SHEET_ROWS = 1_048_575


class UnfitTable(OutreachError):
    """The file cannot hold the table: its ending names no kind, or the rows are too many."""

    def __init__(self, file: Path, what: Text, hint: Text) -> None:
        super().__init__(what, where=Location(shown(file)), hint=hint)


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    dangerous = _DANGEROUS.match(text) and not _HARMLESS.fullmatch(text)
    return f"'{text}" if dangerous else text


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Write rows under a header, as the name's ending says; how many there were.

    The file appears whole or not at all. Raises `CannotWrite`, `UnfitTable`.
    """
    write = _FORMATS.get(path.suffix.lower())
    if write is None:
        raise UnfitTable(
            path,
            Text("tables are written as {endings}", endings=", ".join(_FORMATS)),
            Text("give the file one of these endings"),
        )
    if write is _write_workbook:
        rows = _fitting(path, rows)
    with whole_place(path) as part, disk_errors(path):
        return write(part, header, rows)


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    # The byte-order mark tells Excel that this is UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([neutral(name) for name in header])
        count = 0
        for row in rows:
            writer.writerow([written(value) for value in row])
            count += 1
    return count


def written(value: Value) -> str:
    """A value as a cell of text: ISO dates, a decimal point, `true` and `false`."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return neutral(value)
        case Decimal():
            return f"{value:f}"
        case int():
            return str(value)
        case _:
            return value.isoformat()


def _write_lines(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """One JSON object a line; numbers are numbers, to the last digit as they are written."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            told = {name: _plain(value) for name, value in zip(header, row, strict=True)}
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
            count += 1
    return count


def _plain(value: Value) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _write_workbook(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    from lxml.etree import SerialisationError
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("outreach")
    try:
        count = _fill(sheet, header, rows)
        workbook.save(path)
    except SerialisationError as error:
        # The rows wait in a file of the library's own; lxml names what the disk says: IO_ENOSPC.
        number = getattr(errno, str(error).removeprefix("IO_"), errno.EIO)
        raise OSError(number, os.strerror(number)) from None
    finally:
        # Left open, it would complain on its own when it is cleared away.
        with suppress(SerialisationError, StopIteration):
            if not sheet.closed:
                sheet.close()
    return count


def _fill(sheet: Any, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    sheet.freeze_panes = "A2"
    sheet.append([neutral(name) for name in header])
    count = 0
    for row in rows:
        sheet.append([_excel(value) for value in row])
        count += 1
    return count


def _fitting(path: Path, rows: Iterable[Sequence[Value]]) -> Iterator[Sequence[Value]]:
    """The rows as they come, up to where a sheet is full. Raises `UnfitTable`."""
    for count, row in enumerate(rows, start=1):
        if count > SHEET_ROWS:
            raise UnfitTable(
                path,
                Text("an Excel sheet holds {count} rows, this is more", count=SHEET_ROWS),
                Text("export as .csv"),
            )
        yield row


def excel_text(text: str) -> str:
    """Text that comes back from a workbook as it is, less what no XML can hold."""
    return _ESCAPE.sub("_x005F_", in_xml(text))


def in_xml(text: str) -> str:
    """Text less what no XML can hold."""
    return _NOT_IN_XML.sub("", text)


def _excel(value: Value) -> Value:
    if isinstance(value, str):
        return excel_text(neutral(value))
    # Excel knows no time zones.
    return value.isoformat() if isinstance(value, datetime) else value


def _write_cards(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    from outreach.files.card_writing import write_cards

    return write_cards(path, header, rows)


_FORMATS: dict[str, Callable[[Path, Sequence[str], Iterable[Sequence[Value]]], int]] = {
    ".csv": _write_csv,
    ".jsonl": _write_lines,
    ".xlsx": _write_workbook,
    ".vcf": _write_cards,
}
