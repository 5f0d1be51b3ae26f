"""Issue 6, 5.7: sheets on paper in French, and the table as a French spreadsheet gives it back."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from docx import Document
from french_house import CALL, MONDAY, VISIT, french_house, guided, launched
from workspaces import Workspace

EVENING = "2027-03-01T18:00"


@pytest.fixture
def house(workspace: Workspace) -> Workspace:
    return french_house(workspace)


def printed(file: str) -> str:
    """Everything a Word document says, in cells too."""
    document = Document(file)
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def table(file: str) -> list[dict[str, str]]:
    text = Path(file).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(StringIO(text), delimiter=";"))


def spreadsheet(house: Workspace, name: str, rows: list[dict[str, str]]) -> str:
    """The table as Excel saves it in France: semicolons, the code page of Windows, CRLF."""
    lines = [";".join(rows[0]), *(";".join(row.values()) for row in rows)]
    return str(house.write(name, "\r\n".join(lines).encode("cp1252")))


def test_a_call_sheet_holds_what_one_says_and_the_table_comes_back(house: Workspace) -> None:
    launched(house, CALL + VISIT)
    house.ok("contacts", "note", "a", "aime le chêne", now="2027-02-20T09:00")
    made = house.ok("calls", "sheets", "--out", "papier", now=MONDAY)
    assert made["sheets"] == 4
    said = printed(made["files"][0])
    for words in ("Anne Adam", "02 99 00 00 01", "Adam SA", "1 rue du Four, 35000 Rennes",
                  "aime le chêne", "Pourrais-je parler à Anne ?", "Une visite chez Adam SA.",
                  "« Pas le temps. »", "Quarante minutes", "Je redis : Adam SA.",
                  "Puis-je vous rappeler ?", "5 rendez-vous le…", "Notes"):  # fmt: skip
        assert words in said, words

    # The head of the table is French, as all that a person reads.
    rows = table(made["table"])
    assert [rows[0][key] for key in ("réf", "nom", "tentative", "issue")] == [
        "1", "Anne Adam", "1", "",
    ]  # fmt: skip
    rows[0] |= {"issue": "rendez-vous", "le": "01/03/2027 11:15", "revenir le": "04/03/2027 14:30",
                "note": "à l'atelier", "minutes": "6,5"}  # fmt: skip
    rows[1] |= {"issue": "Demande un devis", "montant": "1 250,50 €"}
    rows[2] |= {"issue": "refus", "raison": "déjà équipée", "revenir le": "+3m"}
    file = spreadsheet(house, "rempli.csv", rows)
    assert house.ok("calls", "report", file, "--dry-run", now=EVENING)["recorded"] == 3
    done = house.ok("calls", "report", file, "--for", "yann", now=EVENING)
    assert (done["read"], done["recorded"], done["blank"]) == (4, 3, 1)
    assert [one["outcome"] for one in done["rows"]] == ["appointment", "quote", "refused"]
    assert done["rows"][0]["at"] == "2027-03-01T11:15:00+01:00"
    (promise,) = house.ok("why", "a", now=EVENING)["promises"]
    assert promise["due_on"] == "2027-03-04"
    assert done["rows"][1]["amount"] == 1250.5
    (latent,) = house.ok("today", now="2027-06-01T09:00")["today"]["latent"]
    assert (latent["name"], latent["reason"]) == ("Carole Caire", "déjà équipée")
    # (6.5 + 4 + 4 minutes) at 0.60: what nobody timed is the step's 4 minutes.
    assert house.ok("report", "tel", now=EVENING)["cost"]["total"] == 8.7
    assert house.ok("calls", "report", file, now=EVENING)["unchanged"] == 3


def test_a_visit_is_listed_printed_and_reported_in_french(house: Workspace) -> None:
    """45 minutes and 38 km: 27 + 19; the call before was 4 minutes: 2.40."""
    launched(house, CALL + VISIT)
    guided(house, "1\n\n\nq\n", "--for", "marie")
    day = "2027-03-03T08:00"
    (visit,) = house.ok("visits", "--for", "marie", now=day)["visits"]
    assert (visit["name"], visit["address"], visit["number"]) == (
        "Anne Adam", "1 rue du Four, 35000 Rennes", "+33299000001",
    )  # fmt: skip
    made = house.ok("visits", "sheets", "--out", "papier", now=day)
    said = printed(made["files"][0])
    for words in ("Fiche de visite", "Anne Adam", "1 rue du Four, 35000 Rennes", "Société",
                  "02 99 00 00 01", "on lui a parlé", "Kilomètres"):  # fmt: skip
        assert words in said, words
    rows = table(made["table"])
    rows[0] |= {"issue": "rencontré, rien de décidé", "minutes": "45", "km": "38",
                "note": "a montré l'escalier"}  # fmt: skip
    file = spreadsheet(house, "visites.csv", rows)
    done = house.ok("visits", "report", file, "--for", "yann", now="2027-03-03T18:00")
    assert (done["recorded"], done["rows"][0]["km"]) == (1, 38)
    report = house.ok("report", "tel", now="2027-03-03T19:00")
    assert report["cost"]["total"] == 48.4
    told = house.run("why", "a", now="2027-03-03T19:00").out
    assert "a montré l'escalier" in told
    assert "Yann Morvan" in told


def test_a_visit_sheet_is_one_page(house: Workspace, libreoffice: object) -> None:
    import pikepdf

    launched(house, "  - {step: visite, channel: visit}\n")
    made = house.ok("visits", "sheets", "--pdf", "--limit", "2", now=MONDAY)
    pdf = next(file for file in made["files"] if file.endswith(".pdf"))
    with pikepdf.open(pdf) as pages:
        assert len(pages.pages) == 2


@pytest.mark.parametrize("word", ["1", "Pas de réponse", "no_answer", "no answer"])
def test_an_outcome_is_a_key_or_its_words(house: Workspace, word: str) -> None:
    launched(house, CALL)
    file = str(house.write("une.csv", f"contact;issue\na;{word}\n"))
    assert house.ok("calls", "report", file, "--dry-run", now=EVENING)["recorded"] == 1
