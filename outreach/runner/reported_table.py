"""The table of the sheets, row by row: its columns by any of their names, and what became of each.

Rows that cannot be recorded leave nothing behind and are given back with their reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from outreach.errors import DefinitionError, Location, OutreachError, Text, did_you_mean
from outreach.files.tables import Row
from outreach.model.admission import Rejection
from outreach.model.text import fold
from outreach.runner.call_session import Concluded
from outreach.runner.reported import ReportDesk, RowWrong
from outreach.runner.sheets import COLUMNS, HEADERS

#: Who it is about, and what came of it: without them a row says nothing.
NEEDED = ("outcome",)


class WrongColumns(DefinitionError):
    """A table that is not that of the sheets."""

    def __init__(self, file: str, strange: Sequence[str], lacking: Sequence[str]) -> None:
        near = did_you_mean(strange[0], COLUMNS) if strange else None
        what = (
            Text("the columns {found} are none of a report", found=", ".join(strange))
            if strange
            else Text("the column {name!r} is missing", name=lacking[0])
        )
        known = Text("known: {names}", names=", ".join(COLUMNS))
        super().__init__(what, where=Location(file, 1), hint=near or known)


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of the rows of a table."""

    recorded: tuple[Concluded, ...]
    #: Entered before: nothing was added.
    unchanged: int
    #: No outcome yet: the call was not made.
    blank: int
    rejected: tuple[Rejection, ...]
    #: Of those recorded: rows without a day that were read so on an earlier day, too.
    again: int

    @property
    def read(self) -> int:
        return len(self.recorded) + self.unchanged + self.blank + len(self.rejected)


def _column(head: str, say: Callable[[Text], str]) -> str:
    """The column that a head of the table names, by its key or in the reader's language."""
    typed = fold(head.strip())
    for name, title in HEADERS.items():
        if typed in (name, fold(say(title))):
            return name
    return head.strip().lower()


def _cells(names: Sequence[str], row: Row) -> dict[str, str]:
    """By column; of two heads for one column only one may say something. Raises `RowWrong`."""
    cells: dict[str, str] = {}
    for name, cell in zip(names, map(str.strip, row.cells), strict=False):
        before = cells.get(name, "")
        if cell and before not in ("", cell):
            raise RowWrong(Text("the field {name!r} stands twice", name=name))
        cells[name] = cell or before
    return cells


def report_rows(
    header: Sequence[str],
    rows: Iterable[Row],
    desk: ReportDesk,
    *,
    file: str,
    rejected: Callable[[Row, Rejection], None],
) -> Reported:
    """Record every row that can be. Raises `WrongColumns` where the table is another one."""
    names = [_column(name, desk.say) for name in header]
    known = [name for name in names if not name.startswith("outreach_")]
    strange = [name for name in known if name not in COLUMNS]
    lacking = [name for name in NEEDED if name not in names]
    if strange or lacking or not {"ref", "contact"} & set(names):
        raise WrongColumns(file, strange, lacking or ["ref"])
    recorded: list[Concluded] = []
    bad: list[Rejection] = []
    unchanged = blank = 0
    for row in rows:
        try:
            if row.fault is not None:
                raise RowWrong(row.fault)
            cells = _cells(names, row)
            if not cells.get("outcome"):
                blank += 1
            elif (done := desk.row(cells)) is None:
                unchanged += 1
            else:
                recorded.append(done)
        except OutreachError as error:
            bad.append(Rejection(row.line, error.what))
            rejected(row, bad[-1])
    return Reported(tuple(recorded), unchanged, blank, tuple(bad), desk.again)
