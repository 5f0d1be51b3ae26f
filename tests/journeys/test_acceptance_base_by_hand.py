"""Acceptance of issue line 2.7: the base kept by hand, copied, put back; lists from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document
from postgres import PostgresServer
from sqlalchemy import create_engine, text
from workspaces import Workspace

from outreach.store.engine import Database

LIST = (
    "Réf;Prénom;Nom;Courriel;Téléphone;Ville;Société;Devis le;Montant\n"
    "1;Anaïs;Le Goff;anais@noel.example;02 61 91 00 01;Rennes;Café Noël;03/04/2026;1 234,50\n"
    "2;Yann;Kerjean;yann@noel.example;+44 20 7946 0018;Rennes;CAFE NOEL;05/06/2026;12\n"
    "3;Bob;Court;bob@seul.example;;Nantes;;;\n"
)


@pytest.fixture
def filled(base: Database, workspace: Workspace) -> Workspace:
    """Three people, two of one firm; a date and an amount of the user's own."""
    workspace.write("list.csv", LIST)
    assert workspace.ok("contacts", "import", "list.csv")["created"] == 3
    return workspace


def refused(workspace: Workspace, *words: str, code: int = 1) -> list[str]:
    done = workspace.run(*words, "--json")
    assert done.code == code, done
    return [error["message"] for error in done.errors]


def people(workspace: Workspace, who: str) -> list[str]:
    return [p["name"] for p in workspace.ok("contacts", "company", who)["company"]["contacts"]]


def test_add_set_note_and_tag_clean_what_they_are_given(filled: Workspace) -> None:
    """2.7: what is typed is cleaned like a cell, told when it is wrong, and kept in history."""
    added = filled.ok("contacts", "add", "Prénom=Léa", "Nom=Martin", "mail=LEA@b.example",
                      "Devis le=01/02/2026", "montant=2 500,75 €")  # fmt: skip
    assert (added["last_name"], added["email"]) == ("Martin", "LEA@b.example")
    assert (added["devis_le"], added["montant"]) == ("2026-02-01", 2500.75)

    count = filled.ok("contacts", "count")["count"]
    wrong = refused(filled, "contacts", "add", "nom=X", "citty=Rennes", "email=nobody")
    assert (len(wrong), filled.ok("contacts", "count")["count"]) == (2, count)

    changed = filled.ok("contacts", "set", "3", "Devis le=31/12/2026", "city=")["changed"]
    assert changed == {
        "devis_le": {"before": None, "after": "2026-12-31"},
        "city": {"before": "Nantes", "after": None},
    }
    assert len(refused(filled, "contacts", "set", "3", "Devis le=soon", "phone=12")) == 2
    assert filled.ok("contacts", "show", "3")["devis_le"] == "2026-12-31"

    filled.ok("contacts", "note", "3", "Calls on Tuesdays", "--by", "Marie")
    assert filled.ok("contacts", "tag", "--where", 'city = "rennes"', "Salon")["changed"] == 2
    assert filled.ok("contacts", "tag", "1", "salon")["changed"] == 0
    assert filled.ok("contacts", "count", 'has_tag("SALON")')["count"] == 2
    assert filled.ok("contacts", "tag", "1", "salon", "--remove")["changed"] == 1
    assert filled.ok("contacts", "count", 'has_tag("salon")')["count"] == 1
    events = filled.ok("contacts", "show", "bob@seul.example")["events"]
    assert [event["kind"] for event in events] == ["imported", "changed", "noted"]
    assert "Calls on Tuesdays" in filled.run("contacts", "show", "3").out


