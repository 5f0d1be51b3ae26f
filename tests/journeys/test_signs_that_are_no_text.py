"""Bytes that are not UTF-8, zero bytes: one clear error at every command, nothing written."""

from __future__ import annotations

import json
import os
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


#: Commands that name the file they were given, or the folder, in their answer.
NAMING: tuple[tuple[tuple[str, ...], int], ...] = (
    (("contacts", "import", "{}.csv"), 1),
    (("contacts", "import", "people.csv", "--map", "{}.yaml"), 1),
    (("contacts", "export", "{}-out.csv"), 0),
    (("record", "--from", "{}.csv"), 1),
    (("record", "--from", "rows-{}.csv"), 4),
    (("calls", "report", "--from", "{}.csv"), 1),
    (("calls", "report", "--from", "rows-{}.csv"), 1),
    (("letters", "returned", "--from", "rows-{}.csv"), 4),
    (("calls", "report", "--from", "calls-{}.csv"), 4),
    (("events", "export", "{}-events.csv"), 0),
    (("history", "import", "rows-{}.csv", "--campaign", "old"), 4),
    (("suppress", "import", "{}.csv"), 1),
    (("store", "backup", "{}.db"), 0),
    (("store", "restore", "{}-none.db"), 1),
    (("privacy", "export", "a", "--out", "{}"), 0),
    (("init", "{}-new"), 0),
    (("doctor", "--offline", "--config", "{}/outreach.yaml"), 1),
)


def test_json_is_utf_8_whatever_the_name_of_the_file(workspace: Workspace) -> None:
    """A file name in Latin-1, as an old disk has it: its byte stands as U+FFFD (RFC 8259 §8.1)."""
    workspace.people([("a", "Adam", "0299000001", "Rennes")], "Ref;Last name;Phone;City")
    workspace.campaign("one", steps="  - {step: call, channel: call}\n")
    workspace.launch("one", now="2027-03-01T09:00")
    sheets = ("calls", "sheets", "--out", NOT_UTF8, "--json", "--now", "2027-03-01T09:00")
    assert "caf\N{REPLACEMENT CHARACTER}/calls-2027-03-01.docx" in workspace.run(*sheets).out
    workspace.write(f"rows-{NOT_UTF8}.csv", "contact,stage\na,replied\nnobody,replied\n")
    workspace.write(f"calls-{NOT_UTF8}.csv", "contact,outcome\na,1\nnobody,1\n")
    for words, code in NAMING:
        typed = [word.format(NOT_UTF8) for word in words]
        # Bytes that are no UTF-8 cannot be written to this stdout at all.
        done = workspace.run(*typed, "--json", "--now", "2027-03-01T10:00")
        assert (done.code, type(done.json)) == (code, dict), (words, done)
        assert "caf\N{REPLACEMENT CHARACTER}" in done.out, (words, done)


@pytest.mark.parametrize("encoding", ["utf-8:strict", "latin-1:strict", "cp1252:strict"])
def test_any_terminal_takes_what_is_said(workspace: Workspace, encoding: str) -> None:
    """People read the name as it came, or `?` for what their code page lacks; JSON is UTF-8."""
    workspace.people([("a", "Adàm – →", "0299000001", "Rennes")], "Ref;Last name;Phone;City")
    environment = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}

    def said(*words: str) -> bytes:
        command = [*map(os.fsencode, (sys.executable, "-m", "outreach", *words))]
        done = subprocess.run(
            command, cwd=workspace.folder, env=environment, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b""), done
        return done.stdout

    assert b"Ad" in said("why", "a")
    assert json.loads(said("why", "a", "--json").decode())["name"] == "Adàm – →"
    assert b"caf" in said("contacts", "export", f"{NOT_UTF8}.csv")
    assert b"caf\xef\xbf\xbd.csv" in said("contacts", "export", f"{NOT_UTF8}.csv", "--json")
