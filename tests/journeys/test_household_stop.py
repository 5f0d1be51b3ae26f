"""`stop_on: household`: who answers ends the chain of those who live with him, and of no others.

1 March 2027 is a Monday. Everybody gets a call on that day and a mail seven days later; a house
is an address with its street, postal code and town, however it is written.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.store.engine import Database

MONDAY = "2027-03-01T09:00"
TUESDAY = "2027-03-02T10:00"
NEXT_MONDAY = "2027-03-08T12:00"
HEADER = "Ref;First name;Last name;E-mail;Phone;Street;Postal code;City"
STEPS = "  - {step: call, channel: call}\n" + mail("mail", "after: call + 7 days")


@pytest.fixture
def server(workspace: Workspace, base: Database) -> Iterator[SmtpServer]:
    """Two houses: Ada, Bob and Cleo in one; Dora next door; Eve in the same street of a
    town of that postal code; Finn, whose street nobody knows."""
    with SmtpServer() as found:
        settings = (workspace.folder / "outreach.yaml").read_text()
        workspace.write("outreach.yaml", settings.replace("port: 9,", f"port: {found.port},"))
        workspace.people(
            [("ada", "Ada", "Le Goff", "ada@mail.example", "0299000001", "3, rue du Four",
              "35000", "Rennes"),
             ("bob", "Bob", "Le Goff", "bob@mail.example", "0299000002", "3 RUE DU FOUR",
              "35000", "rennes"),
             ("cleo", "Cleo", "Martin", "cleo@mail.example", "0299000003", "3 rue du Four",
              "35000", "Rennes"),
             ("dora", "Dora", "Le Goff", "dora@mail.example", "0299000004", "5 rue du Four",
              "35000", "Rennes"),
             ("eve", "Eve", "Le Goff", "eve@mail.example", "0299000005", "3 rue du Four",
              "35000", "Vezin"),
             ("finn", "Finn", "Le Goff", "finn@mail.example", "0299000006", "", "35000",
              "Rennes")],
            HEADER,
        )  # fmt: skip
        yield found


def begin(workspace: Workspace, stop_on: str) -> None:
    workspace.campaign("spring", 'last_name != ""', steps=STEPS, head=f"stop_on: [{stop_on}]\n")
    assert workspace.launch("spring", now=MONDAY)["enrolled"] == 6
    for who in ("ada", "bob", "cleo", "dora", "eve", "finn"):
        workspace.ok("record", who, "spoken", "--channel", "call", now=MONDAY)


def written_to(workspace: Workspace, server: SmtpServer) -> set[str]:
    workspace.ok("run", now=NEXT_MONDAY)
    return {address.split("@")[0] for address in server.recipients}


def reason(workspace: Workspace, who: str) -> str | None:
    (story,) = workspace.ok("why", who, now=NEXT_MONDAY)["campaigns"]
    said: str | None = story["next"]["reason"]
    return said


def test_who_answers_answers_for_his_house_and_for_no_other(
    workspace: Workspace, server: SmtpServer
) -> None:
    begin(workspace, "replied, order, household")
    assert workspace.ok("record", "ada", "replied", now=TUESDAY)["stopped"] is True
    assert {who: reason(workspace, who) for who in ("ada", "bob", "cleo", "dora")} == {
        "ada": "replied", "bob": "household", "cleo": "household", "dora": None,
    }  # fmt: skip
    told = workspace.run("why", "cleo", "--now", NEXT_MONDAY).out
    assert "somebody of the household has answered" in told
    assert written_to(workspace, server) == {"dora", "eve", "finn"}


def test_what_tells_of_one_person_alone_ends_nobody_elses_chain(
    workspace: Workspace, server: SmtpServer
) -> None:
    """An opposition, a dead address, a refusal that no word stops for, a call back."""
    begin(workspace, "replied, order, bounced, household")
    workspace.ok("record", "ada", "opted_out", now=TUESDAY)
    workspace.ok("record", "bob", "bounced", now=TUESDAY)
    workspace.ok("record", "cleo", "refused", now=TUESDAY)
    assert written_to(workspace, server) == {"cleo", "dora", "eve", "finn"}


def test_nobody_answers_for_another_where_the_campaign_does_not_say_so(
    workspace: Workspace, server: SmtpServer
) -> None:
    begin(workspace, "replied, order")
    workspace.ok("record", "ada", "replied", now=TUESDAY)
    assert written_to(workspace, server) == {"bob", "cleo", "dora", "eve", "finn"}


def test_who_has_moved_out_goes_on_and_who_has_moved_in_does_not(
    workspace: Workspace, server: SmtpServer
) -> None:
    """Who lives with whom is asked when the answer is told."""
    begin(workspace, "replied, order, household")
    workspace.ok("contacts", "set", "bob", "street=9 rue Neuve", now=MONDAY)
    workspace.ok("contacts", "set", "dora", "street=3 rue du Four", now=MONDAY)
    workspace.ok("record", "ada", "replied", now=TUESDAY)
    assert reason(workspace, "dora") == "household"
    assert written_to(workspace, server) == {"bob", "eve", "finn"}


def test_an_answer_told_late_ends_what_has_not_left_and_undo_gives_it_back(
    workspace: Workspace, server: SmtpServer
) -> None:
    begin(workspace, "replied, order, household")
    workspace.ok("record", "ada", "order", "--amount", "90", "--on", "2027-03-03",
                 now="2027-03-08T08:00")  # fmt: skip
    assert reason(workspace, "bob") == "household"
    undone = workspace.ok("undo", "--yes", now="2027-03-08T09:00")
    assert undone["going_on"] == 3
    assert written_to(workspace, server) == {"ada", "bob", "cleo", "dora", "eve", "finn"}


def test_two_answers_of_a_house_are_both_taken_back_before_the_third_goes_on(
    workspace: Workspace, server: SmtpServer
) -> None:
    begin(workspace, "replied, order, household")
    workspace.ok("record", "ada", "replied", now=TUESDAY)
    workspace.ok("record", "bob", "replied", now=TUESDAY)
    workspace.ok("undo", "--yes", now="2027-03-03T09:00")
    assert (reason(workspace, "bob"), reason(workspace, "cleo")) == ("household", "household")
    workspace.ok("undo", "--yes", now="2027-03-03T10:00")
    assert written_to(workspace, server) == {"ada", "bob", "cleo", "dora", "eve", "finn"}
