"""A task put off to another day: by whom, why, and taken back like any recording."""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import Workspace

from outreach.store.engine import Database

pytestmark = pytest.mark.usefixtures("base")

MONDAY = "2027-03-01T09:00"
STEPS = """\
  - {step: file, channel: task}
  - {step: call, channel: call, after: file + 2 working days}
"""


@pytest.fixture
def spring(workspace: Workspace, base: Database) -> Workspace:
    """Two people whose file is to be made on Monday, 1 March 2027; Marie has one task a day."""
    settings = (workspace.folder / "outreach.yaml").read_text()
    workspace.write("outreach.yaml", settings + "team: {marie: {name: Marie}}\n")
    workspace.people(
        [("a", "Anne", "Adam", "0299000001", "Rennes"),
         ("b", "Bruno", "Bois", "0299000002", "Rennes")],
        "Ref;First name;Last name;Phone;City",
    )  # fmt: skip
    workspace.campaign("spring", steps=STEPS, head="not_after: 2027-03-31\n")
    workspace.launch("spring", now=MONDAY)
    return workspace


def names(workspace: Workspace, now: str) -> list[Any]:
    return [one["name"] for one in workspace.ok("tasks", now=now)["tasks"]]


def test_a_task_put_off_is_on_the_list_of_its_day(spring: Workspace) -> None:
    [later] = spring.ok("tasks", "later", "a", "--to", "2027-03-04", "--by", "marie",
                        "--note", "plan is missing", now=MONDAY)["later"]  # fmt: skip
    assert (later["name"], later["step"], later["was"], later["to"]) == (
        "Anne Adam", "file", "2027-03-01", "2027-03-04",
    )  # fmt: skip
    spring.ok("run", now="2027-03-01T10:00")
    assert names(spring, "2027-03-03T09:00") == ["Bruno Bois"]
    assert names(spring, "2027-03-04T09:00") == ["Bruno Bois", "Anne Adam"]
    story = " ".join(spring.run("why", "a", now="2027-03-02T09:00").out.split())
    assert "file put off to 4 Mar 2027 – plan is missing" in story
    assert "last_contacted_on" not in story
    # Nothing of it is a touch, or a word of hers.
    assert spring.ok("contacts", "count", "touch_count > 0")["count"] == 0

    spring.ok("tasks", "done", "a", now="2027-03-04T10:00")
    assert spring.next_of("a")["at"][:10] == "2027-03-08"


def test_it_is_taken_back_and_stands_where_it_stood(spring: Workspace) -> None:
    spring.ok("tasks", "later", "a", "b", "--to", "2027-03-04", now=MONDAY)
    assert names(spring, "2027-03-02T09:00") == []
    listed = spring.run("undo", "--list").out
    assert "put off to 4 Mar 2027" in listed
    assert spring.ok("undo", "--yes", now="2027-03-02T10:00")["recordings"] == 2
    assert names(spring, "2027-03-02T11:00") == ["Anne Adam", "Bruno Bois"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a", "--to", "2027-02-27"), "27 Feb 2027 has passed"),
        (("a", "--to", "2027-03-01"), "a task is put off to a day to come"),
        (("a", "--to", "2027-04-02"), "the last day of step 'file' is 31 Mar 2027"),
        (("a", "--to", "whenever"), "'whenever' is no day"),
        (("a",), "--to"),
    ],
)
def test_a_day_that_cannot_be_is_refused(
    spring: Workspace, words: tuple[str, ...], said: str
) -> None:
    done = spring.run("tasks", "later", *words, "--json", now=MONDAY)
    assert done.code in (1, 2)
    assert said in done.errors[0]["message"]
    assert names(spring, MONDAY) == ["Anne Adam", "Bruno Bois"]


def test_what_was_done_and_what_was_put_off_have_the_number_they_are_taken_back_by(
    spring: Workspace,
) -> None:
    [later] = spring.ok("tasks", "later", "a", "--to", "2027-03-04", now=MONDAY)["later"]
    [done] = spring.ok("tasks", "done", "b", now=MONDAY)["done"]
    taken = spring.ok("undo", str(later["number"]), "--yes", now="2027-03-01T10:00")
    assert (taken["number"], taken["name"]) == (later["number"], "Anne Adam")
    assert names(spring, "2027-03-01T11:00") == ["Anne Adam"]
    taken = spring.ok("undo", str(done["number"]), "--yes", now="2027-03-01T11:00")
    assert (taken["number"], taken["name"]) == (done["number"], "Bruno Bois")
    assert names(spring, "2027-03-01T12:00") == ["Anne Adam", "Bruno Bois"]

    told = spring.run("tasks", "later", "a", "b", "--to", "2027-03-05", "--now", MONDAY).out
    number = told.split("no. ")[1].split(";")[0]
    assert spring.ok("undo", number, "--yes", now="2027-03-01T12:00")["recordings"] == 2
    ticked = spring.run("tasks", "done", "a", "b", "--now", MONDAY).out
    number = ticked.split("no. ")[1].split(";")[0]
    assert spring.ok("undo", number, "--yes", now="2027-03-01T13:00")["recordings"] == 2
