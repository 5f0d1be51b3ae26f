"""Many rows at once, under SQLAlchemy: executemany in SQLite, COPY in PostgreSQL.

SQLAlchemy's own way of inserting lists costs several times the database's work (store
notes §3.2). Values still pass through the column types, so that both databases hold
what `types.py` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Connection, Table, func, select, text
from sqlalchemy.exc import DBAPIError

from outreach.store.prepared import binder, bound


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
    names = list(said)
    values = zip(*_bound(connection, table, said), strict=True)
    if connection.dialect.name != "postgresql":
        _execute_many(connection, table.name, names, list(values), once=once)
    elif once:
        _insert_once(connection, table, names, values)
    else:
        _copy(connection, table.name, names, values)


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
    connection: Connection, table: str, names: list[str], rows: list[tuple[Any, ...]], *, once: bool
) -> None:
    marks = ", ".join([_mark(connection)] * len(names))
    end = " ON CONFLICT DO NOTHING" if once else ""
    connection.exec_driver_sql(
        f'INSERT INTO "{table}" ({_quoted(names)}) VALUES ({marks}){end}', rows
    )


def _insert_once(
    connection: Connection, table: Table, names: list[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """As arrays: a statement for each row costs PostgreSQL several times as much."""
    types = [ARRAY(table.c[name].type).compile(connection.dialect) for name in names]
    arrays = ", ".join(f"%s::{kind}" for kind in types)
    connection.exec_driver_sql(
        f'INSERT INTO "{table.name}" ({_quoted(names)}) '
        f"SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING",
        tuple(list(cells) for cells in zip(*rows, strict=True)),
    )


def _copy(
    connection: Connection, table: str, names: list[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    raw: Any = connection.connection.driver_connection
    dbapi: Any = connection.dialect.dbapi
    statement = f'COPY "{table}" ({_quoted(names)}) FROM STDIN'
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except dbapi.Error as error:
        # As SQLAlchemy would have told it, so that the store's door knows a full disk.
        raise DBAPIError.instance(statement, None, error, dbapi.Error) from error


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
