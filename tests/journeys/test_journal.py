"""`data/outreach.log` tells which commands ran and how they ended, and names nobody."""

from __future__ import annotations

from workspaces import Workspace


def test_every_command_leaves_a_line_with_its_exit_code(workspace: Workspace) -> None:
    people = workspace.townspeople(1)
    workspace.run("record", people[0], "no-such-stage")
    workspace.run("contacts", "count", "--json")

    log = (workspace.folder / "data" / "outreach.log").read_text(encoding="utf-8")
    ended = [line.split(" ", 1)[1] for line in log.splitlines()]
    assert ended == ["contacts 0", "record 2", "contacts 0"]
    assert people[0] not in log


def test_a_log_that_cannot_be_written_changes_no_answer(workspace: Workspace) -> None:
    workspace.townspeople(1)
    (workspace.folder / "data" / "outreach.log").unlink()
    (workspace.folder / "data" / "outreach.log").mkdir()

    assert workspace.ok("contacts", "count") == {"count": 1}
