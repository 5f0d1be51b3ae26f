"""Imports take turns: who looks for people and writes them is alone while it does.

Two imports at once would each find nobody and write the same person twice. SQLite has one
writer at a time anyway; PostgreSQL is told with an advisory lock, which ends with the
transaction.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

#: Any number that nothing else in the database uses: the letters `turn`. Not the number of a
#: run (`engine.ALONE`): people are imported while it sends.
_TURN = 0x7475726E


def take_turn(connection: Connection) -> None:
    """Wait until no other transaction is in its turn; it lasts until this one ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
