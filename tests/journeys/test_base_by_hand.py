"""The contact base by hand: people, tags, firms, fields, imports undone, copies put back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from docx import Document
from workspaces import Workspace

LIST = "Ref;Prénom;Nom;Mail;Société;CA\n" \
       "C1;Zoé;Petit;zoe@lys.example;Lys;1200\n" \
       "C2;Luc;Morel;luc@lys.example;Lys;beaucoup\n"  # fmt: skip


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    workspace.write("list.csv", LIST)
    workspace.ok("contacts", "import", "list.csv", "--source", "Salon")
    return workspace


def test_a_contact_is_added_as_a_cell_of_a_file_would_be(workspace: Workspace) -> None:
    added = workspace.ok("contacts", "add", "Nom=Le Goff", "mail=Marie@Lys.Example",
                         "Tél=02 99 85 38 02", "tags=vip, salon", "city=")  # fmt: skip

    assert (added["id"], added["last_name"], added["email"]) == (1, "Le Goff", "Marie@lys.example")
    assert (added["phone"], added["tags"], added["city"]) == (
        "+33299853802",
        ["salon", "vip"],
        None,
    )


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["email=nobody"], 1, "email: 'nobody': not an e-mail address"),
        (["citty=Rennes"], 2, "the contact base has no field 'citty'"),
        (["revenue=3"], 2, "'revenue' is counted from what happened, nobody writes it"),
        (["Rennes"], 2, "'Rennes' says no field"),
        (["city=Rennes", "Ville=Brest"], 2, "'city' is given twice"),
        (["city="], 2, "nothing is said about the contact"),
    ],
)
def test_what_cannot_be_a_contact_is_refused(
    workspace: Workspace, words: list[str], code: int, message: str
) -> None:
    done = workspace.run("contacts", "add", *words, "--json")

    assert (done.code, [error["message"] for error in done.errors]) == (code, [message])
    assert workspace.ok("contacts", "count")["count"] == 0


def test_all_that_is_wrong_is_told_at_once(workspace: Workspace) -> None:
    done = workspace.run("contacts", "add", "email=x", "siret=123", "oops=1", "--json")

    assert (done.code, len(done.errors)) == (1, 3)


def test_a_double_is_refused_unless_it_is_meant(filled: Workspace) -> None:
    done = filled.run("contacts", "add", "email=zoe@lys.example", "--json")
    assert (done.code, done.errors[0]["message"]) == (1, "on file already: Zoé Petit (#1)")

    assert filled.ok("contacts", "add", "email=zoe@lys.example", "--force")["id"] == 3


def test_values_are_changed_and_emptied_by_name(filled: Workspace) -> None:
    changed = filled.ok("contacts", "set", "zoe@lys.example", "city=Rennes", "Société=")

    assert changed == {
        "id": 1,
        "changed": {
            "city": {"before": None, "after": "Rennes"},
            "company": {"before": "Lys", "after": None},
        },
    }
    shown = filled.ok("contacts", "show", "1")
    assert (shown["city"], shown["company"], shown["events"][-1]["kind"]) == (
        "Rennes", None, "changed")  # fmt: skip
    assert filled.run("contacts", "set", "1", "tags=x").code == 2


def test_a_note_and_tags(filled: Workspace) -> None:
    assert filled.ok("contacts", "note", "Zoé Petit", "Calls on Tuesdays")["id"] == 1
    assert filled.ok("contacts", "show", "1")["events"][-1]["note"] == "Calls on Tuesdays"
    assert "note: Calls on Tuesdays" in filled.run("contacts", "show", "1").out
    assert filled.ok("contacts", "tag", "1", "vip", "salon")["changed"] == 1
    many = filled.ok("contacts", "tag", "--where", 'company = "lys"', "vip")
    assert many == {"contacts": 2, "changed": 1, "tags": ["vip"]}
    assert filled.ok("contacts", "count", 'has_tag("VIP")')["count"] == 2
    assert filled.ok("contacts", "tag", "2", "vip", "--remove")["changed"] == 1
    assert filled.ok("contacts", "count", 'has_tag("VIP")')["count"] == 1
    assert filled.run("contacts", "tag", "1").code == 2


def test_companies_with_their_people(filled: Workspace) -> None:
    filled.ok("contacts", "add", "last_name=Roux", "email=rose@gmail.com")

    (lys,) = filled.ok("contacts", "companies")["companies"]
    assert (lys["name"], lys["domain"], [p["name"] for p in lys["contacts"]]) == (
        "Lys", "lys.example", ["Zoé Petit", "Luc Morel"])  # fmt: skip
    assert filled.ok("contacts", "company", "lys")["company"] == lys
    assert filled.ok("contacts", "company", "zoe@lys.example")["company"] == lys
    assert (
        filled.ok("contacts", "companies", 'last_name = "Morel"')["companies"][0]["contacts"]
        == lys["contacts"][1:]
    )
    assert filled.run("contacts", "company", "rose@gmail.com").code == 1


def test_fields_are_renamed_retyped_deleted_and_taken_back(filled: Workspace) -> None:
    asked = filled.run("contacts", "fields", "retype", "ca", "integer", "--json")
    assert asked.code == 1
    assert asked.errors[0]["hint"] == "repeat the command with --confirm 1"
    tried = filled.ok("contacts", "fields", "retype", "ca", "integer", "--dry-run")
    assert (tried["values"], tried["misfits"], tried["examples"]) == (2, 1, ["beaucoup"])
    filled.ok("contacts", "fields", "retype", "ca", "integer", "--confirm", "1")
    assert filled.ok("contacts", "count", "ca > 1000")["count"] == 1
    (aside,) = filled.ok("contacts", "show", "2")["set_aside"]
    assert (aside["field"], aside["original"], aside["reason"]) == (
        "ca", "beaucoup", "not a whole number")  # fmt: skip

    filled.ok("contacts", "fields", "rename", "ca", "chiffre")
    assert filled.ok("contacts", "count", "chiffre > 1000")["count"] == 1
    assert filled.ok("contacts", "import", "list.csv", "--source", "Salon")["unchanged"] == 2

    assert filled.run("contacts", "fields", "delete", "chiffre", "--confirm", "2").code == 1
    assert filled.ok("contacts", "fields", "delete", "chiffre", "--confirm", "1")["values"] == 1
    assert filled.ok("contacts", "fields")["deleted"] == ["chiffre"]
    filled.ok("contacts", "fields", "restore", "chiffre")
    assert filled.ok("contacts", "count", "chiffre > 1000")["count"] == 1


def test_an_import_is_undone_while_nothing_happened_to_its_people(filled: Workspace) -> None:
    filled.ok("contacts", "note", "1", "Met at the fair")
    (run,) = filled.ok("contacts", "imports")["imports"]
    assert (run["file"], run["source"], run["read"], run["created"]) == ("list.csv", "Salon", 2, 2)
    refused = filled.run("contacts", "undo", "last", "--json")
    assert refused.code == 1
    assert "Zoé Petit (#1)" in refused.errors[0]["message"]

    filled.people([("C9", "Roux", "rose@mail.example", "Brest")])
    undone = filled.ok("contacts", "undo", "2")
    assert (undone["removed"], undone["restored"]) == (1, 0)
    assert filled.ok("contacts", "count")["count"] == 2
    assert filled.run("contacts", "undo", "2").code == 1
    assert filled.run("contacts", "undo", "7").code == 2


def test_people_of_a_launched_campaign_are_not_undone(filled: Workspace) -> None:
    filled.campaign("spring", 'company = "Lys"')
    filled.launch("spring")

    assert filled.run("contacts", "undo", "1").code == 1
    assert filled.ok("contacts", "count")["count"] == 2


@pytest.mark.usefixtures("base")
def test_a_rented_list_is_used_as_often_as_its_licence_says(workspace: Workspace) -> None:
    """Once per campaign, however often it is launched again; then nobody of it is taken."""
    rows = "".join(f"p{n}@mail.example;N{n};Rennes\n" for n in range(4))
    workspace.write("rented.csv", "Mail;Nom;Ville\n" + rows)
    workspace.ok("contacts", "import", "rented.csv", "--source", "Listes & Cie", "--origin",
                 "rented", "--licence", "one mailing", "--uses", "1")  # fmt: skip
    workspace.ok("contacts", "add", "email=own@mail.example", "last_name=Own", "city=Rennes")
    assert workspace.ok("contacts", "show", "p1@mail.example")["provenance"]["uses_left"] == 1

    workspace.campaign("spring")
    assert workspace.launch("spring", "--pilot", "2")["enrolled"] == 2
    assert workspace.launch("spring")["enrolled"] == 5
    provenance = workspace.ok("contacts", "show", "p1@mail.example")["provenance"]
    assert (provenance["origin"], provenance["licence"], provenance["uses_left"]) == (
        "rented", "one mailing", 0)  # fmt: skip

    workspace.campaign("summer", head="alongside: true\n")
    later = workspace.ok("launch", "summer", "--dry-run")
    assert (later["enrolled"], later["excluded"]) == (1, {"not_permitted": 4})


def test_what_is_said_of_a_list_needs_the_list(workspace: Workspace) -> None:
    workspace.write("list.csv", LIST)

    assert workspace.run("contacts", "import", "list.csv", "--uses", "3").code == 2


def test_a_policy_per_field_stands_in_the_map(filled: Workspace) -> None:
    filled.write("map.yaml", "Société: {on_match: keep}\nPrénom: {field: first_name, "
                             "on_match: replace}\n")  # fmt: skip
    filled.write("list.csv", LIST.replace("Zoé", "Zoë").replace("Lys", "Fleur"))

    filled.ok("contacts", "import", "list.csv", "--map", "map.yaml", "--source", "Salon")

    zoe = filled.ok("contacts", "show", "1")
    assert (zoe["first_name"], zoe["company"]) == ("Zoë", "Lys")


def test_a_list_comes_from_a_word_document_or_from_a_database(workspace: Workspace) -> None:
    made = Document()
    table = made.add_table(rows=2, cols=2)
    for number, text in enumerate(("Nom", "Mail", "Petit", "zoe@lys.example")):
        table.cell(number // 2, number % 2).text = text
    made.save(str(workspace.folder / "list.docx"))
    with sqlite3.connect(workspace.folder / "crm.db") as crm:
        crm.execute("CREATE TABLE people (nom TEXT, courriel TEXT, code TEXT)")
        crm.execute("INSERT INTO people VALUES ('Morel', 'luc@lys.example', '007')")

    assert workspace.ok("contacts", "import", "list.docx", "--table", "1")["created"] == 1
    url, query = f"sqlite:///{Path('crm.db')}", "SELECT * FROM people"
    words = ("contacts", "import", "--from-database", url, "--query", query)
    assert workspace.ok(*words)["created"] == 1
    assert workspace.ok(*words)["unchanged"] == 1
    assert workspace.ok("contacts", "show", "luc@lys.example")["external_id"] == "007"
    assert workspace.run(*words[:4]).code == 2
    assert workspace.run(*words[:5], "DELETE FROM people").code == 2
    assert workspace.run("contacts", "import").code == 2


def test_a_copy_of_the_base_is_made_and_put_back(filled: Workspace) -> None:
    made = filled.ok("store", "backup", "copy.db")
    assert (made["contacts"], made["revision"]) == (2, "0007")
    assert filled.run("store", "backup", "copy.db").code == 1
    filled.ok("contacts", "add", "last_name=Roux")

    asked = filled.run("store", "restore", "copy.db", "--json")
    assert (asked.code, asked.errors[0]["hint"]) == (1, "repeat the command with --confirm 2")
    assert filled.ok("store", "restore", "copy.db", "--dry-run")["contacts"] == 2
    assert filled.ok("contacts", "count")["count"] == 3
    done = filled.ok("store", "restore", "copy.db", "--confirm", "2")

    assert filled.ok("contacts", "count")["count"] == 2
    assert filled.ok("store", "restore", done["copy"], "--confirm", "3")["contacts"] == 3
    assert filled.ok("contacts", "count")["count"] == 3


def test_an_upgrade_has_nothing_to_do_or_drops_deleted_fields_after_a_copy(
    filled: Workspace,
) -> None:
    assert filled.ok("store", "upgrade")["upgraded"] is False
    filled.ok("contacts", "fields", "delete", "ca", "--confirm", "2")

    assert filled.ok("store", "upgrade", "--dry-run")["dropped"] == ["f_ca", "f_ca_folded"]
    done = filled.ok("store", "upgrade")

    assert (done["upgraded"], Path(done["copy"]).is_file()) == (True, True)
    assert filled.run("contacts", "fields", "restore", "ca").code == 1
    assert filled.ok("contacts", "count")["count"] == 2
