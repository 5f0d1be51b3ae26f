"""More memory for a reading that goes over most of the base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from outreach.store.engine import Database

#: Kibibytes: of pages of the base, which is what is sorted in memory at once, too, and of pages
#: of temporary tables. A report of a million events sorts and lays out some 50 MB.
_CACHES: Mapping[str, int] = {"main": 49152, "temp": 32768}
#: What a transaction on PostgreSQL may use beyond what a server comes with: memory of one sort or
#: hash. Helpers and compiled statements cost the server more than they save; a tenth of the usual
#: sample tells of a temporary table what a plan needs.
_ON_THE_SERVER: Mapping[str, str] = {
    "work_mem": "32MB", "jit": "off", "max_parallel_workers_per_gather": "0",
    "default_statistics_target": "10",
}  # fmt: skip
#: Pages of temporary tables that stay in the server's memory.
_TEMPORARY_PAGES = "64MB"


@contextmanager
def roomy(connection: Connection, database: Database) -> Iterator[None]:
    """More pages in memory than a connection to SQLite keeps: events are read in their order of
    time, contacts here and there; what is sorted in memory is not written to a file and back."""
    if not database.is_sqlite:
        _room_on_the_server(connection)
        yield
        return
    before = {
        schema: connection.exec_driver_sql(f"PRAGMA {schema}.cache_size").scalar_one()
        for schema in _CACHES
    }
    for schema, size in _CACHES.items():
        connection.exec_driver_sql(f"PRAGMA {schema}.cache_size={-size}")
    try:
        yield
    finally:
        for schema, size in before.items():
            connection.exec_driver_sql(f"PRAGMA {schema}.cache_size={size}")


def _room_on_the_server(connection: Connection) -> None:
    """The same on PostgreSQL, until the transaction ends."""
    for name, value in _ON_THE_SERVER.items():
        connection.exec_driver_sql(f"SET LOCAL {name} = '{value}'")
    # Refused once a session has used a temporary table with another number of pages.
    with suppress(DatabaseError), connection.begin_nested():
        connection.exec_driver_sql(f"SET LOCAL temp_buffers = '{_TEMPORARY_PAGES}'")
