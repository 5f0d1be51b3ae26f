"""Acceptance of issue lines 2.4, 2.5, 2.6, 2.8: where people come from, who is who, nothing lost.

Worked out from the issue's words on lists made for it; what depends on the database runs on both.
"""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from workspaces import PROGRAM, Workspace

from outreach.store.engine import Database

COUNTS = ("created", "updated", "unchanged", "merged", "rejected")
HEAD = "Réf;Prénom;Nom;Société;SIRET;Mail;Tél;Ville"


def read(workspace: Workspace, rows: str, *words: str, head: str = HEAD, code: int = 0) -> Any:
    """Import these rows; the counts add up to the rows read, always."""
    workspace.write("list.csv", f"{head}\n{rows}")
    answer = workspace.ok("contacts", "import", "list.csv", *words, code=code)
    assert sum(answer[way] for way in COUNTS) == answer["read"] == len(rows.splitlines())
    return answer


def ways(answer: Any) -> str:
    """The non-zero counts, as `created 1 merged 2`."""
    return " ".join(f"{way} {answer[way]}" for way in COUNTS if answer[way])


def everybody(workspace: Workspace, *fields: str) -> list[list[Any]]:
    return [[p[f] for f in fields] for p in workspace.ok("contacts", "list")["contacts"]]


# --- 2.4: provenance ---------------------------------------------------------------------------


@pytest.mark.usefixtures("base")
def test_every_contact_tells_its_source_date_licence_and_what_each_import_changed(
    workspace: Workspace,
) -> None:
    """2.4, and an import is undone whole: values, tags, fields, what was set aside."""
    head = "Réf;Nom;Mail;Ville;Tags;Points"
    read(workspace, "A1;Petit;zoe@a.example;;vip;12\nA2;Morel;luc@a.example;Brest;;7\n", "--source",
         "Salon", "--origin", "rented", "--licence", "one mailing", "--uses", "2",
         "--now", "2027-03-01T09:00", head=head)  # fmt: skip
    zoe = workspace.ok("contacts", "show", "A1")
    assert zoe["provenance"] == {"source": "Salon", "origin": "rented", "licence": "one mailing",
                                 "obtained_on": "2027-03-01", "uses_left": 2}  # fmt: skip
    people = workspace.ok("contacts", "list")

    second = "A1;Petit;zoe@a.example;Rennes;salon;13\nA3;Roux;not one;Nantes;;1\n"
    answer = read(workspace, second, "--source", "Salon", "--on-match", "replace", "--now",
                  "2027-04-01T09:00", head=head)  # fmt: skip
    assert ways(answer) == "created 1 updated 1"
    zoe = workspace.ok("contacts", "show", "A1")
    first_run, second_run = zoe["imports"]
    assert (first_run["started_at"][:10], first_run["did"]) == ("2027-03-01", "imported")
    assert (second_run["started_at"][:10], second_run["did"]) == ("2027-04-01", "changed")
    assert second_run["changes"] == {
        "city": {"before": None, "after": "Rennes"},
        "points": {"before": 12, "after": 13},
        "tags": {"before": ["vip"], "after": ["salon", "vip"]},
    }
    told = workspace.run("contacts", "show", "A1").out
    assert all(word in told for word in ("one mailing", "12 → 13", "Rennes"))
    (aside,) = workspace.ok("contacts", "show", "A3")["set_aside"]
    assert (aside["field"], aside["original"]) == ("email", "not one")

    undone = workspace.ok("contacts", "undo", "2", "--dry-run")
    assert (undone["removed"], undone["restored"]) == (1, 1)
    assert workspace.ok("contacts", "count")["count"] == 3
    workspace.ok("contacts", "undo", "2")
    assert workspace.ok("contacts", "list") == people
    assert workspace.run("contacts", "show", "A3").code == 2
    again = read(workspace, second, "--source", "Salon", "--on-match", "replace", head=head)
    assert ways(again) == "created 1 updated 1"


def test_an_import_whose_people_were_written_to_stays(workspace: Workspace) -> None:
    """2.4: undone only while nothing was sent; a later import that touched them comes first."""
    read(workspace, "A1;Zoé;Petit;;;zoe@a.example;;\nA2;Luc;Morel;;;luc@a.example;;\n")
    read(workspace, "A1;Zoé;Petit;;;zoe@a.example;;Rennes\n")
    refused = workspace.run("contacts", "undo", "1", "--json")
    assert refused.code == 1
    assert "Zoé Petit" in refused.errors[0]["message"]
    assert workspace.ok("contacts", "undo", "2")["restored"] == 1
    workspace.ok("record", "A2", "contacted")
    refused = workspace.run("contacts", "undo", "1", "--json")
    assert refused.code == 1
    assert "Luc Morel" in refused.errors[0]["message"]
    assert workspace.ok("contacts", "count")["count"] == 2


