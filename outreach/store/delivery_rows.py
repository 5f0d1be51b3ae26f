"""Rows of the ledger as values, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery, DeliveryState
from outreach.store import schema
from outreach.store.engine import Database


def delivery_query() -> Select[Any]:
    return (
        select(schema.delivery, schema.step.c.name.label("step_name"))
        .join(schema.step, schema.step.c.id == schema.delivery.c.step_id)
        .join(schema.campaign, schema.campaign.c.id == schema.delivery.c.campaign_id)
    )


#: What a `Delivery` is made of, in the order of `delivery_of`.
COLUMNS = (
    schema.delivery.c.id,
    schema.delivery.c.campaign_id,
    schema.delivery.c.step_id,
    schema.step.c.name.label("step_name"),
    schema.delivery.c.contact_id,
    schema.delivery.c.channel,
    schema.delivery.c.state,
    schema.delivery.c.due_at,
    schema.delivery.c.occurrence,
    schema.delivery.c.variant,
    schema.delivery.c.sender,
    schema.delivery.c.attempts,
    schema.delivery.c.message_id,
    schema.delivery.c.message_date,
)
#: Looked up in a dictionary: an enumeration takes several times as long.
_CHANNELS = {channel.value: channel for channel in Channel}
_STATES = {state.value: state for state in DeliveryState}


def delivery_of(cells: Sequence[Any]) -> Delivery:
    """The cells of `COLUMNS` as a value."""
    number, campaign, step_id, step, contact, channel, state, due_at, occurrence, *rest = cells
    variant, sender, attempts, message_id, message_date = rest
    return Delivery(
        id=number,
        campaign=campaign,
        step_id=step_id,
        step=step,
        contact=contact,
        channel=_CHANNELS[channel],
        state=_STATES[state],
        due_at=due_at,
        occurrence=occurrence,
        variant=variant,
        sender=sender,
        attempts=attempts,
        message_id=message_id,
        message_date=message_date,
    )


def to_delivery(row: Any) -> Delivery:
    """A row of `delivery_query` as a value."""
    return delivery_of([getattr(row, column.key) for column in COLUMNS])


def read_deliveries(database: Database, query: Select[Any]) -> list[Delivery]:
    """The deliveries of a query, in the order in which they were written."""
    with database.reading() as connection:
        rows = connection.execute(query.order_by(schema.delivery.c.id))
        return [to_delivery(row) for row in rows]
