"""Acceptance of issue line 2.9, and of what readers see: exports, labels in words, telephones."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from workspaces import Workspace, letter

LIST = (
    "Réf;Prénom;Nom;Courriel;Téléphone;Ville;Société;Devis le;Montant\n"
    "1;Anaïs;Le Goff;anais@noel.example;02 61 91 00 01;Rennes;Café Noël;03/04/2026;1 234,50\n"
    "2;Yann;Kerjean;yann@noel.example;+44 20 7946 0018;Rennes;CAFE NOEL;05/06/2026;12\n"
    "3;Bob;Court;bob@seul.example;;Nantes;;;\n"
)

#: What a spreadsheet would run, as it stands in a list somebody sent. OWASP, "CSV injection".
RUNS = [
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://x.example")',
    "\uff1d1+1",
]


def dangerous(workspace: Workspace) -> None:
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";")
    rows.writerow(["Réf", "Nom", "Tél", "Ville", "Solde", "Remarque"])
    for number, cell in enumerate(RUNS):
        rows.writerow([f"R{number}", f"N{number}", "02 61 91 00 01" if number == 0 else "",
                       "Rennes", -12.5, cell])  # fmt: skip
    rows.writerow(["R9", "Dupré; fils, & Cie", "", "Nantes", 3, "rien"])
    workspace.write("list.csv", out.getvalue())
    assert workspace.ok("contacts", "import", "list.csv")["created"] == len(RUNS) + 1


def written(path: Path) -> list[list[Any]]:
    """A table as a spreadsheet opens it; a formula is seen by its type in XLSX."""
    if path.suffix == ".csv":
        text = path.read_text("utf-8-sig")
        return list(csv.reader(io.StringIO(text), delimiter=";"))
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_selection_is_written_and_its_formulas_do_not_run(
    workspace: Workspace, ending: str
) -> None:
    """2.9: cells a spreadsheet would run are text; numbers stay numbers; all of it comes back."""
    dangerous(workspace)
    workspace.ok("segment", "save", "local", 'city = "rennes"')
    path = workspace.folder / f"out.{ending}"
    words = ("contacts", "export", path.name)
    assert workspace.ok(*words, 'in_segment("local")')["contacts"] == len(RUNS)
    header, *rows = written(path)
    remarks = [row[header.index("remarque")] for row in rows]
    assert [remark.lstrip("'") for remark in remarks] == RUNS
    if ending == "csv":
        assert all(remark[0] == "'" for remark in remarks)
    assert {float(row[header.index("solde")]) for row in rows} == {-12.5}
    assert workspace.ok("contacts", "import", path.name)["unchanged"] == len(RUNS)

    assert workspace.ok(*words, 'remarque = "rien"', "--fields", "last_name,solde")["contacts"] == 1
    assert [[str(c) for c in row] for row in written(path)] == [
        ["last_name", "solde"], ["Dupré; fils, & Cie", "3"]]  # fmt: skip
    assert workspace.ok(*words, 'city = "Brest"')["contacts"] == 0
    assert workspace.run(*words, "--fields", "citty").code == 2
    assert workspace.run("contacts", "export", "out.pdf").code == 1


def test_a_selection_is_written_as_address_cards(workspace: Workspace) -> None:
    """2.9: vCard of any selection; separators in a name stay in the name, and it comes back."""
    dangerous(workspace)
    workspace.ok("contacts", "tag", "R9", "vip")
    words = ("contacts", "export", "out.vcf")
    assert workspace.ok(*words, 'has_tag("vip")')["contacts"] == 1
    cards = (workspace.folder / "out.vcf").read_text("utf-8")
    assert cards.count("BEGIN:VCARD") == 1
    assert "N:Dupré\\; fils\\, & Cie;;;;" in cards
    assert workspace.ok(*words)["contacts"] == len(RUNS) + 1
    assert workspace.ok("contacts", "import", "out.vcf")["unchanged"] == len(RUNS) + 1


def french(workspace: Workspace) -> None:
    path = workspace.folder / "outreach.yaml"
    path.write_text(path.read_text("utf-8").replace("en_GB", "fr_FR"), "utf-8")


def test_the_base_speaks_the_language_of_its_user(workspace: Workspace) -> None:
    """Labels, types, origins and what happened are words; a label in backticks is its field."""
    french(workspace)
    workspace.write("list.csv", LIST)
    workspace.ok("contacts", "import", "list.csv")
    told = workspace.run("contacts", "fields").out
    lines = {line.split()[0]: line.split()[1:] for line in told.splitlines()[2:]}
    assert lines["city"][0] == "Ville"
    assert lines["order_count"][0] == "Commandes"
    for raw in ("City", "Orders", "integer", "boolean", "derived", "user"):
        assert f" {raw} " not in told, raw

    known = workspace.ok("contacts", "fields")["fields"]
    assert [f["type"] for f in known if f["name"] == "city"] == ["text"]
    labels = {
        re.split(r"  +", line)[0]: re.split(r"  +", line)[1] for line in told.splitlines()[2:]
    }
    by_label = " or ".join(f"`{label}` is null" for label in labels.values())
    by_name = " or ".join(f"{name} is null" for name in labels)
    assert len(labels) == len(known)
    assert (
        workspace.ok("segment", "explain", by_label)["words"]
        == (workspace.ok("segment", "explain", by_name)["words"])
    )
    workspace.ok("record", "anais@noel.example", "order", "--amount", "300")
    assert workspace.ok("contacts", "count", "`Commandes` = 1")["count"] == 1
    assert workspace.ok("contacts", "count", "`Chiffre d'affaires` > 200")["count"] == 1

    workspace.ok("contacts", "note", "1", "Rappeler mardi")
    workspace.ok("contacts", "set", "1", "city=Brest")
    shown = workspace.run("contacts", "show", "1").out
    for raw in ("imported", "changed", "noted", "reached", "2026-04-03", "1234.5"):
        assert raw not in shown, raw


def test_a_number_of_the_country_is_read_as_people_dial_it(workspace: Workspace) -> None:
    """National to people, E.164 to programs; a number of elsewhere keeps its country."""
    workspace.write("list.csv", LIST)
    workspace.ok("contacts", "import", "list.csv")
    assert "Phone: 02 61 91 00 01" in workspace.run("contacts", "show", "1").out
    assert "+44 20 7946 0018" in workspace.run("contacts", "show", "2").out
    assert workspace.ok("contacts", "show", "1")["phone"] == "+33261910001"
    workspace.ok("contacts", "export", "out.csv", "--fields", "phone")
    assert written(workspace.folder / "out.csv")[1:3] == [["+33261910001"], ["+442079460018"]]
    listed = workspace.run("contacts", "list", "--fields", "id,phone", "--limit", "1").out
    assert listed.splitlines()[-2].split() == ["1", "02", "61", "91", "00", "01"]

    workspace.write("templates/mail.html.j2", "<p>We call {{ phone }}.</p>\n")
    workspace.write("templates/letter.docx", letter("phone"))
    workspace.write("templates/call.yaml", "title: A call\nintroduction: ['Dial {{ phone }}']\n")
    workspace.campaign(
        "spring",
        'external_id in ("1", "2")',
        steps="  - {step: mail, channel: email, subject: Hello, template: mail.html.j2}\n"
        "  - {step: letter, channel: letter, template: letter.docx}\n"
        "  - {step: call, channel: call, guide: call.yaml}\n",
    )
    previewed = workspace.run("preview", "spring", "--who", "1").out
    for before in ("We call", "phone:", "Dial", "To:"):
        assert f"{before} 02 61 91 00 01" in previewed
    workspace.launch("spring")
    called = workspace.run("calls", "spring")
    assert "02 61 91 00 01" in called.out
    assert "+33261910001" not in called.out
    numbers = [call["number"] for call in workspace.ok("calls", "spring")["calls"]]
    assert sorted(numbers) == ["+33261910001", "+442079460018"]
