"""Tables that people have: CSV in any dialect, Excel workbooks. Read as a stream of rows.

A `Table` is opened once (encoding, separator, header found) and read as often as
needed. Nothing is padded, cut or guessed: a row whose cells do not fit the header
comes with its fault, and its line is known. A new format is one line in `_FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from outreach.errors import DefinitionError, Location, OutreachError, Text
from outreach.files.source import shown


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


def open_table(path: Path) -> Table:
    """The table in a file, told by its first bytes and by its name's ending.

    Raises `UnreadableTable` or `BadHeader`.
    """
    return _format_of(path, _first_bytes(path))(path)


def _first_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise UnreadableTable(path, Text("this is a folder, not a file"))
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except FileNotFoundError:
        raise UnreadableTable(path, Text("there is no such file")) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableTable(path, Text("cannot be read: {reason}", reason=reason)) from None
    if not start:
        raise UnreadableTable(path, Text("the file is empty"))
    return start


def _format_of(path: Path, start: bytes) -> Callable[[Path], Table]:
    ending = path.suffix.lower()
    zipped = start.startswith(b"PK\x03\x04")
    if ending in (".xlsx", ".xlsm") or zipped:
        if not zipped:
            raise UnreadableTable(
                path,
                Text("its name ends in {ending}, but it is not an Excel workbook", ending=ending),
                Text("open it in a spreadsheet and save it as .xlsx or as CSV"),
            )
        return _FORMATS["xlsx"]
    if start == b"BEGIN:VC":
        raise UnreadableTable(
            path,
            Text("this is an address book of vCards, which are not read yet"),
            Text("export it as CSV"),
        )
    return _FORMATS["csv"]


def _open_csv(path: Path) -> Table:
    from outreach.files.delimited import open_csv

    return open_csv(path)


def _open_workbook(path: Path) -> Table:
    from outreach.files.workbooks import open_workbook

    return open_workbook(path)


#: The formats that are read, by name.
_FORMATS: dict[str, Callable[[Path], Table]] = {"csv": _open_csv, "xlsx": _open_workbook}
