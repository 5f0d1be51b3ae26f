"""Where a list comes from: a file of any format, a table in a Word document, a database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from outreach.errors import Text
from outreach.files.tables import Row, Table, UnreadableTable, open_table
from outreach.files.word_tables import is_word_document, open_word_table


def open_list(file: Path, *, sheet: str | None = None, table: int | None = None) -> Table:
    """The list in a file. `sheet` is of a spreadsheet, `table` of a Word document.

    Raises `UnreadableTable` or `BadHeader`.
    """
    if is_word_document(file):
        if sheet is not None:
            raise UnreadableTable(
                file,
                Text("this file has no sheets"),
                Text("say which of its tables: --table N"),
            )
        return open_word_table(file, table)
    if table is not None:
        raise UnreadableTable(
            file,
            Text("only a Word document has tables that are numbered"),
            Text("leave --table out; of a spreadsheet say --sheet NAME"),
        )
    return open_table(file, sheet)


def open_query(url: str, query: str) -> Table:
    """The rows that a database answers, asked again each time they are read.

    Raises `ForeignUnusable` or `OnlySelect`.
    """
    from outreach.store.foreign import Foreign

    foreign = Foreign(url, query)

    def read() -> Iterator[Row]:
        for number, cells in enumerate(foreign.rows(), start=1):
            yield Row(number, cells)

    return Table(
        file=Path(foreign.name),
        header=foreign.header,
        read=read,
        sha256=foreign.sha256,
        notes=(Text("read from the database {address}", address=foreign.address),),
    )
