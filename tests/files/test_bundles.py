"""A letter's file is whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from disks import full_disk

from outreach.files.bundles import CannotWrite, whole_file, write_letter, write_letters
from outreach.model.message import Letter


def test_each_person_has_a_file_in_a_folder_that_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "outbox" / "letters"
    letters = [Letter(name=f"{n}.docx", content=b"x" * n) for n in (1, 2)]
    assert list(write_letters(folder, letters)) == [folder / "1.docx", folder / "2.docx"]
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {"1.docx": b"x", "2.docx": b"xx"}


def test_a_file_is_replaced_in_one_step_and_readable_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"old")
    usual = path.stat().st_mode
    with whole_file(path) as write:
        write(b"ne")
        assert path.read_bytes() == b"old"
        write(b"w")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode == usual


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"old")
    with full_disk(), pytest.raises(CannotWrite, match=r"cannot write .*a\.docx: File too large"):
        write_letter(tmp_path, Letter(name="a.docx", content=b"x" * 5000))
    assert [p.name for p in tmp_path.iterdir()] == ["a.docx"]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_interruption_leaves_nothing(error: type[BaseException], tmp_path: Path) -> None:
    def interrupted() -> None:
        with whole_file(tmp_path / "bundle.docx") as write:
            write(b"half")
            raise error

    with pytest.raises(error):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_an_error_one_can_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="cannot write"):
        write_letter(tmp_path / "file", Letter(name="a.docx", content=b""))
