"""A table of facts, read row by row; what cannot be recorded is kept in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from outreach.cleaning.headers import OWN_COLUMNS
from outreach.errors import DefinitionError, Location, Text
from outreach.files.rejects import Rejects
from outreach.files.tables import Row, Table, open_table
from outreach.model.admission import Rejection
from outreach.model.text import fold, shown
from outreach.runner.desk import Desk
from outreach.runner.recording import CHUNK, COLUMNS, NEEDED, Bulk, Told, WrongColumns, record_rows
from outreach.runner.sheets import HEADERS


class DoubledColumn(DefinitionError):
    """Two headings mean one column: a cell of one of them would be lost."""

    def __init__(self, table: Table, name: str) -> None:
        super().__init__(
            Text("the field {name!r} stands twice", name=name),
            where=Location(str(table.file), 1),
            hint=Text("its columns are: {names}", names=", ".join(table.header)),
        )


def record_file(
    desk: Desk,
    file: Path,
    *,
    say: Callable[[Text], str],
    told: Callable[[int], None] = lambda rows: None,
    keep: bool = True,
) -> tuple[Bulk, Path | None]:
    """What became of its rows, and where the rejected ones are; nowhere without `keep`.

    Mended by hand, the file of rejected rows is recorded as it is.
    """
    table = open_table(file)
    names = _names(table, say)
    stamp = desk.now.astimezone(desk.settings.zone).strftime("%Y%m%d-%H%M%S")
    place = desk.settings.data / "rejects" / f"{file.stem}-{stamp}.csv"
    #: The rows of the chunk in hand, for those of them that are rejected.
    chunk: list[Row] = []

    def rows() -> Iterator[Told]:
        for row in table.rows():
            if len(chunk) == CHUNK:
                chunk.clear()
            chunk.append(row)
            yield Told(row.line, _cells(names, row), row.fault)

    with Rejects(place, table.header, say) as rejects:

        def reject(rejected: Sequence[Rejection]) -> None:
            if keep:
                rejects.keep(chunk, rejected)

        bulk = record_rows(rows(), desk, file=shown(file), reject=reject, told=told)
    return bulk, rejects.written


def _names(table: Table, say: Callable[[Text], str]) -> list[str]:
    """The columns by the names of the contract, or in the reader's language.

    Raises `WrongColumns`, `DoubledColumn`.
    """
    heads = {"stage": Text("stage"), "items": Text("articles")}
    heads |= {name: HEADERS[name] for name in COLUMNS if name in HEADERS}
    spoken = {fold(say(title)): name for name, title in heads.items()}
    typed = [head.strip().lower() for head in table.header]
    names = [head if head in COLUMNS else spoken.get(fold(head), head) for head in typed]
    ours = [name for name in names if name not in OWN_COLUMNS]
    if not set(NEEDED) <= set(names) or not set(ours) <= set(COLUMNS):
        raise WrongColumns(str(table.file), ours)
    for name in ours:
        if ours.count(name) > 1:
            raise DoubledColumn(table, name)
    return names


def _cells(names: Sequence[str], row: Row) -> dict[str, str]:
    return {name: cell for name, cell in zip(names, row.cells, strict=False) if name in COLUMNS}
