"""Reading a database of the user's own: one SELECT of his, streamed, nothing changed there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, CursorResult, create_engine, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from outreach.errors import OutreachError, Text, WrongUsage

#: Rows fetched at once.
_PAGE = 1000

#: What makes a transaction read-only, where the database knows such a thing.
_READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}


class ForeignUnusable(OutreachError):
    """The database cannot be reached, or does not answer the query."""

    def __init__(self, name: str, reason: Text | str) -> None:
        super().__init__(
            Text("the database {name} cannot be read: {reason}", name=name, reason=reason),
            hint=Text("the address is written like sqlite:///file.db or postgresql://user@host/db"),
        )


class OnlySelect(WrongUsage):
    def __init__(self) -> None:
        super().__init__(
            Text("a database is only read from: --query takes one SELECT and nothing else"),
        )


class SameName(WrongUsage):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("two columns of the query are called {name!r}", name=name),
            hint=Text("give one of them another name with AS"),
        )


class Foreign:
    """One query against one database. Raises `ForeignUnusable`, `OnlySelect`, `SameName`."""

    def __init__(self, url: str, query: str) -> None:
        self._address = _address(url)
        self._query = query.strip().rstrip(";")
        _refuse_all_but_select(self._query, self._address.get_backend_name())
        #: The address without its password, for showing.
        self.address = make_url(url).render_as_string(hide_password=True)
        #: What the database is called.
        self.name = Path(make_url(url).database or "").name or self._address.get_backend_name()
        self.sha256 = hashlib.sha256(f"{self.address}\n{self._query}".encode()).hexdigest()
        with self._answer() as result:
            self.header = tuple(result.keys())
        seen: set[str] = set()
        for name in self.header:
            if name in seen:
                raise SameName(name)
            seen.add(name)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Every row as text, from the start each time."""
        with self._answer() as result:
            for page in result.partitions(_PAGE):
                for row in page:
                    yield tuple(map(_written, row))

    @contextmanager
    def _answer(self) -> Iterator[CursorResult[Any]]:
        engine = self._engine()
        try:
            with engine.connect() as connection, connection.begin():
                _read_only(connection)
                # A colon is a colon here, and no parameter.
                statement = text(self._query.replace("\\", "\\\\").replace(":", "\\:"))
                streaming = connection.execution_options(stream_results=True)
                with streaming.execute(statement) as result:
                    if not result.returns_rows:
                        raise OnlySelect
                    yield result
        except DBAPIError as error:
            raise ForeignUnusable(self.address, str(error.orig).splitlines()[0]) from error
        except SQLAlchemyError as error:
            raise ForeignUnusable(self.address, str(error).splitlines()[0]) from error
        finally:
            engine.dispose()

    def _engine(self) -> Engine:
        try:
            return create_engine(self._address)
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            reason = Text("its driver is missing, install it with pip ({error})", error=error)
            raise ForeignUnusable(self.address, reason) from None


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        raise ForeignUnusable(url, Text("it is no address of a database")) from None
    if address.drivername in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:"):
        path = Path(str(address.database))
        if not path.is_file():
            raise ForeignUnusable(url, Text("there is no such file"))
        # Opened so that it cannot be written, nor made.
        where = {"mode": "ro", "uri": "true"}
        return address.set(database=path.resolve().as_uri(), query=where)
    return address


def _read_only(connection: Connection) -> None:
    command = _READ_ONLY.get(connection.dialect.name)
    if command:
        connection.exec_driver_sql(command)


def _refuse_all_but_select(query: str, backend: str) -> None:
    """One statement that only asks. What sqlglot cannot read must at least begin like one."""
    import sqlglot
    from sqlglot import exp

    dialect = {"postgresql": "postgres", "mariadb": "mysql", "mssql": "tsql"}.get(backend, backend)
    try:
        statements: Sequence[Any] = sqlglot.parse(query, read=dialect)
    except (sqlglot.errors.SqlglotError, ValueError):
        if not re.match(r"(?is)\s*(select|with)\b[^;]*$", query):
            raise OnlySelect from None
        return
    writes = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into, exp.Command)
    if (
        len(statements) != 1
        or not isinstance(statements[0], exp.Query)
        or statements[0].find(*writes)
    ):
        raise OnlySelect


def _written(value: object) -> str:
    """A value as people would type it in a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case bytes() | memoryview():
            return _bytes(bytes(value))
        case _:
            return str(value)


def _bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()
