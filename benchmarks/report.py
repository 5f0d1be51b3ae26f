"""Reports over ten million events, beside the hand-written SQL they need.

Made-up people (`people.py`) are laid into a store by its own bulk path; three campaigns are
launched over all of them through the product, one after the other, with a control group of
10 % and 2 % of the people suppressed; what happened in them is laid by statements
(`reporting/laying.py`). Then, each a whole process, processor time and memory as the kernel
says:

* `report` of one campaign and of all, beside the plain SQL for the same figures by the raw
  driver (`reporting/plain_sql.py`), whose answers must agree. Goal: ≤ 1.5 × SQL + 1 s, < 300 MB,
  the time of PostgreSQL's server included in both;
* `today`, `why WHO`, `status` beside a process that only imports what each cannot do without.
  Goal: ≤ 1.6 × the imports;
* the last launch (goal: ≤ 60 s for a million people), and `portfolio`.

    python benchmarks/report.py [--full] [--contacts N] [--runs N] [--postgresql [DSN]]
                                [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import yaml
from base import fill
from people import people
from postgresql import Server, postgresql
from reporting import plain_sql
from reporting.laying import Base, counts, lay, opened, settled
from sending.workspace import Workspace
from startup import NEEDED, NEEDED_POSTGRESQL, OUTREACH, compare, prepared

#: The campaigns, and when each was launched; the reports are of the day after the last orders.
CAMPAIGNS = {
    "spring": "2026-03-02T09:00:00+01:00",
    "summer": "2026-06-01T09:00:00+02:00",
    "autumn": "2026-09-07T09:00:00+02:00",
}
TODAY = "2026-11-16T10:00:00+01:00"

#: Commands, and what each cannot do without besides `NEEDED`: dates and tables in the terminal.
COMMANDS: dict[str, tuple[tuple[str, ...], str]] = {
    "status": (("status",), ""),
    "status CAMPAIGN": (("status", "autumn"), ""),
    "today": (("today",), ", babel.dates, babel.numbers"),
    # Whoever nothing comes to may be meant by a campaign not launched yet: expressions are read.
    "why WHO": (("why", "C0000777"), ", babel.dates, babel.numbers, sqlglot"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What one process took: seconds on the wall and of the processors, its peak in MB."""

    wall: float
    cpu: float
    peak: float
    said: str

    def __str__(self) -> str:
        return f"{self.wall:7.2f} s  {self.cpu:7.2f} s CPU  {self.peak:5.0f} MB"


#: Runs a command and writes what it took. In a small process of its own: the peak that the
#: kernel tells of a process is at least that of the one it was started from.
_WATCHED = """
import os, sys, time
place, *words = sys.argv[1:]
start = time.perf_counter()
number = os.posix_spawn(words[0], words, os.environ)
_, status, used = os.wait4(number, 0)
told = (time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
with open(place, "w") as file:
    print(*told, file=file)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def taken(words: Sequence[str], folder: Path) -> Taken:
    """Run a command of the product as if it were `TODAY`. Raises `RuntimeError` if it fails."""
    with tempfile.NamedTemporaryFile("r") as told:
        command = (sys.executable, "-S", "-c", _WATCHED, told.name, *OUTREACH, *words)
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"outreach {' '.join(words)}:\n{done.stdout}{done.stderr}")
        wall, cpu, peak = map(float, told.read().split())
    return Taken(wall, cpu, peak, done.stdout)


# --- a base with a past ---------------------------------------------------------------------


def laid(folder: Path, count: int, url: str | None) -> Taken:
    """People, campaigns and what happened in them; what the last launch took."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = fill(folder, count, url)
    parts.database.engine.dispose()
    workspace = Workspace(folder, url or "sqlite:///data/outreach.db")
    workspace.furnish()
    workspace.settle(9)
    _suppress(folder, count)
    for name, now in CAMPAIGNS.items():
        launched = _launch(folder, name, now)
        start = time.perf_counter()
        with opened(url or f"sqlite:///{folder / 'data' / 'outreach.db'}") as base:
            lay(base, name)
            settled(base)
        print(f"{name}: launched in {launched}, laid in {time.perf_counter() - start:.0f} s")
    return launched


def _suppress(folder: Path, count: int) -> None:
    """Every fiftieth is on the list of whom not to contact."""
    addresses = [row[5] for number, row in enumerate(people(count)) if number % 50 == 0 and row[5]]
    (folder / "stop.csv").write_text("\n".join(addresses), "utf-8")
    subprocess.run((*OUTREACH, "suppress", "import", "stop.csv"),
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)  # fmt: skip


def _launch(folder: Path, name: str, now: str) -> Taken:
    """Launch a campaign over everybody; a dry run says how many there are."""
    campaign = {
        "campaign": name, "title": "Portes ouvertes", "offer": "Une visite guidée",
        "sender": "elise", "audience": {"where": True, "control": "10%"},
        "steps": [
            {"step": "mail", "channel": "email", "subject": "Bonjour {{ first_name }}",
             "template": "5kb.html.j2", "text": "mail.txt.j2"},
            {"step": "call", "channel": "call", "after": "mail + 7 days"},
        ],
    }  # fmt: skip
    text = yaml.safe_dump(campaign, allow_unicode=True, sort_keys=False)
    (folder / "campaigns" / f"{name}.yaml").write_text(text, "utf-8")
    tried = taken(("--now", now, "launch", name, "--dry-run", "--json"), folder)
    enrolled = json.loads(tried.said)["enrolled"]
    return taken(("--now", now, "launch", name, "--confirm", str(enrolled)), folder)


