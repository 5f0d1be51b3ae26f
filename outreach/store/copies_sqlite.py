"""Copies of a SQLite store, by SQLite's online backup: consistent while a run is going on."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from outreach.errors import Text
from outreach.store.copies import COPIED_AT, Copy, CopyFailed, NotACopy, known
from outreach.store.read_only import read_only_at
from outreach.store.types import write_instant

#: Seconds to wait for whoever writes.
_PATIENCE = 15.0


class SqliteCopies:
    suffix = ".db"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: Path | None = path.resolve()

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """The lock beside the file is the runner's business."""
        yield True

    def exists(self) -> bool:
        return self.path.exists()

    def backup(self, target: Path, *, now: datetime) -> None:
        if target.exists() and target.samefile(self.path):
            raise CopyFailed(target, Text("this is the contact base itself"))
        to_read = read_only_at(self.path)
        with _in_place(target) as part, closing(_open(part)) as copy:
            with closing(to_read.connect() if to_read else _open(self.path)) as source:
                source.backup(copy)
            if to_read:
                to_read.require_unmoved()
            _mark(copy, now)
            # One file, without a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")

    def keep(self, target: Path, *, now: datetime) -> None:
        try:
            self.backup(target, now=now)
        except CopyFailed as failed:
            if isinstance(failed.__cause__, sqlite3.OperationalError | OSError):
                raise
            for ending in ("", "-wal"):
                if Path(f"{self.path}{ending}").exists():
                    shutil.copyfile(f"{self.path}{ending}", f"{target}{ending}")

    def look_into(self, file: Path) -> Copy:
        if not file.is_file():
            raise NotACopy(file, Text("there is no such file"))
        try:
            with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
                (state,) = copy.execute("PRAGMA quick_check(1)").fetchone()
                if state != "ok":
                    raise NotACopy(file, str(state))
                (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
                there = "merged_into IS NULL AND erased_at IS NULL"
                (people,) = copy.execute(f"SELECT count(*) FROM contact WHERE {there}").fetchone()
        except (sqlite3.Error, TypeError) as error:
            raise NotACopy(file, _no_copy(error)) from None
        return Copy(people, known(revision))

    def restore(self, file: Path, *, now: datetime) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(_open(file)) as source, closing(_open(self.path)) as store:
                source.backup(store)
                _mark(store, now)
        except sqlite3.OperationalError as error:
            raise CopyFailed(self.path, str(error)) from error
        except sqlite3.DatabaseError:
            # What lies there is no database any more: it makes way.
            self._replace(file, now)

    def _replace(self, file: Path, now: datetime) -> None:
        with _in_place(self.path) as part:
            shutil.copyfile(file, part)
            with closing(_open(part)) as copy:
                _mark(copy, now)
            for ending in ("-wal", "-shm"):
                Path(f"{self.path}{ending}").unlink(missing_ok=True)


def _no_copy(error: Exception) -> Text | str:
    """Why a file is none, in words where SQLite's own would not help."""
    if "not a database" in str(error):
        return Text("it is no database")
    if isinstance(error, TypeError) or "no such table" in str(error):
        return Text("it holds no contact base")
    return str(error)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_PATIENCE)


def _mark(copy: sqlite3.Connection, now: datetime) -> None:
    """From now on it says what it is."""
    mark = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
    copy.execute(mark, (COPIED_AT, write_instant(now)))
    copy.commit()


@contextmanager
def _in_place(target: Path) -> Iterator[Path]:
    """A file beside `target` that takes its place when it is complete."""
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise CopyFailed(target, str(error)) from error
    finally:
        part.unlink(missing_ok=True)
