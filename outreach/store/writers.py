"""Who has written to people before: in the next campaign that lists this sender, he goes on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from outreach.model.campaign import Channel
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId, ContactId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import among
from outreach.store.rows import one_with

#: People asked about in one statement.
_AT_ONCE = 5_000


def writers_of(
    database: Database,
    contacts: Sequence[ContactId],
    senders: Collection[str],
    *,
    campaign: CampaignId | None = None,
) -> dict[ContactId, str]:
    """Who of `senders` wrote last to each of these; those who got nothing of them are left out.

    Whoever `campaign` has given somebody already is his, even before the first message. A step
    with a sender of its own tells nothing: whose the person is says the campaign.
    """
    found: dict[ContactId, str] = {}
    with database.reading() as connection:
        for begin in range(0, len(contacts), _AT_ONCE):
            page = contacts[begin : begin + _AT_ONCE]
            found |= _last(connection, database, page, senders)
            if campaign is not None:
                found |= _given(connection, page, campaign)
    return found


def _last(
    connection: Connection,
    database: Database,
    contacts: Sequence[ContactId],
    senders: Collection[str],
) -> dict[ContactId, str]:
    """By the messages that left."""
    d, e = schema.delivery.c, schema.enrolment.c
    kept = one_with(connection, database, contacts)
    writer = func.coalesce(e.sender, d.sender)
    here = and_(e.campaign_id == d.campaign_id, e.contact_id == d.contact_id)
    query = (
        select(d.contact_id, writer, func.max(d.settled_at))
        .join(schema.enrolment, here)
        .where(
            among(connection, d.contact_id, kept),
            d.channel == Channel.EMAIL.value,
            d.state == DeliveryState.SENT.value,
            writer.in_(senders),
        )
        .group_by(d.contact_id, writer)
    )
    last: dict[ContactId, tuple[datetime, str]] = {}
    for contact, sender, at in connection.execute(query):
        person = kept[ContactId(contact)]
        last[person] = max(last.get(person, (at, sender)), (at, sender))
    return {person: sender for person, (_, sender) in last.items()}


def _given(
    connection: Connection, contacts: Sequence[ContactId], campaign: CampaignId
) -> dict[ContactId, str]:
    """By the enrolments of a campaign that is launched already."""
    e = schema.enrolment.c
    query = select(e.contact_id, e.sender).where(
        e.campaign_id == campaign, e.sender.is_not(None), among(connection, e.contact_id, contacts)
    )
    return {ContactId(contact): sender for contact, sender in connection.execute(query)}
