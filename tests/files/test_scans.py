"""Codes that were scanned or typed: a list as it stands, or the rows of a workbook."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from outreach.errors import OutreachError
from outreach.files.scans import read_scans


def scanned(path: Path, content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    path.write_bytes(content)
    return [(row.line, row.cells) for row in read_scans(path)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"1-1-ABC\r\n\r\n 2-1-DEF \r\n", [(1, ("1-1-ABC",)), (3, ("2-1-DEF",))]),
        ("Pr\xe9nom;Code\nZo\xe9;1-1-ABC\n".encode("cp1252"),
         [(1, ("Prénom", "Code")), (2, ("Zoé", "1-1-ABC"))]),
        (b'code,why\n"1-1-ABC","gone, away"\n', [(1, ("code", "why")),
                                               (2, ("1-1-ABC", "gone, away"))]),
        ("code\t1-1-ABC\n".encode("utf-16"), [(1, ("code", "1-1-ABC"))]),
        (b'1-1-"A\n2-1-DEF', [(1, ('1-1-"A',)), (2, ("2-1-DEF",))]),
    ],
)  # fmt: skip
def test_a_text_keeps_its_lines_whatever_it_was_saved_as(
    tmp_path: Path, content: bytes, expected: list[tuple[int, tuple[str, ...]]]
) -> None:
    assert scanned(tmp_path / "scan.txt", content) == expected


def test_a_workbook_gives_its_header_and_its_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Code", "Motif"], ["1-1-ABC", "PND"], ["2-1-DEF", None]):
        sheet.append(row)
    book.save(tmp_path / "scan.xlsx")
    rows = list(read_scans(tmp_path / "scan.xlsx"))
    assert [row.cells[0] for row in rows] == ["Code", "1-1-ABC", "2-1-DEF"]
    assert [row.line for row in rows] == [1, 2, 3]


@pytest.mark.parametrize("content", [None, b"", b"\x89PNG\r\n\x1a\n" + bytes(range(256))])
def test_what_holds_no_codes_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "scan.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OutreachError):
        list(read_scans(path))
