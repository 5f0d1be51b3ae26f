"""Named selections: kept, counted anew, explained, and kept while somebody needs them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from workspaces import Workspace

MONDAY = "2027-03-01T09:00"


@pytest.fixture
def town(workspace: Workspace) -> Workspace:
    """Three of Rennes, one of them a VIP; one of Nantes."""
    workspace.people(
        [
            ("a", "Ann", "a@mail.example", "Rennes", "vip"),
            ("b", "Bob", "b@mail.example", "Rennes", ""),
            ("c", "Cid", "c@mail.example", "Rennes", ""),
            ("d", "Dee", "d@mail.example", "Nantes", ""),
        ],
        "Ref;Last name;E-mail;City;Tags",
    )
    return workspace


def test_a_segment_is_saved_listed_with_its_live_count_and_shown(town: Workspace) -> None:
    saved = town.ok("segment", "save", "Bretons", 'city = "rennes" and not has_tag("vip")')
    assert saved == {
        "name": "Bretons",
        "expression": 'city = "rennes" and not has_tag("vip")',
        "count": 2,
    }

    town.people([("e", "Eve", "e@mail.example", "Rennes")])
    (row,) = town.ok("segment", "list")["segments"]
    assert (row["name"], row["count"]) == ("Bretons", 3)
    shown = town.ok("segment", "show", "BRETONS")
    assert shown["words"] == "people whose city is rennes, and who do not carry the tag vip"
    assert town.ok("contacts", "count", 'in_segment("bretons")') == {"count": 3}


def test_a_name_is_the_same_in_any_case_and_accents(town: Workspace) -> None:
    town.ok("segment", "save", "Été", 'city = "Rennes"')
    town.ok("segment", "save", "ete", 'city = "Nantes"')

    assert town.ok("segment", "list")["segments"] == [
        {"name": "Été", "expression": 'city = "Nantes"', "count": 1}
    ]


def test_segments_of_segments_and_the_way_round_a_cycle(town: Workspace) -> None:
    town.ok("segment", "save", "a", 'city = "Rennes"')
    town.ok("segment", "save", "b", 'in_segment("a") and has_tag("vip")')
    town.ok("segment", "save", "c", 'not in_segment("b")')
    assert [row["count"] for row in town.ok("segment", "list")["segments"]] == [3, 1, 3]

    (error,) = town.run("segment", "save", "A", 'city = "x" or in_segment("c")', "--json").errors
    assert "a → c → b → a" in error["message"]
    assert (error["line"], error["column"]) == (1, 15)
    (error,) = town.run("segment", "save", "new", 'in_segment("new")', "--json").errors
    assert error["message"] == "the segment 'new' contains itself: new → new"
    assert town.ok("segment", "show", "a")["expression"] == 'city = "Rennes"'


def test_a_segment_in_use_is_not_deleted_and_says_by_whom(town: Workspace) -> None:
    town.ok("segment", "save", "locals", 'city = "Rennes"')
    town.ok("segment", "save", "good", 'in_segment("LOCALS")')
    town.campaign("spring", where='in_segment("Locals")')
    town.launch("spring", now=MONDAY)

    (error,) = town.run("segment", "delete", "locals", "--json").errors
    assert error["message"] == (
        "the segment 'locals' is used by: the segment 'good', the campaign 'spring'"
    )
    assert town.ok("segment", "delete", "Good") == {"deleted": "good"}
    (error,) = town.run("segment", "delete", "good", "--json").errors
    assert error["message"] == "there is no segment 'good'"


def test_explain_says_whom_how_many_and_shows_ten(town: Workspace) -> None:
    told = town.ok("segment", "explain", 'city in ("Rennes", "Nantes") and not has_tag("VIP")')

    assert told["words"] == (
        "people whose city is Rennes or Nantes, and who do not carry the tag VIP"
    )
    assert told["count"] == 3
    assert [person["last_name"] for person in told["contacts"]] == ["Bob", "Cid", "Dee"]
    assert told["slow"] == []
    assert told["near"] == []


def test_explain_of_a_segment_reads_its_name(town: Workspace) -> None:
    town.ok("segment", "save", "vips", 'has_tag("vip")')
    told = town.ok("segment", "explain", "VIPS")
    assert (told["expression"], told["count"]) == ('has_tag("vip")', 1)


def test_after_nobody_the_near_values_are_named(town: Workspace) -> None:
    told = town.ok("segment", "explain", 'city = "renes" and has_tag("vipp")')

    assert told["count"] == 0
    assert told["near"] == [
        {"field": "city", "value": "renes", "near": "Rennes", "count": 3},
        {"field": "tag", "value": "vipp", "near": "vip", "count": 1},
    ]
    text = town.run("segment", "explain", 'city = "renes"').out
    assert "no contact has city “renes”; “Rennes” has 3" in text


def test_saving_makes_the_index_that_explain_missed(town: Workspace) -> None:
    expression = 'postal_code = "35000" or contains(company, "bio")'
    slow = {
        part["what"]: part["reason"] for part in town.ok("segment", "explain", expression)["slow"]
    }
    assert slow == {
        "postal_code": "no index yet: saving the segment makes one for this field",
        "company": "text is searched inside of the values, which no index can answer",
    }

    town.ok("segment", "save", "rennes", expression)

    told = town.ok("segment", "explain", "rennes")
    assert [part["what"] for part in told["slow"]] == ["company"]
    with closing(sqlite3.connect(town.folder / "data" / "outreach.db")) as base:
        plan = base.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM contact WHERE postal_code_folded = 'x'"
        ).fetchall()
    assert "ix_contact_postal_code_folded" in plan[0][3]


def test_an_expression_that_is_wrong_is_not_saved(town: Workspace) -> None:
    (error,) = town.run("segment", "save", "x", 'citty = "Rennes"', "--json").errors
    assert error["hint"] == "did you mean 'city'?"
    (error,) = town.run("segment", "save", " ", "true", "--json").errors
    assert error["message"] == "'' is no name for a segment"
    assert town.ok("segment", "list") == {"segments": []}


def test_a_campaign_may_be_named_before_it_is_launched(town: Workspace) -> None:
    """Its file is enough, a broken one too; what exists nowhere is refused in every place."""
    town.campaign("spring", head="chain: [contacted, tasting, order]\n")
    town.write("campaigns/odd.yaml", "campaign: odd\nsteps:\n  - {step: leaflet, chanel: x}\n")
    for expression in (
        'received("Spring")', 'received("spring", "mail")', 'reached("tasting")',
        'reached("order", "spring")', 'received("odd", "leaflet")',
    ):  # fmt: skip
        assert town.ok("contacts", "count", expression) == {"count": 0}
        assert town.ok("contacts", "count", f"not {expression}") == {"count": 4}
    town.campaign("summer", 'not received("sprng") and not reached("tastin", "summer")')
    (error,) = [p for p in town.ok("check", "summer", code=1)["problems"]
                if p["severity"] == "error"]  # fmt: skip
    assert (error["message"], error["hint"]) == (
        "there is no campaign 'sprng'", "did you mean 'spring'?"
    )  # fmt: skip
    assert (error["file"], error["line"]) == ("campaigns/summer.yaml", 5)
    town.campaign("summer", 'not received("summer") and not reached("tasting", "spring")')
    assert town.launch("summer", now=MONDAY)["enrolled"] == 4


def test_a_running_campaign_goes_on_when_the_file_it_names_is_gone(town: Workspace) -> None:
    """`when` named a campaign that was never launched: nobody received it."""
    town.campaign("later")
    town.campaign(
        "spring",
        steps='  - {step: ring, channel: task, when: not received("later")}\n',
    )
    town.launch("spring", now=MONDAY)
    (town.folder / "campaigns" / "later.yaml").unlink()

    assert town.ok("run", now=MONDAY)["tasks"] == 3


def test_a_deleted_word_of_the_language_is_not_the_whole_base(town: Workspace) -> None:
    for command in (["contacts", "count"], ["contacts", "list"], ["contacts", "export", "x.csv"]):
        for expression in ("", "  "):
            done = town.run(*command, expression, "--json")
            assert (done.code, done.errors[0]["message"]) == (1, "the expression is empty")
    assert not (town.folder / "x.csv").exists()
