"""Lists from spreadsheets and address books, at the command line; the address on the envelope."""

from __future__ import annotations

from pathlib import Path

import pytest
from word import docx, lines, merge, paragraph, run
from workspaces import Workspace

MONDAY = "2027-03-01T09:00"


def test_an_address_book_goes_out_and_comes_back(workspace: Workspace) -> None:
    workspace.write(
        "list.csv",
        "Code;Civilité;Prénom;Nom;Mail;CP;Ville;Type;Solde\n"
        "C1;Mme;Anne;Le Goff;a@lys.example (perso);35000;Rennes;Client;1 200,50 €\n",
    )
    first = workspace.ok("contacts", "import", "list.csv")
    assert [(c["header"], c["field"], c["type"]) for c in first["mapping"][-2:]] == [
        ("Type", "kind", "text"),
        ("Solde", "solde", "number"),
    ]

    assert workspace.ok("contacts", "export", "out.vcf")["contacts"] == 1
    again = workspace.ok("contacts", "import", "out.vcf")

    assert (again["unchanged"], again["created"]) == (1, 0)
    assert "X-OUTREACH-SOLDE:1200.5" in Path("out.vcf").read_text()


def test_cells_set_aside_are_shown_with_their_reason(workspace: Workspace) -> None:
    workspace.write("list.csv", "Code;Mail\nC1;a@lys.example / b@lys.example\nC2;x\n")

    told = workspace.ok("contacts", "import", "list.csv")

    assert told["set_aside"] == {"email": 2}
    assert told["set_aside_reasons"] == [
        {"field": "email", "count": 1, "line": 2, "original": "a@lys.example / b@lys.example",
         "reason": "several addresses in one cell: the first one was taken, not …"},
        {"field": "email", "count": 1, "line": 3, "original": "x",
         "reason": "not an e-mail address"},
    ]  # fmt: skip
    assert workspace.ok("contacts", "show", "C1")["set_aside"] == [
        {"field": "email", "original": "a@lys.example / b@lys.example",
         "reason": "several addresses in one cell: the first one was taken, not b@lys.example"},
    ]  # fmt: skip


def test_a_sheet_is_named_and_a_wrong_one_is_told(workspace: Workspace) -> None:
    from openpyxl import Workbook

    made = Workbook()
    made.worksheets[0].append(["Lisez-moi"])
    for name in ("Janvier", "Mars"):
        sheet = made.create_sheet(name)
        sheet.append(["Code", "Nom"])
        sheet.append([f"{name}1", "Petit"])
    made.save("book.xlsx")

    workspace.ok("contacts", "import", "book.xlsx", "--sheet", "Mars")
    assert workspace.ok("contacts", "show", "Mars1")["last_name"] == "Petit"
    wrong = workspace.ok("contacts", "import", "book.xlsx", "--sheet", "Avril", code=1)
    assert "Janvier" in wrong["errors"][0]["hint"]


def test_postal_codes_are_checked_against_a_table(workspace: Workspace) -> None:
    workspace.write("codes.csv", "Code_postal;Nom_commune\n35000;RENNES\n")
    workspace.write("list.csv", "Nom;CP;Ville\nPetit;35000;Lyon\n")

    words = ("contacts", "import", "list.csv", "--postcodes", "codes.csv")
    rehearsed = workspace.run(*words, "--dry-run").out
    told = workspace.ok(*words)

    assert "  1 cell to look at, kept as it is:\n    city 1: the postal code" in rehearsed
    assert "could not be used" not in rehearsed
    assert (told["created"], told["set_aside"], told["set_aside_reasons"]) == (1, {}, [])
    (odd,) = told["to_look_at"]
    assert (odd["field"], odd["count"], odd["line"], odd["original"]) == ("city", 1, 2, "Lyon")


@pytest.mark.parametrize("name", ["Ligne_adresse_", "postal_line_"])
def test_a_letter_has_the_lines_of_the_address_and_no_empty_ones(
    workspace: Workspace, name: str
) -> None:
    block = "".join(paragraph(merge(f"{name}{n}")) for n in range(1, 7))
    template = docx(block + paragraph(run("Bonjour")))
    (workspace.folder / "templates" / "letter.docx").write_bytes(template)
    workspace.people(
        [("a", "Le Goff", "Atelier", "3, rue du Four", "35000", "Rennes")],
        "Ref;Last name;Company;Street;Postal code;City",
    )
    workspace.campaign("post", steps="  - {step: letter, channel: letter, template: letter.docx}\n")
    workspace.launch("post", now=MONDAY)

    assert workspace.ok("run", now=MONDAY)["letters"] == 1
    (bundle,) = workspace.folder.glob("data/outbox/letters/post/*/bundle.docx")
    assert lines(bundle.read_bytes()) == [
        "Atelier", "Le Goff", "3 rue du Four", "35000 RENNES", "Bonjour",
    ]  # fmt: skip
    assert workspace.ok("contacts", "show", "a")["postal_lines"] == [
        "Atelier", "Le Goff", "3 rue du Four", "35000 RENNES",
    ]  # fmt: skip
