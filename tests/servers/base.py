"""What the real servers of the tests share: folders, ports, waiting, and an end by pid."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

#: Whom the servers deliver as: a number that belongs to nobody.
MAILBOX_OWNER = 5000
#: UNIX sockets lie below the folder, and their whole path may have 107 bytes.
_LONGEST_FOLDER = 60


class NotHere(Exception):
    """This machine cannot run the server; the message says what it lacks."""


def lacking(programs: Mapping[str, str]) -> str | None:
    """What stops the servers here: programs (with their packages) that are missing, or rights."""
    missing = sorted({package for program, package in programs.items() if not which(program)})
    if missing:
        return f"missing for real mail servers: apt-get install {' '.join(missing)}"
    if os.geteuid() != 0:
        return "real mail servers are started as root: sudo make test"
    return None


def which(program: str) -> str | None:
    """Where a program lies; daemons are looked for where only root's PATH leads, too."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


@contextmanager
def short_folder(prefix: str) -> Iterator[Path]:
    """A folder that the servers' own users may enter, with a short name; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    folder.chmod(0o755)
    assert len(str(folder)) <= _LONGEST_FOLDER
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_for(condition: Callable[[], object], log: Path, *, seconds: float = 30) -> None:
    """Until a server is there; what it said, when it never is."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(log.read_text(errors="replace")[-4000:] or "no word")
        time.sleep(0.02)


def call(command: Sequence[str | Path], log: Path, *, check: bool = True) -> None:
    """A command that may leave a daemon behind: it must not keep our standard output."""
    with log.open("ab") as out:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    if check and done.returncode != 0:
        raise RuntimeError(f"{command}: {log.read_text(errors='replace')[-4000:]}")


def begin(command: Sequence[str | Path], log: Path) -> subprocess.Popen[bytes]:
    """A server in the foreground of its own session, so that Ctrl-C in the tests spares it."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(word) for word in command], start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip


def end(process: subprocess.Popen[bytes]) -> None:
    """Politely, then not."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_at_once(process: subprocess.Popen[bytes] | None) -> None:
    """For servers that hold nothing, and take seconds when asked to go: they and their children."""
    if process:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def end_pid(pid_file: Path, *, seconds: float = 10) -> None:
    """The daemon whose number stands in a file: asked to go, and waited for."""
    try:
        pid = int(pid_file.read_text())
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        return
    stop = time.monotonic() + seconds
    while _alive(pid):
        if time.monotonic() > stop:
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    """A zombie does not count: in a container nobody may be there to bury it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
