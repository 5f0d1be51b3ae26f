"""Who must not be contacted: entries, and the condition that a claim and a selection ask.

Entries about addresses and numbers are matched by keyed fingerprint, so that they hold
after the person was erased and when the address comes back in a new file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnCollection,
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    cast,
    exists,
    false,
    literal,
    or_,
    select,
    update,
)

from outreach.model.campaign import Channel
from outreach.model.channels import CHANNELS
from outreach.model.contact import Contact
from outreach.model.ids import ContactId
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.engine import Database
from outreach.store.lists import among

#: What an entry of each scope forbids.
_FORBIDS = {
    channel: tuple(dict.fromkeys((SuppressionScope.ALL, SuppressionScope(kind.scope))))
    for channel, kind in CHANNELS.items()
}

Columns = ColumnCollection[str, Any]


class Suppressions:
    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self) -> list[Suppression]:
        """The entries in force, newest last."""
        s = schema.suppression.c
        with self.database.reading() as connection:
            rows = connection.execute(
                select(schema.suppression).where(s.removed_at.is_(None)).order_by(s.id)
            )
            return [
                Suppression(
                    key=SuppressionKey(row.key),
                    value=row.value,
                    scope=SuppressionScope(row.scope),
                    reason=row.reason,
                    at=row.at,
                    note=row.note,
                )
                for row in rows
            ]

    def add(self, entries: Sequence[Suppression]) -> int:
        """Add what is not in force yet; how many were new."""
        with self.database.writing() as connection:
            return insert_suppressions(connection, self.database, entries)

    def remove(self, key: SuppressionKey, value: str, *, now: datetime) -> int:
        """Take back every entry about that value; the rows stay as proof. How many there were."""
        s = schema.suppression.c
        with self.database.writing() as connection:
            result = connection.execute(
                update(schema.suppression)
                .where(
                    s.fingerprint == fingerprint(self.database, key, value),
                    s.removed_at.is_(None),
                )
                .values(removed_at=now)
            )
            return result.rowcount

    def people(self, entries: Sequence[Suppression]) -> list[ContactId]:
        """The contacts that these entries are about."""
        contact = self.database.contact
        with self.database.reading() as connection:
            either = or_(false(), *self._holders(connection, contact.c, entries))
            rows = connection.execute(select(contact.c.id).where(either).order_by(contact.c.id))
            return [ContactId(row.id) for row in rows]

    def forbids(self, contact: Contact, channel: Channel) -> str | None:
        """The reason why this person must not be contacted on that channel; None when he may be."""
        s, c = schema.suppression.c, self.database.contact.c
        scopes = [scope.value for scope in _FORBIDS[channel]]
        query = (
            select(s.reason)
            .where(s.removed_at.is_(None), s.scope.in_(scopes), _about(c), c.id == contact.id)
            .limit(1)
        )
        with self.database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def _holders(
        self, connection: Connection, c: Columns, entries: Sequence[Suppression]
    ) -> Iterator[ColumnElement[bool]]:
        """Who holds what the entries name, by the columns that have an index."""
        named: dict[SuppressionKey, set[str]] = {}
        for entry in entries:
            if entry.value:
                named.setdefault(entry.key, set()).add(entry.value.lower())
        for key, values in named.items():
            match key:
                case SuppressionKey.EMAIL:
                    # The index finds them, the fingerprint tells é from e.
                    exact = {self.database.fingerprint(key.value, value) for value in values}
                    found = among(connection, c.email_folded, map(fold, values))
                    yield and_(found, among(connection, c.email_print, exact))
                case SuppressionKey.PHONE:
                    yield among(connection, c.phone_folded, values)
                    yield among(connection, c.mobile_folded, values)
                case SuppressionKey.DOMAIN:
                    yield among(connection, c.email_domain, values)
                case SuppressionKey.CONTACT:
                    yield among(connection, c.id, map(int, values))


def fingerprint(database: Database, key: SuppressionKey, value: str) -> str:
    """What an entry is found by. Domains and contact numbers are no secrets."""
    if key in (SuppressionKey.DOMAIN, SuppressionKey.CONTACT):
        return f"{key.value}:{value.lower()}"
    return database.fingerprint(key.value, value.lower())


def insert_suppressions(
    connection: Connection, database: Database, entries: Sequence[Suppression]
) -> int:
    """Insert the entries that are not in force yet, in the caller's transaction; how many."""
    new = {
        (fingerprint(database, entry.key, entry.value), entry.scope.value): entry
        for entry in reversed(entries)
        if entry.value is not None
    }
    if not new:
        return 0
    s = schema.suppression.c
    marks = {mark for mark, _ in new}
    known = connection.execute(
        select(s.fingerprint, s.scope).where(
            among(connection, s.fingerprint, marks), s.removed_at.is_(None)
        )
    )
    for row in known:
        new.pop((row.fingerprint, row.scope), None)
    rows = [
        {
            "key": entry.key.value,
            "fingerprint": mark,
            "value": entry.value,
            "scope": scope,
            "reason": entry.reason,
            "source": entry.source,
            "note": entry.note,
            "at": entry.at,
        }
        for (mark, scope), entry in reversed(new.items())
    ]
    insert_rows(connection, schema.suppression, rows)
    return len(rows)


def forbidden(
    contact: Table, channel: Channel, *, reason: str | None = None
) -> ColumnElement[bool]:
    """Whether an entry in force forbids that channel for the row of `contact`."""
    s = schema.suppression.c
    scopes = [scope.value for scope in _FORBIDS[channel]]
    query = select(literal(1)).where(s.removed_at.is_(None), s.scope.in_(scopes), _about(contact.c))
    if reason is not None:
        query = query.where(s.reason == reason)
    return exists(query.correlate(contact))


def _about(c: Columns) -> ColumnElement[bool]:
    s = schema.suppression.c
    return or_(
        s.fingerprint == c.email_print,
        s.fingerprint == c.phone_print,
        s.fingerprint == c.mobile_print,
        s.fingerprint == literal("contact:") + cast(c.id, Text),
        s.fingerprint == literal("domain:") + c.email_domain,
    )
