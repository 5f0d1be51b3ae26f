"""What becomes of people's chains when two contacts are made one, and one two again.

The one that goes gets nothing more. The one that stays gets nothing more in a campaign whose
chain ended for the other: whoever answered under one record has answered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, select, update

from outreach.model.audience import Arm
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId
from outreach.store import schema

#: Why a chain ends whose person goes on under another contact.
MERGED = "merged"

#: To come: stopped with the merge, and going on when it is taken back.
_OPEN = (DeliveryState.DUE.value, DeliveryState.HELD.value)


def stop_chains(connection: Connection, other: ContactId, now: datetime) -> dict[str, Any]:
    """End the chains of the one that goes: the one that stays is in the same campaigns."""
    e = schema.enrolment.c
    running = select(e.campaign_id).where(_running(other))
    reasons = dict.fromkeys(connection.scalars(running), MERGED)
    return _end(connection, other, reasons, now, everything=True)


def end_with(
    connection: Connection, kept: ContactId, other: ContactId, now: datetime, *,
    goes_on: Collection[CampaignId] = (),
) -> dict[str, Any]:  # fmt: skip
    """End the chains of the one that stays where an answer ended the other's.

    Not in the campaigns of `goes_on`: there the answer was his own, and leads him another way.
    """
    e, its = schema.enrolment.c, schema.enrolment.alias()
    ended = (
        select(e.campaign_id, e.stop_reason)
        .join(its, its.c.campaign_id == e.campaign_id)
        .where(e.contact_id == other, e.stopped_at.is_not(None), e.stop_reason != MERGED)
        .where(e.arm == Arm.ENROLLED.value, its.c.arm == Arm.ENROLLED.value)
        .where(its.c.contact_id == kept, its.c.stopped_at.is_(None))
    )
    reasons = {
        row.campaign_id: row.stop_reason
        for row in connection.execute(ended)
        if row.campaign_id not in goes_on
    }
    return _end(connection, kept, reasons, now)


def go_on(connection: Connection, contact: ContactId, stopped: Mapping[str, Any]) -> None:
    """Chains that ended with the merge go on where they were."""
    e, d = schema.enrolment.c, schema.delivery
    reason, tracks = stopped.get("reasons", {}), stopped.get("tracks", {})
    for campaign in stopped["campaigns"]:
        connection.execute(
            update(schema.enrolment)
            .where(e.contact_id == contact, e.campaign_id == campaign)
            .where(e.stop_reason == reason.get(str(campaign), MERGED))
            .values(stopped_at=None, stop_reason=tracks.get(str(campaign)))
        )
    posted = select(schema.print_batch.c.id).where(schema.print_batch.c.posted_on.is_not(None))
    for state in _OPEN:
        connection.execute(
            update(d)
            .where(d.c.id.in_(stopped[state]), d.c.state == DeliveryState.CANCELLED.value)
            .values(
                state=state,
                detail=None,
                settled_at=None,
                # Its letter was taken out of a pile that is posted: it is printed once more.
                batch_id=case((d.c.batch_id.in_(posted), None), else_=d.c.batch_id),
            )
        )


def _running(contact: ContactId) -> Any:
    e = schema.enrolment.c
    return and_(e.contact_id == contact, e.stopped_at.is_(None), e.arm == Arm.ENROLLED.value)


def _end(
    connection: Connection, contact: ContactId, reasons: Mapping[int, str], now: datetime, *,
    everything: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """End these chains, each for its reason; `everything`: also what is due in no chain."""
    e, d = schema.enrolment.c, schema.delivery
    # Whose chain goes on has the track there that he is in.
    tracks = {
        str(row.campaign_id): row.stop_reason
        for row in connection.execute(
            select(e.campaign_id, e.stop_reason).where(
                _running(contact), e.stop_reason.is_not(None)
            )
        )
    }
    for campaign, reason in reasons.items():
        connection.execute(
            update(schema.enrolment)
            .where(_running(contact), e.campaign_id == campaign)
            .values(stopped_at=now, stop_reason=reason)
        )
    due = and_(d.c.contact_id == contact, d.c.state.in_(_OPEN))
    if not everything:
        due = and_(due, d.c.campaign_id.in_(reasons))
    columns = (d.c.id, d.c.campaign_id, d.c.step_id, d.c.channel, d.c.state)
    cancelled = connection.execute(select(*columns).where(due)).all()
    for row in cancelled:
        _cancel(connection, contact, row, reasons.get(row.campaign_id, MERGED), now)
    by_state = {state: [row.id for row in cancelled if row.state == state] for state in _OPEN}
    named = {str(campaign): reason for campaign, reason in reasons.items()}
    return {"campaigns": list(reasons), "reasons": named, "tracks": tracks, **by_state}


def _cancel(
    connection: Connection, contact: ContactId, row: Any, reason: str, now: datetime
) -> None:
    d = schema.delivery
    connection.execute(
        update(d).where(d.c.id == row.id).values(
            state=DeliveryState.CANCELLED.value, detail=reason, settled_at=now
        )
    )  # fmt: skip
    connection.execute(
        schema.event.insert().values(
            at=now, recorded_at=now, kind=EventKind.CANCELLED.value, contact_id=contact,
            campaign_id=row.campaign_id, step_id=row.step_id, delivery_id=row.id,
            channel=row.channel, data={"reason": reason},
        )
    )  # fmt: skip
