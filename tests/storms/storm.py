"""A campaign sent through a storm: runs that are killed, a receiver that breaks; then the count.

`Storm(workspace, …).blow()` sends to everybody however often it is killed, settles all doubt
by the receiver's log, sends what is left, and says what it counted. It is right when
`Count.wrong` is empty.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from workspaces import PROGRAM, Workspace

START = datetime(2027, 3, 1, 9)
#: Pretended time from one run to the next: longer than any wait of a deferred message, and short
#: enough that nothing is given up after two days.
STEP = timedelta(hours=5)
#: What everybody must come to.
ENDS = ("sent", "refused", "given up")
#: Domains the people are spread over: no one of them looks like a server in trouble.
DOMAINS = 40
#: A run that takes longer hangs.
_PATIENCE = 120

#: The command with two processes that send, however few messages there are.
_CREW = """\
from outreach.cli import main
from outreach.runner import mailing
mailing.processes_for = lambda due, senders: 2
main()
"""

#: Whom a kill hits: the whole process group, the process one started, one of its children.
KILLS = ("group", "parent", "worker")


@dataclass(frozen=True, slots=True)
class Count:
    """What a storm left behind."""

    seed: int
    people: int
    runs: int
    kills: int
    #: Messages or people that were kept twice.
    doubles: int
    #: People without a state, or due with nothing left to wait for.
    forgotten: int
    #: Unknown because a run was killed; because the receiver cut the connection.
    doubt: int
    doubt_by_cuts: int
    #: What they may be at most: one a connection and kill, one for each cut after 354.
    allowed: int
    cuts: int
    #: Of both, by the receiver's log.
    settled: int
    sent: int
    refused: int
    seconds: float
    #: Sentences on everything that is not as it must be.
    wrong: tuple[str, ...]


@dataclass(slots=True)
class Heard:
    """What the receiver's log says."""

    accepted: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    #: Every Message-ID ever seen for a person.
    known_as: dict[str, set[str]] = field(default_factory=dict)
    cuts: int = 0
    wrong: list[str] = field(default_factory=list)


_LINE = re.compile(r"(accepted|refused|lost) (<\S+>) for (\S+)|(turned away|cut|wrong) (.*)")


def heard(log: Path) -> Heard:
    found = Heard()
    for line in log.read_text().splitlines():
        match = _LINE.fullmatch(line)
        assert match, line
        verb, name, who, other, rest = match.groups()
        if verb:
            found.known_as.setdefault(who, set()).add(name)
        if verb == "accepted":
            found.accepted[who] += 1
            found.names[name] += 1
        elif verb == "refused":
            found.refused.add(who)
        elif other == "turned away":
            found.refused.add(rest)
        elif other == "cut":
            found.cuts += 1
        elif other == "wrong":
            found.wrong.append(rest)
    return found


