"""Tables of one connection alone, which are gone when what needed them has ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DatabaseError


def studied(connection: Connection, table: Table) -> None:
    """Let PostgreSQL plan by what a table holds; SQLite reads the tables as a statement says."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"ANALYZE {table.name}")


@contextmanager
def temporary(connection: Connection, table: Table) -> Iterator[None]:
    """Create a table, and drop it at the end."""
    table.create(connection)
    try:
        yield
    finally:
        # A transaction that failed has lost the table already, and takes no statement more.
        if not connection.invalidated and connection.in_transaction():
            with suppress(DatabaseError):
                table.drop(connection)