def test_fields_are_renamed_retyped_deleted_with_their_values(filled: Workspace) -> None:
    """2.7: a segment that names the field is told; a value that does not fit is set aside."""
    filled.ok("segment", "save", "dear", "montant > 100")
    told = filled.run("contacts", "fields", "rename", "montant", "prix")
    assert (told.code, "dear" in told.err) == (0, True)
    assert filled.ok("contacts", "count", "prix = 1234.5")["count"] == 1
    again = filled.ok("contacts", "import", "list.csv")
    assert (again["unchanged"], again["created"]) == (3, 0)
    assert "montant" not in [f["name"] for f in filled.ok("contacts", "fields")["fields"]]

    filled.ok("contacts", "set", "3", "prix=12,5")
    asked = filled.ok("contacts", "fields", "retype", "prix", "integer", "--dry-run")
    assert (asked["values"], asked["misfits"]) == (3, 2)
    assert filled.run("contacts", "fields", "retype", "prix", "integer").code == 1
    filled.ok("contacts", "fields", "retype", "prix", "integer", "--confirm", "2")
    assert filled.ok("contacts", "show", "2")["prix"] == 12
    shown = filled.ok("contacts", "show", "1")
    aside = {cell["field"]: cell["original"] for cell in shown["set_aside"]}
    assert (aside["phone"], float(aside["prix"])) == ("02 61 91 00 01", 1234.5)
    assert filled.ok("contacts", "count", "prix is null")["count"] == 2

    assert filled.run("contacts", "fields", "delete", "prix").code == 1
    filled.ok("contacts", "fields", "delete", "prix", "--confirm", "1")
    assert "prix" not in filled.ok("contacts", "show", "2")
    assert refused(filled, "contacts", "count", "prix = 12")
    filled.ok("contacts", "fields", "restore", "prix")
    assert filled.ok("contacts", "count", "prix = 12")["count"] == 1
    for act in (["rename", "city", "town"], ["retype", "email", "date"], ["delete", "revenue"]):
        assert filled.run("contacts", "fields", *act).code == 2
    assert filled.run("contacts", "fields", "rename", "prix", "city").code == 1


def test_a_firm_is_known_by_its_name_and_its_people_follow_what_is_set(filled: Workspace) -> None:
    """2.7: companies with their people; `set company=` ties, changes and unties."""
    assert people(filled, "Café Noël") == ["Anaïs Le Goff", "Yann Kerjean"]
    filled.ok("contacts", "set", "3", "company=cafe noel")
    assert people(filled, "3") == ["Anaïs Le Goff", "Yann Kerjean", "Bob Court"]
    filled.ok("contacts", "set", "2", "company=Au Four")
    assert people(filled, "yann@noel.example") == ["Yann Kerjean"]
    filled.ok("contacts", "set", "3", "company=")
    assert people(filled, "Café Noël") == ["Anaïs Le Goff"]
    assert filled.run("contacts", "company", "3").code == 1
    filled.ok("contacts", "add", "Nom=Roux", "Société=Au Four")
    assert people(filled, "au four") == ["Yann Kerjean", "Roux"]
    firms = filled.ok("contacts", "companies", 'last_name = "roux"')["companies"]
    assert [(f["name"], [p["name"] for p in f["contacts"]]) for f in firms] == [
        ("Au Four", ["Roux"])
    ]


def test_a_copy_is_made_put_back_and_made_again_before_each_change(filled: Workspace) -> None:
    """2.7: `store backup | restore | upgrade`, on both databases; a copy first."""
    assert filled.ok("store", "backup", "copies/monday.db")["contacts"] == 3
    assert filled.run("store", "backup", "copies/monday.db").code == 1
    filled.ok("contacts", "set", "1", "city=Brest", "montant=99")
    filled.ok("contacts", "note", "1", "Moved")
    filled.ok("contacts", "tag", "1", "vip")
    filled.ok("contacts", "add", "last_name=Roux")

    assert refused(filled, "store", "restore", "list.csv")
    assert refused(filled, "store", "restore", "nowhere.db")
    assert filled.run("store", "restore", "copies/monday.db").code == 1
    assert filled.run("store", "restore", "copies/monday.db", "--confirm", "4").code == 1
    assert filled.ok("contacts", "count")["count"] == 4
    done = filled.ok("store", "restore", "copies/monday.db", "--confirm", "3")
    shown = filled.ok("contacts", "show", "1")
    assert (shown["city"], shown["montant"], shown["tags"]) == ("Rennes", 1234.5, [])
    assert [event["kind"] for event in shown["events"]] == ["imported"]
    assert people(filled, "Café Noël") == ["Anaïs Le Goff", "Yann Kerjean"]
    assert filled.ok("contacts", "add", "last_name=Later")["id"] > 3

    filled.ok("store", "restore", done["copy"], "--confirm", "4")
    shown = filled.ok("contacts", "show", "1")
    assert (shown["city"], shown["montant"], shown["tags"]) == ("Brest", 99, ["vip"])
    assert shown["events"][-2]["note"] == "Moved"

    assert filled.ok("store", "upgrade")["upgraded"] is False
    filled.ok("contacts", "fields", "delete", "montant", "--confirm", "2")
    done = filled.ok("store", "upgrade")
    assert (done["upgraded"], Path(done["copy"]).is_file()) == (True, True)
    assert filled.run("contacts", "fields", "restore", "montant").code == 1
    filled.ok("store", "restore", done["copy"], "--confirm", "4")
    filled.ok("contacts", "fields", "restore", "montant")
    assert filled.ok("contacts", "count", "montant = 99")["count"] == 1


