"""How a store is: asked by the doctor, changes nothing."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DatabaseError

from outreach.errors import StoreError, Text
from outreach.store import schema
from outreach.store.engine import ALONE, Database
from outreach.store.patience import patience
from outreach.store.upgrading import State, outdated


class Damaged(StoreError):
    """SQLite finds its file broken."""

    def __init__(self, said: str) -> None:
        super().__init__(
            Text("the file of the contact base is damaged: {said}", said=said),
            hint=Text("put a copy back: outreach store restore FILE (the present one is kept)"),
        )


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock of a store that several machines share."""

    #: An address, or the process on the server's own machine.
    who: str
    since: datetime


class StoreHealth:
    """The questions about one store, of an older revision too."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @property
    def address(self) -> str:
        """Where the store is, without a password."""
        url = self.database.engine.url
        return str(url.database) if self.database.is_sqlite else url.render_as_string()

    def state(self) -> State:
        """Its revision, and what an upgrade would drop."""
        return outdated(self.database)

    def server(self) -> str | None:
        """What a server says that it is: `PostgreSQL 16.4`; None for a file."""
        if self.database.is_sqlite:
            return None
        with self.database.reading() as connection:
            said: str = connection.execute(select(func.version())).scalar_one()
        return " ".join(said.split()[:2]).rstrip(",")

    def check(self, seconds: float) -> None:
        """SQLite's own look at its file. Raises `Damaged`, or `QueryTooSlow` after `seconds`.

        Table by table: within one table SQLite before 3.41 looks at no clock. PostgreSQL looks
        after its pages itself: connecting is the check.
        """
        if not self.database.is_sqlite:
            return
        names = text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        with self.database.reading() as connection, patience(connection, seconds):
            for name in connection.execute(names).scalars().all():
                said = _quick_check(connection, name)
                if said != "ok":
                    raise Damaged(said)

    def size(self) -> int:
        """Bytes on the disk of this machine; 0 where the store is on a server."""
        if not self.database.is_sqlite:
            return 0
        files = (Path(f"{self.address}{ending}") for ending in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def last_recorded(self) -> datetime | None:
        """When the newest event was written down."""
        e = schema.event.c
        query = select(e.recorded_at).order_by(e.id.desc()).limit(1)
        with self.database.reading() as connection:
            at: datetime | None = connection.execute(query).scalar_one_or_none()
        return at

    def held_by(self) -> Holder | None:
        """Who acts alone in a shared store now; looked up, so that nobody's turn is taken."""
        if self.database.is_sqlite:
            return None
        query = text(
            "SELECT coalesce(host(a.client_addr), 'local') AS host, a.pid, a.backend_start"
            " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
            " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = :key"
            " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        with self.database.reading() as connection:
            row = connection.execute(query, {"key": ALONE}).first()
        return Holder(f"{row.host}, {row.pid}", row.backend_start) if row else None


def _quick_check(connection: Connection, table: str) -> str:
    """`ok`, or the last that SQLite says of a table; damage may also keep it from looking."""
    quoted = table.replace('"', '""')
    try:
        said = str(connection.exec_driver_sql(f'PRAGMA quick_check("{quoted}")').scalar())
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
            return str(error.orig)
        raise
    return said.strip().splitlines()[-1]
