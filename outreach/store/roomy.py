"""More memory for a reading that goes over most of the base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection

from outreach.store.engine import Database

#: Kibibytes: of pages of the base, which is what is sorted in memory at once, too, and of pages
#: of temporary tables. A report of a million events sorts and lays out some 50 MB.
_CACHES: Mapping[str, int] = {"main": 49152, "temp": 32768}


@contextmanager
def roomy(connection: Connection, database: Database) -> Iterator[None]:
    """More pages in memory than a connection to SQLite keeps: events are read in their order of
    time, contacts here and there; what is sorted in memory is not written to a file and back."""
    if not database.is_sqlite:
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
