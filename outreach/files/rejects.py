"""The file of rejected rows: mended by hand, it can be imported as it is."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from outreach.cleaning.headers import OWN_COLUMNS
from outreach.errors import OutreachError, Text
from outreach.files.exports import neutral
from outreach.files.tables import Row
from outreach.model.admission import Rejection


class RejectsUnwritable(OutreachError):
    """The rejected rows cannot be kept; what was read until then is in the base."""

    def __init__(self, place: Path, reason: str) -> None:
        super().__init__(
            Text("the rejected rows cannot be written to {file}: {reason}",
                 file=place, reason=reason),
            hint=Text("make room and import the file again: it goes on where it stopped"),
        )  # fmt: skip


class Rejects:
    """Rejected rows with their own columns, behind their line and the reason.

    The file is made with its first row. The two columns of ours are passed over when
    it comes back.
    """

    def __init__(self, place: Path, header: Sequence[str], say: Callable[[Text], str]) -> None:
        self._place = place
        self._header = [name for name in header if name not in OWN_COLUMNS]
        self._own = [i for i, name in enumerate(header) if name in OWN_COLUMNS]
        self._say = say
        self._file: IO[str] | None = None
        #: Where the rejected rows are; None while there are none.
        self.written: Path | None = None

    def __enter__(self) -> Rejects:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file:
            # What could not be written was told by `write`; it must not hide another error.
            with suppress(OSError):
                self._file.close()

    def keep(self, rows: Sequence[Row], rejected: Sequence[Rejection]) -> None:
        """Write them. Raises `RejectsUnwritable` where there is no room for them."""
        try:
            self.write(rows, rejected)
        except OSError as error:
            place = self.written or Path(str(error.filename or "rejects"))
            raise RejectsUnwritable(place, error.strerror or str(error)) from error

    def write(self, rows: Sequence[Row], rejected: Sequence[Rejection]) -> None:
        """Write the rows of a chunk that were rejected, in the order of the file.

        Raises OSError when they cannot be kept: with its chunk, not at the end.
        """
        if not rejected:
            return
        file = self._open()
        reasons = {one.line: one.reason for one in rejected}
        writer = csv.writer(file, delimiter=";")
        if self.written is None:
            self.written = self._place
            writer.writerow([*OWN_COLUMNS, *self._header])
        for row in rows:
            if row.line in reasons:
                cells = [neutral(c) for i, c in enumerate(row.cells) if i not in self._own]
                writer.writerow([row.line, self._say(reasons[row.line]), *cells])
        file.flush()

    def _open(self) -> IO[str]:
        if self._file is None:
            self._place.parent.mkdir(parents=True, exist_ok=True)
            number = 2
            while self._place.exists():
                stem = self._place.stem.removesuffix(f"~{number - 1}")
                self._place = self._place.with_name(f"{stem}~{number}.csv")
                number += 1
            self._file = self._place.open("x", encoding="utf-8-sig", newline="")
        return self._file
