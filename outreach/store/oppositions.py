"""Who asked to be left alone on every channel, as a condition that a million people bear.

`suppressions.forbidden` asks of one channel and of the few people of a claim: one lookup with
five ways in. Here each way is a condition of its own, which PostgreSQL turns into a hash
join and SQLite into one look at an index.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, Text, cast, exists, literal, or_, select

from outreach.model.ids import ContactId
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.store import schema
from outreach.store.engine import Database


def asked_for_peace(contact: Table) -> ColumnElement[bool]:
    """Whether an entry in force forbids every channel for the row of `contact`."""
    return or_(*_ways(contact))


def not_in_peace(contact: Table) -> list[ColumnElement[bool]]:
    """The opposite, as conditions that all hold."""
    return [~way for way in _ways(contact)]


def _ways(contact: Table) -> list[ColumnElement[bool]]:
    s = schema.suppression.c
    return [
        exists(
            select(literal(1))
            .where(
                s.fingerprint == name,
                s.scope == SuppressionScope.ALL.value,
                s.removed_at.is_(None),
            )
            .correlate(contact)
        )
        for name in _names(contact.c)
    ]


def _names(c: Any) -> tuple[ColumnElement[Any], ...]:
    """What an entry may know the row of `contact` by."""
    return (
        c.email_print,
        c.phone_print,
        c.mobile_print,
        literal("contact:") + cast(c.id, Text),
        literal("domain:") + c.email_domain,
    )


def entries_about(database: Database, contact: ContactId) -> list[Suppression]:
    """The entries in force about a person, by whichever of his addresses; the oldest first."""
    s, c = schema.suppression.c, database.contact.c
    query = (
        select(schema.suppression)
        .select_from(database.contact)
        .join(schema.suppression, or_(*(s.fingerprint == name for name in _names(c))))
        .where(c.id == contact, s.removed_at.is_(None))
        .order_by(s.at, s.id)
    )
    with database.reading() as connection:
        return [
            Suppression(
                key=SuppressionKey(row.key),
                value=row.value,
                scope=SuppressionScope(row.scope),
                reason=row.reason,
                at=row.at,
                note=row.note,
            )
            for row in connection.execute(query)
        ]
