"""Postfix's `smtp-sink`, which takes every message and counts, and its `smtp-source`.

`smtp-source -d -s 8` is the yardstick: it sends the same bytes again and again over eight
connections, in C, and computes nothing.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from re import findall

from sending.watched import Watched, processor

_PLACES = os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/usr/local/sbin", "/usr/lib/postfix"))


class Missing(Exception):
    """A program that is needed is not here; says what to do."""


def program(name: str, package: str) -> str:
    """The path of a program. Raises `Missing`."""
    found = shutil.which(name, path=_PLACES)
    if found is None:
        raise Missing(f"{name} is missing: apt-get install {package}")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when somebody listens there. Raises `Missing` when the process ends before."""
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise Missing(f"{process.args!r} does not listen on port {port}")


@dataclass(frozen=True, slots=True)
class Sink:
    """A running `smtp-sink`."""

    port: int
    pid: int
    counters: Path
    dump: Path | None

    def count(self) -> int:
        """How many messages it has taken, by its own counter."""
        with self.counters.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 120))
            numbers = findall(rb"mesg=(\d+)\r", file.read())
        return int(numbers[-1]) if numbers else 0

    def processor(self) -> float:
        return processor(self.pid)

    def messages(self) -> list[bytes]:
        """What it took, as on the wire but for the dots; only of a sink that keeps messages."""
        assert self.dump
        return [_sent(path.read_bytes()) for path in sorted(self.dump.iterdir())]


def _sent(dumped: bytes) -> bytes:
    """A message without the lines in which the sink says how it came."""
    lines = dumped.split(b"\n")
    while lines[0].startswith((b"X-", b"Received:", b"\t")):
        del lines[0]
    return b"\r\n".join(lines)


@contextmanager
def smtp_sink(*, keep: bool = False) -> Iterator[Sink]:
    """A sink on a free port of this machine; with `keep` the messages can be read again."""
    with tempfile.TemporaryDirectory(prefix="outreach-sink-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        dump = folder / "kept"
        dump.mkdir()
        dump.chmod(0o777)
        command = [program("smtp-sink", "postfix"), "-c"]
        command += ["-u", "nobody"] if os.getuid() == 0 else []
        command += ["-d", f"{dump}/m."] if keep else []
        counters = folder / "counters"
        with counters.open("wb") as out:
            process = subprocess.Popen(
                [*command, f"127.0.0.1:{port}", "1000"], stdout=out, stderr=subprocess.DEVNULL
            )
        try:
            wait_for(port, process)
            yield Sink(port, process.pid, counters, dump if keep else None)
        finally:
            process.terminate()
            process.wait()


@dataclass(frozen=True, slots=True)
class Taken:
    """What sending took, from the first to the last message that the sink counted."""

    count: int
    seconds: float
    #: Microseconds of processor time a message, of the sender and of the sink.
    sender: float
    sink: float
    #: Seconds by the clock before the first message.
    start_up: float
    #: The peak of each of the sender's processes in MB.
    peaks: tuple[float, ...]
    #: Messages a second in each tenth of the way.
    tenths: tuple[float, ...]

    @property
    def rate(self) -> float:
        return self.count / self.seconds


def timed(command: Sequence[str], folder: Path, sink: Sink, count: int) -> Taken:
    """Run a sender to its end. Raises `RuntimeError` when it fails or the sink counts others."""
    errors = folder / "sender.err"
    began, before = time.perf_counter(), sink.count()
    watched = Watched.start(command, folder, errors)
    seen: list[tuple[float, int]] = []
    used = (0.0, 0.0)
    looked = 0.0
    while not watched.ended():
        now, number = time.perf_counter(), sink.count() - before
        if number and not seen:
            used = (watched.poll(), sink.processor())
        if number and (not seen or seen[-1][1] != number):
            seen.append((now, number))
        if now - looked > 0.25:
            watched.poll()
            looked = now
        time.sleep(0.005)
    number = sink.count() - before
    if watched.process.returncode or number != count:
        said = errors.read_text("utf-8", "replace")[-2000:]
        raise RuntimeError(
            f"{' '.join(command)}: code {watched.process.returncode}, the sink counts {number}"
            f" of {count}\n{said}"
        )
    if seen[-1][1] != number:
        seen.append((time.perf_counter(), number))
    (first, start), (last, _) = seen[0], seen[-1]
    rest = max(number - start, 1)
    return Taken(
        count=rest,
        seconds=max(last - first, 0.001),
        sender=(watched.total - used[0]) / rest * 1e6,
        sink=(sink.processor() - used[1]) / rest * 1e6,
        start_up=first - began,
        peaks=tuple(watched.peaks.values()),
        tenths=_tenths(seen),
    )


def _tenths(seen: Sequence[tuple[float, int]]) -> tuple[float, ...]:
    """Messages a second in each tenth of the messages."""
    marks = [seen[0]]
    for part in range(1, 11):
        goal = seen[0][1] + (seen[-1][1] - seen[0][1]) * part / 10
        marks.append(next(one for one in seen if one[1] >= goal))
    return tuple((b[1] - a[1]) / max(b[0] - a[0], 0.001) for a, b in pairwise(marks))


def smtp_source(sink: Sink, folder: Path, count: int, size: int) -> Taken:
    """The same number of messages of the same size from `smtp-source -d -s 8`."""
    command = (program("smtp-source", "postfix"), "-d", "-s", "8", "-l", str(size), "-m",
               str(count), f"inet:127.0.0.1:{sink.port}")  # fmt: skip
    return timed(command, folder, sink, count)


if __name__ == "__main__":
    sys.exit("part of benchmarks/send.py")
