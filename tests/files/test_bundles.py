"""A file is whole or not there; several of one answer are all there, or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from disks import full_disk

from outreach.errors import OutreachError
from outreach.files.bundles import CannotWrite, whole_file, write_letter, write_together
from outreach.model.message import Letter


def test_each_person_has_a_file_in_a_folder_that_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "outbox" / "letters"
    for n in (1, 2):
        letter = Letter(name=f"{n}.docx", content=b"x" * n)
        assert write_letter(folder, letter) == folder / f"{n}.docx"
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


def test_a_file_that_others_may_not_read_stays_so(tmp_path: Path) -> None:
    one, other = tmp_path / "a.html", tmp_path / "b.html"
    for path in (one, other):
        path.write_bytes(b"old")
        path.chmod(0o600)
    with whole_file(one) as write:
        write(b"new")
    write_together([(other, b"new")])
    assert [(path.read_bytes(), path.stat().st_mode & 0o777) for path in (one, other)] == [
        (b"new", 0o600),
        (b"new", 0o600),
    ]


def test_a_name_of_250_letters_is_a_name(tmp_path: Path) -> None:
    """File systems take 255 bytes."""
    write_together([(tmp_path / f"{'n' * 245}.html", b"new")])
    assert (tmp_path / f"{'n' * 245}.html").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("loop.html", "Too many levels of symbolic links"),
        (f"{'n' * 300}.html", "File name too long"),
        ("folder.html", "Is a directory"),
        ("pipe.html", "Operation not supported"),
        ("loop.html/r.html", "File exists|Too many levels"),
    ],
)
def test_a_place_where_no_file_can_be_is_told_and_stays(
    name: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "loop.html").symlink_to("loop.html")
    (tmp_path / "folder.html").mkdir()
    os.mkfifo(tmp_path / "pipe.html")
    with pytest.raises(CannotWrite, match=reason):
        write_together([(tmp_path / "a.html", b"new"), (tmp_path / name, b"new")])
    with pytest.raises(CannotWrite, match=reason), whole_file(tmp_path / name) as write:
        write(b"new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder.html", "loop.html", "pipe.html"]
    assert (tmp_path / "loop.html").is_symlink()
    assert (tmp_path / "pipe.html").is_fifo()


def test_where_the_last_of_several_cannot_take_its_place_the_others_are_as_before(
    tmp_path: Path,
) -> None:
    """`new` is a folder by the time the file of that name is ready."""
    old, fresh = tmp_path / "old.html", tmp_path / "new" / "r.xlsx"
    old.write_bytes(b"old")
    old.chmod(0o640)
    with pytest.raises(CannotWrite, match="new"):
        write_together([(old, b"new"), (fresh, b"new"), (tmp_path / "new", b"new")])
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["new", "old.html"]
    assert (old.read_bytes(), old.stat().st_mode & 0o777) == (b"old", 0o640)


def test_of_several_that_take_their_places_nothing_else_is_left(tmp_path: Path) -> None:
    contents = [(tmp_path / f"{n}.html", b"new") for n in range(3)]
    contents[1][0].write_bytes(b"old")
    write_together(contents)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        "0.html": b"new", "1.html": b"new", "2.html": b"new",
    }  # fmt: skip


def test_two_files_of_one_answer_that_a_link_makes_one_are_refused(tmp_path: Path) -> None:
    link, file = tmp_path / "r.html", tmp_path / "r.xlsx"
    file.write_bytes(b"old")
    link.symlink_to("r.xlsx")
    with pytest.raises(OutreachError, match=r"r\.html and .*r\.xlsx are one file"):
        write_together([(link, b"page"), (file, b"workbook")])
    assert file.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.html", "r.xlsx"]
