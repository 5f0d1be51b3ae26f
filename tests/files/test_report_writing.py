"""A report's file is there whole or not at all, and its ending says what it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from disks import full_disk
from sample_report import REPORT

from outreach.files.bundles import CannotWrite
from outreach.files.reports.writing import UnknownEnding, write_documents
from outreach.language import Language

ENGLISH = Language("en_GB")


@pytest.mark.parametrize("ending", ["html", "xlsx", "docx"])
def test_a_full_disk_leaves_the_old_file_and_no_half_one(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"r.{ending}"
    path.write_text("old")
    with full_disk(), pytest.raises(CannotWrite) as caught:
        write_documents(REPORT, [path], ENGLISH)
    assert "free some space" in str(caught.value)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(path.name, "old")]


def test_endings_are_read_whatever_their_capitals(tmp_path: Path) -> None:
    write_documents(REPORT, [tmp_path / "R.HTML"], ENGLISH)
    assert (tmp_path / "R.HTML").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_another_ending_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownEnding) as caught:
        write_documents(REPORT, [tmp_path / "r.odt"], ENGLISH)
    assert "reports are written as .html, .xlsx, .docx, .pdf" in str(caught.value)
    assert list(tmp_path.iterdir()) == []
