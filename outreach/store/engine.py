"""An open store: SQLite or PostgreSQL.

A `Database` is what every module of this room works on: connections, the table
`contact` with the user's own columns, the catalogue of fields. `opening` makes one.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, Table, func, select
from sqlalchemy.exc import DatabaseError

from outreach.cleaning.labels import field_meant
from outreach.model.field import Catalogue, Field, FieldType, Origin
from outreach.model.life import LifeRules
from outreach.store import schema
from outreach.store.columns import free_column, release_name
from outreach.store.trouble import LockLost, StoreBusy, StoreUnusable, is_busy, is_environment

#: The advisory lock of a run: any number that nobody else in the database uses ("outreach").
ALONE = 0x6F757472


#: Says what time it is.
Now = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """One open store. Cheap to make; connects on first use."""

    def __init__(
        self,
        engine: Engine,
        *,
        currency: str = "EUR",
        zone: tzinfo = UTC,
        now: Now = utc_now,
        life: LifeRules | None = None,
    ) -> None:
        self.engine = engine
        self.currency = currency
        self.zone = zone
        self.now = now
        #: What a customer's life stage is told by.
        self.life = life or LifeRules()
        self._catalogue: Catalogue | None = None
        self._contact: Table | None = None
        #: What holds the lock of a run on PostgreSQL.
        self._lock: Connection | None = None

    def day_of(self, at: datetime) -> date:
        """The date an instant falls on where the workspace is."""
        return at.astimezone(self.zone).date()

    def today(self) -> date:
        """The day that what is computed when it is read (life stages) is computed for."""
        return self.day_of(self.now())

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """Where the base of SQLite lies; None on PostgreSQL."""
        name = self.engine.url.database
        return Path(name).resolve() if self.is_sqlite and name and name != ":memory:" else None

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether this process may act for the store alone, until the block ends.

        PostgreSQL serves several machines: an advisory lock, dropped by the server when the
        connection dies. An SQLite file has a lock beside it (`runner/lock.py`).
        """
        if self.is_sqlite:
            yield True
            return
        with self._clear_errors(), self.engine.connect() as connection:
            if (connection.dialect.server_version_info or ()) >= (14,):
                # It may have nothing to say for as long as the run lasts.
                connection.execute(select(func.set_config("idle_session_timeout", "0", False)))
            got = connection.execute(select(func.pg_try_advisory_lock(ALONE))).scalar_one()
            connection.commit()
            self._lock = connection if got else None
            try:
                yield bool(got)
            finally:
                self._lock = None
                # A session that has ended has let go; its error would hide what came before.
                if got and not connection.invalidated:
                    with suppress(DatabaseError):
                        connection.execute(select(func.pg_advisory_unlock(ALONE)))

    def still_alone(self) -> None:
        """Make sure that the lock of `alone` is held. Raises `LockLost`.

        A session of PostgreSQL may end by itself: the server is started anew, the network is cut.
        """
        if self._lock is None:
            return
        if self._lock.invalidated:
            raise LockLost
        try:
            self._lock.execute(select(1))
            self._lock.commit()
        except DatabaseError as error:
            raise LockLost from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store."""
        with self._clear_errors(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *, by_rows: bool = False) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back by any exception.

        SQLite takes the write lock at once, so that a claim is never a deadlock. Say `by_rows`
        of many statements of a row each (`opening.begin_sqlite`).
        """
        with self._clear_errors(), self.engine.connect() as connection:
            connection = connection.execution_options(
                outreach_writes=True, outreach_by_rows=by_rows
            )
            with connection.begin():
                yield connection

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            if is_busy(error):
                raise StoreBusy(self.engine.url.render_as_string()) from error
            if is_environment(error):
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

    # --- who it is, and its secrets -------------------------------------------------------

    @cached_property
    def identity(self) -> str:
        """What tells this store from every other one; a copy has that of the store it is of."""
        with self.reading() as connection:
            query = select(schema.meta.c.value).where(schema.meta.c.key == "store_id")
            found: str = connection.execute(query).scalar_one()
            return found

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
            database.engine,
            currency=database.currency,
            zone=database.zone,
            now=database.now,
            life=database.life,
        )
        self._held = connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        yield self._held

    @contextmanager
    def writing(self, *, by_rows: bool = False) -> Iterator[Connection]:
        yield self._held


def _user_fields(connection: Connection) -> list[Field]:
    f = schema.field.c
    query = select(f.name, f.label, f.column_name, f.type).where(f.deleted_at.is_(None))
    return [
        Field(row.name, FieldType(row.type), row.label, Origin.USER, row.column_name)
        for row in connection.execute(query.order_by(f.id))
    ]


def _contact_table(fields: list[Field]) -> Table:
    table = schema.contact.to_metadata(MetaData())
    for field in fields:
        table.append_column(Column(field.column, schema.column_type(field.type)))
        if field.has_twin:
            table.append_column(
                Column(f"{field.column}_folded", schema.column_type(FieldType.TEXT))
            )
    return table
