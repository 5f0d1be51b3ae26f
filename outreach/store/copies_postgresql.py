"""Copies of a PostgreSQL store, by the programs that come with it: pg_dump and pg_restore."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL

from outreach.errors import StoreError, Text
from outreach.store.copies import COPIED_AT, Copy, CopyFailed, NotACopy, known
from outreach.store.engine import ALONE
from outreach.store.references import laying
from outreach.store.types import write_instant


class NoTool(StoreError):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("the program {name} is needed and not installed", name=name),
            hint=Text("on Debian and Ubuntu: apt install postgresql-client"),
        )


class PostgresqlCopies:
    suffix = ".dump"
    file: Path | None = None

    def __init__(self, address: URL) -> None:
        # The password goes by the environment: a command line can be read by others.
        self._secret = address.password
        plain = address.set(drivername="postgresql", password=None)
        self._address = plain.render_as_string(hide_password=False)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """By the lock that a run takes: it goes when the connection does."""
        import psycopg

        with psycopg.connect(self._address, password=self._secret, autocommit=True) as connection:
            taken = connection.execute("SELECT pg_try_advisory_lock(%s)", (ALONE,)).fetchone()
            yield bool(taken and taken[0])

    def exists(self) -> bool:
        return True

    def backup(self, target: Path, *, now: datetime) -> None:
        part = target.with_name(f".{target.name}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            done = self._call("pg_dump", "--format=custom", "--no-owner", f"--file={part}",
                              f"--dbname={self._address}")  # fmt: skip
            if done.returncode:
                raise CopyFailed(target, _reason(done.stderr))
            part.replace(target)
        except OSError as error:
            raise CopyFailed(target, str(error)) from error
        finally:
            part.unlink(missing_ok=True)

    def keep(self, target: Path, *, now: datetime) -> None:
        self.backup(target, now=now)

    def look_into(self, file: Path) -> Copy:
        if not file.is_file():
            raise NotACopy(file, Text("there is no such file"))
        revisions = [row["version_num"] for row in self._rows(file, "alembic_version")]
        if len(revisions) != 1 or revisions[0] is None:
            raise NotACopy(file, Text("it holds no contact base"))
        rows = self._rows(file, "contact")
        people = sum(row["merged_into"] is None and row["erased_at"] is None for row in rows)
        return Copy(people, known(revisions[0]))

    def restore(self, file: Path, *, now: datetime) -> None:
        self._be_of_today()
        done = self._call("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges",
                          "--single-transaction", "--exit-on-error",
                          f"--dbname={self._address}", str(file))  # fmt: skip
        if done.returncode:
            raise CopyFailed(file, _reason(done.stderr))
        import psycopg

        with psycopg.connect(self._address, password=self._secret) as connection:
            connection.execute(
                "INSERT INTO meta (key, value) VALUES (%s, %s) "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (COPIED_AT, write_instant(now)),
            )

    def _be_of_today(self) -> None:
        """Foreign keys that the copy does not know would keep it from taking the tables away."""
        import psycopg

        with psycopg.connect(self._address, password=self._secret) as connection:
            laid = connection.execute("SELECT to_regclass('event') IS NOT NULL").fetchone()
            if laid and laid[0]:
                for statement in laying():
                    connection.execute(statement.encode())

    def _rows(self, file: Path, table: str) -> Iterator[dict[str, str | None]]:
        """The rows of one table of a dump, streamed as COPY wrote them."""
        command = [_tool("pg_restore"), "--data-only", f"--table={table}", "--file=-", str(file)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        ) as reading:
            assert reading.stdout is not None
            assert reading.stderr is not None
            names: list[str] = []
            for line in reading.stdout:
                if line.startswith("COPY ") and not names:
                    listed = line[line.index("(") + 1 : line.index(")")]
                    names = [name.strip(' "') for name in listed.split(",")]
                elif line.rstrip("\n") == "\\.":
                    names = []
                elif names:
                    cells = line.rstrip("\n").split("\t")
                    values = [None if cell == "\\N" else cell for cell in cells]
                    yield dict(zip(names, values, strict=True))
            told = reading.stderr.read()
        if reading.returncode:
            raise NotACopy(file, _reason(told))

    def _call(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, **({"PGPASSWORD": self._secret} if self._secret else {})}
        return subprocess.run(
            [_tool(name), *words], env=environ, capture_output=True, text=True, check=False
        )


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NoTool(name)
    return found


def _reason(told: str) -> str:
    return told.strip().splitlines()[0] if told.strip() else "?"
