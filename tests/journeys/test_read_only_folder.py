"""A workspace on a disk or in a folder where nothing can be written: looking works."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from workspaces import Result, Workspace

pytestmark = pytest.mark.usefixtures("no_root")

MONDAY = "2027-03-01T09:00"
TUESDAY = "2027-03-02T09:00"
LOOKING = (
    ("why", "p001"), ("today",), ("status",), ("status", "spring"), ("tasks",), ("calls",),
    ("contacts", "count"), ("contacts", "show", "p001"), ("contacts", "adrift"),
    ("report", "spring"), ("report",), ("undo", "--list"), ("portfolio",),
    ("preview", "spring", "--calendar"), ("check", "spring"),
)  # fmt: skip


@pytest.fixture
def spring(workspace: Workspace) -> Iterator[Workspace]:
    workspace.townspeople(3)
    workspace.campaign("spring", steps="  - {step: gift, channel: task}\n")
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    workspace.ok("record", "p001", "replied", now=MONDAY)
    yield workspace
    workspace.folder.chmod(0o700)
    (workspace.folder / "data").chmod(0o700)


def alone(workspace: Workspace, *words: str) -> Result:
    """A command in a process of its own: only there root has none of its rights at all."""
    process = workspace.start(*words)
    out, err = process.communicate(timeout=300)
    return Result(process.returncode, out, err)


def close_the_base(workspace: Workspace) -> None:
    for file in (workspace.folder / "data").rglob("*"):
        file.chmod(0o500 if file.is_dir() else 0o400)
    (workspace.folder / "data").chmod(0o500)


def test_whatever_only_looks_says_the_same_as_before(spring: Workspace) -> None:
    before = [spring.run(*words, "--json", "--now", TUESDAY) for words in LOOKING]
    close_the_base(spring)
    spring.folder.chmod(0o500)
    there = sorted(file.name for file in (spring.folder / "data").rglob("*"))

    after = [alone(spring, *words, "--json", "--now", TUESDAY) for words in LOOKING]

    assert after == before
    assert {done.code for done in after} <= {0, 1}
    assert sorted(file.name for file in (spring.folder / "data").rglob("*")) == there
    told = alone(spring, "record", "p002", "replied", "--now", TUESDAY)
    assert (told.code, "can be read here, and not changed" in told.err) == (1, True)


def test_it_is_copied_from(spring: Workspace, tmp_path_factory: pytest.TempPathFactory) -> None:
    copy = tmp_path_factory.mktemp("elsewhere") / "copy.db"
    close_the_base(spring)

    done = alone(spring, "store", "backup", str(copy))

    assert (done.code, copy.stat().st_size > 100_000) == (0, True), done


def test_no_workspace_is_made_where_nothing_may_be_written(spring: Workspace) -> None:
    spring.folder.chmod(0o500)
    done = alone(spring, "init", "inside")
    assert (done.code, "nothing may be written there" in done.err) == (1, True), done
    assert not (spring.folder / "inside").exists()


def test_the_tests_of_the_store_hold_too(tmp_path: Path) -> None:
    """They work in their own process, where root's rights cannot be laid down for a while."""
    of_the_store = Path(__file__).parents[1] / "store" / "test_read_only.py"
    words = ("-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'own'}", str(of_the_store))
    done = subprocess.run(
        (sys.executable, "-m", "pytest", *words), capture_output=True, text=True, check=False
    )
    assert (done.returncode, "skipped" in done.stdout) == (0, False), done.stdout
