"""Opening a store: SQLite or PostgreSQL, created when it is not there, refused when it is newer.

A `Database` is what every module of this room works on: connections, the table
`contact` with the user's own columns, the catalogue of fields. What differs between
the two databases stands here, side by side.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    event,
    func,
    inspect,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError

from outreach.cleaning.labels import field_meant
from outreach.errors import StoreError, Text
from outreach.model.field import Catalogue, Field, FieldType, Origin
from outreach.store import schema
from outreach.store.columns import free_column, release_name
from outreach.store.exact import register_functions

#: The advisory lock of a run: any number that nobody else in the database uses ("outreach").
_ALONE = 0x6F757472


class StoreTooNew(StoreError):
    """The store was written by a later program."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            Text(
                "the contact base has revision {revision}, which this program does not know",
                revision=revision,
            ),
            hint=Text("it was written by a newer outreach: install that version"),
        )


class StoreTooOld(StoreError):
    """The store must be upgraded first."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            Text("the contact base has the older revision {revision}", revision=revision),
            hint=Text("upgrade it (a copy is made first): outreach store upgrade"),
        )


class StoreUnusable(StoreError):
    """The database cannot be opened, read or written."""

    def __init__(self, url: str, reason: Text | str) -> None:
        super().__init__(
            Text("the contact base {url} cannot be used: {reason}", url=url, reason=reason),
            hint=Text("check `store:` in outreach.yaml, the rights and the space on the disk"),
        )


#: Says what time it is.
Now = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """One open store. Cheap to make; connects on first use."""

    def __init__(
        self, engine: Engine, *, currency: str = "EUR", zone: tzinfo = UTC, now: Now = utc_now
    ) -> None:
        self.engine = engine
        self.currency = currency
        self.zone = zone
        self.now = now
        self._catalogue: Catalogue | None = None
        self._contact: Table | None = None

    def day_of(self, at: datetime) -> date:
        """The date an instant falls on where the workspace is."""
        return at.astimezone(self.zone).date()

    def today(self) -> date:
        """The day that what is computed when it is read (life stages) is computed for."""
        return self.day_of(self.now())

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether this process may act for the store alone, until the block ends.

        PostgreSQL serves several machines: an advisory lock, dropped by the server when the
        connection dies. An SQLite file has the lock of its folder (`runner/lock.py`).
        """
        if self.is_sqlite:
            yield True
            return
        with self._clear_errors(), self.engine.connect() as connection:
            got = connection.execute(select(func.pg_try_advisory_lock(_ALONE))).scalar_one()
            connection.commit()
            try:
                yield bool(got)
            finally:
                connection.execute(select(func.pg_advisory_unlock(_ALONE)))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store."""
        with self._clear_errors(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back by any exception.

        SQLite takes the write lock at once, so that a claim is never a deadlock.
        """
        with self._clear_errors(), self.engine.connect() as connection:
            connection = connection.execution_options(outreach_writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, DatabaseError) as error:
            if isinstance(error, DBAPIError) and _is_environment(error):
                reason = str(error.orig).splitlines()[0]
                raise StoreUnusable(self.engine.url.render_as_string(), reason) from error
            raise

    # --- the table `contact` with the user's columns -------------------------------------

    @property
    def catalogue(self) -> Catalogue:
        """Standard, derived and the user's own fields."""
        if self._catalogue is None:
            with self.reading() as connection:
                self._read_fields(connection)
        assert self._catalogue is not None
        return self._catalogue

    @property
    def contact(self) -> Table:
        """The table `contact` with its user columns: the only one to be used in queries."""
        if self._contact is None:
            with self.reading() as connection:
                self._read_fields(connection)
        assert self._contact is not None
        return self._contact

    def add_field(
        self, connection: Connection, *, name: str, label: str, type_: FieldType, now: datetime
    ) -> Field:
        """A new field of the user's: a real column, and its twin when it is text."""
        release_name(connection, name)
        new = Field(name, type_, label, Origin.USER, free_column(connection, f"f_{name}"))
        kind = schema.column_type(type_).compile(self.engine.dialect)
        connection.exec_driver_sql(f'ALTER TABLE contact ADD COLUMN "{new.column}" {kind}')
        if new.has_twin:
            connection.exec_driver_sql(f'ALTER TABLE contact ADD COLUMN "{new.column}_folded" TEXT')
        connection.execute(
            schema.field.insert().values(
                name=name, label=label, column_name=new.column, type=type_.value, created_at=now
            )
        )
        self._read_fields(connection)
        return new

    def forget_fields(self) -> None:
        """Read the user's fields again at the next use (after a rollback or another's change)."""
        self._catalogue = self._contact = None

    def refresh_fields(self, connection: Connection) -> None:
        """Read the user's fields as the transaction of `connection` sees them."""
        self._read_fields(connection)

    def fields_moved(self, connection: Connection) -> bool:
        """Whether another process renamed, retyped or deleted a field since they were read."""
        before = self.catalogue.user_fields
        if before == tuple(_user_fields(connection)):
            return False
        self._read_fields(connection)
        return not set(before) <= set(self.catalogue.user_fields)

    def _read_fields(self, connection: Connection) -> None:
        fields = _user_fields(connection)
        self._catalogue = Catalogue(fields, field_meant)
        self._contact = _contact_table(fields)

    # --- secrets -------------------------------------------------------------------------

    @cached_property
    def secret(self) -> bytes:
        """What fingerprints, tokens and Message-IDs of this store are derived from."""
        with self.reading() as connection:
            query = select(schema.meta.c.value).where(schema.meta.c.key == "secret")
            return bytes.fromhex(connection.execute(query).scalar_one())

    def fingerprint(self, kind: str, value: str) -> str:
        """A keyed fingerprint: the same value gives the same one, nothing leads back to it."""
        message = f"{kind}:{value}".encode()
        return hmac.digest(self.secret, message, "sha256").hex()[:32]


