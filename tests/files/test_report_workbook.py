"""The workbook of a report: totals and shares are formulas that come to the report's numbers."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conftest import missing
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sample_report import NAMES, REPORT, long_winded

from outreach.errors import Text
from outreach.evaluation.document import Document, Section
from outreach.files.reports.workbook import workbook
from outreach.language import Language

ENGLISH = Language("en_GB")
SHARE = re.compile(r'=IF\(COUNT\((\w+),(.+?)\)<2,"–",IFERROR\((\w+)/(.+?),"–"\)\)')
SUM = re.compile(r"=?SUM\(([A-Z]+)(\d+):[A-Z]+(\d+)\)")


def opened(document: Document = REPORT, language: Language = ENGLISH) -> Any:
    return load_workbook(BytesIO(workbook(document, language, "EUR")))


def value(sheet: Worksheet, term: str) -> Any:
    """What a cell, a sum or a share comes to: the three kinds of formulas that we write."""
    if found := SUM.fullmatch(term):
        letter, first, last = found[1], int(found[2]), int(found[3])
        cells = [value(sheet, f"{letter}{row}") for row in range(first, last + 1)]
        return sum(each for each in cells if isinstance(each, int | float))
    if found := SHARE.fullmatch(term):
        over, under = value(sheet, found[1]), value(sheet, found[2])
        assert (found[1], found[2]) == (found[3], found[4])
        numbers = isinstance(over, int | float) and isinstance(under, int | float)
        return over / under if numbers and under else "–"
    cell = sheet[term]
    return value(sheet, cell.value) if cell.data_type == "f" else cell.value


def row_of(sheet: Worksheet, name: str) -> list[Any]:
    (row,) = [row for row in sheet.iter_rows() if row[0].value == name]
    return [value(sheet, cell.coordinate) for cell in row if cell.value is not None]


def test_one_sheet_for_each_section_and_one_for_the_summary() -> None:
    """Excel's own signs are no part of a name."""
    assert opened().sheetnames == [
        "Summary", "The chain", "By segment", "Groups  compared   a b", "Month by month",
    ]  # fmt: skip


def test_sections_of_one_name_and_of_long_names_have_sheets_of_their_own() -> None:
    names = opened(long_winded()).sheetnames
    assert len(names) == len({name.casefold() for name in names}) == 10
    assert all(len(name) <= 31 for name in names)
    same = Document(Text("x"), None, (), (Section("a", Text("A")), Section("b", Text("a"))))
    assert opened(same).sheetnames == ["Summary", "A", "a 2"]


def test_a_table_without_rows_is_not_shown() -> None:
    cells = [cell.value for row in opened()["Groups  compared   a b"].iter_rows() for cell in row]
    assert "Figures" in cells
    assert "Nothing at all" not in cells


def test_shares_refer_to_their_counts() -> None:
    sheet = opened()["The chain"]
    (row,) = [row for row in sheet.iter_rows() if row[0].value == "quote"]
    assert row[1].value == 10
    before = f"B{row[1].row - 1}"
    assert SHARE.fullmatch(row[2].value)
    assert before in row[2].value
    assert row_of(sheet, "contacted") == ["contacted", 500, "–", 1]
    assert row_of(sheet, "quote") == ["quote", 10, 0.2, 0.02]
    assert row_of(sheet, "order") == ["order", 5, 0.5, 0.01]


def test_totals_are_sums_and_shares_of_sums() -> None:
    sheet = opened()["By segment"]
    total = row_of(sheet, "total")
    assert total[:3] == ["total", 1501, 9]
    assert total[3] == pytest.approx(9 / 1501)
    # The share of all has no total.
    assert total[4:] == pytest.approx([111_111.03, 107_407.53])
    assert row_of(sheet, NAMES[0])[4] == pytest.approx(1200 / 1501)
    # Nobody in it: no rate, and no profit that is known.
    assert row_of(sheet, NAMES[3])[3:7] == ["–", 0, 0, "–"]


def test_numbers_are_numbers_dates_are_dates_and_names_are_no_formulas() -> None:
    sheet = opened()["By segment"]
    (row,) = [row for row in sheet.iter_rows() if row[0].value == NAMES[1]]
    name, people, _, rate, _, revenue, _, last = row
    assert (name.data_type, name.quotePrefix) == ("s", True)
    assert (people.value, people.number_format) == (300, "#,##0")
    assert rate.number_format == "0.0#%"
    assert revenue.number_format == '"€"#,##0.00'
    assert isinstance(last.value, datetime)
    assert last.value.date() == date(2027, 3, 3)


def test_it_prints_on_as_few_pages_as_it_may() -> None:
    for sheet in opened(long_winded()):
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4
    assert opened()["By segment"].page_setup.orientation == "landscape"
    assert opened()["The chain"].page_setup.orientation == "portrait"


def test_a_spreadsheet_computes_the_same(tmp_path: Path) -> None:
    """LibreOffice Calc, where it is installed: the formulas hold no value until one computes."""
    (tmp_path / "report.xlsx").write_bytes(workbook(REPORT, ENGLISH, "EUR"))
    cells = computed(tmp_path / "report.xlsx", "By segment")
    assert [number(cell) for cell in cells["total"][1:7] if cell] == pytest.approx(
        [1501, 9, 9 / 1501, 111_111.03, 107_407.53], rel=1e-12
    )
    assert cells[NAMES[3]][3] == "–"
    chain = computed(tmp_path / "report.xlsx", "The chain")
    assert [number(cell) for cell in chain["quote"][1:4]] == [10, 0.2, 0.02]


def number(cell: str) -> float:
    """What LibreOffice writes, exactly: `0.6%` is 0.006."""
    return float(cell[:-1]) / 100 if cell.endswith("%") else float(cell)


def computed(file: Path, sheet: str) -> dict[str, list[str]]:
    """The rows of a sheet as LibreOffice computes them, by their first cell."""
    office = shutil.which("soffice")
    if office is None:
        missing("LibreOffice is needed: apt-get install libreoffice-calc-nogui")
    assert office is not None
    numbered = load_workbook(file).sheetnames.index(sheet) + 1
    form = f"csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,{numbered}"
    profile = f"-env:UserInstallation={(file.parent / 'profile').as_uri()}"
    done = subprocess.run(
        [office, profile, "--headless", "--convert-to", form, "--outdir", str(file.parent),
         str(file)], capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    found = sorted(file.parent.glob(f"{file.stem}*.csv"))
    if not found:
        missing(f"LibreOffice Calc is needed: {done.stderr}")
    text = found[0].read_text(encoding="utf-8")
    found[0].unlink()
    return {line.split(";")[0]: line.split(";") for line in text.splitlines()}
