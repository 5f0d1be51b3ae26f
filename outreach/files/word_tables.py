"""A list that somebody keeps in a Word document: one of its tables, read as a table of contacts.

Text that was deleted with changes tracked is not read, inserted text is. A cell over several
columns counts for the first of them; one over several rows counts for each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from outreach.errors import Plural, Text
from outreach.files.headline import LOOKED_AT, find_header
from outreach.files.tables import Row, Table, UnreadableTable, unfit

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

#: What stands for a character that is no text.
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def is_word_document(path: Path) -> bool:
    """By its name: what is in it is found out when it is opened."""
    return path.suffix.lower() in (".docx", ".docm")


def open_word_table(path: Path, number: int | None = None) -> Table:
    """The table of that number, from 1, or the first that has rows below a header.

    Raises `UnreadableTable` or `BadHeader`.
    """
    tables = _tables(path)
    chosen = _chosen(path, tables, number)
    rows = [row for row in _rows(tables[chosen]) if any(cell.strip() for cell in row.cells)]
    if not rows:
        raise UnreadableTable(path, Text("table {number} is empty", number=chosen + 1))
    header, index = find_header(path, list(islice(rows, LOOKED_AT)))
    below = rows if index is None else rows[index + 1 :]
    width = len(header)

    def read() -> Iterator[Row]:
        for row in below:
            fits = len(row.cells) == width
            yield row if fits else Row(row.line, row.cells, unfit(len(row.cells), width))

    return Table(
        file=path,
        header=header,
        read=read,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        notes=_notes(chosen, len(tables), index),
    )


def _tables(path: Path) -> list[Any]:
    """Every table of the body, nested ones left out."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    try:
        with path.open("rb") as file:
            return [table._tbl for table in Document(file).tables]
    except FileNotFoundError:
        raise UnreadableTable(path, Text("there is no such file")) from None
    # A file that is no archive, no document, or whose XML is broken.
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, SyntaxError, OSError) as error:
        raise UnreadableTable(
            path,
            Text("this Word document cannot be opened: {reason}", reason=str(error)),
            Text("open it in Word, without password, and save it again as .docx"),
        ) from None


def _chosen(path: Path, tables: Sequence[Any], number: int | None) -> int:
    if not tables:
        raise UnreadableTable(path, Text("there is no table in this document"))
    if number is None:
        return next((i for i, table in enumerate(tables) if len(table.tr_lst) > 1), 0)
    if not 1 <= number <= len(tables):
        raise UnreadableTable(
            path,
            Plural(
                "there is no table {number}: the document has {count}",
                "there is no table {number}: the document has {count}",
                len(tables),
                number=number,
            ),
        )
    return number - 1


def _rows(table: Any) -> Iterator[Row]:
    """Rows by their place in the table, from 1."""
    above: list[str] = []
    for line, row in enumerate(table.tr_lst, start=1):
        cells: list[str] = []
        for cell in row.tc_lst:
            at = len(cells)
            continues = cell.vMerge == "continue" and at < len(above)
            cells.append(above[at] if continues else _text(cell))
            cells += [""] * (cell.grid_span - 1)
        above = cells
        yield Row(line, tuple(cells))


def _text(cell: Any) -> str:
    """What a reader sees in a cell, its paragraphs in lines."""
    lines: list[str] = []
    for paragraph in cell.iter(f"{_W}p"):
        pieces = [
            part.text or "" if part.tag == f"{_W}t" else _SIGNS.get(part.tag, "")
            for part in paragraph.iter()
        ]
        lines.append("".join(pieces))
    return "\n".join(lines).strip()


def _notes(chosen: int, count: int, header: int | None) -> tuple[Text, ...]:
    notes = [Text("read from table {number} of the document", number=chosen + 1)]
    if others := [str(n) for n in range(1, count + 1) if n != chosen + 1]:
        notes.append(Text("not read: the tables {tables}", tables=", ".join(others)))
    if header is None:
        notes.append(Text("no header: the columns were named by what they hold"))
    return tuple(notes)