def test_a_contact_that_a_rented_list_and_our_own_list_name_stays_ours(
    workspace: Workspace,
) -> None:
    """2.4: the list that came first says the use; the second import only fills."""
    read(workspace, "A1;Zoé;Petit;;;zoe@a.example;;Rennes\n", "--source", "Ours")
    read(workspace, "R1;Zoé;Petit;;;zoe@a.example;;\nR2;Luc;Morel;;;luc@a.example;;Rennes\n",
         "--source", "Rented", "--origin", "rented", "--uses", "0")  # fmt: skip
    workspace.campaign("spring")
    dry = workspace.ok("launch", "spring", "--dry-run")
    assert (dry["enrolled"], dry["excluded"]) == (1, {"not_permitted": 1})


# --- 2.5: matching -----------------------------------------------------------------------------


@pytest.mark.usefixtures("base")
def test_fill_keep_and_replace_and_the_map_for_one_field(workspace: Workspace) -> None:
    """2.5: an empty cell empties nothing, under none of the three."""
    first = "A1;Zoé;Petit;;;zoe@a.example;;Rennes\n"
    new = "A1;Zoé;Petit;Lys;;zoe@a.example;;Brest\n"
    bare = "A1;;;;;zoe@a.example;;\n"
    fields = ("first_name", "company", "city")
    read(workspace, first)
    assert ways(read(workspace, new, "--on-match", "keep")) == "unchanged 1"
    assert everybody(workspace, *fields) == [["Zoé", None, "Rennes"]]
    assert ways(read(workspace, new)) == "updated 1"
    assert everybody(workspace, *fields) == [["Zoé", "Lys", "Rennes"]]
    assert ways(read(workspace, new)) == "unchanged 1"
    assert ways(read(workspace, new, "--on-match", "replace")) == "updated 1"
    assert everybody(workspace, *fields) == [["Zoé", "Lys", "Brest"]]
    assert ways(read(workspace, bare, "--on-match", "replace")) == "unchanged 1"

    workspace.write("map.yaml", "Ville: {on_match: keep}\nSociété: {on_match: replace}\n")
    last = "A1;Zoë;;Fleur;;zoe@a.example;;Nantes\n"
    assert ways(read(workspace, last, "--map", "map.yaml")) == "updated 1"
    assert everybody(workspace, *fields) == [["Zoé", "Fleur", "Brest"]]
    workspace.write("map.yaml", "Ville: {on_match: replac}\n")
    wrong = workspace.run("contacts", "import", "list.csv", "--map", "map.yaml", "--json")
    assert (wrong.code, wrong.errors[0]["line"]) == (1, 1)


SIRET = {"lys": "73282932000074", "bois": "44306184100047"}

THREE = (
    f"A1;Zoé;Petit;Lys;{SIRET['lys']};zoe@a.example;0299853802;Rennes\n"
    "A2;Luc;Morel;;;luc@a.example;0299853803;Brest\n"
    f"A3;;;Bois;{SIRET['bois']};info@a.example;;Brest\n"
)


@pytest.mark.parametrize(
    ("row", "who"),
    [
        ("A2;Luc;Morel;;;new@a.example;;Nantes", "A2"),
        (";Luc;Morel;;;LUC@A.example;;Nantes", "A2"),
        (";;;Bois;443 061 841 00047;;;Nantes", "A3"),
        (";Luc;Morel;;;;+33 2 99 85 38 03;Nantes", "A2"),
        ("A1;Zoé;Petit;;;luc@a.example;;Nantes", "A1"),
        (f";;;Lys;{SIRET['bois']};zoe@a.example;;Nantes", "A1"),
        (";Ana;Roux;;;;+33 2 99 85 38 03;Nantes", None),
        (";Luc;Morel;;;;;Nantes", None),
        ("A9;Luc;Morel;;;luc@a.example;0299853803;Nantes", None),
        (f";;;Bois;{SIRET['bois']};other@a.example;;Nantes", None),
        (";Luc;Morel;;;other@a.example;0299853803;Nantes", None),
    ],
    ids=["id", "e-mail", "siret", "phone and name", "id before e-mail", "e-mail before siret",
         "phone, other name", "no key", "other id", "siret, other e-mail", "phone, other e-mail"],
)  # fmt: skip
def test_the_first_key_that_matches_decides_and_a_stronger_one_that_differs_forbids(
    workspace: Workspace, row: str, who: str | None
) -> None:
    """2.5: external id, e-mail, SIRET, phone + name, in this order; None: a new contact."""
    read(workspace, THREE)
    answer = read(workspace, row + "\n", "--on-match", "replace")
    assert ways(answer) == ("updated 1" if who else "created 1")
    moved = [ref for ref, city in everybody(workspace, "external_id", "city") if city == "Nantes"]
    assert len(moved) == 1
    assert who in (None, *moved)


