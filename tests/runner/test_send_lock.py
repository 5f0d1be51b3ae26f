"""One run at a time, and a lock that dies with its process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from outreach.errors import AlreadyRunning, ExitCode
from outreach.runner.lock import LockUnusable, hold

HOLDER = """
import sys, time
from pathlib import Path
from outreach.runner.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_refused_and_told_who_runs(tmp_path: Path) -> None:
    process = holder(tmp_path)
    try:
        with pytest.raises(AlreadyRunning) as caught, hold(tmp_path):
            pass
    finally:
        process.kill()
        process.communicate()

    assert f"process {process.pid}, since " in str(caught.value)
    assert caught.value.exit_code is ExitCode.LOCKED


def test_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    process = holder(tmp_path)
    process.kill()
    process.communicate()

    with hold(tmp_path):
        pass


def test_the_lock_is_free_after_its_end_however_it_ends(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold(tmp_path / "data"):
        raise ZeroDivisionError
    with hold(tmp_path / "data"):
        pass
    assert not (tmp_path / "data" / "outreach.lock.owner").exists()


def test_two_runs_in_one_process_exclude_each_other_too(tmp_path: Path) -> None:
    with hold(tmp_path), pytest.raises(AlreadyRunning), hold(tmp_path):
        pass


def test_two_workspaces_do_not_know_each_other(tmp_path: Path) -> None:
    with hold(tmp_path / "a"), hold(tmp_path / "b"):
        pass


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(LockUnusable, match=r"outreach\.lock"), hold(tmp_path / "data"):
        pass