# --- measured -------------------------------------------------------------------------------


def measure_reports(folder: Path, url: str | None, runs: int) -> None:
    print(f"\n{'':<20} {'report':>33} {'SQL':>9} {'goal':>9}")
    with opened(url or f"sqlite:///{folder / 'data' / 'outreach.db'}") as base:
        numbers = [base.one(f"SELECT id FROM campaign WHERE name = '{name}'") for name in CAMPAIGNS]
        for label, words, campaigns in (
            ("report CAMPAIGN", ("report", "summer"), numbers[1:2]),
            ("report (all)", ("report",), numbers),
        ):
            pairs = [_pair(folder, words, base, campaigns) for _ in range(runs)]
            _agree(pairs[0][0], pairs[0][1], label)
            ours = min((pair[0] for pair in pairs), key=lambda one: one.cpu)
            sql = min(pair[2] for pair in pairs)
            cpu = min(pair[3] for pair in pairs)
            goal = 1.5 * cpu + 1
            print(f"{label:<20} {ours} {cpu:6.2f} s {goal:6.2f} s  "
                  f"{'reached' if ours.cpu <= goal and ours.peak < 300 else 'MISSED'}"
                  f"   (SQL on the wall: {sql:.2f} s)")  # fmt: skip


def _pair(
    folder: Path, words: Sequence[str], base: Base, campaigns: Sequence[int]
) -> tuple[Taken, list[plain_sql.Figures], float, float]:
    """One after the other: ours, and the SQL with its seconds of wall and of processor.

    On PostgreSQL what its server took meanwhile belongs to both.
    """
    server = _server(base)
    before = server()
    ours = taken(("--now", TODAY, *words, "--json"), folder)
    between = server()
    start, used = time.perf_counter(), time.process_time()
    found = plain_sql.report(base, campaigns)
    wall, used = time.perf_counter() - start, time.process_time() - used
    ours = replace(ours, cpu=ours.cpu + between - before)
    return ours, found, wall, used + server() - between


def _server(base: Base) -> Callable[[], float]:
    """What the server has taken of the processors; in SQLite there is none."""
    return (lambda: 0.0) if base.is_sqlite else Server(base.one("SELECT pg_backend_pid()")).seconds


def _agree(ours: Taken, sql: list[plain_sql.Figures], label: str) -> None:
    """The same people, touches, orders and money. Raises `AssertionError`."""
    told = json.loads(ours.said)
    for one, plain in zip(told.get("campaigns", [told]), sql, strict=True):
        found = {
            "enrolled": one["enrolled"],
            "control": one["control"],
            "chain": [stage["contacts"] for stage in one["chain"]],
            "touches": one["touch_count"],
            "orders": one["orders"],
            "revenue": round(one["revenue"] * 100),
        }
        wanted = asdict(plain)
        assert found == wanted, (label, found, wanted)


def measure_commands(folder: Path, url: str | None, runs: int) -> None:
    """Each command beside what it imports; opening the connection to a server is the command's."""
    needed = NEEDED_POSTGRESQL if url else NEEDED
    print(f"\n{'':<34} {'outreach':>10} {'imports':>10} {'ratio':>9}")
    for label, (words, imports) in COMMANDS.items():
        beside = (sys.executable, "-c", needed + imports)
        compare(label, (*OUTREACH, "--now", TODAY, *words), beside, folder, runs)


def measure(folder: Path, count: int, url: str | None, runs: int) -> None:
    """Lay a base unless it is there, and measure all of it."""
    mark = folder / "laid"
    if not mark.exists():
        launched = laid(folder, count, url)
        mark.write_text(f"launch of {count:,} people: {launched}\n", "utf-8")
    print(mark.read_text("utf-8"), end="")
    with opened(url or f"sqlite:///{folder / 'data' / 'outreach.db'}") as base:
        print(counts(base, ("contact", "event", "delivery", "enrolment")))
    measure_reports(folder, url, runs)
    best = min((taken(("--now", TODAY, "portfolio", "--json"), folder) for _ in range(runs)),
               key=lambda one: one.cpu)  # fmt: skip
    print(f"{'portfolio':<20} {best}")
    measure_commands(folder, url, max(runs, 5))
    loads = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"\nload of the machine, over 1, 5 and 15 minutes: {loads}")


def main() -> None:
    read = argparse.ArgumentParser(description="Reports over many events.")
    read.add_argument("--full", action="store_true", help="a million people, ten million events")
    read.add_argument("--contacts", type=int, default=100_000)
    read.add_argument("--runs", type=int, default=3)
    read.add_argument("--postgresql", metavar="DSN", nargs="?", const="")
    read.add_argument("--keep", metavar="FOLDER", help="lay the base there, or use what is there")
    given = read.parse_args()
    count = 1_000_000 if given.full else given.contacts
    prepared()
    with ExitStack() as stack:
        folder = Path(given.keep or stack.enter_context(tempfile.TemporaryDirectory())).resolve()
        url = None
        if given.postgresql is not None:
            url = stack.enter_context(postgresql(given.postgresql))
        measure(folder, count, url, given.runs)


if __name__ == "__main__":
    main()
