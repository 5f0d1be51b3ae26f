"""Several senders share the people of a campaign out; whoever wrote first goes on writing."""

from __future__ import annotations

import email
from collections import Counter

from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.store.engine import Database

MONDAY = "2027-03-01T09:00"
WEDNESDAY = "2027-03-03T12:00"
FRIDAY = "2027-03-05T12:00"

PAUL = """\
  paul:
    from: Paul Morvan <paul@atelier.example>
    smtp: {{host: 127.0.0.1, port: {port}, security: none}}
"""


def two_senders(workspace: Workspace, port: int = 9, senders: str = "[marie, paul]") -> None:
    workspace.settings(port, more=PAUL.format(port=port))
    workspace.campaign("spring", steps=mail() + mail("again", "after: mail + 1 days"))
    path = workspace.folder / "campaigns" / "spring.yaml"
    path.write_text(path.read_text().replace("sender: marie", f"sender: {senders}"))


def writers(server: SmtpServer) -> list[tuple[str, str]]:
    """To whom, and from whom, in order."""
    found = []
    for recipient, content in server.received:
        sender = str(email.message_from_bytes(content)["From"])
        found.append((recipient, "paul" if "paul@" in sender else "marie"))
    return found


def test_people_are_shared_out_evenly_and_keep_their_sender(workspace: Workspace) -> None:
    people = workspace.townspeople(7)
    with SmtpServer() as server:
        two_senders(workspace, server.port)
        workspace.launch("spring", now=MONDAY)
        assert workspace.ok("run", now=MONDAY)["sent"] == 7
        first = dict(writers(server))
        assert sorted(Counter(first.values()).values()) == [3, 4]
        server.received.clear()
        assert workspace.ok("run", now=WEDNESDAY)["sent"] == 7
        assert dict(writers(server)) == first
    for who in people:
        (story,) = workspace.ok("why", who)["campaigns"]
        assert story["sender"] == first[who]
    assert f"spring, from {first[people[0]]}" in workspace.run("why", people[0]).out


def test_the_preview_shows_who_would_write(workspace: Workspace) -> None:
    people = workspace.townspeople(4)
    two_senders(workspace)
    promised = {}
    for who in people:
        shown = workspace.run("preview", "spring", "--who", who, "--step", "mail").out
        (line,) = [line for line in shown.splitlines() if line.startswith("From: ")]
        promised[who] = line.removeprefix("From: ")
    assert sorted(promised.values()) == ["marie", "marie", "paul", "paul"]

    with SmtpServer() as server:
        two_senders(workspace, server.port)
        workspace.launch("spring", now=MONDAY)
        workspace.ok("run", now=MONDAY)
    assert dict(writers(server)) == promised


def test_a_pilot_and_the_rest_are_shared_out_too(workspace: Workspace) -> None:
    workspace.townspeople(10)
    with SmtpServer() as server:
        two_senders(workspace, server.port)
        workspace.launch("spring", "--pilot", "3", now=MONDAY)
        workspace.ok("run", now=MONDAY)
        workspace.launch("spring", now=MONDAY)
        workspace.ok("run", now=MONDAY)
        first = dict(writers(server))
        assert sorted(Counter(first.values()).values()) == [5, 5]
        workspace.ok("run", now=WEDNESDAY)
        assert Counter(writers(server)) == Counter(dict.fromkeys(first.items(), 2))


def test_a_step_of_one_sender_does_not_change_who_writes_afterwards(workspace: Workspace) -> None:
    """The second mail is the director's; the third is again from whoever wrote first."""
    workspace.townspeople(4)
    with SmtpServer() as server:
        two_senders(workspace, server.port)
        path = workspace.folder / "campaigns" / "spring.yaml"
        steps = mail("again", "after: mail + 1 days")
        own = mail("again", "after: mail + 1 days, sender: paul")
        path.write_text(
            path.read_text().replace(steps, own) + mail("third", "after: again + 1 days")
        )
        workspace.launch("spring", now=MONDAY)
        workspace.ok("run", now=MONDAY)
        first = dict(writers(server))
        server.received.clear()
        workspace.ok("run", now=WEDNESDAY)
        assert {writer for _, writer in writers(server)} == {"paul"}
        server.received.clear()
        workspace.ok("run", now=FRIDAY)
        assert dict(writers(server)) == first


def test_in_the_next_campaign_that_lists_them_everybody_keeps_his_sender(
    base: Database, workspace: Workspace
) -> None:
    """Whoever wrote goes on, in a campaign of his own too; new people even it out."""
    settings = (workspace.folder / "outreach.yaml").read_text()
    store = "".join(line + "\n" for line in settings.splitlines() if line.startswith("store:"))
    people = workspace.townspeople(5)
    workspace.people([("q", "New", "q@mail.example", "Nantes")])
    with SmtpServer() as server:
        workspace.settings(server.port, more=PAUL.format(port=server.port) + store)
        for name, where, sender in (
            ("spring", 'city = "Rennes"', "[marie, paul]"),
            ("nantes", 'city = "Nantes"', "paul"),
            ("autumn", "city is not null", "[paul, marie]"),
        ):
            workspace.campaign(name, where, head="alongside: true\n")
            path = workspace.folder / "campaigns" / f"{name}.yaml"
            path.write_text(path.read_text().replace("sender: marie", f"sender: {sender}"))
        workspace.launch("spring", now=MONDAY)
        workspace.ok("run", now=MONDAY)
        workspace.launch("nantes", now=MONDAY)
        workspace.ok("run", now=MONDAY)
        first = dict(writers(server))
        assert first["q@mail.example"] == "paul"
        server.received.clear()
        workspace.people(
            [("r", "R", "r@mail.example", "Nantes"), ("s", "S", "s@mail.example", "Nantes")]
        )
        promised = workspace.run("preview", "autumn", "--who", people[0], now=WEDNESDAY).out
        assert f"From: {first[people[0]]}" in promised
        workspace.launch("autumn", now=WEDNESDAY)
        assert workspace.ok("run", now=WEDNESDAY)["sent"] == 8
        later = dict(writers(server))
    assert {who: later[who] for who in first} == first
    assert Counter(later.values()) == {"marie": 4, "paul": 4}


def test_who_wrote_last_goes_on_where_several_have_written(workspace: Workspace) -> None:
    """Marie wrote, then Paul did: the next campaign of both is Paul's."""
    (who,) = workspace.townspeople(1)
    with SmtpServer() as server:
        workspace.settings(server.port, more=PAUL.format(port=server.port))
        for name, sender, now in (
            ("one", "marie", MONDAY),
            ("two", "paul", WEDNESDAY),
            ("three", "[marie, paul]", FRIDAY),
        ):
            workspace.campaign(name, head="alongside: true\n")
            path = workspace.folder / "campaigns" / f"{name}.yaml"
            path.write_text(path.read_text().replace("sender: marie", f"sender: {sender}"))
            workspace.launch(name, now=now)
            workspace.ok("run", now=now)
    assert writers(server) == [(who, "marie"), (who, "paul"), (who, "paul")]


def test_wrong_senders_are_told_together(workspace: Workspace) -> None:
    workspace.townspeople(2)
    two_senders(workspace, senders="[marie, pol, paule]")
    told = [p["message"] for p in workspace.ok("check", "spring", code=1)["problems"]]
    assert "there is no sender 'pol' in the settings" in told
    assert "there is no sender 'paule' in the settings" in told

    two_senders(workspace, senders="marie, paul, marie")
    problem = workspace.ok("check", "spring", code=1)["problems"][0]
    assert (problem["message"], problem["line"]) == ("the sender 'marie' stands twice", 3)
