"""Acceptance of issue 7, line 6.5: what another pair of eyes looks at.

Names that are formulas, code or longer than a line; reports of next to nothing, and into places
that take no file.
"""

from __future__ import annotations

import csv
import json
import os
import stat
from datetime import date
from pathlib import Path

from lxml import html
from openpyxl import load_workbook
from workspaces import Workspace

NOW = "2027-03-01T09:00"
LATER = "2027-05-10T09:00"
TODAY = date(2027, 3, 1)

LONG = "Dampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsmitglied"
SHEET = "=cmd|' /C calc'!A0"
SCRIPT = '<script>alert("é")</script>'
NAMES = (SHEET, "+33 1 23", "-2+3", "@SUM(A1)", "é\"à'ç «œ» 🎉", SCRIPT, LONG, "{{ 7*7 }} %s {x}")


def lines_of(workspace: Workspace, *words: str, now: str = NOW) -> str:
    """What a person reads, on 80 columns."""
    done = workspace.run(*words, now=now)
    assert done.code == 0, (words, done)
    assert max(map(len, done.out.splitlines())) <= 80, done.out
    return " ".join(done.out.split())


def french(workspace: Workspace, more: str = "") -> None:
    workspace.settings(more=more)
    settings = (workspace.folder / "outreach.yaml").read_text(encoding="utf-8")
    workspace.write("outreach.yaml", settings.replace("en_GB", "fr_FR"))


# --- 6.5: odd names in every form -----------------------------------------------------------------


