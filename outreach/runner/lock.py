"""One run at a time in a workspace.

The lock belongs to the system: it is gone when the process dies, however it dies. No
clock frees it. A note beside it says who holds it; the note alone means nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from filelock import FileLock, Timeout

from outreach.errors import AlreadyRunning, OutreachError, Text

LOCK_NAME = "outreach.lock"


class LockUnusable(OutreachError):
    """The lock file cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            Text("the lock {path} cannot be taken: {reason}", path=path, reason=reason),
            hint=Text("check the rights of the folder and the space on the disk"),
        )


@contextmanager
def hold(folder: Path, name: str = LOCK_NAME, *, zone: tzinfo | None = None) -> Iterator[None]:
    """Hold the lock of the workspace whose data lies in `folder`, or one of another `name`.

    Raises `AlreadyRunning` at once when another run holds it: since when is told by the clocks
    of `zone`, else by those of this machine.
    """
    path = folder / name
    note = folder / f"{name}.owner"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=0)
        lock.acquire()
    except Timeout:
        raise _held_by(note, zone) from None
    except OSError as error:
        raise LockUnusable(path, error.strerror or str(error)) from error
    try:
        note.write_text(f"{os.getpid()} {datetime.now(UTC).isoformat(timespec='seconds')}\n")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


@contextmanager
def hold_file(base: Path | None, *, zone: tzinfo | None = None) -> Iterator[None]:
    """Hold the lock of a contact base in a file too: several workspaces may share one."""
    if base is None:
        yield
        return
    with hold(base.parent, f"{base.name}.lock", zone=zone):
        yield


def holder(folder: Path, *, zone: tzinfo | None = None) -> AlreadyRunning | None:
    """Who holds the lock of that folder now, as they are told; None when nobody does.

    A run writes its note after it has the lock and takes it away before it lets go: without
    a note the lock is not touched, so that asking takes nobody's turn.
    """
    note = folder / f"{LOCK_NAME}.owner"
    if not note.exists():
        return None
    lock = FileLock(folder / LOCK_NAME, timeout=0)
    try:
        with lock:
            return None
    except Timeout:
        return _held_by(note, zone)
    except OSError as error:
        raise LockUnusable(folder / LOCK_NAME, error.strerror or str(error)) from error


def elsewhere() -> AlreadyRunning:
    """The store, which several machines share, is held by a run of another one."""
    return AlreadyRunning(
        Text("another run is under way on another machine that shares the contact base"),
        hint=Text("wait until it has ended; a run that died leaves no lock"),
    )


def _held_by(note: Path, zone: tzinfo | None) -> AlreadyRunning:
    hint = Text("wait until it has ended; a run that died leaves no lock")
    try:
        process, since = note.read_text().split()
        begun = datetime.fromisoformat(since)
    except (OSError, ValueError):
        return AlreadyRunning(Text("another run is under way in this workspace"), hint=hint)
    return AlreadyRunning(
        Text(
            "another run is under way in this workspace: process {process}, since {since}",
            process=process,
            since=begun.astimezone(zone),
        ),
        hint=hint,
    )
