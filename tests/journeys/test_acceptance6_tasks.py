"""Issue 6, 5.1 and 5.6: a step of channel `task` is seen, ticked off, counted."""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import Workspace

MONDAY = "2027-03-01T09:00"
GUIDE = """\
title: "File of {{ last_name }}"
introduction: ["Put the plan of {{ city }} and a price list into the file of {{ first_name }}."]
notes: ["What was missing."]
"""
STEPS = """\
  - {step: file, channel: task, guide: tasks/file.yaml, minutes: 10}
  - {step: call, channel: call, after: file + 2 working days}
"""


@pytest.fixture
def spring(workspace: Workspace) -> Workspace:
    workspace.settings(
        more="team: {marie: {name: Marie Le Goff}, yann: {name: Yann Morvan}}\n"
        "costs: {minute: 0.60}\n"
    )
    workspace.write("templates/tasks/file.yaml", GUIDE)
    workspace.people(
        [
            ("a", "Anne", "Adam", "0299000001", "Adam SA", "Rennes"),
            ("b", "Bruno", "Bois", "0299000002", "Bois SA", "Rennes"),
        ],
        "Ref;First name;Last name;Phone;Company;City",
    )
    workspace.campaign("spring", steps=STEPS)
    workspace.launch("spring", now=MONDAY)
    return workspace


def tasks(workspace: Workspace, *words: str, now: str = MONDAY) -> list[Any]:
    found: list[Any] = workspace.ok("tasks", *words, now=now)["tasks"]
    return found


def test_a_task_is_listed_with_its_guide_ticked_off_and_followed(spring: Workspace) -> None:
    """Done on Tuesday: the call is due on Thursday, two working days later."""
    first, second = tasks(spring)
    assert (first["name"], first["campaign"], first["step"], first["due"]) == (
        "Anne Adam", "spring", "file", "2027-03-01T09:00:00+01:00",
    )  # fmt: skip
    assert first["guide"][0]["lines"] == [
        "Put the plan of Rennes and a price list into the file of Anne."
    ]
    assert second["name"] == "Bruno Bois"
    assert "Put the plan of Rennes" in spring.run("tasks", "spring", now=MONDAY).out
    assert "outreach tasks" in spring.run("today", now=MONDAY).out
    assert "see outreach tasks" in spring.run("why", "a", now=MONDAY).out

    answer = spring.ok(
        "tasks", "done", "a", "--by", "marie", "--minutes", "15", "--note", "no plan yet",
        now="2027-03-02T11:00",
    )  # fmt: skip
    (done,) = answer["done"]
    assert (done["name"], done["campaign"], done["step"]) == ("Anne Adam", "spring", "file")
    assert (done["next"]["step"], done["next"]["at"]) == ("call", "2027-03-04T00:00:00+01:00")
    assert [one["name"] for one in tasks(spring, now="2027-03-02T11:00")] == ["Bruno Bois"]
    assert spring.ok("today", now="2027-03-02T11:00")["today"]["tasks"] == 1

    told = spring.run("why", "a", now="2027-03-02T12:00").out
    assert "no plan yet" in told
    assert "Marie Le Goff" in told
    # A task is our own work: nobody was contacted by it. 15 minutes at 0.60.
    report = spring.ok("report", "spring", now="2027-03-02T12:00")
    assert report["chain"][0] == report["chain"][0] | {"stage": "contacted", "contacts": 0}
    assert report["cost"]["total"] == 9
    assert spring.ok("contacts", "show", "a", now="2027-03-02T12:00")["kind"] == "suspect"


def test_a_task_done_earlier_counts_from_its_day_and_undo_brings_it_back(
    spring: Workspace,
) -> None:
    """Done last Friday: the call was due on Tuesday. Both people at once are one recording."""
    both = spring.ok("tasks", "done", "a", "b", "--on", "2027-03-05", now="2027-03-08T09:00")
    assert [one["next"]["at"] for one in both["done"]] == ["2027-03-09T00:00:00+01:00"] * 2
    assert tasks(spring, now="2027-03-08T09:00") == []
    again = spring.run("tasks", "done", "a", "--json", now="2027-03-08T09:30")
    assert again.code == 1
    assert again.errors[0]["message"] == "nothing of Anne Adam is to be done"
    spring.ok("undo", "--yes", now="2027-03-08T10:00")
    assert [one["name"] for one in tasks(spring, now="2027-03-08T10:00")] == [
        "Anne Adam", "Bruno Bois",
    ]  # fmt: skip
    assert [spring.next_of(who)["step"] for who in "ab"] == ["file", "file"]


def test_a_list_of_tasks_is_somebodys_and_of_a_day(spring: Workspace) -> None:
    spring.ok("run", now=MONDAY)
    given = {one["name"]: one["by"] for one in tasks(spring)}
    assert sorted(given.values()) == ["marie", "yann"]
    mine = tasks(spring, "--for", "marie")
    assert [given[one["name"]] for one in mine] == ["marie"]
    assert tasks(spring, "--day", "tomorrow") == []
    wrong = spring.run("tasks", "done", "nobody@here.example", "--json", now=MONDAY)
    assert (wrong.code, len(wrong.errors)) == (2, 1)


def test_of_two_tasks_of_a_person_one_is_named(spring: Workspace) -> None:
    spring.campaign("summer", 'first_name = "Anne"', head="alongside: true\n",
                    steps="  - {step: parcel, channel: task}\n")  # fmt: skip
    spring.launch("summer", now=MONDAY)
    which = spring.run("tasks", "done", "a", "--json", now=MONDAY)
    assert which.code == 2
    assert "spring/file, summer/parcel" in which.errors[0]["message"]
    (done,) = spring.ok("tasks", "done", "a", "--campaign", "summer", now=MONDAY)["done"]
    assert (done["step"], done["next"]["what"]) == ("parcel", "every step is done")
    assert [one["step"] for one in tasks(spring)] == ["file", "file"]
