"""Repeated campaigns: which firing is planned last, and everybody's next one by one statement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, literal, select, update

from outreach.model.audience import Arm
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.engine import Database
from outreach.store.ledger import insert_ignoring
from outreach.store.lists import among
from outreach.store.turning import cancelled

#: Why what is left of a firing does not come: the next one is there.
REPEAT = "repeat"

#: Deliveries of a firing that are looked at: a server may have put off some of them.
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Firing:
    """The last one that is planned of a step."""

    occurrence: int
    due_at: datetime


class Repeating:
    def __init__(self, database: Database) -> None:
        self.database = database

    def last(self, campaign: CampaignId, step: StepId) -> Firing | None:
        """The firing of a step that was planned last; None where none ever was."""
        d = schema.delivery.c
        here = and_(d.campaign_id == campaign, d.step_id == step)
        with self.database.reading() as connection:
            number = connection.execute(select(func.max(d.occurrence)).where(here)).scalar()
            if number is None:
                return None
            some = (
                select(d.due_at)
                .where(here, d.occurrence == number)
                .order_by(d.contact_id)
                .limit(_LOOKED_AT)
                .subquery()
            )
            due_at = connection.execute(select(func.min(some.c.due_at))).scalar_one()
        return Firing(number, due_at)

    def without(
        self, campaign: CampaignId, step: StepId, firing: Firing, people: Collection[ContactId]
    ) -> list[tuple[ContactId, str | None]]:
        """Who of these is still in and has nothing of a firing, and who writes to him."""
        d, e = schema.delivery.c, schema.enrolment.c
        his = and_(
            d.campaign_id == e.campaign_id, d.contact_id == e.contact_id, d.step_id == step,
            d.occurrence == firing.occurrence,
        )  # fmt: skip
        query = (
            select(e.contact_id, e.sender)
            .outerjoin(schema.delivery, his)
            .where(
                e.campaign_id == campaign, e.arm == Arm.ENROLLED.value,
                e.stopped_at.is_(None), e.stop_reason.is_(None), d.id.is_(None),
            )
        )  # fmt: skip
        with self.database.reading() as connection:
            rows = connection.execute(query.where(among(connection, e.contact_id, people)))
            return [(ContactId(row.contact_id), row.sender) for row in rows]

    def plan(
        self, campaign: CampaignId, step: StepId, last: Firing, due_at: datetime, *, now: datetime
    ) -> int:
        """The next firing, for everybody who is still in; how many they are.

        What is left of the one before the last is cancelled: nobody gets two at once.
        """
        d, e = schema.delivery.c, schema.enrolment.c
        rows: dict[str, Any] = {
            "campaign_id": d.campaign_id,
            "step_id": d.step_id,
            "occurrence": literal(last.occurrence + 1, d.occurrence.type),
            "contact_id": d.contact_id,
            "channel": d.channel,
            "state": literal(DeliveryState.DUE.value),
            "due_at": literal(due_at, d.due_at.type),
            "variant": d.variant,
            "sender": d.sender,
            "assignee": d.assignee,
            "attempts": literal(0, d.attempts.type),
        }
        still_in = (
            select(*rows.values())
            .join(
                schema.enrolment,
                and_(e.campaign_id == d.campaign_id, e.contact_id == d.contact_id),
            )
            .where(
                d.campaign_id == campaign,
                d.step_id == step,
                d.occurrence == last.occurrence,
                e.arm == Arm.ENROLLED.value,
                e.stopped_at.is_(None),
                e.stop_reason.is_(None),
            )
            .order_by(d.contact_id)
        )
        with self.database.writing() as connection:
            self._left_over(connection, campaign, step, last.occurrence - 1, now)
            connection.execute(
                insert_ignoring(connection, schema.delivery).from_select(list(rows), still_in)
            )
            # PostgreSQL does not say how many rows such a statement wrote.
            coming = select(func.count()).where(
                d.campaign_id == campaign,
                d.step_id == step,
                d.occurrence == last.occurrence + 1,
            )
            return int(connection.execute(coming).scalar_one())

    def _left_over(
        self, connection: Any, campaign: CampaignId, step: StepId, occurrence: int, now: datetime
    ) -> None:
        d = schema.delivery.c
        rows = connection.execute(
            update(schema.delivery)
            .where(
                d.campaign_id == campaign,
                d.step_id == step,
                d.occurrence == occurrence,
                d.state.in_([DeliveryState.DUE.value, DeliveryState.HELD.value]),
                d.batch_id.is_(None),
            )
            .values(state=DeliveryState.CANCELLED.value, detail=REPEAT, settled_at=now)
            .returning(d.id, d.campaign_id, d.contact_id, d.step_id, d.channel)
        ).all()
        insert_rows(connection, schema.event, cancelled(rows, now, REPEAT))
