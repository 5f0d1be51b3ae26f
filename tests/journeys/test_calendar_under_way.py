"""`preview --calendar` of a launched campaign: what has left, and what is really planned."""

from __future__ import annotations

from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.store.engine import Database

#: A Monday.
MONDAY = "2027-03-01T09:00"
CALL = "  - step: call\n    channel: task\n    after: mail + 3 days\n"


def days(workspace: Workspace, now: str, key: str = "calendar") -> list[tuple[str, str, int]]:
    shown = workspace.ok("preview", "spring", "--calendar", now=now)
    return [(one["date"], one["step"], one["count"]) for one in shown[key]]


def test_before_the_launch_it_starts_now_afterwards_it_is_what_the_ledger_has(
    base: Database, workspace: Workspace
) -> None:
    """Five people, two a day: days later it is not shown as if it started on that day."""
    settings = (workspace.folder / "outreach.yaml").read_text()
    store = "".join(line + "\n" for line in settings.splitlines() if line.startswith("store:"))
    workspace.townspeople(5)
    workspace.campaign("spring", steps=mail() + CALL)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 2}", more=store)
        planned = [
            ("2027-03-01", "mail", 2), ("2027-03-02", "mail", 2), ("2027-03-03", "mail", 1),
            ("2027-03-04", "call", 2), ("2027-03-05", "call", 2), ("2027-03-06", "call", 1),
        ]  # fmt: skip
        assert days(workspace, MONDAY) == planned
        assert days(workspace, MONDAY, "left") == []
        workspace.launch("spring", now=MONDAY)
        assert days(workspace, MONDAY) == planned
        workspace.ok("run", now=MONDAY)
        later = "2027-03-01T18:00"
        assert days(workspace, later, "left") == planned[:1]
        assert days(workspace, later) == planned[1:]
        workspace.ok("run", now="2027-03-02T09:00")
        workspace.ok("record", "p001@mail.example", "replied", now="2027-03-02T10:00")
    assert days(workspace, "2027-03-02T18:00", "left") == planned[:2]
    assert days(workspace, "2027-03-02T18:00") == [
        ("2027-03-03", "mail", 1), ("2027-03-04", "call", 1), ("2027-03-05", "call", 2),
        ("2027-03-06", "call", 1),
    ]  # fmt: skip
    in_words = workspace.run("preview", "spring", "--calendar", now="2027-03-02T18:00").out
    assert "Has left:" in in_words
    assert "Is planned, from now on:" in in_words


def test_what_is_late_is_planned_from_now_and_what_is_stopped_is_not(workspace: Workspace) -> None:
    workspace.townspeople(3)
    workspace.campaign("spring", steps=mail())
    workspace.launch("spring", now=MONDAY)
    assert days(workspace, "2027-03-10T09:00") == [("2027-03-10", "mail", 3)]
    workspace.ok("pause", "spring")
    paused = workspace.run("preview", "spring", "--calendar", now="2027-03-10T09:00").out
    assert "The campaign is paused" in paused
    workspace.ok("stop", "spring", "--yes", now="2027-03-10T09:00")
    assert days(workspace, "2027-03-10T09:00") == []
    stopped = workspace.run("preview", "spring", "--calendar", now="2027-03-10T09:00").out
    assert "Nothing more is planned." in stopped


def test_one_step_alone_is_shown_when_it_is_asked_for(workspace: Workspace) -> None:
    workspace.townspeople(3)
    workspace.campaign("spring", steps=mail() + CALL)
    workspace.launch("spring", now=MONDAY)
    shown = workspace.ok("preview", "spring", "--calendar", "--step", "call", now=MONDAY)
    assert [(one["date"], one["step"]) for one in shown["calendar"]] == [("2027-03-04", "call")]


def test_who_is_held_or_in_doubt_is_told_and_not_planned(workspace: Workspace) -> None:
    workspace.people(
        [("1", "", "one@mail.example", "Rennes"), ("2", "Roux", "t@x.example", "Rennes")]
    )
    workspace.write("templates/mail.html.j2", "<p>{{ last_name }}</p>")
    workspace.campaign("spring", steps=mail())
    workspace.launch("spring", now=MONDAY)
    with SmtpServer({"BODY": "hang up"}) as server:
        workspace.settings(server.port)
        workspace.run("run", now=MONDAY)
    shown = workspace.run("preview", "spring", "--calendar", now=MONDAY).out
    assert "1 of mail is held for what it lacks" in shown
    assert "1 of mail is in doubt: outreach settle" in shown
    assert days(workspace, MONDAY) == []
