"""Nothing of a file is lost: not by a kill, Ctrl-C, a full disk, a second import at the same time.

Real processes, on both databases where the database has a part in it.
"""

from __future__ import annotations

import csv
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select
from workspaces import PROGRAM, Workspace, until

from outreach.store import schema
from outreach.store.contacts import CHUNK
from outreach.store.engine import Database

MANY = 20_000


def people(base: Database) -> int:
    with base.reading() as connection:
        return int(connection.execute(select(func.count(schema.contact.c.id))).scalar_one())


def events(base: Database) -> int:
    with base.reading() as connection:
        return int(connection.execute(select(func.count(schema.event.c.id))).scalar_one())


def big(workspace: Workspace, rows: int = MANY) -> None:
    lines = [f"C{n};Name-{n};p{n}@mail.example;Rennes;sector {n % 7}" for n in range(rows)]
    workspace.write("big.csv", "Ref;Nom;Mail;Ville;Secteur\n" + "\n".join(lines) + "\n")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_an_interrupted_import_leaves_whole_chunks_and_is_finished_by_doing_it_again(
    workspace: Workspace, base: Database, how: signal.Signals
) -> None:
    big(workspace)
    process = workspace.start("contacts", "import", "big.csv")
    until(lambda: people(base) >= CHUNK, process)
    process.send_signal(how)
    _, told = process.communicate(timeout=60)

    there = people(base)
    assert process.returncode == (130 if how is signal.SIGINT else -how), told
    if how is signal.SIGINT:
        assert told.splitlines() == [
            "interrupted",
            "  the rows read so far are kept, in whole chunks; import big.csv again and the rest"
            " follows",
        ]
    assert 0 < there < MANY
    assert there % CHUNK == 0
    assert events(base) == there

    again = workspace.ok("contacts", "import", "big.csv")

    assert (again["read"], again["created"], again["unchanged"]) == (MANY, MANY - there, there)
    assert people(base) == events(base) == MANY
    first, second = workspace.ok("contacts", "imports")["imports"]
    assert (first["finished_at"], first["created"]) == (None, there)
    assert second["created"] == MANY - there


def test_a_full_disk_is_said_and_leaves_whole_chunks(
    workspace: Workspace, open_store: Callable[..., Database]
) -> None:
    """No file of the process may grow over 8 MB; there is no room for all of it."""
    big(workspace)
    command = f"ulimit -f 8192; exec {PROGRAM[0]} -m outreach contacts import big.csv"
    done = subprocess.run(
        ["bash", "-c", command], cwd=workspace.folder, env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    base = open_store("sqlite:///data/outreach.db")
    there = people(base)
    assert done.returncode == 1, done.stderr
    assert "outreach.db cannot be used: disk" in done.stderr
    assert "the space on the disk" in done.stderr
    assert there < MANY
    assert there % CHUNK == 0

    again = workspace.ok("contacts", "import", "big.csv")
    assert (again["created"], again["unchanged"]) == (MANY - there, there)


def test_two_imports_at_once_take_turns_and_make_nobody_twice(
    workspace: Workspace, base: Database
) -> None:
    """Both files are the same list, with a field that both would make."""
    rows = 3 * CHUNK
    big(workspace, rows)
    both = [workspace.start("contacts", "import", "big.csv", "--json") for _ in range(2)]
    told = [process.communicate(timeout=120) for process in both]

    assert [process.returncode for process in both] == [0, 0], told
    assert people(base) == rows
    assert workspace.ok("contacts", "count", 'secteur = "sector 3"')["count"] == 1714
    created = [run["created"] for run in workspace.ok("contacts", "imports")["imports"]]
    assert sum(created) == rows


RAGGED = """\
Ref;Nom;Mail;Ville
C1;Petit;zoe@mail.example;Rennes
C2;Morel;luc@mail.example;Rennes;35000
;;;
C3;Le Goff;"not closed@mail.example;Nantes
C4;Kerjean;yann@mail.example
C5;Thomas;pas une adresse;Brest
C1;Petit;zoe@mail.example;Rennes
C6;Roux;rose@mail.example;Brest
"""


def test_the_rows_of_a_ragged_file_add_up_and_what_was_rejected_is_mended_and_comes_in(
    workspace: Workspace,
) -> None:
    workspace.write("ragged.csv", RAGGED)

    first = workspace.ok("contacts", "import", "ragged.csv", code=4)

    ways = ("created", "updated", "unchanged", "merged", "rejected")
    assert [first[way] for way in ways] == [3, 0, 0, 1, 4]
    assert sum(first[way] for way in ways) == first["read"] == 8
    rejects = Path(first["rejects_file"])
    mended = workspace.write("mended.csv", mend(rejects))
    second = workspace.ok("contacts", "import", str(mended), code=4)
    assert [second[way] for way in ways] == [3, 0, 0, 0, 1]
    assert workspace.ok("contacts", "count")["count"] == 6
    assert workspace.ok("contacts", "show", "luc@mail.example")["city"] == "Rennes"


def mend(rejects: Path) -> bytes:
    """What somebody does to the file of rejected rows in a spreadsheet; the empty one stays."""
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    right = {"C2": "luc@mail.example;Rennes", "C3": "marie@mail.example;Nantes",
             "C4": "yann@mail.example;Brest"}  # fmt: skip
    lines = [";".join(header)]
    for row in rows:
        line, reason, ref, name = row[:4]
        lines.append(";".join([line, reason, ref, name, right.get(ref, ";")]))
    return "\n".join(lines).encode("utf-8-sig")


def test_the_rejects_file_that_cannot_be_written_is_said(workspace: Workspace) -> None:
    workspace.write("ragged.csv", RAGGED)
    workspace.write("data/rejects", "a file where a folder should be")

    done = workspace.run("contacts", "import", "ragged.csv")

    assert done.code == 1
    assert "the rejected rows cannot be written" in done.err
