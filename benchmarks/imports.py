"""Imports beside `sqlite-utils`: reading, cleaning, matching and recording against inserting.

Made-up French contacts with 12 columns (`people.py`) are written as a CSV, then, each as a
whole process: imported into a fresh workspace, imported again, and inserted by
`sqlite-utils insert … --csv` (types detected, its default; no cleaning, no index). With
`--postgresql` the imports are done in a fresh schema of a PostgreSQL too (`postgresql.py`).

    python benchmarks/imports.py [--contacts N] [--full] [--postgresql [DSN]]

Goals at a million: at least 1/3 of the speed of sqlite-utils; the second import no slower
than the first; less than 250 MB at the peak, whatever the size.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from people import write_csv
from postgresql import postgresql

#: Of whole processes, in a folder of their own beside this interpreter.
_BIN = Path(sys.executable).parent
OUTREACH = (str(_BIN / "outreach"),)


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took: seconds by the clock and of the processors, megabytes at its peak."""

    seconds: float
    processor: float
    megabytes: float


def run(command: Sequence[str], folder: Path) -> Run:
    """Run a process to its end. Raises `CalledProcessError`."""
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(seconds, used.ru_utime + used.ru_stime, _megabytes(used))


def _megabytes(used: resource.struct_rusage) -> float:
    """`ru_maxrss` counts kilobytes on Linux and bytes on macOS."""
    return used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def imports(csv: Path, folder: Path, store: str | None = None) -> tuple[Run, Run]:
    """The first and the second import of a file into a fresh workspace."""
    workspace = folder / ("postgresql" if store else "sqlite")
    workspace.mkdir()
    run((*OUTREACH, "init", "."), workspace)
    if store:
        settings = workspace / "outreach.yaml"
        lines = [line for line in settings.read_text("utf-8").splitlines() if line[:6] != "store:"]
        settings.write_text("\n".join([*lines, f"store: {store}", ""]), "utf-8")
    command = (*OUTREACH, "contacts", "import", str(csv))
    return run(command, workspace), run(command, workspace)


def inserted(csv: Path, folder: Path) -> Run | None:
    """The same file through `sqlite-utils`; None where it is not installed."""
    program = shutil.which("sqlite-utils", path=f"{_BIN}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        return None
    told = ("--csv", "--delimiter", ";", "--encoding", "utf-8-sig")
    return run((program, "insert", "beside.db", "people", str(csv), *told), folder)


def _show(name: str, took: Run, count: int) -> None:
    print(
        f"  {name:32}{took.seconds:9.1f} s {took.processor:9.1f} s CPU"
        f"{count / took.seconds:10,.0f} rows/s {took.megabytes:7.0f} MB"
    )


def compare(count: int, dsn: str | None) -> None:
    """Print one table for a file of so many people."""
    with tempfile.TemporaryDirectory(prefix="outreach-imports-") as place:
        folder = Path(place)
        csv = folder / "people.csv"
        write_csv(csv, count)
        print(f"{count:,} contacts, 12 columns, {csv.stat().st_size / 1e6:.0f} MB of CSV")
        beside = inserted(csv, folder)
        first, second = imports(csv, folder)
        _show("outreach contacts import", first, count)
        _show("the same file again", second, count)
        print(f"  second / first: {second.seconds / first.seconds:.2f} (goal ≤ 1)")
        if beside:
            _show("sqlite-utils insert --csv", beside, count)
            ratio = beside.seconds / first.seconds
            processor = beside.processor / first.processor
            print(f"  speed / sqlite-utils: {ratio:.2f}, by CPU {processor:.2f} (goal ≥ 0.33)")
        else:
            print("  sqlite-utils is not installed: no ratio (pip install sqlite-utils)")
        if dsn is not None:
            _postgresql(csv, folder, dsn, count, first)


def _postgresql(csv: Path, folder: Path, dsn: str, count: int, beside: Run) -> None:
    with postgresql(dsn) as url:
        first, second = imports(csv, folder, url)
    _show("outreach import, PostgreSQL", first, count)
    _show("the same file again", second, count)
    print(
        f"  second / first: {second.seconds / first.seconds:.2f};"
        f" PostgreSQL / SQLite: {first.seconds / beside.seconds:.2f}"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--contacts", type=int, default=50_000)
    options.add_argument("--full", action="store_true", help="a million contacts")
    options.add_argument("--postgresql", metavar="DSN", nargs="?", const="")
    chosen = options.parse_args()
    compare(1_000_000 if chosen.full else chosen.contacts, chosen.postgresql)


if __name__ == "__main__":
    main()
