"""Issue 7, line 6.5: one report on the terminal, as a page, a workbook, a sheet of paper, as JSON.

The firm of these journeys is French and its lists have nasty names. The figures that are looked
for were counted from the rows below: of 20 people 8 agreed to an appointment, 7 got a quote and 4
ordered for 2,000 €, of which 800 € are margin; 20 letters at 1.20 € and 76 € of design cost 100 €.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from conftest import missing
from docx import Document as WordDocument
from lxml import html
from openpyxl import load_workbook
from playwright.sync_api import Page, sync_playwright
from workspaces import Workspace

LAUNCH = "2027-03-01T09:00"
LATER = "2027-05-10T09:00"

#: Where people came from: each five of the twenty, in this order.
SCRIPT = "<script>window.stolen=1;alert(1)</script>"
SUM = "=1+1"
END = "</script><!-- <img src=https://elsewhere.example/x onerror=window.stolen=2>"
LONG = "Annuaire des entreprises artisanales de Bretagne et des Pays de la Loire " * 3
SOURCES = (SCRIPT, SUM, END, LONG.strip())

TITLE = "Portes ouvertes <b>de printemps</b> dans nos ateliers de Rennes, Nantes et Vannes " * 3
HEAD = f"""\
title: "{TITLE.strip()}"
objective: {{quotes: 9, orders: 5, revenue: 1600, by: 2027-06-09, checkpoints: [2027-04-20]}}
budget: 80
fixed_costs: {{design: 76}}
"""


@dataclass(frozen=True, slots=True)
class Firm:
    """The workspace, and the answers that came with its files."""

    workspace: Workspace
    report: Any
    portfolio: Any

    def file(self, name: str) -> Path:
        return self.workspace.folder / "out" / name


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """Made once: every form of both reports, each by one command."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("firm")
        patch.chdir(folder)
        patch.setenv("NO_COLOR", "1")
        workspace = Workspace(folder)
        told(workspace)
        report = into_files(workspace, "report", "spring", "--by", "source", name="report")
        yield Firm(workspace, report, into_files(workspace, "portfolio", name="portfolio"))


def told(workspace: Workspace) -> None:
    """The campaign, and what came of it."""
    settings = Path("outreach.yaml").read_text(encoding="utf-8").replace("en_GB", "fr_FR")
    workspace.write("outreach.yaml", settings + "portfolio: {prospects: 100, turnover: 120000}\n")
    for number, source in enumerate(SOURCES):
        rows = "".join(f"p{n};Nom-{n};p{n}@mail.example;{n} rue du Four;35000;Rennes\n"
                       for n in range(5 * number, 5 * number + 5))  # fmt: skip
        workspace.write("list.csv", "Ref;Last name;E-mail;Street;CP;City\n" + rows)
        workspace.ok("contacts", "import", "list.csv", "--source", source, now=LAUNCH)
    steps = "  - {step: lettre, channel: letter, template: letter.docx, cost: 1.20}\n"
    workspace.campaign("spring", head=HEAD, steps=steps)
    workspace.launch("spring", now=LAUNCH)
    workspace.ok("run", now=LAUNCH)
    workspace.ok("letters", "posted", "spring", "--on", "2027-03-02", now="2027-03-02T17:00")
    # The fifth order was none: it is taken back at the end.
    rows = [f"p{n},appointment,2027-03-15,," for n in range(8)]
    rows += [f"p{n},quote,2027-04-{8 + 6 * n:02},," for n in range(3)]
    rows += [f"p{n},quote,2027-05-03,," for n in range(3, 7)]
    rows += [f"p{n},order,2027-05-05,500,200" for n in range(4)]
    lines = "\n".join(["contact,stage,on,amount,margin", *rows]) + "\n"
    workspace.write("facts.csv", lines)
    workspace.ok("record", "--from", "facts.csv", now=LATER)
    workspace.ok("record", "p4", "order", "--amount", "9999", "--on", "2027-05-06", now=LATER)
    workspace.ok("undo", "--yes", now=LATER)


def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        missing("Chromium is needed: apt-get install chromium")
    assert found is not None
    return found


