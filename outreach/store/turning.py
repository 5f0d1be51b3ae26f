"""People who go another way: the track their answer opened, and what is cancelled of the others.

`enrolment.stop_reason` names the track of somebody whose chain has not been stopped: what
ended the main track for him. Where `stopped_at` is set, it says why everything ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState
from outreach.model.change import Turn
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.lists import among

#: Why a step of another track does not come.
TRACK = "track"

_OPEN = (DeliveryState.DUE.value, DeliveryState.HELD.value)


def turn(connection: Connection, turns: Iterable[Turn]) -> list[Turn]:
    """Write down which way people go from here; those whose chain has not been stopped."""
    going: list[Turn] = []
    for alike in _groups(turns):
        one, by_person = alike[0], {turn.contact: turn for turn in alike}
        e = schema.enrolment.c
        changed = connection.execute(
            update(schema.enrolment)
            .where(
                e.campaign_id == one.campaign,
                among(connection, e.contact_id, by_person),
                e.arm == Arm.ENROLLED.value,
                e.stopped_at.is_(None),
            )
            .values(stop_reason=one.track.value)
            .returning(e.contact_id)
        )
        going += [by_person[ContactId(row.contact_id)] for row in changed]
    return going


def leave_others(connection: Connection, turns: Iterable[Turn]) -> None:
    """Cancel what waits of other tracks, each with its event; wake campaigns that were done."""
    for alike in _groups(turns):
        _leave(connection, alike)
        if any(one.opens for one in alike):
            _wake(connection, alike[0])


def _groups(turns: Iterable[Turn]) -> list[list[Turn]]:
    """Those that one statement can write: the same fact in the same campaign."""
    found: dict[tuple[object, ...], list[Turn]] = {}
    for one in turns:
        alike = (one.campaign, one.track, one.fact, one.at, one.because)
        found.setdefault(alike, []).append(one)
    return list(found.values())


def _leave(connection: Connection, alike: Sequence[Turn]) -> None:
    d, one = schema.delivery.c, alike[0]
    rows = connection.execute(
        update(schema.delivery)
        .where(
            d.campaign_id == one.campaign,
            among(connection, d.contact_id, [turn.contact for turn in alike]),
            d.step_id.not_in(one.steps),
            d.state.in_(_OPEN),
        )
        .values(state=DeliveryState.CANCELLED.value, detail=TRACK, settled_at=one.at)
        .returning(d.id, d.campaign_id, d.contact_id, d.step_id, d.channel)
    ).all()
    told = {"fact": one.fact} | ({"because": one.because} if one.because else {})
    insert_rows(connection, schema.event, cancelled(rows, one.at, TRACK, told))


def _wake(connection: Connection, one: Turn) -> None:
    c = schema.campaign.c
    connection.execute(
        update(schema.campaign)
        .where(c.id == one.campaign, c.state == CampaignState.FINISHED.value)
        .values(state=CampaignState.RUNNING.value, state_at=one.at, finished_at=None)
    )


def cancelled(
    rows: Sequence[Any], at: datetime, reason: str, more: Mapping[str, object] | None = None
) -> list[dict[str, object]]:
    """The events of deliveries that will not be made; `more` is kept beside the reason."""
    data = {"reason": reason, **(more or {})}
    return [
        {
            "at": at,
            "recorded_at": at,
            "kind": EventKind.CANCELLED.value,
            "contact_id": row.contact_id,
            "campaign_id": row.campaign_id,
            "step_id": row.step_id,
            "delivery_id": row.id,
            "channel": row.channel,
            "data": data,
        }
        for row in rows
    ]
