"""A command that has ended holds no file of the workspace any more.

Windows deletes and moves no file that is open, and whoever calls the program in a process of
their own would have ever fewer files to open.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.store import schema
from outreach.store.opening import open_database
from outreach.store.trouble import StoreTooNew

OPEN = Path("/proc/self/fd")
LETTER = "  - {step: letter, channel: letter, template: letter.docx, after: mail + 1 day}\n"
PEOPLE = [
    (n, f"Name-{n}", f"{n}@mail.example", f"{n} rue du Four", "35000", "Rennes") for n in (1, 2, 3)
]

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere nothing lists the files a process holds"
)


def held(folder: Path) -> list[str]:
    """The files under a folder that this process has open, those that were deleted too."""
    links = []
    for one in OPEN.iterdir():
        try:
            links.append(os.readlink(one))
        except FileNotFoundError:  # the listing itself
            continue
    return sorted(link for link in links if link.startswith(str(folder)))


def test_no_command_holds_a_file_when_it_has_ended(workspace: Workspace) -> None:
    """From the import to the report: what they read, wrote, sent, printed and locked."""
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.people(PEOPLE, "Ref;Last name;E-mail;Address;Postal code;City")
        workspace.campaign("spring", steps=mail("mail") + LETTER)
        workspace.launch("spring", now="2027-03-01T09:00")
        assert workspace.ok("run", now="2027-03-01T09:00")["sent"] == 3
        assert workspace.ok("run", now="2027-03-02T09:00")["letters"] == 3
    for words in (
        ("letters", "posted", "spring"), ("record", "1@mail.example", "order"), ("today",),
        ("status",), ("why", "1@mail.example"), ("report", "spring", "--xlsx", "all.xlsx"),
        ("contacts", "export", "all.csv"), ("store", "backup", "copy.db"),
    ):  # fmt: skip
        workspace.ok(*words, now="2027-03-03T09:00")
        assert held(workspace.folder) == [], words


def test_a_demo_has_let_go_of_its_base_after_each_of_its_commands(workspace: Workspace) -> None:
    workspace.ok("demo", "--dir", "d")
    assert held(workspace.folder) == []


def test_a_base_that_cannot_be_opened_is_let_go_of(tmp_path: Path) -> None:
    """Of a newer program: it can be moved out of the way while the error is told."""
    newer = open_database("sqlite:///store.db", folder=tmp_path)
    with newer.writing() as connection:
        connection.execute(schema.alembic_version.update().values(version_num="9999"))
    newer.engine.dispose()

    with pytest.raises(StoreTooNew):
        open_database("sqlite:///store.db", folder=tmp_path)

    assert held(tmp_path) == []
