"""Bytes that are not UTF-8, zero bytes: one clear error at every command, nothing written."""

from __future__ import annotations

import subprocess
import sys

import pytest
from workspaces import Workspace

NOT_UTF8 = b"caf\xe9".decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("contacts", "note", "a", NOT_UTF8), "text"),
        (("contacts", "note", "a", "zero \x00 byte"), "text"),
        (("contacts", "add", f"last_name={NOT_UTF8}"), "words"),
        (("contacts", "show", NOT_UTF8), "who"),
        (("suppress", "add", "b@mail.example", "--note", NOT_UTF8), "note"),
        (("tasks", "done", "a", "--note", NOT_UTF8), "note"),
    ],
    ids=lambda value: "-".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_what_is_no_text_is_refused_by_its_name(
    workspace: Workspace, words: tuple[str, ...], name: str
) -> None:
    workspace.people([("a", "Adam", "a@mail.example", "Rennes")])
    before = workspace.stored()
    done = workspace.run(*words, "--json")
    [error] = done.errors
    assert error["message"] == f"{name} has signs that are no text"
    assert (done.code, workspace.stored() == before) == (1, True)


def test_an_answer_that_is_no_text_is_asked_for_again(workspace: Workspace) -> None:
    workspace.people(
        [("a", "Adam", "0299000001", "Rennes")], "Ref;Last name;Phone;City"
    )  # fmt: skip
    workspace.campaign("one", steps="  - {step: call, channel: call}\n")
    workspace.launch("one", now="2027-03-01T09:00")
    done = subprocess.run(
        [sys.executable, "-m", "outreach", "calls", "next", "--now", "2027-03-01T10:00"],
        cwd=workspace.folder, input=b"n\ncaf\xe9\nzero \x00 byte\nlikes oak\nq\n",
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done
    assert done.stdout.count(b"has signs that are no text") == 2
    told = workspace.run("why", "a", "--now", "2027-03-01T11:00").out
    assert "likes oak" in told
