"""The plan of lists: crossed against one another and the base, and what came of each."""

from __future__ import annotations

import pytest
from workspaces import Workspace

HEADER = "Ref;Last name;E-mail;City"
JANUARY = "2027-01-04T09:00"


@pytest.fixture
def here(workspace: Workspace) -> Workspace:
    """Ours: p1 to p10. Rented: p9 to p18. A directory: p10 to p12, and one of its own."""
    workspace.settings()
    for name, numbers in (
        ("ours", range(1, 11)), ("rented", range(9, 19)), ("pages", [10, 11, 12, 99]),
    ):  # fmt: skip
        rows = [f"p{n};Name-{n};p{n}@mail.example;Rennes" for n in numbers]
        workspace.write(f"{name}.csv", "\n".join([HEADER, *rows]) + "\n")
    workspace.ok("plan", "sources", "add", "rented", "--origin", "rented", "--cost", "80",
                 "--uses", "2", "--licence", "two mailings", now=JANUARY)  # fmt: skip
    workspace.ok("plan", "sources", "add", "pages", "--origin", "directory", now=JANUARY)
    for name in ("ours", "rented", "pages"):
        workspace.ok("contacts", "import", f"{name}.csv", "--source", name, now=JANUARY)
    workspace.ok("plan", "sources", "edit", "ours", "--origin", "internal", "--cost", "0")
    return workspace


def by_name(workspace: Workspace) -> dict[str, dict[str, object]]:
    found = workspace.ok("plan", "sources")["sources"]
    return {one["name"]: one for one in found}


def test_each_list_says_what_it_added_and_what_it_shares(here: Workspace) -> None:
    found = here.ok("plan", "sources")
    lists = {one["name"]: one for one in found["sources"]}
    counted = {
        name: (one["contacts"], one["there_before"], one["added"]) for name, one in lists.items()
    }
    assert counted == {"ours": (10, 0, 10), "rented": (10, 2, 8), "pages": (4, 3, 1)}
    assert lists["rented"]["cost_per_new"] == 10
    assert found["overlaps"] == [
        {"first": "pages", "second": "rented", "people": 3, "drop_from": "rented"},
        {"first": "ours", "second": "rented", "people": 2, "drop_from": "rented"},
        {"first": "ours", "second": "pages", "people": 1, "drop_from": "pages"},
    ]


def test_our_own_list_is_used_first_and_the_directory_last(here: Workspace) -> None:
    here.ok("plan", "sources", "add", "swap", "--origin", "exchanged")
    order = [one["name"] for one in here.ok("plan", "sources")["sources"]]
    assert order == ["ours", "swap", "rented", "pages"]


def test_what_came_of_the_new_contacts_is_told_by_list(here: Workspace) -> None:
    here.ok("record", "p11", "appointment", "--on", "2027-02-01", now="2027-03-01T09:00")
    here.ok("record", "p11", "order", "--amount", "500", "--on", "2027-02-08",
            now="2027-03-01T09:00")  # fmt: skip
    here.ok("record", "p9", "order", "--amount", "70", "--on", "2027-02-08",
            now="2027-03-01T09:00")  # fmt: skip
    lists = by_name(here)
    rented, ours = lists["rented"], lists["ours"]
    assert (rented["appointments"], rented["orders"], rented["revenue"]) == (1, 1, 500)
    assert rented["cost_per_order"] == 80
    assert (ours["orders"], ours["revenue"]) == (1, 70)


def test_uses_of_a_rented_list_are_counted_against_its_licence(here: Workspace) -> None:
    for name in ("one", "two"):
        here.campaign(name, 'source = "rented"', head="alongside: true\n",
                      steps="  - {step: call, channel: task}\n")  # fmt: skip
        here.launch(name, now=JANUARY)
    rented = by_name(here)["rented"]
    assert (rented["uses"], rented["uses_left"], rented["place"]) == (2, 0, 3)
    assert "rented is used up: 2 uses of the licence" in here.run("plan", "sources").out


def test_a_list_in_no_plan_is_shown_as_one_nobody_described(here: Workspace) -> None:
    here.people([("x1", "Wild", "x1@mail.example", "Brest", "fair 2026")],
                header=f"{HEADER};Source")  # fmt: skip
    found = by_name(here)["fair 2026"]
    assert (found["origin"], found["contacts"], found["added"]) == (None, 1, 1)
    assert "nobody said where fair 2026 comes from" in here.run("plan", "sources").out


def test_an_import_that_is_undone_shares_nothing_any_more(here: Workspace) -> None:
    here.ok("contacts", "undo", "3")
    found = here.ok("plan", "sources")
    assert [(one["first"], one["second"]) for one in found["overlaps"]] == [("ours", "rented")]
    assert by_name(here)["pages"]["contacts"] == 0


def test_lists_are_changed_and_mistakes_told(here: Workspace) -> None:
    edited = here.ok("plan", "sources", "edit", "RENTED", "--cost", "100,50", "--uses", "-",
                     "--licence", "-", "--note", "ask Paul")  # fmt: skip
    assert {name: edited[name] for name in ("cost", "uses_left", "licence", "note", "origin")} == {
        "cost": 100.5, "uses_left": None, "licence": None, "note": "ask Paul", "origin": "rented",
    }  # fmt: skip
    assert "say how often it may be used" in here.run("plan", "sources").out
    assert here.run("plan", "sources", "add", "Rented").code == 2
    assert "did you mean 'rented'" in here.run("plan", "sources", "edit", "rentd").err
    assert here.run("plan", "sources", "edit", "rented", "--cost", "-3").code == 2
    assert here.run("plan", "sources", "edit", "rented", "--uses", "many").code == 2


def test_the_plan_of_lists_fits_80_columns(here: Workspace) -> None:
    lines = here.run("plan", "sources").out.splitlines()
    assert max(map(len, lines)) <= 80