def odd_firm(workspace: Workspace) -> None:
    """Eight people from eight lists of odd names; one orders; costs and segments are odd too."""
    french(workspace, "costs: {stamp: 1.39, paper: 0.36}\nportfolio: {prospects: 10}\n")
    for number, name in enumerate(NAMES):
        with Path("one.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file, delimiter=";")
            table.writerow(["Ref", "Nom", "E-mail", "Rue", "CP", "Ville"])
            table.writerow([f"p{number}", name, f"p{number}@x.example", f"{number} rue du Four",
                            "35000", "Rennes"])  # fmt: skip
        assert workspace.run("contacts", "import", "one.csv", f"--source={name}", now=NOW).code == 0
    workspace.ok("segment", "save", SHEET, 'external_id = "p0"')
    workspace.ok("plan", "areas", "add", SCRIPT, 'external_id = "p0"', "--potential", "4", now=NOW)
    costs = ", ".join(f"{json.dumps(n)}: {c}" for n, c in (("=1+1", 5), (LONG, 7), ("<b>é</b>", 3)))
    # JSON is YAML, and writes 🎉 as two escapes.
    title = json.dumps(f"{SHEET} {SCRIPT} 🎉 {LONG}")
    assert r"\ud83c\udf89" in title
    workspace.campaign(
        "spring", head=f"title: {title}\nfixed_costs: {{{costs}}}\nbudget: 12\n"
        "objective: {orders: 5, by: 2027-06-30}\n",
        steps="  - {step: letter, channel: letter, template: letter.docx}\n",
    )  # fmt: skip
    workspace.launch("spring", now=NOW)
    workspace.ok("letters", "spring", now=NOW)
    workspace.ok("letters", "posted", "spring", "--on", "2027-03-01", now="2027-03-01T17:00")
    workspace.ok("record", "p0", "order", "--amount", "100", "--margin", "40", "--note", "=1+1",
                 now="2027-03-05T09:00")  # fmt: skip


def calculated(path: Path) -> list[str]:
    """The formulas of a workbook; a text that looks like one must say that it is text."""
    found = []
    for sheet in load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    found.append(str(cell.value))
                elif isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                    assert cell.quotePrefix, (sheet.title, cell.coordinate, cell.value)
    return found


def test_names_that_are_formulas_or_code_are_names_in_every_file(workspace: Workspace) -> None:
    odd_firm(workspace)
    by = ("--by", "source", "--by", "segment", "--by", "seller", "--by", "month")
    for words in (("report", "spring", *by), ("portfolio",)):
        name = "-".join(words[:2])
        kinds = [f"--{kind}=out/{name}.{kind}" for kind in ("html", "xlsx")]
        told = workspace.ok(*words, *kinds, now=LATER)
        assert told["files"] == [one.split("=")[1] for one in kinds]
        # Only what we ourselves add up or divide is a formula.
        formulas = calculated(Path(f"out/{name}.xlsx"))
        assert formulas
        assert all("SUM(" in one or "/" in one for one in formulas)
        assert not any("cmd" in one or "1+1" in one for one in formulas)
        page = html.document_fromstring(Path(f"out/{name}.html").read_text(encoding="utf-8"))
        assert page.xpath("//tbody//script | //h1//script | //b") == []
        assert words[0] == "portfolio" or "🎉" in page.text_content()
        headings = {" ".join(cell.text_content().split()) for cell in page.xpath("//tbody//th")}
        assert {SHEET, SCRIPT, LONG} <= headings
        lines_of(workspace, *words, now=LATER)
    # 8 letters of 1.75 and 15 of fixed costs; 40 of margin.
    report = workspace.ok("report", "spring", now=LATER)
    assert (report["cost"]["total"], report["profit"]) == (29, 11)
    assert report["cost"]["fixed_by_name"] == {"=1+1": 5, LONG: 7, "<b>é</b>": 3}
    for file in ("out/events.csv", "out/events.xlsx"):
        workspace.ok("events", "export", file, now=LATER)
    assert calculated(Path("out/events.xlsx")) == []
    with Path("out/events.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter=";") for cell in row]
    assert f"'{SHEET}" in cells
    assert not any(cell.startswith(("=", "@", "+3", "-2+")) for cell in cells)


def test_reports_of_next_to_nothing_have_every_form(workspace: Workspace) -> None:
    """One person and nothing done; control alone; nobody at all: dashes, never a division by 0."""
    workspace.townspeople(1)
    workspace.campaign("one", steps="  - {step: tell, channel: task}\n")
    workspace.launch("one", now=NOW)
    workspace.write("left.csv", "Code;Groupe;Étape;Date;Montant;Marge\n"
                    "z1;témoin;order;2027-02-01;100;10\nz2;témoin;;;;\n")  # fmt: skip
    words = ("--campaign", "left", "--create-contacts")
    workspace.ok("history", "import", "left.csv", *words, now=LATER)
    for name, enrolled, control in (("one", 1, 0), ("left", 0, 2)):
        kinds = [f"--{kind}={name}.{kind}" for kind in ("html", "xlsx", "docx")]
        found = workspace.ok("report", name, *kinds, now=LATER)
        assert (found["enrolled"], found["control"], found["orders"]) == (enrolled, control, 0)
        assert (found["roi"], found["cac_gross"], found["cost"]["per_contact"]) == (None,) * 3
        assert all(link["from_first"] is None for link in found["chain"])
        assert all(Path(f"{name}.{kind}").stat().st_size > 1000 for kind in ("html", "xlsx"))
        assert "–" in lines_of(workspace, "report", name, now=LATER)
    assert "–" in lines_of(workspace, "report", now=LATER)


def test_one_campaign_among_none_is_laid_out_by_what_was_asked(workspace: Workspace) -> None:
    """Whoever names no campaign gets all: with one there is, it is that one, `--by` and all."""
    workspace.write("past.csv", "Code;Envoyé le;Canal;Étape;Date;Montant\n"
                    "a;2027-02-01;courrier;order;2027-02-09;100\n"
                    "b;2027-02-01;courrier;;;\n")  # fmt: skip
    words = ("--campaign", "past", "--create-contacts")
    workspace.ok("history", "import", "past.csv", *words, now=NOW)
    workspace.ok("segment", "save", "the first", 'external_id = "a"')
    assert "the first" in lines_of(workspace, "report", "--by", "segment", now=LATER)


def test_files_go_where_a_link_leads_and_never_take_the_place_of_a_pipe(
    workspace: Workspace,
) -> None:
    """Twice at once is twice the same; a report costs nobody his link, pipe or device."""
    workspace.townspeople(2)
    workspace.campaign("spring")
    workspace.launch("spring", now=NOW)
    Path("shown").mkdir()
    workspace.write("shown/page.html", "old")
    Path("page.html").symlink_to("shown/page.html")
    workspace.ok("report", "spring", "--html", "page.html", now=LATER)
    assert Path("page.html").is_symlink()
    assert Path("shown/page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    os.mkfifo("pipe.html")
    for words in (("--html", "pipe.html"), ("--xlsx", "new.xlsx", "--html", "pipe.html")):
        wrong = workspace.run("report", "spring", *words, "--json", now=LATER)
        assert wrong.code == 1
        assert "pipe.html" in wrong.errors[0]["message"]
    assert stat.S_ISFIFO(Path("pipe.html").stat().st_mode)
    assert not Path("new.xlsx").exists()
    writers = [workspace.start("report", "spring", "--html", "same.html", "--now", LATER)
               for _ in range(2)]  # fmt: skip
    assert [one.wait() for one in writers] == [0, 0]
    assert Path("same.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [one.name for one in Path().glob(".*.part")] == []
