"""The commercial action plan: objectives, projects, actions; what is late, improvised, lacking."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from workspaces import Workspace

NEW_YEAR = "2027-01-04T09:00"
MARCH = "2027-03-31T12:00"
TEAM = "team:\n  marie: {name: Marie Le Goff, visits_per_day: 4}\n"
GOAL = "Win 60,000 EUR from schools"


@pytest.fixture
def here(workspace: Workspace) -> Workspace:
    """A workspace with a seller and the objective of B5: 60,000 over twelve months."""
    workspace.settings(more=TEAM)
    workspace.ok(
        "plan", "objectives", "add", GOAL, "--metric", "revenue", "--target", "60 000", "--unit",
        "EUR", "--start", "2027-01-01", "--by", "2027-12-31", "--checkpoint", "2027-03-31",
        "--checkpoint", "2027-06-30", "--owner", "marie", now=NEW_YEAR,
    )  # fmt: skip
    return workspace


def order(workspace: Workspace, who: str, amount: str, day: str) -> None:
    workspace.ok("record", who, "order", "--amount", amount, "--on", day, now=MARCH)


# --- objectives -------------------------------------------------------------------------------


def test_15_000_of_60_000_are_planned_after_three_months_and_12_000_are_80_percent(
    here: Workspace,
) -> None:
    here.townspeople(2)
    order(here, "p001", "7000", "2027-02-01")
    order(here, "p002", "5000", "2027-03-31")
    (goal,) = here.ok("plan", "objectives", now=MARCH)["objectives"]
    first, second = goal["checkpoints"]
    assert first == {
        "on": "2027-03-31", "expected": 15000, "realised": 12000, "variance": -3000,
        "achievement": 0.8, "note": None,
    }  # fmt: skip
    assert (second["expected"], second["realised"]) == (30000, None)
    assert goal["ahead"]["remaining"] == 48000
    assert goal["smart"]
    told = here.run("plan", "objectives", "show", GOAL, now=MARCH).out
    assert "-3,000" in told
    assert "80%" in told


def test_an_objective_may_be_about_an_area_or_a_campaign_or_a_segment(here: Workspace) -> None:
    here.townspeople(1)
    here.people([("q1", "Autre", "q1@mail.example", "Lille")])
    order(here, "p001", "100", "2027-02-01")
    order(here, "q1", "40", "2027-02-01")
    here.ok("plan", "areas", "add", "Nord", 'city = "Lille"', now=NEW_YEAR)
    here.ok("segment", "save", "bretons", 'city = "Rennes"')
    for name, words, amount in (
        ("Win the north", ("--area", "nord"), 40),
        ("Win Brittany", ("--segment", "bretons"), 100),
        ("Win by letters", ("--campaign", "letters"), 0),
    ):
        found = here.ok("plan", "objectives", "add", name, "--metric", "revenue", "--target",
                        "200", "--start", "2027-01-01", "--by", "2027-12-31", *words,
                        now=MARCH)  # fmt: skip
        assert found["now"]["realised"] == amount, name
    assert here.run("plan", "objectives", "add", "x", "--area", "Nrod", now=MARCH).code == 1


def test_a_product_or_a_quality_is_looked_at_by_somebody(here: Workspace) -> None:
    here.ok(
        "plan", "objectives", "add", "Launch the herbal tea", "--metric", "orders",
        "--target", "50", "--product", "Tisane", "--by", "2027-06-30", now=NEW_YEAR,
    )  # fmt: skip
    found = here.ok("plan", "objectives", "found", "launch the herbal tea", "--realised", "20",
                    "--on", "2027-03-30", now=MARCH)  # fmt: skip
    assert found["now"]["realised"] == 20
    better = here.ok(
        "plan", "objectives", "add", "Answer every request the same day", "--note",
        "nobody complains", "--by", "2027-09-30", "--owner", "marie", now=NEW_YEAR,
    )  # fmt: skip
    assert (better["kind"], better["smart"], better["now"]) == ("qualitative", True, None)
    counted = here.run("plan", "objectives", "found", GOAL, "--realised", "5", now=MARCH)
    assert counted.code == 2
    assert "counts revenue by itself" in counted.err
    future = here.run("plan", "objectives", "found", "Launch the herbal tea", "--realised", "5",
                      "--on", "2027-04-01", now=MARCH)  # fmt: skip
    assert future.code == 2


def test_objectives_are_changed_emptied_renamed_and_forgotten(here: Workspace) -> None:
    edited = here.ok("plan", "objectives", "edit", GOAL.lower(), "--name", "Win schools",
                     "--target", "70000", "--owner", "-", now=MARCH)  # fmt: skip
    assert (edited["name"], edited["target"], edited["owner"]) == ("Win schools", 70000, None)
    assert edited["baseline"] is None
    assert here.run("plan", "objectives", "edit", "Win schools", "--by", "2026-01-01").code == 2
    assert "did you mean 'Win schools'" in here.run("plan", "objectives", "show", "Win school").err
    assert here.run("plan", "objectives", "add", "WIN SCHOOLS").code == 2
    here.ok("plan", "objectives", "remove", "win schools")
    assert here.ok("plan", "objectives")["objectives"] == []


def test_the_vision_stands_with_the_plan(here: Workspace) -> None:
    assert here.ok("plan", "vision")["vision"] is None
    here.ok("plan", "vision", "The first workshop of the region in 2032", now=NEW_YEAR)
    assert here.ok("plan", "vision") == {
        "vision": "The first workshop of the region in 2032", "noted_on": "2027-01-04",
    }  # fmt: skip
    assert "2032" in here.run("plan", "actions", now=MARCH).out
    assert here.run("plan", "vision", "  ").code == 2
    # As everywhere in the plan, a lone dash takes away what was noted; it is no text.
    assert here.ok("plan", "vision", "-") == {"vision": None, "noted_on": None}
    assert here.ok("plan", "vision")["vision"] is None


# --- actions ----------------------------------------------------------------------------------


def open_day(here: Workspace, *more: str, now: str = NEW_YEAR) -> dict[str, object]:
    found: dict[str, object] = here.ok(
        "plan", "actions", "add", "Open day", "--project", "Schools", "--objective", GOAL,
        "--theme", "conquest", "--offer", "a guided tour", "--step", "2027-02-01 choose schools",
        "--step", "print", "--owner", "marie", "--means", "the bus", "--with", "town hall",
        "--budget", "600", "--start", "2027-03-01", "--end", "2027-04-15", *more, now=now,
    )  # fmt: skip
    return found


def test_an_action_says_who_does_what_with_which_means_until_when(here: Workspace) -> None:
    found = open_day(here)
    assert found["steps"] == [
        {"what": "choose schools", "on": "2027-02-01", "done": False},
        {"what": "print", "on": None, "done": False},
    ]
    told = ("owner", "means", "with", "budget", "term", "state")
    assert {name: found[name] for name in told} == {
        "owner": "marie", "means": "the bus", "with": ["town hall"], "budget": 600,
        "term": "short", "state": "planned",
    }  # fmt: skip
    assert found["flags"] == []
    ticked = here.ok("plan", "actions", "done", "1", "--step", "2", now="2027-02-02T09:00")
    assert [step["done"] for step in ticked["steps"]] == [False, True]
    assert here.run("plan", "actions", "done", "1", "--step", "3").code == 2
    done = here.ok("plan", "actions", "done", "open day", "--result", "12 came", now=MARCH)
    assert (done["state"], done["result"]) == ("done", "12 came")


def test_what_is_late_or_lacks_an_offer_or_an_objective_is_told(here: Workspace) -> None:
    here.ok("plan", "actions", "add", "Call everybody", "--start", "2027-03-01", "--end",
            "2027-03-15", now=MARCH)  # fmt: skip
    plan = here.ok("plan", "actions", now=MARCH)
    (action,) = plan["actions"]
    assert action["flags"] == ["late", "improvised", "no_offer", "no_objective", "no_owner"]
    assert plan["late"] == 1
    told = here.run("plan", "actions", now=MARCH).out
    assert "improvised" in told
    assert "nothing to offer, no action" in told


def test_a_campaign_brings_its_cost_and_result_and_one_outside_the_plan_was_improvised(
    here: Workspace,
) -> None:
    rows = [(f"p00{n}", f"Name-{n}", f"p{n}@mail.example", "Rennes", f"029900000{n}")
            for n in (1, 2, 3)]  # fmt: skip
    here.people(rows, header="Ref;Last name;E-mail;City;Phone")
    for name in ("open-day", "flyer"):
        here.campaign(
            name, steps="  - {step: call, channel: call, cost: 2}\n",
            head="alongside: true\nfixed_costs: {file: 50}\n",
        )  # fmt: skip
        here.launch(name, now="2027-03-01T09:00")
    here.ok("record", "p001", "appointment", "--campaign", "open-day", "--on", "2027-03-02",
            now=MARCH)  # fmt: skip
    here.ok("record", "p001", "order", "--amount", "900", "--margin", "300", "--campaign",
            "open-day", "--on", "2027-03-05", now=MARCH)  # fmt: skip
    open_day(here, "--campaign", "open-day")
    plan = here.ok("plan", "actions", now=MARCH)
    actual = plan["actions"][0]["actual"]
    assert (actual["launched_on"], actual["orders"], actual["revenue"]) == ("2027-03-01", 1, 900)
    assert actual["cost"] >= 50
    assert plan["revenue"] == 900
    assert plan["improvised"] == [{"campaign": "flyer", "launched_on": "2027-03-01"}]
    report = here.ok("report", "open-day", now=MARCH)
    assert actual["cost"] == report["cost"]["total"]


def test_a_plan_comes_from_a_table_whole_or_not_at_all(here: Workspace) -> None:
    here.write(
        "plan.csv",
        "Action;Projet;Objectif;Thème;Étapes;Responsable;Budget;Début;Fin;Avec qui;Terme\n"
        f"Salon;Écoles;{GOAL};fidélisation;2027-05-01 réserver; monter le stand ;marie;"
        "1 200,50;01/06/2027;05/06/2027;Mairie;moyen\n".replace("; monter le stand ;", ";"),
    )
    assert here.ok("plan", "actions", "import", "plan.csv", "--dry-run", now=NEW_YEAR) == {
        "added": 0, "read": 1, "numbers": [], "not_read": [],
    }  # fmt: skip
    here.ok("plan", "actions", "import", "plan.csv", now=NEW_YEAR)
    (action,) = here.ok("plan", "actions", now=NEW_YEAR)["actions"]
    assert {name: action[name] for name in ("name", "theme", "budget", "start", "end", "term")} == {
        "name": "Salon", "theme": "loyalty", "budget": 1200.5, "start": "2027-06-01",
        "end": "2027-06-05", "term": "medium",
    }  # fmt: skip
    here.write(
        "wrong.csv",
        "Action;Objectif;Thème;Budget;Début;Fin;Responsable\n"
        "Fine;;;;;;\n"
        "Theme;;conqete;;;;\n"
        "Goal;Win nothing;;;;;\n"
        "Money;;;12,345;;;\n"
        "Backwards;;;;2027-03-01;2027-02-01;\n"
        "Who;;;;;;marei\n",
    )
    wrong = here.run("plan", "actions", "import", "wrong.csv", now=NEW_YEAR)
    assert wrong.code == 1
    for line in (3, 4, 5, 6, 7):
        assert f"wrong.csv:{line}" in wrong.err
    assert "did you mean 'marie'" in wrong.err
    assert len(here.ok("plan", "actions", now=NEW_YEAR)["actions"]) == 1
    here.write("none.csv", "What;When\na;b\n")
    assert here.run("plan", "actions", "import", "none.csv").code == 1


def test_the_plan_leaves_as_a_workbook_with_sums_and_as_a_calendar(here: Workspace) -> None:
    open_day(here)
    here.ok("plan", "actions", "add", "Fair", "--project", "Schools", "--objective", GOAL,
            "--budget", "400", "--offer", "x", now=NEW_YEAR)  # fmt: skip
    found = here.ok("plan", "actions", "list", "--xlsx", "plan.xlsx", "--ics", "plan.ics",
                    now=NEW_YEAR)  # fmt: skip
    assert (found["budget"], found["xlsx"], found["ics"]) == (1000, "plan.xlsx", "plan.ics")
    cells = [
        str(cell.value) for sheet in load_workbook("plan.xlsx") for row in sheet for cell in row
    ]
    assert {"Open day", "a guided tour", "the bus", "town hall", "short term"} <= set(cells)
    assert "choose schools (1 Feb 2027); print" in cells
    assert any(cell.startswith("=SUM(") for cell in cells)

    content = Path("plan.ics").read_bytes()
    action, step = Calendar.from_ical(content).walk("VEVENT")
    assert (action.decoded("dtstart"), action.decoded("dtend")) == (
        date(2027, 3, 1), date(2027, 4, 16),
    )  # fmt: skip
    assert step.decoded("dtstart") == date(2027, 2, 1)
    uids = [str(action["uid"]), str(step["uid"])]
    here.ok("plan", "actions", "edit", "1", "--start", "2027-03-08", now=MARCH)
    here.ok("plan", "actions", "--ics", "plan.ics", now=MARCH)
    later = Calendar.from_ical(Path("plan.ics").read_bytes()).walk("VEVENT")
    assert [str(event["uid"]) for event in later] == uids
    assert later[0].decoded("dtstart") == date(2027, 3, 8)


def test_actions_are_changed_emptied_and_taken_out(here: Workspace) -> None:
    open_day(here)
    edited = here.ok("plan", "actions", "edit", "1", "--offer", "-", "--term", "long", "--name",
                     "Open doors", now=MARCH)  # fmt: skip
    assert (edited["offer"], edited["term"], edited["name"]) == (None, "long", "Open doors")
    assert edited["budget"] == 600
    assert "no_offer" in edited["flags"]
    assert here.run("plan", "actions", "edit", "1", "--end", "2026-01-01").code == 1
    assert here.run("plan", "actions", "edit", "9").code == 1
    assert here.run("plan", "actions", "edit", "1", "--budget", "-5").code in (1, 2)
    here.ok("plan", "actions", "remove", "open doors")
    assert here.ok("plan", "actions", now=MARCH)["actions"] == []


def test_the_plan_fits_80_columns(here: Workspace) -> None:
    open_day(here)
    for words in (("plan", "actions"), ("plan", "actions", "show", "1"), ("plan", "objectives")):
        lines = here.run(*words, now=MARCH).out.splitlines()
        assert max(map(len, lines)) <= 80, words
