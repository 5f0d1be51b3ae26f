"""The file of rejected rows on a disk that fills up."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from disks import full_disk

from outreach.errors import Text
from outreach.files.rejects import Rejects
from outreach.files.tables import Row
from outreach.model.admission import Rejection

ROWS = [Row(line, ("Petit",)) for line in range(2, 102)]
REJECTED = [Rejection(row.line, Text("has 1 cell where the header has 2")) for row in ROWS]


def test_rows_that_cannot_be_kept_are_told_with_their_chunk(tmp_path: Path) -> None:
    """Not when the file is closed, which is after the import was said to be done."""
    rejects = Rejects(tmp_path / "list.csv", ["Nom", "Mail"], str)
    with full_disk(), pytest.raises(OSError, match="File too large"):
        rejects.write(ROWS, REJECTED)


def fill(place: Path) -> None:
    """An import on a full disk: neither the rejected rows nor the base find room."""
    with Rejects(place, ["Nom", "Mail"], str) as rejects:
        with suppress(OSError):
            rejects.write(ROWS, REJECTED)
        raise ValueError("the base has no room")


def test_closing_does_not_hide_why_the_import_ended(tmp_path: Path) -> None:
    with full_disk(), pytest.raises(ValueError, match="the base has no room"):
        fill(tmp_path / "list.csv")
