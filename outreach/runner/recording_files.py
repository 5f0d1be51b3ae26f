"""A table of facts, read row by row; what cannot be recorded is kept in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from outreach.cleaning.headers import OWN_COLUMNS
from outreach.errors import Text
from outreach.files.rejects import Rejects
from outreach.files.tables import Row, Table, open_table
from outreach.model.admission import Rejection
from outreach.model.text import shown
from outreach.runner.admit import RejectsUnwritable
from outreach.runner.desk import Desk
from outreach.runner.recording import CHUNK, COLUMNS, Bulk, Told, WrongColumns, record_rows


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
    names = _names(table)
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
                _write(rejects, chunk, rejected)

        bulk = record_rows(rows(), desk, file=shown(file), reject=reject, told=told)
    return bulk, rejects.written


def _names(table: Table) -> list[str]:
    """The columns by the names of the contract. Raises `WrongColumns`."""
    names = [name.strip().lower() for name in table.header]
    known = {*COLUMNS, *OWN_COLUMNS}
    if not {"contact", "stage"} <= set(names) or not set(names) <= known:
        raise WrongColumns(str(table.file), names)
    return names


def _cells(names: Sequence[str], row: Row) -> dict[str, str]:
    return {name: cell for name, cell in zip(names, row.cells, strict=False) if name in COLUMNS}


def _write(rejects: Rejects, rows: Sequence[Row], rejected: Sequence[Rejection]) -> None:
    try:
        rejects.write(rows, rejected)
    except OSError as error:
        place = rejects.written or Path(str(error.filename or "rejects"))
        raise RejectsUnwritable(place, error.strerror or str(error)) from error