class HeldDatabase(Database):
    """A store whose every act joins one open transaction, for whoever opened it to end."""

    def __init__(self, database: Database, connection: Connection) -> None:
        super().__init__(
            database.engine, currency=database.currency, zone=database.zone, now=database.now
        )
        self._held = connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        yield self._held

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        yield self._held


def _user_fields(connection: Connection) -> list[Field]:
    f = schema.field.c
    query = select(f.name, f.label, f.column_name, f.type).where(f.deleted_at.is_(None))
    return [
        Field(row.name, FieldType(row.type), row.label, Origin.USER, row.column_name)
        for row in connection.execute(query.order_by(f.id))
    ]


def _contact_table(fields: list[Field]) -> Table:
    from sqlalchemy import Column

    table = schema.contact.to_metadata(MetaData())
    for field in fields:
        table.append_column(Column(field.column, schema.column_type(field.type)))
        if field.has_twin:
            table.append_column(
                Column(f"{field.column}_folded", schema.column_type(FieldType.TEXT))
            )
    return table


def _is_environment(error: DBAPIError) -> bool:
    """Disk, rights, locks, a dead server: not a mistake in our SQL."""
    words = ("disk", "full", "readonly", "read-only", "unable to open", "locked", "malformed",
             "not a database", "connection", "connect", "permission", "authentication",
             "does not exist", "I/O")  # fmt: skip
    return error.connection_invalidated or any(word in str(error.orig) for word in words)


# --- opening ---------------------------------------------------------------------------------


def open_database(
    url: str,
    *,
    folder: Path,
    currency: str = "EUR",
    zone: tzinfo = UTC,
    now: Now = utc_now,
    to_upgrade: bool = False,
) -> Database:
    """Open the store at `url` (relative SQLite paths start at `folder`), creating it when absent.

    `to_upgrade` lets an older store in, for `store upgrade` alone.
    `now` is asked whenever something is computed for today.
    Raises `StoreTooNew`, `StoreTooOld` or `StoreUnusable`.
    """
    address = address_of(url, folder)
    engine = create_engine(address, connect_args=_connecting(address))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    database = Database(engine, currency=currency, zone=zone, now=now)
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
        path = folder / str(address.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        return address.set(database=str(path))
    return address


def _connecting(address: URL) -> dict[str, Any]:
    """What the driver is told: imports look for thousands of keys in one statement.

    Each such statement holds half a megabyte, and sqlite3 would keep 128 of them.
    """
    return {"cached_statements": 8} if address.get_backend_name() == "sqlite" else {}


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The transactions are ours (see `_begin_sqlite`), not the driver's.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")
    # Pages that an import comes back to stay in memory (kibibytes), and go from the log to the
    # file together (pages of 4 KiB).
    for pragma in ("cache_size=-16384", "wal_autocheckpoint=8000"):
        connection.execute(f"PRAGMA {pragma}")
    register_functions(connection)


def _begin_sqlite(connection: Connection) -> None:
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
