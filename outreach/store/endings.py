"""What comes back to due after its chain has ended does not come any more.

A reply may be recorded, or a campaign stopped, while a message is on the wire or in doubt:
ending the chain cancels what is due or held then, and not what a run has in its hands. When
that comes back (given back, deferred, said not to have been sent), it is cancelled here. The
same where a person has gone over to another track meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from outreach.model.campaign import Track
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId, DeliveryId
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.lists import among
from outreach.store.turning import TRACK, cancelled

_OPEN = (DeliveryState.DUE.value, DeliveryState.HELD.value)


def cancel_ended(connection: Connection, ids: Collection[DeliveryId], *, now: datetime) -> None:
    """Cancel those of these deliveries that wait in a chain that has ended, each with its event.

    Or in a track that their person has left.
    """
    if not ids:
        return
    d, e, s, c = schema.delivery.c, schema.enrolment.c, schema.step.c, schema.campaign.c
    his = and_(e.campaign_id == d.campaign_id, e.contact_id == d.contact_id)
    rows = connection.execute(
        select(
            d.id, d.campaign_id, d.contact_id, d.step_id, d.channel,
            e.stop_reason, e.stopped_at, s.name.label("step_name"),
        )
        .join(schema.enrolment, his)
        .join(schema.step, s.id == d.step_id)
        .join(schema.campaign, c.id == d.campaign_id)
        .where(
            among(connection, d.id, ids),
            d.state.in_(_OPEN),
            or_(e.stopped_at.is_not(None), e.stop_reason.is_not(None), _has_tracks()),
        )
        .order_by(d.id)
    ).all()  # fmt: skip
    tracks = _tracks(connection, {row.campaign_id for row in rows if row.stopped_at is None})
    here = Track.MAIN.value
    for row in rows:
        if row.stopped_at is not None:
            _cancel(connection, row, row.stop_reason, now)
        elif tracks[row.campaign_id].get(row.step_name, here) != (row.stop_reason or here):
            _cancel(connection, row, TRACK, now)


def _has_tracks() -> ColumnElement[bool]:
    """An answer may be taken back that had led to one of its tracks."""
    c = schema.campaign.c
    others = [track.value for track in Track if track is not Track.MAIN]
    return or_(*(c.definition.like(f'%"track":"{track}"%') for track in others))


def _cancel(connection: Connection, row: Any, reason: str, now: datetime) -> None:
    connection.execute(
        update(schema.delivery)
        .where(schema.delivery.c.id == row.id)
        .values(state=DeliveryState.CANCELLED.value, detail=reason, settled_at=now)
    )
    insert_rows(connection, schema.event, cancelled([row], now, reason))


def _tracks(
    connection: Connection, campaigns: Iterable[CampaignId]
) -> dict[CampaignId, dict[str, str]]:
    """Of which track each step is, by the definitions in force."""
    c = schema.campaign.c
    wanted = list(campaigns)
    if not wanted:
        return {}
    rows = connection.execute(select(c.id, c.definition).where(c.id.in_(wanted)))
    return {
        CampaignId(row.id): {
            step["name"]: step.get("track", Track.MAIN.value)
            for step in json.loads(row.definition)["steps"]
        }
        for row in rows
    }