@pytest.mark.usefixtures("base")
def test_two_sites_under_one_id_stay_two_and_one_contact_under_a_new_name_stays_one(
    workspace: Workspace,
) -> None:
    """2.5: the id of a firm stands on each of its sites; the next export changes nothing.

    The same id with the same e-mail is one contact, whatever its name has become."""
    sites = ("S1;;;Agence de Rennes;;rennes@a.example;0299853802;Rennes\n"
             "S1;;;Agence de Brest;;brest@a.example;0298853802;Brest\n"
             "S1;;;Agence de Nantes;;;0240853802;Nantes\n"
             "S1;;;Agence de Quimper;;contact@a.example;;Quimper\n"
             "S1;;;Agence de Vannes;;contact@a.example;;Vannes\n")  # fmt: skip
    assert ways(read(workspace, sites)) == "created 5"
    assert ways(read(workspace, sites)) == "unchanged 5"
    assert ways(read(workspace, sites, "--on-match", "replace")) == "unchanged 5"

    names = ("A1;Zoé;Blanc;;;zoe@a.example;;Rennes\nA2;;Noir;;;noir@a.example;;\n"
             "A3;Ana;Roux;;;ana@a.example;;Brest\n")  # fmt: skip
    read(workspace, names)
    renamed = ("A1;Zoé;Martin;;;zoe@a.example;;Rennes\nA2;;Durand;;;noir@a.example;;\n"
               "A3;Anaïs;Leroux;;;ana@a.example;;Nantes\n")  # fmt: skip
    assert ways(read(workspace, renamed)) == "unchanged 3"
    assert ways(read(workspace, renamed, "--on-match", "replace")) == "updated 3"
    assert everybody(workspace, "last_name")[5:] == [["Martin"], ["Durand"], ["Leroux"]]

    other = ("A1;Paul;Petit;;;paul@b.example;;Lyon\nA2;;Morel;;;;;Lyon\n"
             "A3;Ana;Blanc;;;blanc@b.example;;Lyon\n")  # fmt: skip
    assert ways(read(workspace, other)) == "created 3"
    firm = "F1;Zoé;Blanc;;;info@f.example;;Rennes\nF1;Paul;Martin;;;info@f.example;;Rennes\n"
    assert ways(read(workspace, firm)) == "created 2"
    assert ways(read(workspace, firm)) == "unchanged 2"


@pytest.mark.usefixtures("base")
def test_a_row_that_fits_two_contacts_is_rejected_mended_and_comes_in(
    workspace: Workspace,
) -> None:
    """2.5 and 2.8: its reason names both; with an identifier it finds its contact."""
    read(workspace, "A1;Zoé;Petit;;;a@a.example;;\nA2;Luc;Petit;;;a@a.example;;\n")
    before = workspace.ok("contacts", "list")
    answer = read(workspace, ";;;;;a@a.example;;Rennes\n;Ana;Roux;;;ana@a.example;;\n", code=4)
    assert ways(answer) == "created 1 rejected 1"
    assert workspace.ok("contacts", "list")["contacts"][:2] == before["contacts"]
    rejects = Path(answer["rejects_file"])
    text = rejects.read_text("utf-8-sig")
    assert "#1" in text
    assert "#2" in text
    rejects.write_text(text.replace(";;;;;;a@", ";A2;;;;;a@"), "utf-8-sig")
    mended = workspace.ok("contacts", "import", str(rejects))
    assert ways(mended) == "updated 1"
    assert workspace.ok("contacts", "show", "A2")["city"] == "Rennes"


# --- 2.6: a bad cell keeps its row -------------------------------------------------------------


