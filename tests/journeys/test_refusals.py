"""Who refuses and is written to all the same: said when it is recorded, and before the launch."""

from __future__ import annotations

import pytest
from workspaces import Workspace, mail

HEADER = "Ref;First name;Last name;E-mail;Phone;City"
FIRST, SECOND = mail("mail"), mail("mail2", "after: mail + 3 days")
THANKS = mail("thanks", "track: negative")


def begun(workspace: Workspace, *steps: str, head: str = "") -> Workspace:
    """Two people in a campaign that is launched on Monday, 1 March 2027."""
    workspace.people(
        [("a", "Anne", "Adam", "a@mail.example", "0299000001", "Rennes"),
         ("b", "Ben", "Blum", "b@mail.example", "0299000002", "Rennes")],
        HEADER,
    )  # fmt: skip
    workspace.campaign("one", steps="".join(steps), head=head)
    workspace.launch("one", now="2027-03-01T08:00")
    return workspace


@pytest.fixture
def calling(workspace: Workspace) -> Workspace:
    """A call, and a mail three days after it."""
    call = "  - {step: call, channel: call}\n"
    return begun(workspace, call, mail("mail2", "after: call + 3 days"))


@pytest.mark.parametrize("stage", ["refused", "lost"])
def test_who_refuses_is_said_to_get_the_next_step_and_when(calling: Workspace, stage: str) -> None:
    words = ("record", "a", stage, "--reason", "no need", "--channel", "call")
    said = calling.run(*words, now="2027-03-01T10:00")
    assert "This does not end the chain: mail2 comes next, on 4 Mar 2027." in said.out
    assert "outreach record a@mail.example arid --reason" in said.out
    assert f"write {stage} into stop_on" in said.out

    calling.ok("undo", "--yes", now="2027-03-01T10:10")
    row = calling.ok(*words, now="2027-03-01T10:20")
    assert (row["stopped"], row["next"]["step"]) == (False, "mail2")
    assert row["next"]["at"] == "2027-03-04T10:20:00+01:00"


def test_what_is_said_to_end_it_ends_it(calling: Workspace) -> None:
    calling.ok("record", "a", "refused", "--channel", "call", now="2027-03-01T10:00")
    ended = calling.ok("record", "a", "arid", "--reason", "no need", now="2027-03-01T10:05")
    assert ended["stopped"] is True
    assert calling.next_of("a")["step"] is None


def test_nothing_is_said_where_nothing_comes(workspace: Workspace) -> None:
    head = "stop_on: [replied, appointment, order, opted_out, bounced, refused]\n"
    begun(workspace, FIRST, SECOND, head=head)
    done = workspace.run("record", "a", "refused", now="2027-03-01T10:00")
    assert "This does not end" not in done.out
    row = workspace.ok("record", "b", "refused", now="2027-03-01T10:00")
    assert (row["stopped"], row["next"]) == (True, None)


def test_a_table_says_of_how_many_it_is_so(calling: Workspace) -> None:
    calling.write("said.csv", "contact;stage\na;refused\nb;appointment\n")
    told = calling.run("record", "--from", "said.csv", now="2027-03-01T10:00")
    assert "1 of them refused, and the chain goes on: see outreach why WHO" in told.err
    calling.ok("undo", "--yes", now="2027-03-01T10:10")
    assert calling.ok("record", "--from", "said.csv", now="2027-03-01T10:20")["going_on"] == 1


def test_a_check_says_it_before_the_launch(workspace: Workspace) -> None:
    workspace.people([("a", "Anne", "Adam", "a@mail.example", "", "Rennes")], HEADER)
    workspace.campaign("one", steps=FIRST + SECOND)
    said = " ".join(workspace.run("check", "one").out.split())
    assert "Whoever refuses (refused, lost) gets the next steps all the same" in said
    assert "stop_on: [replied, appointment, order, opted_out, bounced, refused, lost]" in said
    [note] = workspace.ok("check", "one")["notes"]
    assert note["message"].startswith("Whoever refuses")
    for steps, head in (
        (FIRST, ""), (FIRST + SECOND + THANKS, ""), (FIRST + SECOND, "stop_on: [refused, lost]\n"),
    ):  # fmt: skip
        workspace.campaign("one", steps=steps, head=head)
        assert "Whoever refuses" not in workspace.run("check", "one").out