def test_a_table_of_a_word_document_is_imported(workspace: Workspace) -> None:
    """2.7, as the sources ask: a list in Word; which table, and what was not read, is said."""
    made = Document()
    for rows in (
        [("Nom", "Courriel", "CP"), ("Dupré", "dupre@c.example", "01000"), ("", "", "")],
        [("Nom", "Courriel"), ("Ndiaye", "ndiaye@c.example")],
    ):
        table = made.add_table(rows=len(rows), cols=len(rows[0]))
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                table.cell(number, column).text = cell
        made.add_paragraph("and further down:")
    made.save(str(workspace.folder / "fair.docx"))
    Document().save(str(workspace.folder / "empty.docx"))

    first = workspace.ok("contacts", "import", "fair.docx")
    assert first["read"] == first["created"] + first["rejected"]
    assert first["created"] == 1
    assert workspace.ok("contacts", "show", "dupre@c.example")["postal_code"] == "01000"
    assert workspace.ok("contacts", "import", "fair.docx", "--table", "2")["created"] == 1
    assert "table" in refused(workspace, "contacts", "import", "fair.docx", "--table", "3")[0]
    assert "table" in refused(workspace, "contacts", "import", "empty.docx")[0]
    assert workspace.ok("contacts", "count")["count"] == 2


def test_the_answer_of_a_postgresql_database_is_imported(
    workspace: Workspace, postgres: PostgresServer
) -> None:
    """2.7: by URL and query; types, leading zeros and accents come over; nothing is written."""
    with postgres.fresh_database() as url:
        engine = create_engine(url)
        with engine.begin() as crm:
            crm.execute(text("CREATE TABLE clients (nom text, courriel text, cp text, "
                             "depuis date, ca numeric(10,2), actif boolean)"))  # fmt: skip
            crm.execute(text("INSERT INTO clients VALUES "
                "('Œuvrard', 'jo@c.example', '01000', '2026-02-28', 1234.50, true), "
                "('Ndiaye', 'ndiaye@c.example', '35000', NULL, NULL, false)"))  # fmt: skip
        engine.dispose()
        words = ("contacts", "import", "--from-database", url, "--query")
        everything = "SELECT * FROM clients"
        assert workspace.ok(*words, everything, "--dry-run")["created"] == 2
        assert workspace.ok("contacts", "count")["count"] == 0
        assert workspace.ok(*words, everything)["created"] == 2
        shown = workspace.ok("contacts", "show", "jo@c.example")
        assert (shown["last_name"], shown["postal_code"]) == ("Œuvrard", "01000")
        assert (shown["depuis"], shown["ca"], shown["actif"]) == ("2026-02-28", 1234.5, True)
        types = {f["name"]: f["type"] for f in workspace.ok("contacts", "fields")["fields"]}
        assert (types["depuis"], types["ca"], types["actif"]) == ("date", "number", "boolean")
        assert workspace.ok(*words, everything)["unchanged"] == 2
        for query in (
            "DELETE FROM clients",
            "SELECT 1; DELETE FROM clients",
            "WITH gone AS (DELETE FROM clients RETURNING nom) SELECT * FROM gone",
        ):
            assert workspace.run(*words, query).code in (1, 2)
        assert refused(workspace, *words, "SELECT * FROM nothing")
        with engine.connect() as crm:
            assert crm.execute(text("SELECT count(*) FROM clients")).scalar() == 2
        engine.dispose()
    nowhere = "postgresql://u:secret@127.0.0.1:1/crm"
    lost = workspace.run(*words[:3], nowhere, "--query", everything)
    assert (lost.code, "secret" in lost.out + lost.err) == (1, False)
