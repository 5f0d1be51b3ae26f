"""Many rows at once, under SQLAlchemy: rows by the hundred in SQLite, COPY in PostgreSQL.

SQLAlchemy's own way of inserting lists costs several times the database's work (store
notes §3.2). Values still pass through the column types, so that both databases hold
what `types.py` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import ARRAY, Connection, Table, func, select, text
from sqlalchemy.exc import DBAPIError

from outreach.store.prepared import Converter, binder, bound

#: Rows of one statement in SQLite, and how many values it takes at most (sqlite.org/limits.html).
_AT_ONCE = 400
_PARAMETERS = 32_766


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, once: bool = False
) -> None:
    """Insert rows given as column → value; a column that a row does not name is NULL.

    `once`: a row that a unique key already holds is passed over.
    """
    if not rows:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [tuple([row.get(name) for name in names]) for row in rows]
    insert_tuples(connection, table, names, cells, once=once)


def insert_tuples(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    once: bool = False,
) -> None:
    """The same of rows whose cells are in the order of `names`."""
    if not rows:
        return
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    # Nothing is said of a column where every row leaves it NULL, as it is anyway.
    said = {
        name: cells
        for name, cells in columns.items()
        if cells.count(None) < len(cells) or table.c[name].server_default is not None
    }
    into = Rows(connection, table, tuple(said), once=once)
    into.add(zip(*(into.column(name, cells) for name, cells in said.items()), strict=True))


class Rows:
    """Rows that go into one table, many at once, with cells as the driver takes them."""

    def __init__(
        self, connection: Connection, table: Table, names: Sequence[str], *, once: bool = False
    ) -> None:
        self._connection = connection
        self._table = table
        self._names = names
        self._once = once
        self._is_sqlite = connection.dialect.name != "postgresql"
        dialect = connection.dialect
        self._bind = {name: binder(table.c[name].type, dialect) for name in names}
        if not self._is_sqlite and not once:
            written = _writer(connection)
            self._bind = {
                name: bind and partial(written, bind) for name, bind in self._bind.items()
            }

    def cell(self, name: str, value: Any) -> Any:
        """A value of that column, as it stands in the rows of `add`."""
        bind = self._bind[name]
        return value if bind is None or value is None else bind(value)

    def column(self, name: str, cells: Sequence[Any]) -> Sequence[Any]:
        """The values of many rows: most columns need no conversion."""
        bind = self._bind[name]
        return bound(cells, bind) if bind else cells

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert them; PostgreSQL does while they are being made."""
        if self._is_sqlite:
            _execute_many(
                self._connection, self._table.name, self._names, list(rows), once=self._once
            )
        elif self._once:
            _insert_once(self._connection, self._table, self._names, list(rows))
        else:
            _copy(self._connection, self._table.name, self._names, rows)


def update_rows(
    connection: Connection, table: Table, rows: Sequence[tuple[int, Mapping[str, Any]]]
) -> None:
    """Update rows by id; those that change the same columns go together."""
    groups: dict[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]] = {}
    for row_id, values in rows:
        groups.setdefault(tuple(values), []).append((row_id, values))
    mark = _mark(connection)
    for names, members in groups.items():
        assignments = ", ".join(f'"{name}" = {mark}' for name in names)
        cells = zip(*([values[name] for name in names] for _, values in members), strict=True)
        columns = dict(zip(names, cells, strict=True))
        told = zip(*_bound(connection, table, columns), strict=True)
        parameters = [(*values, row_id) for (row_id, _), values in zip(members, told, strict=True)]
        connection.exec_driver_sql(
            f'UPDATE "{table.name}" SET {assignments} WHERE id = {mark}', parameters
        )


def next_ids(connection: Connection, table: Table, count: int) -> Sequence[int]:
    """Numbers for new rows, known before they are written so that all goes in bulk."""
    if not count:
        return ()
    if connection.dialect.name == "postgresql":
        query = text(
            f"SELECT nextval(pg_get_serial_sequence('{table.name}', 'id')) "
            "FROM generate_series(1, :n)"
        )
        return connection.execute(query, {"n": count}).scalars().all()
    # The write lock is ours: nobody takes these numbers meanwhile.
    last: Any = connection.execute(select(func.max(table.c.id))).scalar()
    return range((last or 0) + 1, (last or 0) + 1 + count)


def _execute_many(
    connection: Connection,
    table: str,
    names: Sequence[str],
    rows: list[tuple[Any, ...]],
    *,
    once: bool,
) -> None:
    """Hundreds of rows by each statement of SQLite's.

    What a statement changes must be undone if it fails: the pages are put by before, once for all
    of its rows. Row by row that takes as long as all the rest.
    """
    if not rows:
        return
    row = f"({', '.join('?' * len(names))})"
    begin = f'INSERT INTO "{table}" ({_quoted(names)}) VALUES '
    end = " ON CONFLICT DO NOTHING" if once else ""
    size = min(_AT_ONCE, _PARAMETERS // len(names))
    whole = len(rows) - len(rows) % size
    many = begin + ", ".join([row] * size) + end
    for start in range(0, whole, size):
        cells = tuple(chain.from_iterable(rows[start : start + size]))
        connection.exec_driver_sql(many, cells)
    if rest := rows[whole:]:
        connection.exec_driver_sql(begin + row + end, rest)


def _insert_once(
    connection: Connection, table: Table, names: Sequence[str], rows: list[tuple[Any, ...]]
) -> None:
    """As arrays: a statement for each row costs PostgreSQL several times as much."""
    if not rows:
        return
    types = [ARRAY(table.c[name].type).compile(connection.dialect) for name in names]
    arrays = ", ".join(f"%s::{kind}" for kind in types)
    connection.exec_driver_sql(
        f'INSERT INTO "{table.name}" ({_quoted(names)}) '
        f"SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING",
        tuple(list(cells) for cells in zip(*rows, strict=True)),
    )


def _copy(
    connection: Connection, table: str, names: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    raw: Any = connection.connection.driver_connection
    dbapi: Any = connection.dialect.dbapi
    statement = f'COPY "{table}" ({_quoted(names)}) FROM STDIN'
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            write = copy.write_row
            for row in rows:
                write(row)
    except dbapi.Error as error:
        # As SQLAlchemy would have told it, so that the store's door knows a full disk.
        raise DBAPIError.instance(statement, None, error, dbapi.Error) from error


def _writer(connection: Connection) -> Callable[[Converter, Any], str]:
    """What writes out values as COPY reads them, once where they stand in many rows.

    The driver writes words and numbers in a tenth of a microsecond, an instant in two and JSON
    in five.
    """
    from psycopg.adapt import PyFormat, Transformer

    formats = Transformer(connection.connection.driver_connection)

    def written(bind: Converter, value: Any) -> str:
        driven = bind(value)
        told = formats.get_dumper(driven, PyFormat.TEXT).dump(driven)
        return str(bytes(told or b""), "utf-8")

    return written


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _mark(connection: Connection) -> str:
    return "%s" if connection.dialect.name == "postgresql" else "?"


def _bound(
    connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]
) -> list[Sequence[Any]]:
    """The columns as the driver takes them: most need no conversion."""
    made = []
    for name, cells in columns.items():
        bind = binder(table.c[name].type, connection.dialect)
        made.append(bound(cells, bind) if bind else cells)
    return made