@contextmanager
def receiver(seed: int, log: Path, *, pause: float) -> Iterator[int]:
    """The receiver in a process of its own; its port."""
    here = Path(__file__).resolve()
    process = subprocess.Popen(
        [sys.executable, str(here.with_name("receiver.py")), str(seed), str(log), str(pause)],
        env={**os.environ, "PYTHONPATH": str(here.parents[1])},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


class Storm:
    """One campaign, one receiver, many kills."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        seed: int,
        people: int,
        kills: int,
        connections: int = 4,
        pause: float = 0.01,
        rooms: Sequence[int] = (0,),
        crew: bool = True,
        settings: str = "",
        limits: str = "{}",
    ) -> None:
        """`crew`: every second run sends with two processes; `limits` are the sender's.

        `rooms` are for runs on a full disk, one each: no file may grow to more bytes than the
        base has now, and so many.
        """
        self.workspace = workspace
        self.seed = seed
        self.people = people
        self.kills = kills
        self.connections = connections
        self.pause = pause
        self.rooms = rooms
        self.crew = crew
        self.settings = settings
        self.limits = limits
        self.log = workspace.folder / "received.log"
        self.killed = 0
        self.runs = 0
        self._base = workspace.folder / "data" / "outreach.db"
        self._dice = random.Random(seed)
        self._now = START
        self._wrong: list[str] = []
        self._hopeless = False

    def blow(self) -> Count:
        begun, full = time.monotonic(), False
        self._launch()
        with receiver(self.seed, self.log, pause=self.pause) as port:
            self.workspace.settings(
                port, connections=self.connections, more=self.settings, limits=self.limits
            )
            while self.killed < self.kills and self._left():
                self._run_and_kill()
                if self.killed == self.kills // 2 and not full:
                    full = self._run_with_a_full_disk()
            self._run_to_the_end()
            doubt = self._doubt()
            settled = 0
            # Settled again and again: the receiver goes on cutting.
            while (now_settled := self._settle()) and not self._hopeless:
                settled += now_settled
                self._run_to_the_end()
        return self._count(doubt, settled, time.monotonic() - begun)

    # --- the campaign -------------------------------------------------------------------------

    def _launch(self) -> None:
        self.workspace.people(
            (f"p{n:05}", f"Name-{n}", f"p{n:05}@m{n % DOMAINS:02}.example", "Rennes")
            for n in range(self.people)
        )
        self.workspace.campaign("storm")
        self.workspace.launch("storm", now=START.isoformat())

    def _states(self) -> Counter[str]:
        """How many are in each state; read from the base, for a command might mend something."""
        with closing(sqlite3.connect(self._base, timeout=30)) as base:
            return Counter(
                dict(base.execute("SELECT state, count(*) FROM delivery GROUP BY state"))
            )

    def _left(self) -> int:
        states = self._states()
        return states["due"] + states["claimed"]

    # --- runs ---------------------------------------------------------------------------------

    def _start(self, *further: str, **more: Any) -> subprocess.Popen[str]:
        self.runs += 1
        self._now += STEP
        words = ["run", "--now", self._now.isoformat(), "--json", *further]
        crew = self.crew and self.runs % 2
        program = [sys.executable, "-c", _CREW] if crew else PROGRAM
        return subprocess.Popen(
            [*program, *words], cwd=self.workspace.folder, start_new_session=True, text=True,
            env={**os.environ, "PYTHONUTF8": "1"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            **more,
        )  # fmt: skip

    def _finish(self, process: subprocess.Popen[str], *, killed: bool = False) -> int:
        out, err = process.communicate(timeout=_PATIENCE)
        if "Traceback" in err:
            self._wrong.append(f"a traceback: {err[-2000:]}")
        if not killed:
            json.loads(out)
        return process.returncode

    def _run_and_kill(self) -> None:
        """One run, killed once it has sent a little; now and then while it starts or recovers."""
        before = self._length()
        # So that there is something left for the kills to come, also where only a worker dies:
        # the others go on to the end.
        most = self._left() // (self.kills - self.killed + 2)
        process = self._start("--limit", str(most + most // 2 + 2))
        lines = self._dice.choice((0, 1, 3, most // 4, most // 2, most))
        early = self._dice.random() < 0.15
        give_up = time.monotonic() + (self._dice.uniform(0.2, 0.9) if early else 20)
        while process.poll() is None and time.monotonic() < give_up:
            if not early and self._length() > before + lines:
                break
            time.sleep(0.002)
        time.sleep(self._dice.uniform(0, 0.03))
        if process.poll() is None and self._kill(process, self._dice.choice(KILLS)):
            self.killed += 1
            self._finish(process, killed=True)
        else:
            self._finish(process)

    def _kill(self, process: subprocess.Popen[str], whom: str) -> bool:
        if whom == "group":
            os.killpg(process.pid, signal.SIGKILL)
        elif whom == "worker" and (children := _children(process.pid)):
            os.kill(self._dice.choice(children), signal.SIGKILL)
        else:
            process.kill()
        return True

    def _length(self) -> int:
        return self.log.read_bytes().count(b"\n") if self.log.exists() else 0

    def _run_with_a_full_disk(self) -> bool:
        """Something cannot be written any more half-way: the base, its log, or the journal."""
        for room in self.rooms:
            most = self._base.stat().st_size + room

            def limit(most: int = most) -> None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

            # Should there be room enough, something is left for the kills to come.
            share = str(self._left() // (2 + self.kills - self.killed))
            self._finish(self._start("--limit", share, preexec_fn=limit))
        return True

    def _run_to_the_end(self) -> None:
        """Until nothing is due any more; deferred messages are waited for in pretended time."""
        for _ in range(60):
            if not self._left():
                return
            code = self._finish(self._start())
            if code == 5:  # an orphan of a killed run still finishes what is on the wire
                time.sleep(0.2)
                self._now -= STEP
        self._hopeless = True
        self._wrong.append("sixty runs did not come to an end")

    def _settle(self) -> int:
        """All doubt, by what the receiver wrote down; what it does not name never came."""
        before = self._states()["unknown"]
        if before:
            self._command("settle", "--from", str(self.log))
            if self._states()["unknown"]:
                self._command("settle", "--not-sent", "all")
        return before - self._states()["unknown"]

    def _command(self, *words: str) -> None:
        done = self.workspace.run(*words, "--now", self._now.isoformat(), "--json")
        if done.code not in (0, 6):
            self._wrong.append(f"{words}: {done}")

    # --- the count ----------------------------------------------------------------------------

    def _doubt(self) -> tuple[int, int]:
        """How many messages are in doubt because of a kill, and because of a cut."""
        with closing(sqlite3.connect(self._base, timeout=30)) as base:
            rows = base.execute("SELECT detail FROM delivery WHERE state = 'unknown'").fetchall()
        killed = sum("the run ended" in detail for (detail,) in rows)
        return killed, len(rows) - killed

    def _count(self, doubts: tuple[int, int], settled: int, seconds: float) -> Count:
        log, states = heard(self.log), self._states()
        doubles = [who for who, count in log.accepted.items() if count > 1]
        doubles += [name for name, count in log.names.items() if count > 1]
        by_person = self._by_person()
        forgotten = [who for who, state in by_person.items() if state not in ENDS]
        doubt, by_cuts = doubts
        # A run on a full disk may end as abruptly as a killed one.
        allowed = self.connections * (self.killed + len(self.rooms))
        wrong = [*self._wrong, *log.wrong]
        wrong += [f"kept twice: {one}" for one in doubles]
        wrong += [f"forgotten: {who} is {by_person[who]}" for who in forgotten]
        wrong += [f"several names: {who}" for who, names in log.known_as.items() if len(names) > 1]
        for who, state in by_person.items():
            if state == "sent" and log.accepted[who] == 0:
                wrong.append(f"called sent, never kept: {who}")
            if state in ("refused", "given up") and log.accepted[who]:
                wrong.append(f"called {state}, but kept: {who}")
            if state == "refused" and who not in log.refused:
                wrong.append(f"called refused, never refused: {who}")
        if len(by_person) != self.people:
            wrong.append(f"{len(by_person)} deliveries for {self.people} people")
        if doubt > allowed or by_cuts > log.cuts:
            wrong.append(f"in doubt: {doubt} of {allowed}, and {by_cuts} of {log.cuts} cut off")
        return Count(
            self.seed, self.people, self.runs, self.killed, len(doubles), len(forgotten), doubt,
            by_cuts, allowed, log.cuts, settled, states["sent"], states["refused"], seconds,
            tuple(wrong),
        )  # fmt: skip

    def _by_person(self) -> dict[str, str]:
        with closing(sqlite3.connect(self._base, timeout=30)) as base:
            rows = base.execute(
                "SELECT contact.email, delivery.state, delivery.detail FROM delivery"
                " JOIN contact ON contact.id = delivery.contact_id"
            ).fetchall()
        # After two days of deferrals it is given up, without a refusal of the receiver's.
        return {
            who: "given up" if "given up" in (detail or "") else state
            for who, state, detail in rows
        }


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
