"""LibreOffice, kept running: Word documents in, PDF out.

It is started when the first document comes, in a profile of its own that is removed with
it, so that it neither meets nor disturbs the one a person may have open. It dies with us
in every case: closed, interrupted or killed. A document that it does not get done in time,
or dies of, is an `OfficeFailed`; the next document finds it started anew.

Where no Python with `uno` is found, LibreOffice is started for each document: right too,
but slower (about a second more for each).
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from outreach.errors import Text
from outreach.files.bundles import CannotWrite
from outreach.files.pdf_engines import Called, Engine, Kept, OfficeFailed
from outreach.files.pdf_finding import Found, find_office

#: Seconds for one document, beyond which it counts as hanging.
PATIENCE = 60


class Office:
    """Makes PDF of Word documents. Nothing is started or looked for before the first one."""

    def __init__(self, found: Found | None = None, *, patience: float = PATIENCE) -> None:
        """`found` is the LibreOffice to use, else the machine's; `patience` is in seconds."""
        self._found = found
        #: Seconds for one document; more where it holds many letters.
        self.patience = patience
        self._engine: Engine | None = None

    def convert(self, document: bytes, *, letters: int = 1) -> bytes:
        """A .docx as PDF, as LibreOffice writes it.

        Raises `OfficeFailed`, and `NoOffice`, `CannotStart`, `CannotWrite` (a full disk).

        The time limit grows with the number of letters in the document.
        """
        if self._engine is None:
            found = self._found or find_office()
            self._engine = Kept(found.soffice, found.python) if found.python else Called(found)
        folder = self._engine.started()
        source, target = folder / "letter.docx", folder / "letter.pdf"
        try:
            _write(source, document)
            self._engine.convert(source, target, self.patience * (1 + letters / 50))
            if not target.is_file():
                raise OfficeFailed(Text("it wrote nothing"))
            return target.read_bytes()
        finally:
            for path in (source, target):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Ends LibreOffice if it runs; it may be used again."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CannotWrite(path, error) from error
