"""A restored or copied contact base sends nothing before somebody has confirmed it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

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
    """Copied before the first run: the first step and, five days later, its follow-up."""
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

        assert (done["confirmed"], done["sent"], done["due"]) == (True, 5, 0)
        assert workspace.by_state("spring") == {"sent": 5, "due": 1}
        assert workspace.ok("run", now="2027-03-06T11:00")["sent"] == 0
        assert workspace.ok("run", now="2027-03-12T11:00")["sent"] == 1
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