def computed(path: Path) -> dict[str, list[list[Any]]]:
    """The sheets as LibreOffice Calc computes them: we write formulas without their values."""
    office = shutil.which("soffice")
    if office is None:
        missing("LibreOffice is needed: apt-get install libreoffice-calc-nogui")
    out = path.parent / "computed"
    done = subprocess.run(
        [str(office), f"-env:UserInstallation={(path.parent / 'profile').as_uri()}", "--headless",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(path)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if not (out / path.name).exists():
        missing(f"LibreOffice Calc is needed: {done.stderr}")
    book = load_workbook(out / path.name, data_only=True)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in book}  # fmt: skip


def row_of(sheets: dict[str, list[list[Any]]], name: str, sheet: str = "") -> list[Any]:
    """The cells of the first row with that name, in that sheet or in any."""
    chosen = [sheets[sheet]] if sheet else sheets.values()
    return next(
        [cell for cell in row if cell is not None] for rows in chosen for row in rows
        if row and row[0] == name
    )  # fmt: skip


FILES = ("html", "xlsx", "docx", "pdf")


def into_files(workspace: Workspace, *words: str, name: str) -> Any:
    """The JSON of a command that writes all four files at once."""
    options = [word for kind in FILES for word in (f"--{kind}", f"out/{name}.{kind}")]
    answer = workspace.run(*words, *options, "--json", now=LATER)
    assert answer.code == 0, answer
    assert answer.out.count("\n{") == 0
    told: Any = answer.json
    assert told["files"] == [f"out/{name}.{kind}" for kind in FILES]
    return told


def looked_at(page: Page, address: str) -> list[str]:
    """Opens a report as its reader does, at every width; what was asked or complained of."""
    heard: list[str] = []
    page.on("request", lambda request: heard.append(request.url))
    page.on("dialog", lambda dialog: heard.append(f"dialog {dialog.message}"))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text))
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        page.locator(".chart svg").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.stolen") is None
    return [one for one in heard if one != address]


def test_one_report_in_every_form(firm: Firm) -> None:
    """Names that are code stay names, every form has the same figures, one page is one page."""
    report = firm.report
    # The figures, by hand.
    counts = [link["contacts"] for link in report["chain"]]
    assert counts == [20, 8, 8, 7, 4]
    assert [link["from_first"] for link in report["chain"]][1:] == [0.4, 0.4, 0.35, 0.2]
    assert (report["orders"], report["revenue"], report["margin"]) == (4, 2000, 800)
    assert (report["cost"]["total"], report["profit"], report["roi"]) == (100, 700, 7)
    board = {row["indicator"]: row for row in report["dashboard"]}
    # 7 of 9: -2, -22.2 %, 77.8 %; 4 of 5 orders; 2,000 for 1,600 wanted; 100 spent of 80.
    figures = {
        "quote": (9, 7, -2, -2 / 9, 7 / 9, False), "orders": (5, 4, -1, -1 / 5, 4 / 5, False),
        "revenue": (1600, 2000, 400, 1 / 4, 5 / 4, True),
        "cost": (80, 100, 20, 1 / 4, 5 / 4, False),
    }  # fmt: skip
    for name, expected in figures.items():
        row = board[name]
        keys = ("objective", "realised", "variance", "variance_rate", "achievement", "favourable")
        assert [row[key] for key in keys] == pytest.approx(expected), name
        assert row["trend"] in ("rising", "falling", "steady", None)
    # By 20 April 51 of the 101 days had gone by... and three quotes were made, on 8, 14, 20 April.
    checkpoint, _last = board["quote"]["checkpoints"]
    assert (checkpoint["on"], checkpoint["realised"]) == ("2027-04-20", 3)
    assert checkpoint["due"] == pytest.approx(9 * 50 / 100)

    # On the terminal: eighty columns, French figures.
    shown = firm.workspace.run("report", "spring", "--by", "source", now=LATER).out
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert "77,8\u00a0%" in shown
    assert "2\u202f000,00\u00a0€" in shown

    # The page: every name is text, nothing is asked of anybody.
    page = firm.file("report.html")
    tree = html.document_fromstring(page.read_text(encoding="utf-8"))
    assert tree.get("lang") == "fr-FR"
    names = {" ".join((cell.text or "").split()) for cell in tree.xpath("//tbody//th")}
    assert {" ".join(source.split()) for source in SOURCES} <= names
    assert tree.xpath("//b") == []
    cells = {cell.text for cell in tree.xpath("//section[@id='dashboard']//td")}
    assert {"-22,2\u00a0%", "77,8\u00a0%", "2\u202f000,00\u00a0€"} <= cells

    # The workbook, computed by another program: totals are sums, shares follow the counts.
    sheets = computed(firm.file("report.xlsx"))
    values = [cell for rows in sheets.values() for row in rows for cell in row]
    assert [one for one in values if str(one).startswith(("#", "Err:"))] == []
    assert set(SOURCES) <= set(values)
    chain = row_of(sheets, "devis", "La chaîne")
    assert chain[1:4] == pytest.approx([7, 7 / 8, 0.35])
    for row in report["by"]["source"]:
        links = {link["stage"]: link["contacts"] for link in row["chain"]}
        assert {links["contacted"], links["order"]} < set(row_of(sheets, row["key"])) | {0}
    fixed = [row for rows in sheets.values() for row in rows if row and row[0] == "total"]
    assert any(100 in row for row in fixed)

    # One sheet of paper, and the same to be edited.
    with pikepdf.open(firm.file("report.pdf")) as pdf:
        assert len(pdf.pages) == 1
    words = " ".join(pypdfium2.PdfDocument(firm.file("report.pdf"))[0].get_textpage()
                     .get_text_bounded().split())  # fmt: skip
    assert "Portes ouvertes <b>de printemps</b>" in words
    assert "77,8" in words
    written = WordDocument(str(firm.file("report.docx")))
    cells_of_word = {c.text for t in written.tables for row in t.rows for c in row.cells}
    assert "77,8\u00a0%" in cells_of_word


