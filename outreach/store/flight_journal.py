"""What was on the wire when a run died: an append-only file that survives kill -9.

A line is written before a message's body is handed to the socket, and one after the last
word about it. The page cache outlives the process, so no line needs an fsync: after a
crash of the process every line that was written is there, and a message without a begun
line was never sent. After a crash of the machine only a line that *is* there proves
anything; the boot in the first line tells the two apart.

One file per process that sends, in lines that a person can read; `<run>` is a name that no
run of another store has (`runner/journals.py`):

    outreach-flight 2 <run> <boot> <checksum>
    b <delivery> <checksum>
    e <delivery> "<reply>" <checksum>                 accepted by the server
    e <delivery> {"outcome": "Deferred", …} <checksum>
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints
from zlib import crc32

from outreach.errors import StoreError, Text
from outreach.model.delivery import Deferred, Outcome, Refused, Sent, Unknown
from outreach.model.said import kept, said_again

_HEAD = b"outreach-flight 2"
_LENGTH_OF_CHECKSUM = len(b" 01234567")
#: What can become of a message on the wire, by the word in the file.
_OUTCOMES: dict[str, Callable[..., Outcome]] = {
    kind.__name__: kind for kind in (Sent, Deferred, Refused, Unknown)
}
_quoted = json.JSONEncoder().encode


class JournalUnwritable(StoreError):
    """Nothing may leave that could not be written down first."""

    def __init__(self, path: Path, reason: str | Text) -> None:
        super().__init__(
            Text("what is sent cannot be noted down in {path}: {reason}", path=path, reason=reason),
            hint=Text("nothing more was sent; make room on the disk and run again"),
        )


class FlightJournal:
    """The journal of one sending process."""

    def __init__(self, path: Path, *, run: str, boot: str) -> None:
        """Begin a new file. Raises `JournalUnwritable`."""
        self.path = path
        self._failed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
            self._file = os.open(path, flags, 0o600)
        except OSError as error:
            raise JournalUnwritable(path, error.strerror or str(error)) from error
        self._write(_line(b"%b %b %b" % (_HEAD, run.encode(), boot.encode() or b"-")))

    def record(self, ended: Sequence[tuple[int, Outcome]], begun: Sequence[int]) -> None:
        """Write both in one go, before the first byte of what is `begun` reaches the socket.

        When it returns, kill -9 loses nothing of it. Raises `JournalUnwritable`: then nothing
        of `begun` may be sent, now or later.
        """
        lines = []
        for key, outcome in ended:
            said = _quoted(outcome.reply) if type(outcome) is Sent else _spelled(outcome)
            body = b"e %d %b" % (key, said.encode())
            lines.append(b"%b %08x\n" % (body, crc32(body)))
        for key in begun:
            body = b"b %d" % key
            lines.append(b"%b %08x\n" % (body, crc32(body)))
        if lines:
            self._write(b"".join(lines))

    def close(self) -> None:
        """Keep the file: it is read at the next start."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def remove(self) -> None:
        """Everything in it is committed in the store."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _write(self, lines: bytes) -> None:
        if self._failed:
            raise JournalUnwritable(self.path, Text("writing to it failed before"))
        try:
            written = os.write(self._file, lines)
        except OSError as error:
            self._failed = True
            raise JournalUnwritable(self.path, error.strerror or str(error)) from error
        if written < len(lines):
            self._failed = True
            raise JournalUnwritable(self.path, os.strerror(errno.ENOSPC))


@dataclass(frozen=True, slots=True)
class Flown:
    """What a journal tells."""

    #: None where its first line cannot be read.
    run: str | None
    boot: str
    #: Handed to the socket, whatever came of it.
    begun: set[int] = field(default_factory=set)
    #: The last word on those of them that had one since they were last begun.
    ended: dict[int, Outcome] = field(default_factory=dict)
    #: No line is damaged but, at most, the last: that one was cut short and nothing followed it.
    whole: bool = True

    def complete(self, *, run: str, boot: str) -> bool:
        """Whether a delivery that it does not name was certainly not sent by that run.

        Not after the machine went down, nor where that cannot be known.
        """
        return self.whole and self.run == run and self.boot == boot and boot not in ("", "-")


def read_journal(path: Path, *, among: Container[int] | None = None) -> Flown:
    """What a journal says, of some deliveries or of all; damaged lines are passed over.

    A missing file tells nothing. Raises `OSError` for one that cannot be read.
    """
    flown = Flown(run=None, boot="", whole=False)
    whole = True
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return flown
    with file:
        head = _head(next(file, b""))
        begun, ended = flown.begun, flown.ended
        for line in file:
            entry = _entry(line)
            if entry is None:
                whole = whole and not line.endswith(b"\n")
                continue
            key, outcome = entry
            if among is not None and key not in among:
                continue
            if outcome is None:
                begun.add(key)
                ended.pop(key, None)
            else:
                ended[key] = outcome
    if head is None:
        return flown
    return Flown(head[0], head[1], begun, ended, whole)


def boot_id() -> str:
    """Which start of this machine this is; empty where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return _session_of_macos()


def _session_of_macos() -> str:
    import subprocess

    try:
        told = subprocess.run(
            ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"],
            capture_output=True,
            check=True,
            text=True,
            timeout=5,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()


# --- one line ---------------------------------------------------------------------------------


def _line(body: bytes) -> bytes:
    return b"%b %08x\n" % (body, crc32(body))


def _body(line: bytes) -> bytes | None:
    """What a line says; None where its checksum does not fit, or it was cut short."""
    body = line[: -_LENGTH_OF_CHECKSUM - 1]
    return body if line == _line(body) else None


def _head(line: bytes) -> tuple[str, str] | None:
    body = _body(line)
    if body is None or not body.startswith(_HEAD):
        return None
    run, boot = body[len(_HEAD) :].split()
    return run.decode(), boot.decode()


def _entry(line: bytes) -> tuple[int, Outcome | None] | None:
    """The delivery of a line, and its outcome unless it only begins there."""
    body = _body(line)
    if body is None:
        return None
    kind, _, rest = body.partition(b" ")
    if kind == b"b":
        return int(rest), None
    key, _, said = rest.partition(b" ")
    return int(key), _understood(json.loads(said))


def _spelled(outcome: Outcome) -> str:
    """An outcome that is no success: its kind, and its fields by name."""
    values = {one.name: getattr(outcome, one.name) for one in fields(outcome)}
    return json.dumps({"outcome": type(outcome).__name__, **values}, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Text):
        return kept(value)
    raise TypeError(f"no message on the wire ends with {value!r}")


def _understood(said: Any) -> Outcome:
    if isinstance(said, str):
        return Sent(said)
    kind = _OUTCOMES[said.pop("outcome")]
    types = _types_of(kind)
    return kind(**{name: _typed(types[name], value) for name, value in said.items()})


@cache
def _types_of(kind: Callable[..., Outcome]) -> dict[str, tuple[Any, ...]]:
    """The types that each field may have."""
    return {name: get_args(hint) or (hint,) for name, hint in get_type_hints(kind).items()}


def _typed(types: tuple[Any, ...], value: Any) -> Any:
    """JSON's value as the field's: a duration in seconds, a word of an enumeration, a sentence."""
    if isinstance(value, dict):
        return said_again(value)
    for one in types:
        if value is not None and one is timedelta:
            return timedelta(seconds=value)
        if value is not None and isinstance(one, type) and issubclass(one, Enum):
            return one(value)
    return value
