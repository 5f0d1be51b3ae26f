"""Opening a store: created when it is not there, refused when it is newer.

What SQLite and PostgreSQL need to be told differently stands here, side by side.
"""

from __future__ import annotations

import secrets
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from outreach.errors import Text
from outreach.model.life import LifeRules
from outreach.store import schema
from outreach.store.engine import Database, Now, utc_now
from outreach.store.exact import register_functions
from outreach.store.trouble import StoreTooNew, StoreTooOld, StoreUnusable


def open_database(
    url: str,
    *,
    folder: Path,
    currency: str = "EUR",
    zone: tzinfo = UTC,
    now: Now = utc_now,
    life: LifeRules | None = None,
    to_upgrade: bool = False,
) -> Database:
    """Open the store at `url` (relative SQLite paths start at `folder`), creating it when absent.

    `to_upgrade` lets an older store in, for `store upgrade` alone.
    `now` is asked whenever something is computed for today, by the rules of `life`.
    Raises `StoreTooNew`, `StoreTooOld` or `StoreUnusable`.
    """
    address = address_of(url, folder)
    _make_folder(address)
    engine = create_engine(address, connect_args=_connecting(address))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", begin_sqlite)
    database = Database(engine, currency=currency, zone=zone, now=now, life=life)
    _make_ready(database, to_upgrade=to_upgrade)
    return database


def address_of(url: str, folder: Path) -> URL:
    """Where a store is. Raises `StoreUnusable` for what is no address."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise StoreUnusable(url, Text("it is no address of a database")) from None
    if address.drivername in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:"):
        return address.set(database=str(folder / str(address.database)))
    return address


def _make_folder(address: URL) -> None:
    """Where a file of SQLite's is to lie. Raises `StoreUnusable`."""
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return
    try:
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(address.render_as_string(), error.strerror or str(error)) from None


def _connecting(address: URL) -> dict[str, Any]:
    """What the driver is told: an import's statement may hold half a megabyte of keys.

    Most keys are one parameter (`lists.py`); rows without a key are looked for by their words,
    a parameter each. sqlite3 would keep 128 such statements; the sending loop has some twenty.
    """
    return {"cached_statements": 32} if address.get_backend_name() == "sqlite" else {}


def prepare_sqlite(connection: Any, _record: object) -> None:
    """Settings of every connection to SQLite."""
    # The transactions are ours (see `begin_sqlite`), not the driver's.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")
    # Pages that are come back to stay in memory (kibibytes, in each process of a run: neither an
    # import nor a run takes less time with 16 MiB than with 2), and go from the log to the file
    # together (pages of 4 KiB).
    for pragma in ("cache_size=-2048", "wal_autocheckpoint=8000"):
        connection.execute(f"PRAGMA {pragma}")
    register_functions(connection)


def begin_sqlite(connection: Connection) -> None:
    """A transaction that will write takes the lock at once."""
    writes = connection.get_execution_options().get("outreach_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_ready(database: Database, *, to_upgrade: bool) -> None:
    revision = revision_of(database)
    if revision is None:
        _create(database)
    elif revision not in schema.REVISIONS:
        raise StoreTooNew(revision)
    elif revision != schema.REVISION and not to_upgrade:
        raise StoreTooOld(revision)


def revision_of(database: Database) -> str | None:
    """The revision a store is at; None when it is empty."""
    with database.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.execute(
            select(schema.alembic_version.c.version_num)
        ).scalar_one_or_none()
        return revision


def _create(database: Database) -> None:
    """A new store is laid in one transaction: either whole or not at all."""
    with database.writing() as connection:
        if inspect(connection).has_table("alembic_version"):
            return  # another process was faster
        if not database.is_sqlite:
            schema.ready_for_postgresql()
        schema.metadata.create_all(connection, checkfirst=False)
        connection.execute(schema.alembic_version.insert().values(version_num=schema.REVISION))
        connection.execute(
            schema.meta.insert(),
            [
                {"key": "store_id", "value": secrets.token_hex(16)},
                {"key": "secret", "value": secrets.token_hex(32)},
            ],
        )
