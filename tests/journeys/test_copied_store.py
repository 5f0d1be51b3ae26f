"""A restored or copied contact base sends nothing before somebody has confirmed it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail, until

from outreach.store import place


@pytest.fixture
def server(workspace: Workspace) -> SmtpServer:
    return SmtpServer()


def launched(workspace: Workspace, people: int = 3) -> None:
    workspace.townspeople(people)
    workspace.campaign("spring")
    workspace.launch("spring")


def refused(workspace: Workspace, words: str) -> None:
    """A run sends nothing and says why; a dry run shows what would leave, and says it too."""
    done = workspace.run("run", "--json")
    assert done.code == 1
    assert words in done.errors[0]["message"]
    assert "outreach store confirm" in done.errors[0]["hint"]
    dry = workspace.run("run", "--dry-run")
    assert (dry.code, words in " ".join(dry.err.split())) == (0, True)


def test_a_base_put_back_is_confirmed_before_it_sends(
    workspace: Workspace, server: SmtpServer
) -> None:
    """The copy was made when one had left; the other two left since and are due in it again."""
    launched(workspace)
    with server:
        workspace.settings(server.port)
        workspace.ok("run", "--limit", "1")
        workspace.ok("store", "backup", "copy.db")
        assert workspace.ok("run")["sent"] == 2
        workspace.ok("store", "restore", "copy.db", "--confirm", "3")

        refused(workspace, "put back from a copy")
        looked = workspace.ok("store", "confirm", "--dry-run")
        assert (looked["confirmed"], looked["due"]) == (False, 2)
        refused(workspace, "put back from a copy")

        assert workspace.ok("store", "confirm")["confirmed"] is True
        assert workspace.ok("store", "confirm")["doubt"] is None
        assert workspace.ok("run")["sent"] == 2


def test_a_base_put_back_learns_from_a_mailbox_what_was_sent_since(
    workspace: Workspace, server: SmtpServer
) -> None:
    """Copied before the first run: the first step and, five days later, its follow-up.

    What is found left on the day of its Date: the third follow-up is due, as it was.
    """
    workspace.townspeople(3)
    steps = mail() + mail("reminder", "after: mail + 5 days")
    workspace.campaign("spring", steps=steps)
    workspace.launch("spring", now="2027-03-01T09:00")
    workspace.ok("store", "backup", "copy.db")
    with server:
        workspace.settings(server.port)
        workspace.ok("run", now="2027-03-01T09:00")
        workspace.ok("run", "--limit", "2", now="2027-03-06T09:00")
        for number, (_, content) in enumerate(server.received):
            workspace.write(f"Sent/cur/{number}", content)
        workspace.ok("store", "restore", "copy.db", "--confirm", "3")

        done = workspace.ok("store", "confirm", "--from", "Sent", now="2027-03-06T10:00")

        assert (done["confirmed"], done["sent"], done["due"]) == (True, 5, 1)
        assert workspace.by_state("spring") == {"sent": 5, "due": 1}
        assert workspace.ok("run", now="2027-03-06T11:00")["sent"] == 1
        assert workspace.ok("run", now="2027-03-12T11:00")["sent"] == 0
    assert len(server.received) == 6
    assert len({(who, content) for who, content in server.received}) == 6


def test_a_copied_folder_asks_and_a_renamed_one_does_not(
    workspace: Workspace, server: SmtpServer, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    launched(workspace)
    elsewhere = tmp_path_factory.mktemp("places") / "copy"
    with server:
        workspace.settings(server.port)
        shutil.copytree(workspace.folder, elsewhere)
        os.rename(workspace.folder / "data", workspace.folder / "kept")
        os.rename(workspace.folder / "kept", workspace.folder / "data")
        assert workspace.ok("run", "--limit", "1")["sent"] == 1

        monkeypatch.chdir(elsewhere)
        refused(workspace, "or it is a copy")


def test_an_older_file_written_over_the_base_is_noticed(
    workspace: Workspace, server: SmtpServer
) -> None:
    """`cp` keeps the file and its inode; the note beside it knows one run more."""
    launched(workspace)
    with server:
        workspace.settings(server.port)
        workspace.ok("run", "--limit", "1")
        base = workspace.folder / "data" / "outreach.db"
        checkpointed(base)
        older = base.read_bytes()
        assert workspace.ok("run")["sent"] == 2
        checkpointed(base)
        with base.open("r+b") as file:
            file.write(older)
            file.truncate()
        refused(workspace, "older than the last run here")
        workspace.ok("store", "confirm")
        assert workspace.ok("run")["sent"] == 2


@pytest.mark.parametrize("note_is_lost", [False, True])
def test_an_older_file_put_back_after_a_crash_is_noticed(
    workspace: Workspace, note_is_lost: bool
) -> None:
    """The run that was killed is missing in it: its note says so, and its journal."""
    people = workspace.townspeople(12)
    workspace.campaign("spring")
    workspace.launch("spring")
    base = workspace.folder / "data" / "outreach.db"
    with SmtpServer(delay=0.2) as slow:
        workspace.settings(slow.port, connections=2)
        workspace.ok("run", "--limit", "1")
        checkpointed(base)
        older = base.read_bytes()
        killed = workspace.start("run")
        until(lambda: len(slow.received) >= 4, killed)
        killed.kill()
        killed.communicate()
        until(lambda: slow.open_now == 0)
    for log in base.parent.glob("outreach.db-*"):
        log.unlink()
    with base.open("r+b") as file:
        file.write(older)
        file.truncate()
    if note_is_lost:
        (base.parent / "outreach.db.run").unlink()
    with SmtpServer() as server:
        workspace.settings(server.port)
        refused(workspace, "older than the last run here: 1 run is missing in it")
        assert workspace.ok("settle")["still_unknown"] == 0
        refused(workspace, "older than the last run here: 1 run is missing in it")
        assert server.received == []
        for number, (_, content) in enumerate(slow.received):
            workspace.write(f"Sent/cur/{number}", content)
        workspace.ok("store", "confirm", "--from", "Sent")
        workspace.ok("run")
    assert sorted(slow.recipients + server.recipients) == people


def test_a_base_from_before_its_first_launch_is_older_than_its_runs(
    workspace: Workspace, server: SmtpServer
) -> None:
    """Launched anew it would write to the same people: a launch confirms nothing."""
    workspace.townspeople(2)
    workspace.campaign("spring")
    base = workspace.folder / "data" / "outreach.db"
    checkpointed(base)
    older = base.read_bytes()
    with server:
        workspace.settings(server.port)
        workspace.launch("spring")
        workspace.ok("run")
        checkpointed(base)
        with base.open("r+b") as file:
            file.write(older)
            file.truncate()
        workspace.launch("spring")
        refused(workspace, "older than the last run here")


def test_a_base_put_back_finds_what_was_sent_under_another_key_and_another_domain(
    workspace: Workspace, server: SmtpServer
) -> None:
    """The first of three had left; then marie became paul, on another domain."""
    launched(workspace)
    with server:
        workspace.settings(server.port)
        workspace.ok("run", "--limit", "1")
        workspace.ok("store", "backup", "copy.db")
        workspace.ok("run", "--limit", "1")
        workspace.ok("store", "restore", "copy.db", "--confirm", "3")
        for number, (_, content) in enumerate(server.received):
            workspace.write(f"Sent/cur/{number}", content)
        settings = workspace.folder / "outreach.yaml"
        text = settings.read_text().replace("marie:", "paul:").replace("marie@atelier", "paul@new")
        settings.write_text(text)

        done = workspace.ok("store", "confirm", "--from", "Sent")

        assert (done["sent"], done["due"], done["nameless"]) == (1, 1, 1)
        workspace.ok("store", "restore", "copy.db", "--confirm", "3")
        said = " ".join(workspace.run("store", "confirm", "--from", "Sent").out.split())
        assert "1 due e-mail is of a sender who is not in outreach.yaml" in said


def checkpointed(base: Path) -> None:
    """Everything is in the file, nothing in the log beside it."""
    with closing(sqlite3.connect(base)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_another_machine_asks(
    workspace: Workspace, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Containers without a machine's name are not asked for it."""
    names = [workspace.write("id", "first\n")]
    monkeypatch.setattr(place, "_MACHINE_IDS", names)
    launched(workspace)
    with server:
        workspace.settings(server.port)
        workspace.write("id", "")
        assert workspace.ok("run", "--limit", "1")["sent"] == 1
        workspace.write("id", "second\n")
        refused(workspace, "on another machine")
        workspace.ok("store", "confirm")
        assert workspace.ok("run")["sent"] == 2
