"""What keeps the messages of a campaign back, or ended them, counted by what was said of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select, text

from outreach.model.campaign import Channel
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId, ContactId
from outreach.store import schema
from outreach.store.engine import Database

#: Their `detail` says why: what is missing, or what the server answered.
_EXPLAINED = (DeliveryState.HELD.value, DeliveryState.REFUSED.value)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """So many deliveries of a state with the same detail, and one of their people."""

    state: DeliveryState
    detail: str
    count: int
    contact: ContactId


def in_vain(database: Database, campaign: CampaignId) -> list[Obstacle]:
    """Letters to come to addresses that the post brought back: none of them will be printed."""
    d, c = schema.delivery.c, database.contact.c
    query = (
        select(func.count(), func.min(d.contact_id))
        .join(database.contact, c.id == d.contact_id)
        .where(
            d.campaign_id == campaign,
            d.state == DeliveryState.DUE.value,
            d.channel == Channel.LETTER.value,
            c.post_returned_at.is_not(None),
        )
    )
    with database.reading() as connection:
        count, first = connection.execute(query).one()
    if not count:
        return []
    return [Obstacle(DeliveryState.DUE, "invalid_address", count, ContactId(first))]


def obstacles(database: Database, campaign: CampaignId) -> list[Obstacle]:
    """Of what is held, was refused, or was deferred by a server and waits to be tried again."""
    d = schema.delivery.c
    deferred = and_(
        d.state == DeliveryState.DUE.value,
        d.channel == Channel.EMAIL.value,
        d.detail.is_not(None),
    )
    # The first condition says nothing that the second does not: it names the index of these few.
    query = (
        select(d.state, d.detail, func.count(), func.min(d.contact_id))
        .where(d.campaign_id == campaign, text(f"({schema.EXPLAINED})"))
        .where(or_(d.state.in_(_EXPLAINED), deferred))
        .group_by(d.state, d.detail)
        .order_by(func.min(d.contact_id))
    )
    with database.reading() as connection:
        rows = connection.execute(query).all()
    return [
        Obstacle(DeliveryState(state), detail or "", count, ContactId(contact))
        for state, detail, count, contact in rows
    ]
