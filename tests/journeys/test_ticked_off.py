"""A promise ticked off is a recording like others: listed, and taken back by itself."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from workspaces import Workspace

pytestmark = pytest.mark.usefixtures("base")

HEADER = "Ref;First name;Last name;E-mail;Phone;City"


@pytest.fixture
def two(workspace: Workspace) -> Workspace:
    workspace.people(
        [("a", "Anne", "Adam", "a@mail.example", "0299000001", "Rennes"),
         ("b", "Ben", "Blum", "b@mail.example", "0299000002", "Rennes")],
        HEADER,
    )  # fmt: skip
    return workspace


def day(workspace: Workspace, now: str) -> Any:
    return workspace.ok("today", now=now)["today"]


def test_undo_takes_back_the_promise_just_ticked_and_nothing_before_it(two: Workspace) -> None:
    two.ok("record", "a", "promised", "--back-on", "2027-03-10", now="2027-03-01T09:00")
    two.ok("record", "b", "replied", now="2027-03-02T09:00")
    [promise] = day(two, "2027-03-10T08:00")["follow_ups"]
    two.ok("today", "--done", str(promise["n"]), now="2027-03-10T09:00")
    assert day(two, "2027-03-10T09:30")["follow_ups"] == []

    first, *rest = two.ok("undo", "--list")["recordings"]
    assert (first["name"], first["stage"], first["kept"]) == ("Anne Adam", None, "promise")
    assert [one["stage"] for one in rest] == ["replied", "promised"]
    listed = two.run("undo", "--list").out
    assert "done: promised" in listed

    done = two.run("undo", "--yes", now="2027-03-10T10:00")
    assert "Anne Adam, done: promised, of 10 Mar 2027" in done.out
    assert "1 promise is open again: outreach today" in done.out
    [again] = day(two, "2027-03-10T11:00")["follow_ups"]
    assert (again["n"], again["done_at"]) == (promise["n"], None)
    assert [one["stage"] for one in two.ok("undo", "--list")["recordings"]] == [
        "replied", "promised",
    ]  # fmt: skip


def test_several_ticked_at_once_are_one_recording(two: Workspace) -> None:
    for who in "ab":
        two.ok("record", who, "promised", "--back-on", "2027-03-10", now="2027-03-01T09:00")
    numbers = [str(one["n"]) for one in day(two, "2027-03-10T08:00")["follow_ups"]]
    words = [word for number in numbers for word in ("--done", number)]
    two.ok("today", *words, now="2027-03-10T09:00")

    undone = two.ok("undo", "--yes", now="2027-03-10T10:00")
    assert (undone["recordings"], undone["together"]) == (2, 2)
    assert len(day(two, "2027-03-10T11:00")["follow_ups"]) == 2


def test_who_waits_for_an_answer_waits_again(two: Workspace) -> None:
    two.ok("record", "a", "inbound", "--origin", "web", now="2027-03-01T09:00")
    [waiting] = day(two, "2027-03-01T10:00")["inquiries"]
    two.ok("today", "--done", str(waiting["n"]), now="2027-03-01T11:00")
    assert day(two, "2027-03-01T11:30")["inquiries"] == []
    two.ok("undo", "--yes", now="2027-03-01T12:00")
    [again] = day(two, "2027-03-01T12:30")["inquiries"]
    assert again["n"] == waiting["n"]


def test_a_latent_one_has_his_day_again(two: Workspace) -> None:
    two.ok("record", "a", "latent", "--back-on", "2027-03-10", "--reason", "later",
           now="2027-03-01T09:00")  # fmt: skip
    [latent] = day(two, "2027-03-10T08:00")["latent"]
    two.ok("today", "--done", str(latent["n"]), now="2027-03-10T09:00")
    assert day(two, "2027-03-11T09:00")["latent"] == []
    two.ok("undo", "--yes", now="2027-03-10T10:00")
    [again] = day(two, "2027-03-11T09:00")["latent"]
    assert (again["n"], again["until"]) == (latent["n"], "2027-03-10")


def test_who_was_thanked_is_to_be_thanked_again(two: Workspace) -> None:
    two.ok("record", "a", "inbound", "--referrer", "b", now="2027-03-01T09:00")
    [thank] = day(two, "2027-03-02T08:00")["follow_ups"]
    two.ok("today", "--done", str(thank["n"]), now="2027-03-02T09:00")
    [thanked] = two.ok("referrals", now="2027-03-02T10:00")["referrals"]
    assert thanked["thanked_on"] == "2027-03-02"
    two.ok("undo", "--yes", now="2027-03-02T10:00")
    [waiting] = two.ok("referrals", now="2027-03-02T11:00")["referrals"]
    assert waiting["thanked_on"] is None


@pytest.mark.parametrize("stage", ["replied", "appointment", "quote"])
def test_an_answer_may_agree_on_a_day(two: Workspace, stage: str) -> None:
    """The day is a promise of ours, as `calls next` writes it; `undo` takes back both."""
    told = two.run("record", "a", stage, "--back-on", "2027-03-10", "--note", "at the fair",
                   now="2027-03-01T09:00")  # fmt: skip
    assert "Noted for 10 Mar 2027; see outreach today." in told.out
    [promise] = day(two, "2027-03-10T08:00")["follow_ups"]
    assert (promise["kind"], promise["due_on"], promise["note"]) == (
        "promise", "2027-03-10", "at the fair",
    )  # fmt: skip
    two.ok("undo", "--yes", now="2027-03-10T09:00")
    assert day(two, "2027-03-10T10:00")["follow_ups"] == []


def test_a_call_that_kept_a_promise_is_taken_back_with_it(two: Workspace) -> None:
    """Nobody answered the call that was promised: the call and its promise are one recording."""
    two.ok("record", "a", "call_back", "--back-on", "2027-03-02", now="2027-03-01T09:00")
    done = subprocess.run(
        [sys.executable, "-m", "outreach", "calls", "next", "--json", "--now", "2027-03-02T10:00"],
        cwd=two.folder, input="2\n\n\n\n", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done
    assert [one["stage"] for one in two.ok("undo", "--list")["recordings"]] == [
        "no_answer", "call_back",
    ]  # fmt: skip
    assert day(two, "2027-03-02T11:00")["follow_ups"] == []
    two.ok("undo", "--yes", now="2027-03-02T12:00")
    [again] = day(two, "2027-03-02T13:00")["follow_ups"]
    assert (again["kind"], again["done_at"]) == ("call_back", None)
    assert [one["stage"] for one in two.ok("undo", "--list")["recordings"]] == ["call_back"]
