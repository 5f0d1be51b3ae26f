"""What a printing has made in a folder, told apart from what lay there before."""

from __future__ import annotations

from pathlib import Path

from outreach.files.bundles import whole_file
from outreach.files.lying import lying_in, lying_since


def put(path: Path) -> Path:
    with whole_file(path) as write:
        write(b"the same bytes")
    return path


def test_a_file_written_anew_is_not_older_though_its_bytes_are_the_same(tmp_path: Path) -> None:
    again, gone = put(tmp_path / "35000-a-1.docx"), put(tmp_path / "35000-b-2.docx")
    before = lying_in(tmp_path)
    put(again)
    assert lying_since(before, tmp_path).older == (gone,)


def test_the_printer_gets_the_pdf_and_the_bundles_of_a_big_one_in_their_order(
    tmp_path: Path,
) -> None:
    words = [put(tmp_path / f"bundle-{number}.docx") for number in (1, 2, 10)]
    assert lying_since({}, tmp_path).to_print == tuple(words)
    before = lying_in(tmp_path)
    pages = [put(tmp_path / f"bundle-{number}.pdf") for number in (10, 2, 1)]
    there = lying_since(before, tmp_path)
    assert there.to_print == tuple(reversed(pages))
    assert set(there.older) == set(words)


def test_a_folder_that_is_not_there_and_files_of_others_are_no_letters(tmp_path: Path) -> None:
    assert lying_in(tmp_path / "nowhere") == {}
    put(tmp_path / "notes.txt")
    assert lying_since({}, tmp_path).older == ()


def test_the_folders_of_several_bundles_are_known_before(tmp_path: Path) -> None:
    old = put(tmp_path / "fair-letter" / "35000-a-1.docx")
    before = lying_in(tmp_path)
    assert lying_since(before, tmp_path / "fair-letter").older == (old,)
