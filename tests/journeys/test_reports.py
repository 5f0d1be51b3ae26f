"""`report` into files, and its dashboard: through the command, with the numbers of its JSON."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from docx import Document as WordDocument
from lxml import html
from openpyxl import load_workbook
from workspaces import Workspace

from outreach.files import pdf_finding
from outreach.store.engine import Database

LAUNCH = "2027-03-01T09:00"
LATER = "2027-05-10T09:00"

#: Nine quotes are wanted within 100 days; after 50 of them somebody looks.
GOAL = "objective: {quotes: 9, by: 2027-06-09, checkpoints: [2027-04-20]}\nbudget: 100\n"


def nine_wanted_seven_made(workspace: Workspace) -> None:
    """Ten people; five quotes in March, two in May, one of them taken back and made again."""
    workspace.campaign("spring", head=GOAL + "fixed_costs: {design: 60}\n")
    addresses = workspace.townspeople(10)
    workspace.launch("spring", now=LAUNCH)
    days = ["2027-03-10"] * 5 + ["2027-05-03"] * 2
    rows = [f"{who},quote,spring,{day}" for who, day in zip(addresses, days, strict=False)]
    workspace.write("quotes.csv", "contact,stage,campaign,on\n" + "\n".join(rows) + "\n")
    workspace.ok("record", "--from", "quotes.csv", now=LATER)


def test_nine_proposals_wanted_seven_made(workspace: Workspace, base: Database) -> None:
    """Domain notes B14: −2, −22.2 %, 77.8 %; and a cost that is favourable below its budget."""
    nine_wanted_seven_made(workspace)
    quotes, cost = workspace.ok("report", "spring", now=LATER)["dashboard"]
    assert (quotes["indicator"], quotes["objective"], quotes["realised"]) == ("quote", 9, 7)
    assert quotes["variance"] == -2
    assert round(quotes["variance_rate"] * 100, 1) == -22.2
    assert round(quotes["achievement"] * 100, 1) == 77.8
    assert quotes["favourable"] is False
    # None in the four weeks from 15 March, two in the four weeks since.
    assert quotes["trend"] == "rising"
    assert (cost["objective"], cost["realised"], cost["favourable"]) == (100, 60, True)


def test_a_checkpoint_tells_what_was_due_and_what_is_to_come(
    workspace: Workspace, base: Database
) -> None:
    """4.5 were due after 50 of 100 days, 5 were made; of the last day nothing is known yet."""
    nine_wanted_seven_made(workspace)
    past, last = workspace.ok("report", "spring", now=LATER)["dashboard"][0]["checkpoints"]
    assert (past["on"], past["due"], past["realised"], past["variance"]) == (
        "2027-04-20", 4.5, 5, 0.5,
    )  # fmt: skip
    assert past["favourable"] is True
    assert (last["on"], last["due"], last["realised"]) == ("2027-06-09", 9, None)
    lines = [" ".join(line.split()) for line in workspace.run("report", "spring", now=LATER)
             .out.splitlines()]  # fmt: skip
    assert [line for line in lines if line.startswith("quotes 9 7 -2 -22.2% 77.8%")]
    assert "20 Apr 2027 4.5 5 0.5 11.1% 111.1% favourable" in lines


FILES = ("report.html", "report.xlsx", "report.docx", "report.pdf")
OPTIONS = tuple(word for file in FILES for word in (f"--{Path(file).suffix[1:]}", f"out/{file}"))


@pytest.mark.parametrize("locale", ["en_GB", "fr_FR"])
def test_one_report_in_four_files(workspace: Workspace, locale: str) -> None:
    nine_wanted_seven_made(workspace)
    text = Path("outreach.yaml").read_text().replace("en_GB", locale)
    workspace.write("outreach.yaml", text)
    told = workspace.ok("report", "spring", *OPTIONS, now=LATER)
    assert told["files"] == [f"out/{file}" for file in FILES]
    assert sorted(path.name for path in Path("out").iterdir()) == sorted(FILES)
    tree = html.document_fromstring(Path("out/report.html").read_text(encoding="utf-8"))
    assert tree.get("lang") == locale.replace("_", "-")
    cells = [cell.text for cell in tree.xpath("//section[@id='dashboard']//td")]
    assert ("-22,2\u00a0%" if locale == "fr_FR" else "-22.2%") in cells
    with pikepdf.open("out/report.pdf") as pdf:
        assert len(pdf.pages) == 1
    page = WordDocument("out/report.docx")
    words = [cell.text for table in page.tables for row in table.rows for cell in row.cells]
    assert ("-22,2\u00a0%" if locale == "fr_FR" else "-22.2%") in words


def test_the_workbooks_counts_are_the_reports(workspace: Workspace) -> None:
    """The numbers stand in it, the shares refer to them."""
    nine_wanted_seven_made(workspace)
    report = workspace.ok("report", "spring", "--xlsx", "r.xlsx", now=LATER)
    book = load_workbook("r.xlsx")
    chain = [row for row in book["The chain"].iter_rows() if isinstance(row[1].value, int)]
    assert [row[1].value for row in chain] == [link["contacts"] for link in report["chain"]]
    for row in chain[1:]:
        assert re.search(rf"B{row[1].row}/B{chain[0][1].row}\b", row[3].value)
    (goal, *_) = [name for name in book.sheetnames if name.startswith("Objective")]
    (line,) = [[cell.value for cell in row] for row in book[goal].iter_rows()
               if row[0].value == "quotes"]  # fmt: skip
    assert line[1:4] == [9, 7, -2]
    assert str(line[4]).startswith("=IF(COUNT(")


def test_all_campaigns_in_one_workbook_whose_totals_are_sums(workspace: Workspace) -> None:
    nine_wanted_seven_made(workspace)
    workspace.ok("report", "--xlsx", "all.xlsx", "--html", "all.html", now=LATER)
    sheet = load_workbook("all.xlsx")["Campaigns"]
    (total,) = [row for row in sheet.iter_rows() if row[0].value == "total"]
    assert [str(cell.value)[:5] for cell in total if cell.value not in (None, "total")] == [
        "=SUM("
    ] * 4


def test_an_older_file_is_replaced(workspace: Workspace) -> None:
    """As every export does."""
    nine_wanted_seven_made(workspace)
    workspace.write("r.html", "old")
    workspace.ok("report", "spring", "--html", "r.html", now=LATER)
    assert Path("r.html").read_text().startswith("<!DOCTYPE html>")
    assert [path for path in Path().iterdir() if path.name.endswith(".part")] == []


@pytest.mark.parametrize("kind", ["html", "xlsx", "docx", "pdf"])
def test_where_nothing_can_be_written_it_says_so(workspace: Workspace, kind: str) -> None:
    nine_wanted_seven_made(workspace)
    workspace.write("taken", "a file, no folder")
    answer = workspace.run("report", "spring", f"--{kind}", f"taken/r.{kind}", now=LATER)
    assert answer.code == 1
    assert f"cannot write taken/r.{kind}" in answer.err
    assert "choose another folder" in answer.err


def test_a_file_of_another_ending_is_a_slip(workspace: Workspace) -> None:
    nine_wanted_seven_made(workspace)
    answer = workspace.run("report", "spring", "--html", "r.xlsx", now=LATER)
    assert answer.code == 2
    assert "--html writes a .html file, not r.xlsx" in answer.err
    assert "name it r.html" in answer.err
    assert not Path("r.xlsx").exists()


def test_without_libreoffice_there_is_no_pdf_and_it_says_what_to_do(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    nine_wanted_seven_made(workspace)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(pdf_finding, "_USUAL_PLACES", ())
    answer = workspace.run("report", "spring", "--pdf", "r.pdf", now=LATER)
    assert answer.code == 1
    assert "LibreOffice" in answer.err


def test_a_campaign_that_wants_nothing_has_no_dashboard(workspace: Workspace) -> None:
    """And in which nothing happened yet: it has a report all the same, in all files."""
    workspace.campaign("quiet")
    workspace.townspeople(1)
    workspace.launch("quiet", now=LAUNCH)
    told: dict[str, Any] = workspace.ok("report", "quiet", *OPTIONS, now=LAUNCH)
    assert told["dashboard"] == []
    book = load_workbook(BytesIO(Path("out/report.xlsx").read_bytes()))
    assert not [name for name in book.sheetnames if name.startswith("Objective")]
