"""What nobody knows the outcome of, with whom it went to and when it was on the wire."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import CampaignId, DeliveryId
from outreach.store import schema
from outreach.store.delivery_rows import delivery_query, to_delivery
from outreach.store.engine import Database


@dataclass(frozen=True, slots=True)
class Doubt:
    """One message that was handed over and not answered for."""

    delivery: Delivery
    campaign: str
    email: str | None
    #: When it was last on the wire: a message sent again keeps the date of the first time.
    claimed_at: datetime | None


def in_doubt(database: Database, campaigns: Collection[CampaignId] | None = None) -> list[Doubt]:
    """Every message whose outcome is unknown, oldest first."""
    contact, d = database.contact.c, schema.delivery.c
    query = (
        delivery_query()
        .add_columns(contact.email, schema.campaign.c.name.label("campaign_name"))
        .join(database.contact, contact.id == d.contact_id)
        .where(d.state == DeliveryState.UNKNOWN.value)
        .order_by(d.id)
    )
    if campaigns is not None:
        query = query.where(d.campaign_id.in_(campaigns))
    with database.reading() as connection:
        return [
            Doubt(to_delivery(row), row.campaign_name, row.email, row.claimed_at)
            for row in connection.execute(query)
        ]


def domains_named(database: Database) -> set[str]:
    """The domains in the Message-IDs that this store has given (`<…@domain>`)."""
    d = schema.delivery.c
    mark = "instr" if database.is_sqlite else "strpos"
    behind = getattr(func, mark)(d.message_id, "@") + 1
    query = select(func.substr(d.message_id, behind)).where(d.message_id.is_not(None)).distinct()
    with database.reading() as connection:
        return {found.rstrip(">") for found in connection.execute(query).scalars()}


def name_messages(database: Database, named: Mapping[DeliveryId, str], *, at: datetime) -> None:
    """Write down the Message-IDs of messages that left without this store's knowledge."""
    d = schema.delivery.c
    statement = (
        update(schema.delivery)
        .where(d.id == bindparam("number"), d.message_id.is_(None))
        .values(message_id=bindparam("name"), message_date=bindparam("day"))
    )
    rows = [{"number": number, "name": name, "day": at} for number, name in named.items()]
    with database.writing() as connection:
        connection.execute(statement, rows)
