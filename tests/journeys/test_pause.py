"""A campaign is held back, taken up again, ended for good; also while a run is sending it."""

from __future__ import annotations

import json
import os
import pty
import subprocess

import pytest
from smtp_servers import SmtpServer
from workspaces import PROGRAM, Workspace, mail, until

MONDAY = "2027-03-01T09:00"
LATER = "2027-03-01T12:00"
TUESDAY = "2027-03-02T12:00"


@pytest.fixture
def people(workspace: Workspace) -> list[str]:
    """Three people to whom a mail and, a day later, a call are due."""
    addresses = workspace.townspeople(3)
    steps = mail() + "  - {step: task, channel: task, after: mail + 1 days}\n"
    workspace.campaign("spring", steps=steps)
    workspace.launch("spring", now=MONDAY)
    return addresses


def test_a_paused_campaign_sends_nothing_and_says_why(
    workspace: Workspace, people: list[str]
) -> None:
    paused = workspace.ok("pause", "spring", "--reason", "the price is wrong", now=MONDAY)
    assert paused == {
        "campaign": "spring", "state": "paused", "changed": True,
        "since": "2027-03-01T09:00:00+01:00", "reason": "the price is wrong",
    }  # fmt: skip

    with SmtpServer() as server:
        workspace.settings(server.port)
        ran = workspace.ok("run", now=LATER)
        assert (ran["sent"], ran["remaining"], server.received) == (0, 0, [])
        assert workspace.by_state("spring") == {"due": 3}
        status = workspace.ok("status", "spring")
        assert (status["state"], status["reason"]) == ("paused", "the price is wrong")
        assert "Paused since" in workspace.run("status", "spring").out
        assert "the price is wrong" in workspace.run("report", "spring").out
        assert workspace.ok("report", "spring")["state"] == "paused"
        what = "mail waits: the campaign is paused: the price is wrong"
        assert workspace.next_of(people[0])["what"] == what

        resumed = workspace.ok("resume", "spring", now=LATER)
        assert (resumed["state"], resumed["changed"], resumed["reason"]) == ("running", True, None)
        assert workspace.ok("run", now=LATER)["sent"] == 3
    assert sorted(server.recipients) == people


def test_said_twice_it_is_done_once(workspace: Workspace, people: list[str]) -> None:
    assert not workspace.ok("resume", "spring", now=MONDAY)["changed"]
    workspace.ok("pause", "spring", "--reason", "first", now=MONDAY)
    again = workspace.ok("pause", "spring", "--reason", "second", now=LATER)
    assert (again["changed"], again["reason"]) == (False, "first")
    assert "was paused already" in workspace.run("pause", "spring").out
    workspace.ok("stop", "spring", "--yes", now=LATER)
    again = workspace.ok("stop", "spring", now=LATER)
    assert (again["state"], again["changed"], again["cancelled"]) == ("stopped", False, 0)


def test_what_is_not_launched_cannot_be_paused(workspace: Workspace) -> None:
    workspace.campaign("autumn")
    for command in ("pause", "resume", "stop"):
        refused = workspace.run(command, "autumn", "--json")
        assert refused.code == 1
        (error,) = refused.errors
        assert (error["message"], error["hint"]) == (
            "no campaign 'autumn' was launched",
            "start it with: outreach launch autumn",
        )
        unknown = workspace.run(command, "automn", "--json")
        assert (unknown.code, "autumn" in unknown.errors[0]["hint"]) == (2, True)


def test_a_stopped_campaign_is_over_for_good(workspace: Workspace, people: list[str]) -> None:
    """One mail was sent: its call is cancelled, and so are the two mails; the history stays."""
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.ok("run", "--limit", "1", now=MONDAY)
        stopped = workspace.ok("stop", "spring", "--yes", now=LATER)
        assert (stopped["state"], stopped["cancelled"]) == ("stopped", 3)
        assert workspace.by_state("spring") == {"sent": 1, "cancelled": 3}
        assert workspace.ok("run", now=TUESDAY)["sent"] == 0
    assert len(server.received) == 1
    (reached,) = server.recipients
    for who in people:
        story = workspace.ok("why", who)["campaigns"][0]
        assert story["next"]["reason"] == "stopped"
        kinds = [line["kind"] for line in story["past"]]
        assert kinds[-1] == "cancelled"
        assert ("touched" in kinds) is (who == reached)
    assert "the campaign was stopped" in workspace.run("why", people[0]).out
    assert "Stopped on" in workspace.run("status", "spring").out
    for command in ("pause", "resume"):
        refused = workspace.run(command, "spring", "--json")
        assert (refused.code, refused.errors[0]["message"]) == (
            1,
            "the campaign 'spring' was stopped for good",
        )


def test_an_end_must_be_confirmed(workspace: Workspace, people: list[str]) -> None:
    refused = workspace.run("stop", "spring", "--json")

    assert refused.code == 1
    assert refused.errors[0]["message"] == "nobody confirmed the end of 'spring': it goes on"
    assert workspace.ok("status", "spring")["state"] == "running"


@pytest.mark.parametrize(("answer", "state"), [("y", "stopped"), ("n", "running")])
def test_on_a_terminal_the_end_is_asked_for(
    workspace: Workspace, people: list[str], answer: str, state: str
) -> None:
    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    stop = subprocess.Popen(
        [*PROGRAM, "stop", "spring"], cwd=workspace.folder, env=environment,
        stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while b"for good?" not in b" ".join(shown.split()):
        shown += os.read(ours, 1000)
    os.write(ours, f"{answer}\n".encode())
    assert stop.wait(30) == (0 if answer == "y" else 1)
    os.close(ours)
    assert "3 steps that wait" in " ".join(shown.decode().split())
    assert workspace.ok("status", "spring")["state"] == state


@pytest.mark.parametrize("command", [("pause", "spring"), ("stop", "spring", "--yes")])
def test_a_run_that_is_sending_obeys_within_a_second(
    workspace: Workspace, command: tuple[str, ...]
) -> None:
    """Four a second leave; after the word only what was on the wire still arrives."""
    workspace.townspeople(40)
    workspace.campaign("spring")
    with SmtpServer() as server:
        workspace.settings(server.port, connections=1, limits="{per_second: 4}")
        workspace.launch("spring")
        run = workspace.start("run", "--json")
        until(lambda: len(server.received) >= 3, run)
        workspace.ok(*command)
        told = len(server.received)
        out, err = run.communicate(timeout=60)
        arrived = len(server.received)
    assert run.returncode == 0, (out, err)
    # A second's worth, and what was on the wire; 40 would come if it went on.
    assert arrived - told <= 8
    assert json.loads(out)["sent"] == arrived
    # Whoever only sees the run learns why it ended, and that nothing comes by itself.
    assert json.loads(out)["not_before"] is None
    assert ("Paused since" in err) == (command[0] == "pause")
    states = workspace.by_state("spring")
    left = "due" if command[0] == "pause" else "cancelled"
    assert states == {"sent": arrived, left: 40 - arrived}
