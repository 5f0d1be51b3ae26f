"""The grounds on which people may be contacted, with their proof: a log, only added to.

A ground that is withdrawn keeps its row with the date: it proves what held until then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select, update
from sqlalchemy.engine import Dialect

from outreach.model.campaign import Channel
from outreach.model.consent import Consent
from outreach.model.ids import ContactId
from outreach.model.legal import Basis, Purpose
from outreach.store import schema
from outreach.store.acts import OWN
from outreach.store.bulk import insert_rows
from outreach.store.engine import Database
from outreach.store.lists import among
from outreach.store.persons import ALL, of_channel
from outreach.store.prepared import ForEach

#: Grounds written in one transaction.
_PAGE = 2_000


class Consents:
    def __init__(self, database: Database) -> None:
        self.database = database

    def record(self, consents: Sequence[Consent]) -> int:
        """Note what is not noted yet; how many were new."""
        added = 0
        for start in range(0, len(consents), _PAGE):
            with self.database.writing() as connection:
                added += _record(connection, consents[start : start + _PAGE])
        return added

    def withdraw(
        self, contacts: Sequence[ContactId], channel: Channel | None, *, at: datetime
    ) -> int:
        """Date the end of grounds on a channel, None on every one; how many ended.

        A ground for every channel ends with any of them: nobody says yes to the rest by that.
        """
        k = schema.consent.c
        with self.database.writing() as connection:
            ending = and_(
                among(connection, k.contact_id, contacts),
                k.withdrawn_at.is_(None),
                k.basis.in_([basis.value for basis in OWN]),
            )
            if channel is not None:
                ending = and_(ending, k.channel.in_([channel.value, ALL]))
            done = connection.execute(update(schema.consent).where(ending).values(withdrawn_at=at))
            return done.rowcount

    def of(self, contact: ContactId) -> list[Consent]:
        """Every ground of a person, oldest first, those that were withdrawn too."""
        k = schema.consent.c
        query = select(schema.consent).where(k.contact_id == contact).order_by(k.given_at, k.id)
        with self.database.reading() as connection:
            return [_consent(row) for row in connection.execute(query)]

    def all(self) -> Iterator[Consent]:
        """Every ground in the base, by person."""
        k = schema.consent.c
        query = select(schema.consent).order_by(k.contact_id, k.given_at, k.id)
        with self.database.reading() as connection:
            rows = connection.execution_options(yield_per=2000).execute(query)
            yield from map(_consent, rows)


def _record(connection: Connection, consents: Sequence[Consent]) -> int:
    k = schema.consent.c
    people = {consent.contact for consent in consents}
    there = {
        _key(_consent(row))
        for row in connection.execute(
            select(schema.consent).where(among(connection, k.contact_id, people))
        )
    }
    new = {_key(one): one for one in consents if _key(one) not in there}
    rows = [
        {
            "contact_id": one.contact,
            "channel": one.channel.value if one.channel else ALL,
            "purpose": one.purpose.value,
            "basis": one.basis.value,
            "given_at": one.given_at,
            "evidence": one.evidence,
        }
        for one in new.values()
    ]
    insert_rows(connection, schema.consent, rows)
    _note_acts(connection, [one for one in new.values() if one.basis in OWN])
    return len(rows)


def _note_acts(connection: Connection, consents: Sequence[Consent]) -> None:
    """Whoever says yes acts himself, and was told what for."""
    given: dict[ContactId, list[datetime]] = {}
    for one in consents:
        given.setdefault(one.contact, []).append(one.given_at)
    _noting(connection.dialect).run(
        connection,
        {
            "id": list(given),
            "first": [min(some) for some in given.values()],
            "last": [max(some) for some in given.values()],
        },
    )


@lru_cache(maxsize=4)
def _noting(dialect: Dialect) -> ForEach:
    c = schema.contact.c

    def statement(given: Any) -> Any:
        earlier = or_(c.last_active_at.is_(None), c.last_active_at < given["last"])
        return (
            update(schema.contact)
            .where(c.id == given["id"])
            .values(
                last_active_at=case((earlier, given["last"]), else_=c.last_active_at),
                informed_at=func.coalesce(c.informed_at, given["first"]),
            )
        )

    each = {"id": c.id, "first": c.informed_at, "last": c.last_active_at}
    return ForEach(statement, dialect, each=each)


def _key(one: Consent) -> tuple[object, ...]:
    return one.contact, one.channel, one.purpose, one.basis, one.given_at, one.evidence


def _consent(row: Any) -> Consent:
    return Consent(
        id=row.id,
        contact=ContactId(row.contact_id),
        channel=of_channel(row.channel),
        purpose=Purpose(row.purpose),
        basis=Basis(row.basis),
        given_at=row.given_at,
        evidence=row.evidence,
        withdrawn_at=row.withdrawn_at,
    )
