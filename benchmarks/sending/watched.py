"""A process and those it starts, watched from outside: processor time and memory (Linux).

Nothing is asked of the watched: the numbers are the kernel's, in `/proc`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path


def processor(pid: int) -> float:
    """Seconds of processor time that the threads of a process have had; 0 when it is gone."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9
    except (OSError, IndexError):
        return 0.0


def peak(pid: int) -> float:
    """The most memory a process ever had resident, in MB; 0 when it is gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def below(pid: int) -> Iterator[int]:
    """The processes that a process started, and those that they started."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(after_name[1]), []).append(int(folder.name))
    found = [pid]
    while found:
        children = parents.get(found.pop(), [])
        yield from children
        found.extend(children)


@dataclass(slots=True)
class Watched:
    """A command that runs: `poll` it now and then, then read what it and its children took."""

    process: subprocess.Popen[bytes]
    #: The peak of each process in MB, the first being the command itself.
    peaks: dict[int, float] = field(default_factory=dict)
    _seen: dict[int, float] = field(default_factory=dict)
    _total: float | None = None

    @classmethod
    def start(cls, command: Sequence[str], folder: Path, errors: Path) -> Watched:
        """Start a command in a folder; what it says goes into the files `errors` and .out."""
        with errors.open("wb") as err, errors.with_suffix(".out").open("wb") as out:
            process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err)
        return cls(process)

    def poll(self) -> float:
        """Look at all of them; the seconds of processor time they have had so far."""
        for pid in (self.process.pid, *below(self.process.pid)):
            self._seen[pid] = max(self._seen.get(pid, 0.0), processor(pid))
            self.peaks[pid] = max(self.peaks.get(pid, 0.0), peak(pid))
        return sum(self._seen.values())

    def ended(self) -> bool:
        """Whether the command has ended. Its own and its children's time is then exact."""
        if self._total is not None:
            return True
        pid, status, used = os.wait4(self.process.pid, os.WNOHANG)
        if not pid:
            return False
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self._total = max(used.ru_utime + used.ru_stime, sum(self._seen.values()))
        return True

    @property
    def total(self) -> float:
        """Seconds of processor time of the command and of all it started, when it has ended."""
        assert self._total is not None
        return self._total
