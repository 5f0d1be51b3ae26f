"""What a server's answers do to people, senders and campaigns, through the command."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from smtp_servers import HANG_UP, SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
IN_ELEVEN = "2027-03-01T09:11"
NOON = "2027-03-01T12:00"
BLOCKED = "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus"


def start(workspace: Workspace, rows: list[tuple[str, str]], more: str = "") -> None:
    """A campaign to these people: name and domain of each."""
    workspace.people((n, f"Name-{n}", f"{n}@{domain}", "Rennes") for n, domain in rows)
    workspace.campaign("spring", head=more, steps=mail())
    workspace.launch("spring", now=MONDAY)


def errors(done: dict[str, Any]) -> list[dict[str, Any]]:
    """What a run told."""
    found: list[dict[str, Any]] = done["errors"]
    return found


def send(workspace: Workspace, server: SmtpServer, now: str, code: int = 0) -> dict[str, Any]:
    workspace.settings(server.port, connections=1)
    done: dict[str, Any] = workspace.ok("run", now=now, code=code)
    return done


def test_a_provider_that_blocks_us_is_left_alone_and_the_others_get_their_mail(
    workspace: Workspace,
) -> None:
    """Five people at a provider that has us on its list, three elsewhere: one try, no victim."""
    start(workspace, [(f"a{n}", "one.example") for n in range(5)]
          + [(f"b{n}", "two.example") for n in range(3)])  # fmt: skip
    with SmtpServer({"RCPT": BLOCKED}, only_for="one.example") as server:
        done = send(workspace, server, MONDAY, code=1)
        assert (done["sent"], done["refused"], done["deferred"] in (1, 2)) == (3, 0, True)
        (error,) = errors(done)
        assert "one.example takes nothing from 'marie'" in error["message"]
        assert "blocked using Spamhaus" in error["message"]
        assert "silence until 01/03/2027, 09:10" in error["message"]
        assert "about us, not about the people" in error["hint"]
        assert workspace.by_state("spring") == {"sent": 3, "due": 5}

        # Within the silence nobody knocks, and nothing is told again.
        again = send(workspace, server, "2027-03-01T09:05")
        assert (again["sent"], again["deferred"]) == (0, 0)
        assert again["not_before"] == "2027-03-01T09:10:00+01:00"

        # Then one goes first; a relapse doubles the silence.
        relapse = send(workspace, server, IN_ELEVEN, code=1)
        assert (relapse["sent"], relapse["deferred"]) == (0, 1)
        assert "09:31" in errors(relapse)[0]["message"]
    with SmtpServer() as server:
        assert send(workspace, server, "2027-03-01T09:29")["sent"] == 0
        assert send(workspace, server, NOON)["sent"] == 5
    assert workspace.by_state("spring") == {"sent": 8}
    workspace.campaign("later", 'city = "Rennes"', head="alongside: true\n")
    assert workspace.ok("launch", "later", "--dry-run")["excluded"] == {}


def test_a_used_up_allowance_silences_the_sender_for_an_hour(workspace: Workspace) -> None:
    start(workspace, [(f"a{n}", f"{n}.example") for n in range(6)])
    limit = "550 5.4.5 Daily user sending limit exceeded"
    with SmtpServer({"RCPT": limit}) as server:
        done = send(workspace, server, MONDAY, code=1)
        # The next message may have been announced before the first answer came.
        assert (done["sent"], done["refused"], done["remaining"] >= 4) == (0, 0, True)
        (error,) = errors(done)
        assert "the mail server of 'marie' takes no more now" in error["message"]
        assert "10:00" in error["message"]
        assert done["not_before"] == "2027-03-01T10:00:00+01:00"
        assert "limits:" in error["hint"]
    with SmtpServer() as server:
        assert send(workspace, server, "2027-03-01T09:58")["sent"] == 0
        assert send(workspace, server, "2027-03-01T10:01")["sent"] == 6


def test_greylisting_is_waited_for_and_told_to_nobody(workspace: Workspace) -> None:
    start(workspace, [(f"a{n}", "one.example") for n in range(30)])
    grey = "450 4.2.0 Greylisted, please try again in 300 seconds"
    with SmtpServer({"RCPT": grey}) as server:
        done = send(workspace, server, MONDAY)
        assert (done["deferred"], done["remaining"]) == (30, 0)
        at = datetime.fromisoformat(str(done["not_before"]))
        assert at - datetime.fromisoformat(f"{MONDAY}:00+01:00") == timedelta(seconds=301)
        server.faults.clear()
        assert send(workspace, server, "2027-03-01T09:05")["sent"] == 0
        assert send(workspace, server, "2027-03-01T09:06")["sent"] == 30


def test_twenty_dead_addresses_in_a_row_pause_the_campaign(workspace: Workspace) -> None:
    start(workspace, [(f"a{n:02}", f"{n}.example") for n in range(30)])
    with SmtpServer({"RCPT": "550 5.1.1 User unknown"}) as server:
        done = send(workspace, server, MONDAY, code=1)
        refused = done["refused"]  # one more may have been announced already
        assert (done["sent"], refused in (20, 21)) == (0, True)
        (error,) = errors(done)
        reason = "20 e-mails in a row were refused, at last: 550 5.1.1 User unknown"
        assert error["message"] == f"the campaign 'spring' was paused: {reason}"
        assert "outreach resume spring" in error["hint"]
        status = workspace.ok("status", "spring")
        assert (status["state"], status["reason"]) == ("paused", reason)
        assert workspace.by_state("spring") == {"refused": refused, "due": 30 - refused}
        assert send(workspace, server, NOON)["refused"] == 0
        workspace.ok("resume", "spring", now=NOON)
        server.faults.clear()
        assert send(workspace, server, NOON)["sent"] == 30 - refused


def test_a_server_that_closes_every_connection_is_asked_five_times(workspace: Workspace) -> None:
    start(workspace, [(f"a{n:02}", f"{n}.example") for n in range(30)])
    with SmtpServer({"MAIL": "421 4.3.2 Service shutting down"}) as server:
        done = send(workspace, server, MONDAY, code=1)
        assert (done["sent"], done["refused"], done["deferred"] in (5, 6)) == (0, 0, True)
        assert "Service shutting down" in errors(done)[0]["message"]
    with SmtpServer() as server:
        assert send(workspace, server, NOON)["sent"] == 30


@pytest.mark.parametrize(
    ("answer", "suppressed"),
    [
        ("550 5.1.1 <a> Adresse d au moins un destinataire invalide. OFR_416 [416]", True),
        ("550 5.5.0 Adresse destinataire invalide. Invalid recipient. LPN007_416", True),
        ("550 Utilisateur inconnu", True),
        ("552 5.2.2 Boite pleine", False),
        ("552 5.3.4 Message size exceeds fixed limit", False),
        ("550 5.1.0 MailFrom domain is listed in Spamhaus", False),
        ("550 5.7.1 policy", False),
    ],
)
def test_only_an_address_where_nobody_lives_is_suppressed(
    workspace: Workspace, answer: str, suppressed: bool
) -> None:
    start(workspace, [("a1", "one.example"), ("a2", "two.example")])
    with SmtpServer({"RCPT": answer}, only_for="a1@") as server:
        workspace.settings(server.port, connections=1)
        workspace.run("run", "--now", MONDAY)
    workspace.campaign("later", head="alongside: true\n")
    excluded = workspace.ok("launch", "later", "--dry-run")["excluded"]
    assert excluded == ({"bounced": 1} if suppressed else {})


def test_what_we_say_ourselves_is_not_told_as_the_servers_words(workspace: Workspace) -> None:
    """A connection that is lost: nobody answered, so nothing is "the answer"."""
    start(workspace, [("anne", "one.example")])
    with SmtpServer({"RCPT": HANG_UP}) as server:
        send(workspace, server, MONDAY)

    lost = "the connection was lost at RCPT TO: the server closed it"
    assert workspace.next_of("anne@one.example")["what"] == (
        f"mail is tried again; last time: {lost}"
    )
    (told,) = workspace.ok("status", "spring")["in_the_way"]
    assert (told["code"], told["what"]) == (lost, lost)


def test_what_is_given_up_is_told_with_the_last_answer(workspace: Workspace) -> None:
    start(workspace, [("anne", "one.example")])
    with SmtpServer({"RCPT": "452 4.2.2 mailbox full"}) as server:
        for day in range(1, 5):
            for hour in range(0, 24, 4):
                send(workspace, server, f"2027-03-{day:02}T{hour:02}:00")

    (story,) = workspace.ok("why", "anne@one.example")["campaigns"]
    assert story["past"][-1]["what"] == (
        "mail was not sent: given up, at last: 452 4.2.2 mailbox full"
    )
    (told,) = workspace.ok("status", "spring")["in_the_way"]
    assert told["code"] == "452 4.2.2"


def test_what_was_given_back_untried_is_dated_by_the_day_it_leaves(workspace: Workspace) -> None:
    """A provider's block ends the first run: what had only been promised left weeks later."""
    start(workspace, [(f"a{n:02}", "one.example") for n in range(12)])
    with SmtpServer({"RCPT": BLOCKED}) as server:
        tried = send(workspace, server, MONDAY, code=1)["deferred"]
    with SmtpServer() as server:
        assert send(workspace, server, "2027-03-22T09:00")["sent"] == 12

    days = Counter(message_from_bytes(content)["Date"][5:16] for _, content in server.received)
    assert days == {"01 Mar 2027": tried, "22 Mar 2027": 12 - tried}