def test_the_portfolio_in_every_form(firm: Firm) -> None:
    """Prospects first; the boss has them, the stages and what to do now on his one page."""
    found = firm.portfolio
    assert (found["prospects"]["stock"], found["customers"]) == (16, 4)

    sheets = computed(firm.file("portfolio.xlsx"))
    values = [str(cell) for rows in sheets.values() for row in rows for cell in row]
    assert [one for one in values if one.startswith(("#", "Err:"))] == []
    assert set(SOURCES) <= set(values)
    totals = [row for rows in sheets.values() for row in rows if row and row[0] == "total"]
    # New prospects 20, won 4, orders 4, turnover 2,000: sums of twelve months.
    months = next(row for row in totals if 2000 in row and 20 in row)
    assert [cell for cell in months if isinstance(cell, int | float)][-2:] == [4, 2000]

    with pikepdf.open(firm.file("portfolio.pdf")) as pdf:
        assert len(pdf.pages) == 1
    written = WordDocument(str(firm.file("portfolio.docx")))
    heads = [paragraph.text for paragraph in written.paragraphs if paragraph.style.name ==
             "Heading 1"]  # fmt: skip
    tree = html.document_fromstring(firm.file("portfolio.html").read_text(encoding="utf-8"))
    order = tree.xpath("//section/@id")
    assert order[:3] == ["prospects", "stages", "actions"]
    assert heads[:3] == [tree.xpath(f"//section[@id='{one}']/h2")[0].text for one in order[:3]]
    # Beside what is new, the actions that cannot wait.
    assert next(row["when"] for row in found["actions"]) == "now"


def test_both_pages_in_a_browser_without_a_network(firm: Firm) -> None:
    """Drawn, no wider than their window, in light and dark; nothing is fetched, nothing runs."""
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        try:
            light = browser.new_page(color_scheme="light", offline=True)
            assert looked_at(light, firm.file("report.html").as_uri()) == []
            dark = browser.new_page(color_scheme="dark", offline=True)
            assert looked_at(dark, firm.file("portfolio.html").as_uri()) == []
        finally:
            browser.close()


def test_files_that_cannot_be_written(workspace: Workspace) -> None:
    """A slip is said before anything is counted; an old file stays as it was."""
    workspace.townspeople(3)
    workspace.campaign("spring")
    workspace.launch("spring", now=LAUNCH)
    Path("folder.html").mkdir()
    workspace.write("taken", "a file, no folder")
    workspace.write("old.html", "old")
    for command in (("report", "spring"), ("portfolio",)):
        slip = workspace.run(*command, "--pdf", "r.docx", "--json", now=LATER)
        assert slip.code == 2
        assert "r.docx" in slip.errors[0]["message"]
        assert "r.pdf" in slip.errors[0]["hint"]
        wrong = workspace.run(*command, "--html", "old.html", "--xlsx", "taken/r.xlsx", "--json",
                              now=LATER)  # fmt: skip
        assert wrong.code == 1
        assert "taken/r.xlsx" in wrong.errors[0]["message"]
        assert wrong.errors[0]["hint"]
        folder = workspace.run(*command, "--html", "folder.html", "--json", now=LATER)
        assert folder.code == 1
        assert "folder.html" in folder.errors[0]["message"]
    found = sorted(path.name for path in Path().iterdir() if path.is_file())
    assert found == ["old.html", "outreach.yaml", "people.csv", "taken"]
    assert re.fullmatch(r"old|<!DOCTYPE html>.*</html>\s*", Path("old.html").read_text(), re.S)
