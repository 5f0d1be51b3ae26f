"""Statements of the sending loop, written as the others are and compiled once.

For every group of messages the same few statements run. Making, looking up and unpacking
them costs SQLAlchemy more than running them costs the database, so here they go to the
driver as text and tuples; what a value looks like in each database still is `types.py`'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, repeat
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    Connection,
    FromClause,
    Insert,
    Select,
    Text,
    Update,
    bindparam,
    cast,
    column,
    func,
    select,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from outreach.store.types import Json

#: Rows of one statement: what it changes is put by in memory until it has ended.
_AT_ONCE = 5000
#: A value as the driver has it → ours, or the other way round.
Converter = Callable[[Any], Any]
#: One row as the driver gives it.
Row = tuple[Any, ...]
#: One cell of every row, column by column.
Cells = Mapping[str, Sequence[Any]]


def given(name: str, type_: TypeEngine[Any]) -> BindParameter[Any]:
    """A parameter that is named when the statement is run."""
    return bindparam(name, None, type_=type_, required=False)


class _Prepared:
    """A statement as the driver takes it, with the values that stand in it."""

    def __init__(self, statement: Select[Any] | Update | Insert, dialect: Dialect) -> None:
        # Lists that stand in the statement (`state IN (…)`) are written out once and for all.
        compiled: Any = statement.compile(
            dialect=_positional(dialect), compile_kwargs={"render_postcompile": True}
        )
        self._sql: str = compiled.string
        self._names: tuple[str, ...] = tuple(compiled.positiontup)
        self._bind = {name: binder(_type(compiled, name), dialect) for name in self._names}
        self._known = {name: self._bound(name, compiled.params[name]) for name in self._names}

    def _bound(self, name: str, value: Any) -> Any:
        bind = self._bind[name]
        return value if bind is None else bind(value)

    def _told(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        known = self._known | {name: self._bound(name, value) for name, value in values.items()}
        return tuple(known[name] for name in self._names)

    def _once(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        return connection.exec_driver_sql(self._sql, self._told(values))


class Act(_Prepared):
    """One statement that writes by sets; its bound parameters are named when it is run."""

    def run(self, connection: Connection, **values: Any) -> None:
        self._once(connection, values)


class Query(_Prepared):
    """One SELECT; its bound parameters are named when it is run."""

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        types = [column.type for column in statement.selected_columns]
        # What is understood once stands in many rows: nobody must be able to change it.
        assert not any(isinstance(type_, Json) for type_ in types)
        readers = [reader(type_, dialect) for type_ in types]
        #: The columns that are not as the driver gives them, by their place.
        self._readers = [(place, read) for place, read in enumerate(readers) if read]

    def rows(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Every row, its cells in the order of the columns."""
        return self._read(self._once(connection, values).all())

    def pages(self, connection: Connection, size: int, **values: Any) -> Iterator[list[Row]]:
        """The same, so many at once: PostgreSQL goes on while a page is looked at."""
        if connection.dialect.name == "postgresql":
            found = iter(_streamed(connection, self._sql, self._told(values), size))
            while page := list(islice(found, size)):
                yield self._read(page)
            return
        for page in self._once(connection, values).partitions(size):
            yield self._read(page)

    def _read(self, rows: list[Row]) -> list[Row]:
        if not (rows and self._readers):
            return rows
        columns = list(zip(*rows, strict=True))
        for place, read in self._readers:
            columns[place] = tuple(_read_once(columns[place], read))
        return list(zip(*columns, strict=True))


class ForEach(_Prepared):
    """One UPDATE that is done for each of many rows, none of which is named twice.

    `statement` makes it from what is given: cells of the row that is being done, and what is
    the same for all. SQLite does it row by row; PostgreSQL joins with arrays, at once.
    """

    def __init__(
        self,
        statement: Callable[[Mapping[str, Any]], Update],
        dialect: Dialect,
        *,
        each: Mapping[str, Column[Any]],
        same: Mapping[str, Column[Any]] | None = None,
    ) -> None:
        """`each` and `same`: what is given, by name, and the column whose type it has."""
        self._at_once = dialect.name == "postgresql"
        values = {f"a_{name}": given(f"a_{name}", c.type) for name, c in each.items()}
        cells: dict[str, Any] = {name: values[f"a_{name}"] for name in each}
        if self._at_once:
            arrays = [given(f"a_{name}", ARRAY(c.type)) for name, c in each.items()]
            columns = [column(name, c.type) for name, c in each.items()]
            rows = func.unnest(*arrays).table_valued(*columns).render_derived(name="given")
            cells = {name: rows.c[name] for name in each}
        for name, c in (same or {}).items():
            cells[name] = given(f"a_{name}", c.type)
        super().__init__(statement(cells), dialect)

    def run(self, connection: Connection, cells: Cells, **same: Any) -> None:
        """Do it; every column of `cells` is of the same length."""
        if not next(iter(cells.values())):
            return
        if self._at_once:
            arrays = {f"a_{name}": list(values) for name, values in cells.items()}
            self._once(connection, arrays | {f"a_{name}": value for name, value in same.items()})
            return
        columns: dict[str, Iterable[Any]] = {
            name: repeat(value) for name, value in self._known.items()
        }
        for name, value in same.items():
            columns[f"a_{name}"] = repeat(self._bound(f"a_{name}", value))
        for name, values in cells.items():
            bind = self._bind[f"a_{name}"]
            columns[f"a_{name}"] = bound(values, bind) if bind else values
        rows = list(zip(*(columns[name] for name in self._names), strict=False))
        connection.exec_driver_sql(self._sql, rows)


