"""The flight journal: what was on the wire is known after kill -9, and never guessed."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.errors import Text
from outreach.model.delivery import Deferred, Outcome, Refused, Scope, Sent, Unknown
from outreach.store.flight_journal import (
    FlightJournal,
    Flown,
    JournalUnwritable,
    boot_id,
    read_journal,
)

OUTCOMES: dict[int, Outcome] = {
    1: Sent("2.0.0 Ok: queued as 4Zq8"),
    2: Deferred("4.2.2 full", wait=timedelta(minutes=5), counts=False, scope=Scope.GROUP),
    3: Refused("5.1.1 unknown\n5.1.1 « Zoé »", dead_address=True, wait=timedelta(seconds=90)),
    4: Unknown(Text("the connection was lost at {stage}: {why}", stage="DATA", why="reset")),
    5: Refused(Text("given up, at last: {reply}", reply=Text("the server closed it"))),
}


def journal(path: Path, run: str = "run-7", boot: str = "this-boot") -> FlightJournal:
    return FlightJournal(path, run=run, boot=boot)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "flight" / "one"
    writing = journal(path)
    writing.record([], [1, 2, 3])
    writing.record([(1, OUTCOMES[1])], [4, 5])
    writing.record([(key, OUTCOMES[key]) for key in (2, 3, 4, 5)], [])
    writing.close()

    flown = read_journal(path)

    assert flown == Flown("run-7", "this-boot", {1, 2, 3, 4, 5}, OUTCOMES, whole=True)
    assert flown.complete(run="run-7", boot="this-boot")
    assert read_journal(path, among={1, 5}).begun == {1, 5}


def test_a_message_that_is_sent_again_has_no_outcome_until_its_last_one(tmp_path: Path) -> None:
    writing = journal(tmp_path / "one")
    writing.record([], [1])
    writing.record([(1, Deferred("4.7.1 later"))], [])
    writing.record([], [1])
    writing.close()

    assert read_journal(tmp_path / "one").ended == {}


def test_another_run_or_another_start_of_the_machine_proves_nothing_missing(
    tmp_path: Path,
) -> None:
    journal(tmp_path / "one").close()
    journal(tmp_path / "two", boot="").close()

    assert not read_journal(tmp_path / "one").complete(run="run-8", boot="this-boot")
    assert not read_journal(tmp_path / "one").complete(run="run-7", boot="that-boot")
    assert not read_journal(tmp_path / "two").complete(run="run-7", boot="")
    assert not read_journal(tmp_path / "none").complete(run="run-7", boot="this-boot")


def test_a_line_cut_short_at_the_end_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "one"
    writing = journal(path)
    writing.record([], [1])
    writing.record([], [2])
    writing.close()
    path.write_bytes(path.read_bytes()[:-4])

    flown = read_journal(path)

    assert (flown.begun, flown.whole) == ({1}, True)


@pytest.mark.parametrize("damage", [b"b 2 00000000\n", b"\xff\x00garbage\n", b"\n", b"b \n"])
def test_damage_in_the_middle_hides_no_other_line_and_is_told(
    tmp_path: Path, damage: bytes
) -> None:
    path = tmp_path / "one"
    writing = journal(path)
    writing.record([], [1])
    with path.open("ab") as file:
        file.write(damage)
    writing.record([(1, Sent("ok"))], [3])
    writing.close()

    flown = read_journal(path)

    assert (flown.begun, flown.ended) == ({1, 3}, {1: Sent("ok")})
    assert not flown.complete(run="run-7", boot="this-boot")


@pytest.mark.parametrize("content", [b"", b"nothing of ours\n", b"outreach-flight 1 7"])
def test_a_file_without_its_first_line_tells_nothing_of_any_run(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "one").write_bytes(content)

    assert read_journal(tmp_path / "one").run is None


def test_a_journal_is_never_written_over(tmp_path: Path) -> None:
    journal(tmp_path / "one").close()

    with pytest.raises(JournalUnwritable):
        journal(tmp_path / "one")


def test_a_journal_whose_work_is_committed_is_removed(tmp_path: Path) -> None:
    done = journal(tmp_path / "one")
    done.remove()

    assert not (tmp_path / "one").exists()


CHILD = """
import sys
from pathlib import Path
from outreach.model.delivery import Sent
from outreach.store.flight_journal import FlightJournal, JournalUnwritable
journal = FlightJournal(Path(sys.argv[1]), run="run-7", boot="this-boot")
number = 0
try:
    while True:
        journal.record([(number, Sent("ok"))] if number else [], [number + 1])
        number += 1
        print(number, flush=True)
except JournalUnwritable as error:
    try:
        journal.record([], [0])
    except JournalUnwritable:
        print("refused", error.what, flush=True)
"""


def test_every_line_is_there_after_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "one"
    command = [sys.executable, "-c", CHILD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.2)
        child.send_signal(signal.SIGKILL)
        told = [int(line) for line in child.stdout.read().split("\n")[:-1]]

    flown = read_journal(path)

    assert told[-1] > 100
    assert set(told) <= flown.begun
    assert len(flown.begun) - len(flown.ended) == 1
    assert flown.complete(run="run-7", boot="this-boot")


def test_a_full_disk_stops_the_sending_and_loses_no_line_before(tmp_path: Path) -> None:
    path = tmp_path / "one"
    # A limit on the size of files cuts the last line short, as a full disk does.
    result = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)),
    )
    *told, last = result.stdout.splitlines()

    assert last.startswith("refused what is sent cannot be noted down")
    flown = read_journal(path)
    assert set(map(int, told)) <= flown.begun
    assert len(flown.begun) <= len(told) + 1


def test_the_start_of_the_machine_has_one_name() -> None:
    assert boot_id() == boot_id() != ""