@pytest.mark.usefixtures("base")
def test_a_bad_cell_is_set_aside_and_shown_with_its_line_and_its_row_comes_in(
    workspace: Workspace,
) -> None:
    """2.6: in the report and in `contacts show`; only an unreadable or empty row is rejected."""
    rows = ("A1;Zoé;Petit;;123;zoe@@a;02 99;Rennes\n"
            "A2;;;;;luc@a.example;;\n"
            ";;;;;only junk;;\n"
            ";;;;;;;\n"
            "A5;Ana\n")  # fmt: skip
    answer = read(workspace, rows, code=4)
    assert ways(answer) == "created 3 rejected 2"
    assert [r["line"] for r in answer["rejections"]] == [5, 6]
    assert answer["set_aside"] == {"siret": 1, "email": 2, "phone": 1}
    shown = [(a["field"], a["line"], a["original"], a["count"])
             for a in answer["set_aside_reasons"]]  # fmt: skip
    assert sorted(shown) == [("email", 2, "zoe@@a", 2), ("phone", 2, "02 99", 1),
                             ("siret", 2, "123", 1)]  # fmt: skip
    zoe = workspace.ok("contacts", "show", "A1")
    assert {a["field"]: a["original"] for a in zoe["set_aside"]} == {
        "siret": "123", "email": "zoe@@a", "phone": "02 99"}  # fmt: skip
    assert (zoe["city"], zoe["email"], zoe["siret"]) == ("Rennes", None, None)
    assert workspace.ok("contacts", "count", "email is null") == {"count": 2}
    told = workspace.run("contacts", "import", "list.csv")
    assert "zoe@@a" in told.out
    assert max(len(line) for line in told.out.splitlines() if "rejects" not in line) <= 80


# --- 2.8: nothing is lost ----------------------------------------------------------------------


def many(workspace: Workspace, rows: int) -> None:
    """Every seventh row is the one before it again; every thousandth has a cell too few."""
    lines = []
    for n in range(rows):
        who = n - 1 if n % 7 == 3 else n
        line = f"C{who};Name-{who};p{who}@mail.example;Rennes"
        lines.append(line.rpartition(";")[0] if n % 1000 == 500 else line)
    workspace.write("many.csv", "Ref;Nom;Mail;Ville\n" + "\n".join(lines) + "\n")


def expected(rows: int) -> dict[str, int]:
    """Who is made and what is rejected, counted row by row."""
    ragged = {n for n in range(rows) if n % 1000 == 500}
    twice = {n for n in range(rows) if n % 7 == 3}
    whole = {n - 1 if n in twice else n for n in range(rows) if n not in ragged}
    return {"people": len(whole), "rejected": len(ragged)}


def test_killed_at_any_moment_again_and_again_the_import_is_finished_in_the_end(
    workspace: Workspace, base: Database
) -> None:
    """2.8: three interruptions at random moments (seed 3), then once to the end."""
    del base
    rows, chance = 9_000, random.Random(3)
    many(workspace, rows)
    for how in (signal.SIGKILL, signal.SIGINT, signal.SIGKILL):
        process = workspace.start("contacts", "import", "many.csv")
        time.sleep(chance.uniform(0.6, 2.0))
        process.send_signal(how)
        _, told = process.communicate(timeout=60)
        assert process.returncode in (130, -how, 4), told
        assert "Traceback" not in told
    last = workspace.ok("contacts", "import", "many.csv", code=4)
    assert last["read"] == rows == sum(last[way] for way in COUNTS)
    assert last["rejected"] == expected(rows)["rejected"]
    assert workspace.ok("contacts", "count")["count"] == expected(rows)["people"]
    with Path(last["rejects_file"]).open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.reader(stream, delimiter=";"))) == 1 + last["rejected"]
    again = workspace.ok("contacts", "import", "many.csv", code=4)
    assert (again["created"], again["updated"]) == (0, 0)


@pytest.mark.parametrize("room", [16, 900])
def test_wherever_the_disk_fills_up_the_base_is_whole_and_the_next_import_finishes(
    workspace: Workspace, room: int
) -> None:
    """2.8: no file of the process grows over so many blocks of 1,024 bytes."""
    rows = 6_000
    many(workspace, rows)
    command = f"ulimit -f {room}; exec {PROGRAM[0]} -m outreach contacts import many.csv"
    done = subprocess.run(
        ["bash", "-c", command], cwd=workspace.folder, env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert "disk" in done.stderr
    last = workspace.ok("contacts", "import", "many.csv", code=4)
    assert last["read"] == rows == sum(last[way] for way in COUNTS)
    assert workspace.ok("contacts", "count")["count"] == expected(rows)["people"]
