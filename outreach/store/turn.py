"""Imports take turns, and so do recordings: who looks and then writes is alone while it does.

Two imports at once would each find nobody and write the same person twice; two who record
the same person would each make a customer of the prospect, and each close the same call.
SQLite has one writer at a time anyway; PostgreSQL is told with an advisory lock, which ends
with the transaction.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

#: Any number that nothing else in the database uses: the letters `turn`. Not the number of a
#: run (`engine.ALONE`): people are imported while it sends.
_TURN = 0x7475726E
#: The letters `fact`: who records need not wait for an import that takes minutes.
_FACT = 0x66616374


def take_turn(connection: Connection) -> None:
    """Wait until no other import is in its turn; it lasts until the transaction ends."""
    _take(connection, _TURN)


def take_turn_to_record(connection: Connection) -> None:
    """The same among those who record facts, or take them back."""
    _take(connection, _FACT)


def _take(connection: Connection, number: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": number})
