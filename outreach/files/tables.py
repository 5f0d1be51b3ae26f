"""Tables that people have: CSV in any dialect, spreadsheets, address books. A stream of rows.

A `Table` is opened once (encoding, separator, header found) and read as often as
needed. Nothing is padded, cut or guessed: a row whose cells do not fit the header
comes with its fault, and its line is known. A new format is one line in `_FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from outreach.errors import DefinitionError, Location, OutreachError, Plural, Text
from outreach.files.plain_text import shown

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as written. `line` is where it begins, from 1; `fault` says why it is unusable."""

    line: int
    cells: tuple[str, ...]
    fault: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file of rows under named columns."""

    file: Path
    #: The names of the columns; empty where a column has none.
    header: tuple[str, ...]
    #: Reads the rows below the header, from the start, each time it is called.
    read: Callable[[], Iterator[Row]]
    #: Of the file's bytes.
    sha256: str
    #: What was found out about the file, for the reader: encoding, separator, sheet.
    notes: tuple[Text, ...] = ()
    #: Numbers of lines that were not in the file's encoding; complete once the rows were read.
    misread: list[int] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Every row below the header. Rows without any cell (blank lines) are not rows."""
        return self.read()


class UnreadableTable(OutreachError):
    """The file is not there, is empty, or is not a table."""

    def __init__(self, file: Path, what: Text, hint: Text | None = None) -> None:
        super().__init__(what, where=Location(shown(file)), hint=hint)


class BadHeader(DefinitionError):
    """The names of the columns cannot be understood."""

    def __init__(self, file: Path, line: int, what: Text, hint: Text | None = None) -> None:
        super().__init__(what, where=Location(shown(file), line), hint=hint)


def in_chunks(rows: Iterator[_Read], size: int) -> Iterator[list[_Read]]:
    """So many at once, as they come; the last ones may be fewer."""
    while chunk := list(islice(rows, size)):
        yield chunk


def unfit(count: int, width: int) -> Text:
    """Why a row that does not fit its header is unusable."""
    return Plural(
        "has {count} cell where the header has {width}",
        "has {count} cells where the header has {width}",
        count,
        width=width,
    )


class Opener(Protocol):
    """How the files of one format are opened; `sheet` counts where a format has sheets."""

    def __call__(self, path: Path, sheet: str | None = None) -> Table: ...


def open_table(path: Path, sheet: str | None = None) -> Table:
    """The table in a file, told by its first bytes and by its name's ending.

    `sheet` names the one to read in a spreadsheet. Raises `UnreadableTable` or `BadHeader`.
    """
    return _format_of(path, _first_bytes(path))(path, sheet)


def is_workbook(path: Path) -> bool:
    """Whether a file is a spreadsheet, by its first bytes. Raises `UnreadableTable`."""
    start = _first_bytes(path)
    return _format_of(path, start) is _FORMATS["workbook"]


def _first_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UnreadableTable(path, Text("this is a folder, not a file"))
        with path.open("rb") as file:
            start = file.read(64)
    except FileNotFoundError:
        raise UnreadableTable(path, Text("there is no such file")) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableTable(path, Text("cannot be read: {reason}", reason=reason)) from None
    if not start:
        raise UnreadableTable(path, Text("the file is empty"))
    return start


#: What the files of a format begin with: a zip archive, Microsoft's compound file.
_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"

#: How web pages and XML begin; old programs export them under the ending of Excel.
_PAGES = (b"<HTML", b"<!DOCTYPE", b"<TABLE", b"<?XML")

#: Endings of spreadsheets.
_ZIPPED = (".xlsx", ".xlsm", ".xlsb", ".ods")


def _format_of(path: Path, start: bytes) -> Opener:
    ending = path.suffix.lower()
    if start.startswith((_ZIP, _COMPOUND)):
        return _FORMATS["workbook"]
    if ending in _ZIPPED:
        raise UnreadableTable(
            path,
            Text("its name ends in {ending}, but it is not a spreadsheet", ending=ending),
            Text("open it in a spreadsheet and save it as .xlsx or as CSV"),
        )
    # Old exports named .xls are often text: what they hold decides, not what they are called.
    plain = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").upper()
    if plain.startswith(_PAGES):
        raise UnreadableTable(
            path,
            Text("this is a web page or XML, whatever its name says"),
            Text("open it in a spreadsheet and save it as .xlsx or as CSV"),
        )
    if ending == ".vcf" and not plain.startswith(b"BEGIN:VCARD"):
        raise UnreadableTable(
            path,
            Text("its name ends in {ending}, but no vCard begins in it", ending=ending),
            Text("export the address book again; a table of text ends in .csv"),
        )
    return _FORMATS["vcard" if plain.startswith(b"BEGIN:VCARD") else "csv"]


def _open_csv(path: Path, sheet: str | None = None) -> Table:
    from outreach.files.delimited import open_csv

    _refuse_sheet(path, sheet)
    return open_csv(path)


def _open_workbook(path: Path, sheet: str | None = None) -> Table:
    from outreach.files.workbooks import open_workbook

    return open_workbook(path, sheet)


def _open_vcards(path: Path, sheet: str | None = None) -> Table:
    from outreach.files.vcards import open_vcards

    _refuse_sheet(path, sheet)
    return open_vcards(path)


def _refuse_sheet(path: Path, sheet: str | None) -> None:
    if sheet is not None:
        raise UnreadableTable(
            path,
            Text("this file has no sheets"),
            Text("leave --sheet out, or name a spreadsheet (.xlsx, .xls, .ods)"),
        )


#: The formats that are read, by name.
_FORMATS: dict[str, Opener] = {
    "csv": _open_csv,
    "workbook": _open_workbook,
    "vcard": _open_vcards,
}
