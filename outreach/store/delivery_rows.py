"""Rows of the ledger as values, in one place."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.store import schema


def delivery_query() -> Select[Any]:
    return (
        select(schema.delivery, schema.step.c.name.label("step_name"))
        .join(schema.step, schema.step.c.id == schema.delivery.c.step_id)
        .join(schema.campaign, schema.campaign.c.id == schema.delivery.c.campaign_id)
    )


def to_delivery(row: Any) -> Delivery:
    return Delivery(
        id=DeliveryId(row.id),
        campaign=CampaignId(row.campaign_id),
        step_id=StepId(row.step_id),
        step=row.step_name,
        contact=ContactId(row.contact_id),
        channel=Channel(row.channel),
        state=DeliveryState(row.state),
        due_at=row.due_at,
        occurrence=row.occurrence,
        variant=row.variant,
        sender=row.sender,
        attempts=row.attempts,
        message_id=row.message_id,
        message_date=row.message_date,
    )
