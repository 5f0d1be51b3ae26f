"""What keeps a delivery from being made after all: asked just before the claim."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, exists, literal, select

from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import DeliveryId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.suppressions import forbidden

#: Ids named in one statement: fewer than the parameters a database takes.
_AT_ONCE = 5000


def obstacles(database: Database, deliveries: Sequence[Delivery]) -> dict[DeliveryId, str]:
    """Which of them must not be made after all, and why: asked just before the claim."""
    found: dict[DeliveryId, str] = {}
    with database.reading() as connection:
        for start in range(0, len(deliveries), _AT_ONCE):
            some = deliveries[start : start + _AT_ONCE]
            for reason, query in _questions(database, some):
                for row in connection.execute(query):
                    found.setdefault(DeliveryId(row.id), reason)
    return found


def _questions(
    database: Database, deliveries: Sequence[Delivery]
) -> Iterator[tuple[str, Select[Any]]]:
    d, c = schema.delivery.c, database.contact.c
    ids = [delivery.id for delivery in deliveries]
    these = select(d.id).join(database.contact, c.id == d.contact_id).where(d.id.in_(ids))
    for reason, condition in _reasons(database, deliveries):
        yield reason, these.where(condition)


def _reasons(
    database: Database, deliveries: Sequence[Delivery]
) -> Iterator[tuple[str, ColumnElement[bool]]]:
    contact = database.contact
    c, d = contact.c, schema.delivery.c
    for channel in {delivery.channel for delivery in deliveries}:
        here = d.channel == channel.value
        yield "opted_out", and_(here, forbidden(contact, channel, reason="opted_out"))
        yield "suppressed", and_(here, forbidden(contact, channel))
        if channel is Channel.EMAIL:
            yield "no_address", and_(here, c.email.is_(None))
            yield "bounced", and_(here, c.email_bounced_at.is_not(None))
            yield "same_address", and_(here, same_address(contact))
        elif channel is Channel.LETTER:
            yield "no_address", and_(here, no_postal_address(contact))
            yield "invalid_address", and_(here, c.post_returned_at.is_not(None))
        elif channel is Channel.CALL:
            yield "no_address", and_(here, c.phone.is_(None), c.mobile.is_(None))
    yield "erased", c.erased_at.is_not(None)


def no_postal_address(contact: Table) -> ColumnElement[bool]:
    """No letter arrives without a postal code and a town."""
    return contact.c.postal_code.is_(None) | contact.c.city.is_(None)


def same_address(contact: Table) -> ColumnElement[bool]:
    """The same message already went, or is going, to this mailbox under another contact."""
    other, them = schema.delivery.alias(), schema.contact.alias()
    d = schema.delivery.c
    gone = [DeliveryState.CLAIMED.value, DeliveryState.SENT.value, DeliveryState.UNKNOWN.value]
    return exists(
        select(literal(1))
        .select_from(them)
        .join(other, other.c.contact_id == them.c.id)
        .where(
            # The index finds them, the fingerprint tells é from e.
            them.c.email_folded == contact.c.email_folded,
            them.c.email_print == contact.c.email_print,
            other.c.campaign_id == d.campaign_id,
            other.c.step_id == d.step_id,
            other.c.occurrence == d.occurrence,
            other.c.contact_id != d.contact_id,
            other.c.state.in_(gone),
        )
        .correlate(contact, schema.delivery)
    )
