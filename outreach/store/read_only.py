"""A base of SQLite that may be looked at and not changed: its file, or its folder, is read-only.

A base in WAL mode is read with two files beside it: the log of what is not yet in the base
itself (`-wal`), and an index of that log (`-shm`). SQLite lays them where they are missing, and
cannot do so here (sqlite.org/wal.html#readonly).

- They are there: somebody is at work, and the base is read with them (`mode=ro`).
- There is no log: the base is whole, and is read as if nobody could change it (`immutable=1`).
  Somebody who may can all the same: what was read is thrown away when the file has moved.
- There is a log without its index, as in a copy made meanwhile: without the log the base would
  be told as it was before, in silence. It is refused.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection

from outreach.errors import StoreError, Text
from outreach.store.trouble import StoreUnusable


class StoreReadOnly(StoreError):
    """Something is to be written where nothing can be."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            Text("the contact base {file} can be read here, and not changed", file=file),
            hint=Text("the file, or its folder, is read-only for you: ask for the right to write"),
        )


class StoreMoved(StoreError):
    """Somebody else wrote while it was read without a lock."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            Text("the contact base {file} was changed while it was read", file=file),
            hint=Text("somebody who may write in it is at work: ask again"),
        )


@dataclass(frozen=True, slots=True)
class ReadOnlyFile:
    """A base that can be read alone."""

    file: Path
    #: Nothing beside it is read: it is taken for whole and unchanging.
    immutable: bool
    #: How the file looked when it was opened.
    looks: tuple[int, int]

    def connect(self) -> Any:
        how = "immutable=1" if self.immutable else "mode=ro"
        return sqlite3.connect(
            f"file:{quote(str(self.file))}?{how}",
            uri=True,
            cached_statements=32,
            check_same_thread=False,
        )

    def begin(self, connection: Connection) -> None:
        """Nobody writes. Raises `StoreReadOnly`."""
        if connection.get_execution_options().get("outreach_writes"):
            raise StoreReadOnly(self.file)
        connection.exec_driver_sql("BEGIN")

    def end(self, _connection: Connection) -> None:
        self.require_unmoved()

    def require_unmoved(self) -> None:
        """What was read was one state of the base. Raises `StoreMoved`."""
        if self.immutable and looks_of(self.file) != self.looks:
            raise StoreMoved(self.file)


def read_only_at(file: Path) -> ReadOnlyFile | None:
    """The base at `file`, where it can be read alone; None where it can be written, or is not.

    Raises `StoreUnusable` where it cannot be read as it is now.
    """
    file = file.resolve()  # SQLite lays the two beside the file itself, not beside a link to it
    log, index = _beside(file)
    if not file.exists():
        return None
    if _may(file) and (_may(file.parent) or (_may(log) and _may(index))):
        return None
    there = log.exists() and log.stat().st_size > 0
    if there and not index.exists():
        raise StoreUnusable(
            str(file),
            Text("what was written last lies in {log}, and cannot be read without writing here",
                 log=log.name),
        )  # fmt: skip
    whole = not (log.exists() and index.exists())
    return ReadOnlyFile(file, immutable=whole, looks=looks_of(file))


def looks_of(file: Path) -> tuple[int, int]:
    """What changes when the file is written, as it is when its log is brought in."""
    found = file.stat()
    return found.st_mtime_ns, found.st_size


def _may(path: Path) -> bool:
    return os.access(path, os.W_OK)


def _beside(file: Path) -> tuple[Path, Path]:
    return file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")
