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
from outreach.store.counted import lay_triggers
from outreach.store.engine import Database, Now, utc_now
from outreach.store.exact import register_functions
from outreach.store.read_only import read_only_at
from outreach.store.references import lay_references
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
    Where the file, or its folder, is read-only it is opened for reading alone.
    Raises `StoreTooNew`, `StoreTooOld` or `StoreUnusable`.
    """
    address = address_of(url, folder)
    file = _file_of(address)
    if file is not None and (to_read := read_only_at(file)) is not None:
        engine = create_engine(address, creator=to_read.connect)
        event.listen(engine, "connect", prepare_to_read)
        event.listen(engine, "begin", to_read.begin)
        event.listen(engine, "commit", to_read.end)
    else:
        _make_folder(file, address)
        engine = create_engine(address, connect_args=_connecting(address))
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", prepare_sqlite)
            event.listen(engine, "begin", begin_sqlite)
    database = Database(engine, currency=currency, zone=zone, now=now, life=life)
    try:
        _make_ready(database, to_upgrade=to_upgrade)
    except BaseException:
        engine.dispose()  # nobody else can close what it could connect to
        raise
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


def _file_of(address: URL) -> Path | None:
    """The file of SQLite's; None in memory, and on a server."""
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return None
    return Path(str(address.database))


def _make_folder(file: Path | None, address: URL) -> None:
    """Where a file of SQLite's is to lie. Raises `StoreUnusable`."""
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
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
    _keep_little(connection)
    register_functions(connection)


def prepare_to_read(connection: Any, _record: object) -> None:
    """Those of a connection that can write nothing."""
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout=15000")
    _keep_little(connection)
    register_functions(connection)


def _keep_little(connection: Any) -> None:
    # Pages that are come back to stay in memory (kibibytes, in each process of a run: neither an
    # import nor a run takes less time with 16 MiB than with 2), and go from the log to the file
    # together (pages of 4 KiB).
    for pragma in ("cache_size=-2048", "wal_autocheckpoint=8000"):
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: Connection) -> None:
    """A transaction that will write takes the lock at once.

    What a statement changes can be undone alone: until it ends, SQLite keeps the pages that it
    changes, in a file. A row of which a trigger counts something changes ten pages: written
    for each row, they would take longer than everything else. Such are kept in memory, as long
    as one statement lasts; those of a statement over a million rows would not fit there.
    """
    options = connection.get_execution_options()
    writes, by_rows = options.get("outreach_writes"), options.get("outreach_by_rows", False)
    if connection.info.get("outreach_by_rows", False) != by_rows:
        connection.exec_driver_sql(f"PRAGMA temp_store={'MEMORY' if by_rows else 'DEFAULT'}")
        connection.info["outreach_by_rows"] = by_rows
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
        lay_triggers(connection)
        lay_references(connection)
        connection.execute(schema.alembic_version.insert().values(version_num=schema.REVISION))
        connection.execute(
            schema.meta.insert(),
            [
                {"key": "store_id", "value": secrets.token_hex(16)},
                {"key": "secret", "value": secrets.token_hex(32)},
            ],
        )