class EachText(_Prepared):
    """One UPDATE of many rows, known by their numbers, each with a text of its own.

    All else is the same for all of them. It is one statement in SQLite too: done row by row
    (`ForEach`) where a trigger counts, it takes twice as long, as for each row the pages that
    it changes are put by.
    """

    def __init__(
        self,
        statement: Callable[[Mapping[str, Any]], Update],
        dialect: Dialect,
        *,
        number: Column[Any],
        text: Column[Any],
        same: Mapping[str, Column[Any]],
    ) -> None:
        """`statement` is given `number`, `text` and what is the same for all, by name."""
        self._at_once = dialect.name == "postgresql"
        rows = _arrays(number, text) if self._at_once else _object(number)
        cells: dict[str, Any] = {"number": rows.c["number"], "text": rows.c["text"]}
        for name, c in same.items():
            cells[name] = given(f"a_{name}", c.type)
        super().__init__(statement(cells), dialect)

    def run(self, connection: Connection, texts: Mapping[int, str | None], **same: Any) -> None:
        """Do it for these rows, each with its text; none holds a NUL, which neither base keeps."""
        told = {f"a_{name}": value for name, value in same.items()}
        rows = iter(texts.items())
        while some := dict(islice(rows, _AT_ONCE)):
            if self._at_once:
                self._once(connection, told | {"numbers": [*some], "texts": [*some.values()]})
            else:
                self._once(connection, told | {"texts": json.dumps(some)})


def _arrays(number: Column[Any], text: Column[Any]) -> FromClause:
    arrays = given("numbers", ARRAY(number.type)), given("texts", ARRAY(text.type))
    columns = column("number", number.type), column("text", text.type)
    return func.unnest(*arrays).table_valued(*columns).render_derived(name="given")


def _object(number: Column[Any]) -> FromClause:
    each = func.json_each(given("texts", Text())).table_valued("key", "value").c
    query = select(cast(each.key, number.type).label("number"), each.value.label("text"))
    return query.subquery("given")


def _streamed(
    connection: Connection, statement: str, values: tuple[Any, ...], size: int
) -> Iterator[Row]:
    """The rows of a query in PostgreSQL as they come, `size` of them in memory.

    By a cursor of the server's, one of the two would always wait for the other.
    """
    from psycopg import capabilities

    if not capabilities.has_stream_chunked():
        size = 1  # libpq before 17 hands over row by row
    raw: Any = connection.connection.driver_connection
    dbapi: Any = connection.dialect.dbapi
    try:
        with raw.cursor() as cursor:
            yield from cursor.stream(statement, values, size=size)
    except dbapi.Error as error:
        # As SQLAlchemy would have told it, so that the store's door knows a server that is gone.
        raise DBAPIError.instance(statement, values, error, dbapi.Error) from error


def _type(compiled: Any, name: str) -> TypeEngine[Any]:
    """The type of a parameter; those of a list are named after it (`state_1_2`)."""
    own = name if name in compiled.binds else name.rpartition("_")[0]
    type_: TypeEngine[Any] = compiled.binds[own].type
    return type_


def binder(type_: TypeEngine[Any], dialect: Dialect) -> Converter | None:
    """What turns our value into the driver's; None where they are the same."""
    return type_.dialect_impl(dialect).bind_processor(dialect)


def reader(type_: TypeEngine[Any], dialect: Dialect) -> Converter | None:
    """What turns the driver's value into ours; None where they are the same."""
    # Only numbers ask what the server calls the column's type: PostgreSQL's numeric is 1700.
    kind = 1700 if dialect.name == "postgresql" else None
    return type_.dialect_impl(dialect).result_processor(dialect, kind)


def _read_once(cells: Sequence[Any], read: Converter) -> Iterable[Any]:
    """Many rows have the same day or instant: it is understood once."""
    known = {cell: None if cell is None else read(cell) for cell in set(cells)}
    return map(known.__getitem__, cells)


def bound(cells: Sequence[Any], bind: Converter) -> list[Any]:
    """The cells of a column as the driver takes them.

    One value often stands in all of them, the instant of an act: each is converted once.
    """
    places = list(map(id, cells))
    values = dict(zip(places, cells, strict=True))
    converted = {place: None if value is None else bind(value) for place, value in values.items()}
    return list(map(converted.__getitem__, places))


@lru_cache(maxsize=16)
def _positional(dialect: Dialect) -> Dialect:
    """The same database, told its parameters by their place."""
    if dialect.name == "postgresql":
        made: Dialect = type(dialect)(paramstyle="format")  # type: ignore[call-arg]
        return made
    return dialect
