"""E-mails that follow one another are one conversation in the reader's mail program."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage

from smtp_servers import SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
CALL = "  - {step: call, channel: call, after: one + 1 days}\n"


def messages(server: SmtpServer, who: str) -> list[EmailMessage]:
    received = [raw for to, raw in server.received if to == who]
    return [email.message_from_bytes(raw, policy=policy.default) for raw in received]


def test_a_follow_up_answers_what_this_person_got_before(workspace: Workspace) -> None:
    """Three e-mails with a call between them: each names the one before and all before it."""
    people = workspace.townspeople(2)
    two = mail("two", "after: call + 1 days")
    workspace.campaign("spring", steps=mail("one") + CALL + two + mail("three", "after: two"))
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port)
        for day in ("2027-03-01", "2027-03-02", "2027-03-04", "2027-03-05"):
            workspace.ok("run", now=f"{day}T09:00")
    threads = [messages(server, person) for person in people]
    ids = [[message["Message-ID"] for message in thread] for thread in threads]
    assert len({*ids[0], *ids[1]}) == 6
    for (a, b, _), thread in zip(ids, threads, strict=True):
        assert [message["In-Reply-To"] for message in thread] == [None, a, b]
        assert [message["References"] for message in thread] == [None, a, f"{a} {b}"]


def test_what_this_person_never_got_is_not_referred_to(workspace: Workspace) -> None:
    """The first e-mail was refused at first sight of its condition: the second opens the thread."""
    (anne,) = workspace.townspeople(1)
    workspace.campaign(
        "spring",
        steps=mail("one", "when: replied") + mail("two", "after: one + 1 days"),
    )
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.ok("run", now=MONDAY)
        workspace.ok("run", now="2027-03-03T09:00")
        (only,) = messages(server, anne)
    assert (only["In-Reply-To"], only["References"]) == (None, None)


def test_an_address_with_accents_gets_its_mail_where_the_server_can(workspace: Workspace) -> None:
    workspace.people([("e", "Élise", "élise@mail.example", "Rennes")])
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer(utf8=True) as server:
        workspace.settings(server.port)
        assert workspace.ok("run", now=MONDAY)["sent"] == 1
        assert server.recipients == ["élise@mail.example"]
        (_, content) = server.received[0]
    assert "<élise@mail.example>".encode() in content
