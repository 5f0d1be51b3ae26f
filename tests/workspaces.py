"""A workspace of a test, and the command line used in it as people use it."""

from __future__ import annotations

import gc
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click.testing
from click.testing import CliRunner
from word import docx, merge, paragraph, run

from outreach.cli import main

PROGRAM = [sys.executable, "-m", "outreach"]


@dataclass(frozen=True, slots=True)
class Result:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout; anything beside it is an error."""
        return json.loads(self.out)

    @property
    def errors(self) -> list[Any]:
        """Under `--json`: the errors, each with exactly the five keys of the contract."""
        answer = self.json
        assert list(answer) == ["errors"]
        for error in answer["errors"]:
            assert set(error) == {"message", "file", "line", "column", "hint"}
        found: list[Any] = answer["errors"]
        return found


def invoked(words: Sequence[str], answers: str | None = None) -> click.testing.Result:
    """One command, in this process.

    A command hardly collects garbage, as its process soon ends; a process of thousands of
    commands would hold gigabytes and their files: Python's own thresholds are put back.
    """
    before = gc.get_threshold()
    try:
        return CliRunner().invoke(main, list(words), input=answers)
    finally:
        gc.set_threshold(*before)


class Workspace:
    """A folder with settings, campaigns and templates; the current folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings()
        self.write("templates/mail.html.j2", "<p>Dear {{ last_name }}, from {{ city }}.</p>\n")
        self.write("templates/letter.docx", letter("last_name", "postal_code", "city"))

    # --- files ---------------------------------------------------------------------------------

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def settings(
        self,
        port: int = 9,
        *,
        host: str = "127.0.0.1",
        security: str = "none",
        connections: int = 4,
        limits: str = "{}",
        smtp: str = "",
        more: str = "",
    ) -> None:
        """English words, French days: `more` are further lines of outreach.yaml."""
        self.write(
            "outreach.yaml",
            f"""\
organisation: {{name: Atelier, address: "3 rue du Four, 35000 Rennes"}}
locale: en_GB
timezone: Europe/Paris
country: FR
currency: EUR
senders:
  marie:
    from: Marie Le Goff <marie@atelier.example>
    smtp: {{host: {host}, port: {port}, security: {security}, connections: {connections}{smtp}}}
    limits: {limits}
{more}""",
        )

    def campaign(
        self, name: str, where: str = 'city = "Rennes"', *, steps: str = "", head: str = "",
        audience: str = "",
    ) -> None:  # fmt: skip
        """One e-mail to the people of Rennes, unless said otherwise; lines are indented by two."""
        self.write(
            f"campaigns/{name}.yaml",
            f"campaign: {name}\noffer: A guided tour\nsender: marie\n{head}"
            f"audience:\n  where: {where}\n{audience}steps:\n{steps or mail()}",
        )

    def people(self, rows: Iterable[Sequence[object]], header: str = "") -> None:
        """Import people: `Ref;Last name;E-mail;City` and, by default, nothing else."""
        lines = [header or "Ref;Last name;E-mail;City"]
        lines += [";".join(map(str, row)) for row in rows]
        self.write("people.csv", "\n".join(lines) + "\n")
        self.ok("contacts", "import", "people.csv")

    def townspeople(self, count: int, city: str = "Rennes") -> list[str]:
        """So many people of a town, each with an address; the addresses, in order."""
        names = [f"p{number:03}" for number in range(1, count + 1)]
        self.people((n, f"Name-{n}", f"{n}@mail.example", city) for n in names)
        return [f"{n}@mail.example" for n in names]

    # --- commands ------------------------------------------------------------------------------

    def run(self, *words: str, now: str | None = None) -> Result:
        """One command, in this process."""
        words = (*words, "--now", now) if now else words
        done = invoked(list(words))
        return Result(done.exit_code, done.stdout, done.stderr)

    def ok(self, *words: str, now: str | None = None, code: int = 0) -> Any:
        """The JSON answer of a command that ends with that code."""
        done = self.run(*words, "--json", now=now)
        assert done.code == code, (words, done)
        return done.json

    def launch(self, name: str, *words: str, now: str | None = None) -> Any:
        """Launch a campaign with as many people as it has."""
        shown = self.ok("launch", name, *words, "--dry-run", now=now)
        return self.ok("launch", name, *words, "--confirm", str(shown["enrolled"]), now=now)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """One command, in a process of its own."""
        return subprocess.Popen(
            [*PROGRAM, *words], cwd=self.folder, env={**os.environ, "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def by_state(self, campaign: str) -> dict[str, int]:
        """How many deliveries are in each state; states without any are left out."""
        states = self.ok("status", campaign)["by_state"]
        return {state: count for state, count in states.items() if count}

    def stored(self) -> list[str]:
        """Everything in the base, as SQL: two of them are compared, whatever the log holds."""
        with closing(sqlite3.connect(self.folder / "data" / "outreach.db")) as connection:
            return list(connection.iterdump())

    def next_of(self, who: str) -> Any:
        """What comes next for a person in the only campaign."""
        (story,) = self.ok("why", who)["campaigns"]
        return story["next"]


def mail(step: str = "mail", more: str = "", *, template: str = "mail.html.j2") -> str:
    """An e-mail step in a line; `more` are further keys."""
    keys = [f"step: {step}", "channel: email", 'subject: "For {{ last_name }}"']
    keys += [f"template: {template}", *filter(None, [more])]
    return f"  - {{{', '.join(keys)}}}\n"


def letter(*fields: str) -> bytes:
    """A Word letter that names these merge fields."""
    return docx("".join(paragraph(run(f"{name}: "), merge(name)) for name in fields))


def until(condition: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Wait for something that a process or a thread does; fail when the process ends before."""
    end = time.monotonic() + 30
    while not condition():
        if process is not None and process.poll() is not None:
            raise AssertionError(process.communicate())
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
