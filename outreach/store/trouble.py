"""What keeps a store from being used: its revision, its disk, its server, its rights.

A mistake in our own SQL is none of these: it is let out as the bug that it is.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from outreach.errors import StoreError, Text


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


class StoreBusy(StoreError):
    """Another program holds the file of SQLite and does not let go of it."""

    def __init__(self, url: str) -> None:
        super().__init__(
            Text("the contact base {url} is locked by another program", url=url),
            hint=Text(
                "nothing is lost: close what has it open (a database viewer, a program that"
                " copies it), then try again"
            ),
        )


class LockLost(StoreError):
    """PostgreSQL has ended the session that held the contact base for a run."""

    def __init__(self) -> None:
        super().__init__(
            Text("the server let go of the lock of this run: another run may have begun"),
            hint=Text(
                "nothing more was sent, and what was on the wire was finished; see that the server"
                " and the network are up, then run again"
            ),
        )


#: The result codes of SQLite that are no mistake of ours (sqlite.org/rescode.html), their
#: lower eight bits: rights, locks, memory, disk, a file that is broken or no database.
_SQLITE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_NOTADB,
    }
)

#: How the SQLSTATE of such an error begins (PostgreSQL, appendix A): connection, login, a
#: database that is not there, read-only, rights, resources, locks, shutdown, the system.
_POSTGRESQL = ("08", "25006", "28", "3D", "42501", "53", "55P03", "57P", "58", "XX001", "XX002")


def is_busy(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_environment(error: DBAPIError) -> bool:
    """Disk, rights, locks, a dead server: not a mistake in our SQL."""
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_POSTGRESQL)
    # A server that never answered gave no state; SQLite always gives a code.
    return type(error.orig).__name__ == "OperationalError"
