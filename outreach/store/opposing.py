"""An opposition beside the suppression list: the register of requests, consents that end.

Written with the fact that tells it, in its transaction, and taken back with it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, update

from outreach.model.change import Opposition
from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.acts import OWN
from outreach.store.bulk import insert_rows
from outreach.store.engine import Database
from outreach.store.lists import among

_KIND = "opposition"


def open_grounds(
    connection: Connection, contacts: Collection[ContactId]
) -> dict[ContactId, list[int]]:
    """The grounds of these people that a no of theirs ends, by their numbers."""
    k = schema.consent.c
    query = select(k.contact_id, k.id).where(
        among(connection, k.contact_id, contacts),
        k.withdrawn_at.is_(None),
        k.basis.in_([basis.value for basis in OWN]),
    )
    found: dict[ContactId, list[int]] = {}
    for contact, number in connection.execute(query.order_by(k.id)):
        found.setdefault(ContactId(contact), []).append(number)
    return found


def write_oppositions(
    connection: Connection, database: Database, oppositions: Sequence[Opposition]
) -> None:
    """Each is a request, answered at once; what was consented to ends with it."""
    if not oppositions:
        return
    marks = marks_of(connection, database.contact, [one.contact for one in oppositions])
    rows = [
        {
            "contact_id": one.contact,
            "fingerprint": marks.get(one.contact),
            "kind": _KIND,
            "received_at": one.at,
            "answered_at": one.answered_at,
            "note": one.note,
        }
        for one in oppositions
    ]
    insert_rows(connection, schema.privacy_request, rows)
    k = schema.consent.c
    for one in oppositions:
        if one.grounds:
            theirs = (among(connection, k.id, one.grounds), k.withdrawn_at.is_(None))
            connection.execute(update(schema.consent).where(*theirs).values(withdrawn_at=one.at))


def take_oppositions_back(connection: Connection, heads: Sequence[Any]) -> None:
    """What these recordings entered was never asked: the consents they ended hold again."""
    k, r = schema.consent.c, schema.privacy_request.c
    for head in heads:
        grounds = head.data.get("opposed")
        if grounds is None:
            continue
        request = select(func.max(r.id)).where(
            r.contact_id == head.contact_id,
            r.kind == _KIND,
            r.received_at == head.at,
            r.answered_at == head.recorded_at,
        )
        connection.execute(delete(schema.privacy_request).where(r.id == request.scalar_subquery()))
        if grounds:
            ended = (among(connection, k.id, grounds), k.withdrawn_at == head.at)
            connection.execute(update(schema.consent).where(*ended).values(withdrawn_at=None))


def marks_of(
    connection: Connection, contact: Table, contacts: Collection[ContactId]
) -> dict[ContactId, str | None]:
    """What a request is found by when the person is no longer known."""
    c = contact.c
    query = select(c.id, func.coalesce(c.email_print, c.phone_print, c.mobile_print)).where(
        among(connection, c.id, contacts)
    )
    return {ContactId(number): mark for number, mark in connection.execute(query)}
