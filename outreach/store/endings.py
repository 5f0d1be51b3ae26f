"""What comes back to due after its chain has ended does not come any more.

A reply may be recorded, or a campaign stopped, while a message is on the wire or in doubt:
ending the chain cancels what is due or held then, and not what a run has in its hands. When
that comes back (given back, deferred, said not to have been sent), it is cancelled here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, select, update

from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import DeliveryId
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.lists import among

_OPEN = (DeliveryState.DUE.value, DeliveryState.HELD.value)


def cancel_ended(connection: Connection, ids: Collection[DeliveryId], *, now: datetime) -> None:
    """Cancel those of these deliveries that wait in a chain that has ended, each with its event."""
    if not ids:
        return
    d, e = schema.delivery.c, schema.enrolment.c
    here = and_(e.campaign_id == d.campaign_id, e.contact_id == d.contact_id)
    rows = connection.execute(
        select(d.id, d.campaign_id, d.contact_id, d.step_id, d.channel, e.stop_reason)
        .join(schema.enrolment, here)
        .where(among(connection, d.id, ids), d.state.in_(_OPEN), e.stopped_at.is_not(None))
        .order_by(d.id)
    ).all()
    for row in rows:
        connection.execute(
            update(schema.delivery)
            .where(d.id == row.id)
            .values(
                state=DeliveryState.CANCELLED.value, detail=row.stop_reason, settled_at=now
            )
        )  # fmt: skip
    insert_rows(
        connection,
        schema.event,
        [
            {
                "at": now,
                "recorded_at": now,
                "kind": EventKind.CANCELLED.value,
                "contact_id": row.contact_id,
                "campaign_id": row.campaign_id,
                "step_id": row.step_id,
                "delivery_id": row.id,
                "channel": row.channel,
                "data": {"reason": row.stop_reason},
            }
            for row in rows
        ],
    )
