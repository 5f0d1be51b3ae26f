"""How a campaign stands: running, paused, stopped, finished; since when, and why.

Another process may be sending meanwhile: its claim asks for `running`, so that a pause or
a stop holds from the next claim on. What is on the wire then is settled as ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, literal, select, update

from outreach.errors import Text
from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState, Channel
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.model.said import kept
from outreach.store import schema
from outreach.store.engine import Database

#: Why the steps of a stopped campaign do not come, and the chains of its people ended.
STOPPED = "stopped"

_OPEN = (DeliveryState.DUE.value, DeliveryState.HELD.value)
#: What became of messages a server was asked about.
_ANSWERED = (DeliveryState.SENT.value, DeliveryState.REFUSED.value)


class Standing:
    def __init__(self, database: Database) -> None:
        self.database = database

    def pause(self, campaign: CampaignId, reason: Text | None, *, now: datetime) -> bool:
        """Whether it was running until now."""
        return self._turn(campaign, CampaignState.PAUSED, [CampaignState.RUNNING], now, reason)

    def resume(self, campaign: CampaignId, *, now: datetime) -> bool:
        """Whether it was paused until now."""
        return self._turn(campaign, CampaignState.RUNNING, [CampaignState.PAUSED], now)

    def finish(self, campaign: CampaignId, *, now: datetime) -> bool:
        """Nothing can happen in it any more. Whether it was running until now."""
        return self._turn(campaign, CampaignState.FINISHED, [CampaignState.RUNNING], now)

    def stop(self, campaign: CampaignId, *, now: datetime) -> int:
        """End it for good; how many steps that were due or held are cancelled.

        Asked again, it cancels what came back to due since (it was on the wire).
        """
        going_on = [CampaignState.RUNNING, CampaignState.PAUSED]
        with self.database.writing() as connection:
            _turn(connection, campaign, CampaignState.STOPPED, going_on, now, None)
            if self._state(connection, campaign) is not CampaignState.STOPPED:
                return 0
            return _cancel(connection, campaign, now)

    def state(self, campaign: CampaignId) -> CampaignState:
        """As it is now, whatever was read before."""
        with self.database.reading() as connection:
            return self._state(connection, campaign)

    def recent(self, campaign: CampaignId, limit: int) -> list[bool]:
        """Whether each of the last e-mails was refused, oldest first.

        Only since the campaign was resumed: whoever did so has seen to the older ones.
        """
        d, c = schema.delivery.c, schema.campaign.c
        since = select(c.state_at).where(c.id == campaign, c.state_at.is_not(None))
        query = (
            select(d.state)
            .where(
                d.campaign_id == campaign,
                d.channel == Channel.EMAIL.value,
                d.state.in_(_ANSWERED),
                d.settled_at > select(c.launched_at).where(c.id == campaign).scalar_subquery(),
            )
            .order_by(d.settled_at.desc(), d.id.desc())
            .limit(limit)
        )
        with self.database.reading() as connection:
            resumed: datetime | None = connection.execute(since).scalar_one_or_none()
            if resumed is not None:
                query = query.where(d.settled_at > resumed)
            states = [row.state for row in connection.execute(query)]
        return [state == DeliveryState.REFUSED.value for state in reversed(states)]

    def left(self, campaign: CampaignId) -> list[tuple[StepId, datetime, int]]:
        """What was sent, posted or done so far: of which step, when, how many."""
        d = schema.delivery.c
        query = select(d.step_id, d.settled_at, func.count()).where(
            d.campaign_id == campaign, d.state == DeliveryState.SENT.value
        )
        with self.database.reading() as connection:
            rows = connection.execute(query.group_by(d.step_id, d.settled_at))
            return [(StepId(step), at, count) for step, at, count in rows]

    def waiting(self, campaign: CampaignId) -> Iterator[tuple[ContactId, StepId, datetime]]:
        """Whose step is due when, of everything that will leave if nothing happens."""
        d = schema.delivery.c
        query = select(d.contact_id, d.step_id, d.due_at).where(
            d.campaign_id == campaign,
            d.state.in_([DeliveryState.DUE.value, DeliveryState.CLAIMED.value]),
        )
        query = query.order_by(d.id).execution_options(yield_per=2000)
        with self.database.reading() as connection:
            for contact, step, due_at in connection.execute(query):
                yield ContactId(contact), StepId(step), due_at

    def stuck(self, campaign: CampaignId) -> list[tuple[StepId, DeliveryState, int]]:
        """What waits for somebody: of which step, held or in doubt, how many."""
        d = schema.delivery.c
        states = [DeliveryState.HELD.value, DeliveryState.UNKNOWN.value]
        query = select(d.step_id, d.state, func.count()).where(
            d.campaign_id == campaign, d.state.in_(states)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query.group_by(d.step_id, d.state))
            return [(StepId(step), DeliveryState(state), count) for step, state, count in rows]

    def _turn(
        self,
        campaign: CampaignId,
        state: CampaignState,
        before: Collection[CampaignState],
        now: datetime,
        reason: Text | None = None,
    ) -> bool:
        with self.database.writing() as connection:
            return _turn(connection, campaign, state, before, now, reason)

    def _state(self, connection: Connection, campaign: CampaignId) -> CampaignState:
        c = schema.campaign.c
        found: str = connection.execute(select(c.state).where(c.id == campaign)).scalar_one()
        return CampaignState(found)


def is_running(campaign: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the campaign of that number may send now: asked in the claim."""
    c = schema.campaign.c
    return (
        select(literal(1))
        .where(c.id == campaign, c.state == CampaignState.RUNNING.value)
        .correlate(schema.delivery)
        .exists()
    )


def _turn(
    connection: Connection,
    campaign: CampaignId,
    state: CampaignState,
    before: Collection[CampaignState],
    now: datetime,
    reason: Text | None,
) -> bool:
    """From one of these states into another; whether it was in one of them."""
    c = schema.campaign.c
    values: dict[str, object] = {
        "state": state.value,
        "state_at": now,
        "state_reason": kept(reason) if reason else None,
    }
    if state is CampaignState.FINISHED:
        values["finished_at"] = now
    done = connection.execute(
        update(schema.campaign)
        .where(c.id == campaign, c.state.in_([one.value for one in before]))
        .values(values)
    )
    return bool(done.rowcount)


def _cancel(connection: Connection, campaign: CampaignId, now: datetime) -> int:
    """Every open step, each with its event, and every chain: by statements, not by people."""
    d, e, event = schema.delivery.c, schema.enrolment.c, schema.event.c
    these = and_(d.campaign_id == campaign, d.state.in_(_OPEN))
    told: dict[Any, ColumnElement[Any]] = {
        event.at: literal(now, event.at.type),
        event.recorded_at: literal(now, event.recorded_at.type),
        event.kind: literal(EventKind.CANCELLED.value),
        event.contact_id: d.contact_id,
        event.campaign_id: d.campaign_id,
        event.step_id: d.step_id,
        event.delivery_id: d.id,
        event.channel: d.channel,
        event.data: literal({"reason": STOPPED}, event.data.type),
    }
    rows = select(*told.values()).where(these)
    connection.execute(insert(schema.event).from_select([column.name for column in told], rows))
    cancelled = connection.execute(
        update(schema.delivery)
        .where(these)
        .values(state=DeliveryState.CANCELLED.value, detail=STOPPED, settled_at=now)
    )
    connection.execute(
        update(schema.enrolment)
        .where(e.campaign_id == campaign, e.arm == Arm.ENROLLED.value, e.stopped_at.is_(None))
        .values(stopped_at=now, stop_reason=STOPPED)
    )
    return int(cancelled.rowcount)
