"""Sending a campaign through the command, beside `smtp-source` and beside other senders.

A workspace is made through the product (a CSV imported, a campaign launched); then `outreach
run` sends it to Postfix's `smtp-sink` on this machine, with every limit set (so high that none
waits), everything recorded in SQLite (WAL, synchronous FULL). The yardstick is `smtp-source -d
-s 8`, a program in C that sends as many bytes and computes nothing, into the same sink, in turn
(A B A B …). Printed are medians, and medians of the ratios round by round; the rate is that of
the first to the last message that the sink counted (the start of the program, said beside, is
left out), the processor's time that of all our processes after the first message. All share
the processors with the sink. What the sink counts must be what was sent.

    wire        5 KB and 30 KB, text and HTML, filled in for each person
    peers       the same 5 KB by aiosmtplib, nodemailer and mailmerge, to fewer people
    late        every reply 20 ms late, 32 connections, beside aiosmtplib's `sendmail`
    dkim        5 KB signed with RSA-2048
    tls         5 KB through TLS, the certificate verified (a relay ends it: the sink knows none)
    memory      the peak of each process, and the rate from the first to the last tenth

    python benchmarks/send.py [--only PART …] [--messages N] [--rounds N] [--full]
                              [--postgresql [DSN]]

`--postgresql` sends the 5 KB from a base in PostgreSQL too; `--full` sends more, and to a million.
Goals, in parts of smtp-source: 5 KB and 30 KB ≥ 0.60, at 5 KB ≤ 150 µs of processor a message;
signed ≥ 0.15; late ≥ 3 × sendmail; memory ≤ 80 MB a process, a million without slowing down.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from postgresql import postgresql
from sending.keys import certificate, dkim_key
from sending.mail import read
from sending.peers import peers, ready_bytes
from sending.sink import (
    Missing,
    Sink,
    Taken,
    free_port,
    program,
    smtp_sink,
    smtp_source,
    timed,
    wait_for,
)
from sending.table import Senders, in_turn, show
from sending.watched import processor
from sending.workspace import Workspace, kept

PARTS = ("wire", "peers", "late", "dkim", "tls", "memory")

OURS, SOURCE = "outreach run", "smtp-source -d -s 8"


@dataclass(frozen=True, slots=True)
class Asked:
    """How much is sent."""

    messages: int
    rounds: int
    full: bool


# --- what is sent ---------------------------------------------------------------------------


@contextmanager
def workspace(count: int, store: str | None = None) -> Iterator[Workspace]:
    """A workspace in a temporary folder with so many people."""
    with tempfile.TemporaryDirectory(prefix="outreach-send-") as name:
        made = Workspace(Path(name), store) if store else Workspace(Path(name))
        made.furnish()
        made.settle(9)
        took = made.fill(count)
        print(f"{count:,} people imported in {took:.1f} s")
        yield made


def sample(made: Workspace, size: str, count: int = 1) -> list[bytes]:
    """What `run` sends to a few people, as bytes of the wire."""
    with smtp_sink(keep=True) as sink:
        made.settle(sink.port)
        made.send(size, count, sink)
        return sink.messages()


def measure_wire(made: Workspace, asked: Asked) -> None:
    compare(made, "5 KB", asked.messages, asked.rounds, "goal ≥ 0.60, ≤ 150 µs")
    compare(made, "30 KB", asked.messages // 2, asked.rounds, "goal ≥ 0.60")


def compare(made: Workspace, size: str, count: int, rounds: int, goal: str) -> None:
    """A length of mail beside smtp-source."""
    wire = len(sample(made, size)[0])
    with smtp_sink() as sink:
        made.settle(sink.port)
        senders: Senders = {
            SOURCE: lambda: smtp_source(sink, made.folder, count, wire),
            OURS: lambda: made.send(size, count, sink),
        }
        taken = in_turn(senders, rounds)
    title = f"{size}: {wire:,} bytes a message, {count:,} people, 16 connections"
    show(title, taken, {OURS: goal})


def measure_peers(made: Workspace, asked: Asked) -> None:
    """Every sender's first messages are decoded and compared with ours before it is timed."""
    few = 3
    ours = {one.recipient: one for one in map(read, sample(made, "5 KB", few))}
    wire = len(sample(made, "5 KB")[0])
    with tempfile.TemporaryDirectory(prefix="outreach-peers-") as name:
        folder = Path(name)
        others = peers(folder, "5 KB")
        for peer in others:
            people = folder / "few.csv"
            made.person_rows(people, few, ours)
            with smtp_sink(keep=True) as sink:
                timed(peer.command(sink.port, people), folder, sink, few)
                for one in map(read, sink.messages()):
                    assert one == ours[one.recipient], f"{peer.name}: {one}"
        with smtp_sink() as sink:
            made.settle(sink.port)
            senders: dict[str, Callable[[], Taken]] = {
                SOURCE: lambda: smtp_source(sink, folder, asked.messages, wire),
                OURS: lambda: made.send("5 KB", asked.messages, sink),
            }
            for number, peer in enumerate(others):
                count = max(asked.messages // peer.one_in, 200)
                people = folder / f"people{number}.csv"
                made.person_rows(people, count)
                command = peer.command(sink.port, people)
                senders[f"{peer.name}, {count:,}"] = (
                    lambda command=command, count=count: timed(command, folder, sink, count)  # type: ignore[misc]
                )
            taken = in_turn(senders, asked.rounds)
    show(f"5 KB, the same words by other senders (the number of people, ours {asked.messages:,})",
         taken, {})  # fmt: skip


@contextmanager
def relay(sink: Sink, *words: str) -> Iterator[tuple[int, int]]:
    """A relay before the sink (`sending/relay.py`): its port and its process."""
    port = free_port()
    script = Path(__file__).parent / "sending" / "relay.py"
    process = subprocess.Popen((sys.executable, str(script), str(port), str(sink.port), *words))
    try:
        wait_for(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def measure_late(made: Workspace, asked: Asked) -> None:
    count, connections = asked.messages // 2, 32
    with tempfile.TemporaryDirectory() as name, smtp_sink() as sink:
        folder = Path(name)
        prepared = ready_bytes(folder, sample(made, "5 KB")[0], connections)
        people = folder / "people.csv"
        made.person_rows(people, count // 4)
        with relay(sink, "--late", "20") as (port, _):
            made.settle(port, connections=connections)
            command = prepared(port, people)
            senders: Senders = {
                "aiosmtplib sendmail, bytes ready": (
                    lambda: timed(command, folder, sink, count // 4)
                ),
                OURS: lambda: made.send("5 KB", count, sink),
            }
            taken = in_turn(senders, asked.rounds)
    show("5 KB, every reply 20 ms late, 32 connections each", taken, {OURS: "goal ≥ 3"})


def measure_dkim(made: Workspace, asked: Asked) -> None:
    count = asked.messages // 2
    key = dkim_key(made.folder / "dkim.pem")
    signing = {"dkim": {"domain": "atelier.example", "selector": "s1", "key": f"file:{key}"}}
    with smtp_sink(keep=True) as sink:
        made.settle(sink.port, sender=signing)
        made.send("5 KB", 1, sink)
        (signed,) = sink.messages()
    assert b"DKIM-Signature:" in signed, signed
    with smtp_sink() as sink:
        made.settle(sink.port, sender=signing)
        senders: Senders = {
            SOURCE: lambda: smtp_source(sink, made.folder, count, len(signed)),
            OURS: lambda: made.send("5 KB", count, sink),
        }
        taken = in_turn(senders, asked.rounds)
    show("5 KB signed by DKIM, RSA-2048", taken, {OURS: "goal ≥ 0.15"})


def measure_tls(made: Workspace, asked: Asked) -> None:
    count = asked.messages // 2
    cert, key = certificate(made.folder)
    wire = len(sample(made, "5 KB")[0])
    with smtp_sink() as sink, relay(sink, "--certificate", cert, "--key", key) as (port, pid):
        made.settle(port, security="tls", ca_file=cert)
        before = processor(pid)
        senders: Senders = {
            f"{SOURCE}, without TLS": lambda: smtp_source(sink, made.folder, count, wire),
            OURS: lambda: made.send("5 KB", count, sink),
        }
        taken = in_turn(senders, asked.rounds)
        spent = (processor(pid) - before) / (count * asked.rounds) * 1e6
    show("5 KB through TLS 1.3, verified (smtp-source has none)", taken, {})
    print(f"  the relay that ends TLS before the sink takes {spent:.0f} µs a message more")


def measure_memory(asked: Asked) -> None:
    sizes = (1_000, 10_000, 100_000, 1_000_000) if asked.full else (1_000, 10_000)
    with large_base(sizes[-1]) if asked.full else workspace(sizes[-1]) as made:
        print("\n5 KB: memory, and messages a second on the way")
        print(
            f"  {'people':>10} {'all the way':>12} {'first 1/10':>11} {'last 1/10':>10}   peak, MB"
        )
        for count in sizes:
            with smtp_sink() as sink:
                made.settle(sink.port)
                one = made.send("5 KB", count, sink)
            peaks = " + ".join(f"{peak:.0f}" for peak in one.peaks)
            first, last = one.tenths[0], one.tenths[-1]
            print(
                f"  {count:10,} {one.rate:12,.0f} {first:11,.0f} {last:10,.0f}   {peaks}"
                " (goal ≤ 80 each)"
            )


@contextmanager
def large_base(count: int) -> Iterator[Workspace]:
    """A copy of a base that is kept from one benchmark to the next."""
    with tempfile.TemporaryDirectory(prefix="outreach-send-") as name:
        folder = Path(name) / "workspace"
        shutil.copytree(kept(count), folder)
        made = Workspace(folder)
        made.furnish()
        yield made


def measure_postgresql(made: Workspace, asked: Asked, dsn: str) -> None:
    count = asked.messages
    wire = len(sample(made, "5 KB")[0])
    with postgresql(dsn) as url, workspace(count, url) as there, smtp_sink() as sink:
        for one in (made, there):
            one.settle(sink.port)
        senders: Senders = {
            SOURCE: lambda: smtp_source(sink, made.folder, count, wire),
            f"{OURS}, SQLite": lambda: made.send("5 KB", count, sink),
            f"{OURS}, PostgreSQL": lambda: there.send("5 KB", count, sink),
        }
        taken = in_turn(senders, asked.rounds)
    show("5 KB from PostgreSQL (its server's own time is not counted)", taken, {})
    lite, great = (taken[f"{OURS}, {store}"] for store in ("SQLite", "PostgreSQL"))
    ratio = statistics.median(b.rate / a.rate for a, b in zip(lite, great, strict=True))
    print(f"  PostgreSQL / SQLite: {ratio:.2f}")


def main() -> None:
    read = argparse.ArgumentParser(description="Sending a campaign.")
    read.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=", ".join(PARTS))
    read.add_argument("--messages", type=int)
    read.add_argument("--rounds", type=int)
    read.add_argument("--full", action="store_true", help="the sizes of the goals; minutes")
    read.add_argument("--postgresql", metavar="DSN", nargs="?", const="")
    given = read.parse_args()
    asked = Asked(
        messages=given.messages or (50_000 if given.full else 20_000),
        rounds=given.rounds or (5 if given.full else 3),
        full=given.full,
    )
    wanted = given.only or (() if given.postgresql is not None else PARTS)
    try:
        for name in ("smtp-sink", "smtp-source"):
            program(name, "postfix (its programs are enough, it need not run)")
        if not Path("/proc/self/task").exists():
            raise Missing("processor time and memory are read from /proc: Linux is needed")
    except Missing as missing:
        print(f"nothing is measured: {missing}")
        return
    print(f"{os.cpu_count()} processors, shared with the sink; load {os.getloadavg()[0]:.1f}")
    if any(part != "memory" for part in wanted) or given.postgresql is not None:
        with workspace(asked.messages) as made:
            for part in wanted:
                if part != "memory":
                    MEASURES[part](made, asked)
            if given.postgresql is not None:
                measure_postgresql(made, asked, given.postgresql)
    if "memory" in wanted:
        measure_memory(asked)


MEASURES: dict[str, Callable[[Workspace, Asked], None]] = {
    "wire": measure_wire,
    "peers": measure_peers,
    "late": measure_late,
    "dkim": measure_dkim,
    "tls": measure_tls,
}

if __name__ == "__main__":
    main()
