"""Letters that the post brought back: who is meant, and the address marked once.

Who they are is read from the code printed on the letter, or typed; what follows from it is
decided where every fact is (`record.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from outreach.cleaning.headers import key_of
from outreach.errors import OutreachError
from outreach.files.scans import read_scans
from outreach.runner.desk import Desk
from outreach.runner.recording import Bulk, Told, record_rows
from outreach.runner.reply_codes import is_reply_code

#: Headers of the column that says whose letter it is; beside them those of the coupon.
_HEADERS = frozenset({"code", "contact", "email", "courriel", "who", "qui", "reference", "ref"})


@dataclass(frozen=True, slots=True)
class Came:
    """A letter that came back: its line in the file (0: typed), and what says whose it is."""

    line: int
    who: str


def written_codes(file: Path) -> list[Came]:
    """The cell of every line that says who: of the column a header names, else the first one.

    Raises what `read_scans` does.
    """
    rows = list(read_scans(file))
    header = rows[0].cells if rows else ()
    ranks = {place: rank for place, cell in enumerate(header) if (rank := _rank(cell)) is not None}
    column = min(ranks, key=ranks.__getitem__, default=0)
    return [
        Came(row.line, row.cells[column])
        for row in rows[1 if ranks else 0 :]
        if len(row.cells) > column and row.cells[column]
    ]


def _rank(header: str) -> int | None:
    """How well a header names what says whose letter it is: a code best; None: not at all."""
    if is_reply_code(header):
        return 0
    return 1 if key_of(header) in _HEADERS else None


def bring_back(
    came: Sequence[Came], desk: Desk, *, campaign: str | None, on: str | None, file: str
) -> Bulk:
    """Record each as returned; whose address is marked already is counted as unchanged."""
    known = 0
    seen: set[int] = set()

    def rows() -> Iterator[Told]:
        nonlocal known
        for one in came:
            try:
                person = desk.person(one.who)
            except OutreachError:
                person = None  # told with its line by whoever records it
            if person is not None:
                if person.id in seen or desk.store.printing.address_is_dead(person.id):
                    known += 1
                    continue
                seen.add(person.id)
            cells = {"contact": one.who, "stage": "returned", "channel": "letter"}
            extra = {"campaign": campaign, "on": on}
            yield Told(one.line, cells | {name: text for name, text in extra.items() if text})

    bulk = record_rows(rows(), desk, file=file)
    errors = tuple(_typed(one) for one in bulk.errors)
    return replace(bulk, unchanged=bulk.unchanged + known, errors=errors)


def _typed(error: OutreachError) -> OutreachError:
    """What was typed has no place in a file."""
    if error.where is None or error.where.line:
        return error
    return OutreachError(error.what, hint=error.hint)
