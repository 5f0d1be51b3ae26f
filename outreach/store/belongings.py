"""What hangs on a contact beside its history, and goes with it when two become one.

Consents, promises to come back, inquiries, recommendations, requests under the GDPR: they are
what is to be done for a person or may be done with him, so they follow him to the record that
stays. Which rows went is kept, so that each goes back where it was.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Table, and_, not_, select, update

from outreach.model.ids import ContactId
from outreach.store import schema

#: Columns that say whose a row is, by the name under which a merge remembers the rows.
_OWNERS: Mapping[str, Column[int]] = {
    "consent": schema.consent.c.contact_id,
    "follow_up": schema.follow_up.c.contact_id,
    "inquiry": schema.inquiry.c.contact_id,
    "privacy_request": schema.privacy_request.c.contact_id,
    "referrer": schema.referral.c.referrer_id,
    "referred": schema.referral.c.referred_id,
}


def move_belongings(
    connection: Connection, kept: ContactId, other: ContactId
) -> dict[str, list[int]]:
    """Give what the one that goes has to the one that stays; the ids of the rows that moved.

    Who recommended the other record of himself recommended nobody new: that row stays.
    """
    r = schema.referral.c
    between = and_(r.referrer_id.in_([kept, other]), r.referred_id.in_([kept, other]))
    moved: dict[str, list[int]] = {}
    for name, owner in _OWNERS.items():
        query = select(_table(owner).c.id).where(owner == other)
        if _table(owner) is schema.referral:
            query = query.where(not_(between) | r.referred_id.is_(None))
        moved[name] = list(connection.scalars(query.order_by(_table(owner).c.id)))
        _move(connection, owner, moved[name], since=other, to=kept)
    return {name: rows for name, rows in moved.items() if rows}


def return_belongings(
    connection: Connection, kept: ContactId, other: ContactId, moved: Mapping[str, list[int]]
) -> None:
    """Give back what came with a merge, where it still is with the one that stayed."""
    for name, rows in moved.items():
        _move(connection, _OWNERS[name], rows, since=kept, to=other)


def _move(
    connection: Connection, owner: Column[int], rows: list[int], *, since: ContactId, to: ContactId
) -> None:
    table = _table(owner)
    if rows:
        there = and_(table.c.id.in_(rows), owner == since)
        connection.execute(update(table).where(there).values({owner.name: to}))


def _table(owner: Column[int]) -> Table:
    table: Table = owner.table
    return table
