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
from outreach.files.plain_text import read_text
from outreach.runner.recording import Bulk, Desk, Told, record_rows
from outreach.runner.reply_codes import is_reply_code

#: First lines that are no code.
_HEADERS = frozenset({"code", "contact", "email", "who", "reference"})


@dataclass(frozen=True, slots=True)
class Came:
    """A letter that came back: its line in the file (0: typed), and what says whose it is."""

    line: int
    who: str


def written_codes(file: Path) -> list[Came]:
    """The first cell of every line; blank lines and a header are passed over."""
    found: list[Came] = []
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        cell = line.replace("\t", ";").split(";")[0].split(",")[0].strip().strip('"').strip()
        header = number == 1 and (key_of(cell) in _HEADERS or is_reply_code(cell))
        if cell and not header:
            found.append(Came(number, cell))
    return found


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
