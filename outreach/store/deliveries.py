"""The ledger of deliveries: what is due, the claim, what became of it.

The claim is one conditional write, committed before the first byte leaves; no clock
frees it. After a crash what was claimed is `unknown` and stays so until a person or
evidence settles it (DESIGN, invariant 1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select, update

from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState, Channel
from outreach.model.change import Change
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import CampaignId, ContactId, DeliveryId, RunId
from outreach.store import schema
from outreach.store.delivery_rows import delivery_query, to_delivery
from outreach.store.engine import Database
from outreach.store.ledger import write_change
from outreach.store.permission import same_address
from outreach.store.suppressions import forbidden


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose time has come, with what its turn depends on."""

    delivery: Delivery
    #: The part of the address after @; None for other channels.
    domain: str | None


class Deliveries:
    def __init__(self, database: Database) -> None:
        self.database = database

    # --- writing: one door --------------------------------------------------------------------

    def write(self, change: Change) -> None:
        """One change, whole or not at all."""
        with self.database.writing() as connection:
            write_change(connection, self.database, change)

    # --- what is due --------------------------------------------------------------------------

    def due(
        self,
        *,
        now: datetime,
        channels: Collection[Channel],
        campaigns: Collection[CampaignId] | None = None,
        limit: int | None = None,
        excluding: Collection[DeliveryId] = (),
    ) -> list[Due]:
        """Due deliveries of running campaigns, longest waiting first."""
        d, contact = schema.delivery.c, self.database.contact
        query = (
            delivery_query()
            .add_columns(contact.c.email_domain)
            .join(contact, contact.c.id == d.contact_id)
            .where(
                d.state == DeliveryState.DUE.value,
                d.due_at <= now,
                d.channel.in_([channel.value for channel in channels]),
                schema.campaign.c.state == CampaignState.RUNNING.value,
            )
            .order_by(d.due_at, d.id)
        )
        if campaigns is not None:
            query = query.where(d.campaign_id.in_(campaigns))
        if excluding:
            query = query.where(d.id.not_in(excluding))
        if limit is not None:
            query = query.limit(limit)
        with self.database.reading() as connection:
            return [Due(to_delivery(row), row.email_domain) for row in connection.execute(query)]

    def next_due(
        self,
        campaigns: Collection[CampaignId],
        *,
        channels: Collection[Channel],
        after: datetime | None = None,
    ) -> datetime | None:
        """When the first open delivery of these channels is, or was, due; None when none waits."""
        d = schema.delivery.c
        query = select(func.min(d.due_at)).where(
            d.state == DeliveryState.DUE.value,
            d.campaign_id.in_(campaigns),
            d.channel.in_([channel.value for channel in channels]),
        )
        if after is not None:
            query = query.where(d.due_at > after)
        with self.database.reading() as connection:
            found: datetime | None = connection.execute(query).scalar_one()
            return found

    def count_due(
        self,
        *,
        now: datetime,
        channels: Collection[Channel],
        campaigns: Collection[CampaignId] | None = None,
    ) -> int:
        """How many deliveries of these channels are due now."""
        d, c = schema.delivery.c, schema.campaign.c
        query = (
            select(func.count())
            .select_from(schema.delivery.join(schema.campaign, c.id == d.campaign_id))
            .where(
                d.state == DeliveryState.DUE.value,
                d.due_at <= now,
                d.channel.in_([channel.value for channel in channels]),
                c.state == CampaignState.RUNNING.value,
            )
        )
        if campaigns is not None:
            query = query.where(d.campaign_id.in_(campaigns))
        with self.database.reading() as connection:
            return connection.execute(query).scalar_one()

    # --- the claim ----------------------------------------------------------------------------

    def claim(
        self, deliveries: Mapping[DeliveryId, str], *, run: RunId, now: datetime
    ) -> list[Delivery]:
        """Promise these deliveries (id → Message-ID) to a run; committed when it returns.

        Only rows that are still due, of people whose chain was not stopped and whom no
        suppression forbids, come back. A message that was claimed before keeps its
        Message-ID and date.
        """
        d = schema.delivery.c
        with self.database.writing() as connection:
            for number, message_id in deliveries.items():
                connection.execute(
                    update(schema.delivery)
                    .where(d.id == number, d.state == DeliveryState.DUE.value, d.due_at <= now)
                    .where(self._permitted())
                    .values(
                        state=DeliveryState.CLAIMED.value,
                        run_id=run,
                        claimed_at=now,
                        message_id=func.coalesce(d.message_id, message_id),
                        message_date=func.coalesce(
                            d.message_date, literal(now, d.message_date.type)
                        ),
                    )
                )
            query = delivery_query().where(
                d.id.in_(list(deliveries)),
                d.run_id == run,
                d.state == DeliveryState.CLAIMED.value,
            )
            return [to_delivery(row) for row in connection.execute(query)]

    def _permitted(self) -> ColumnElement[bool]:
        """Nothing has come between the look and the claim: no stop, no opposition, no erasure."""
        d, e, contact = schema.delivery.c, schema.enrolment.c, self.database.contact
        going_on = exists(
            select(literal(1)).where(
                e.campaign_id == d.campaign_id,
                e.contact_id == d.contact_id,
                e.arm == Arm.ENROLLED.value,
                e.stopped_at.is_(None),
            )
        )
        allowed = exists(
            select(literal(1))
            .select_from(contact)
            .where(
                contact.c.id == d.contact_id,
                contact.c.erased_at.is_(None),
                contact.c.email_bounced_at.is_(None),
                ~forbidden(contact, Channel.EMAIL),
                ~same_address(contact),
            )
        )
        return and_(going_on, allowed)

    def give_back(self, ids: Collection[DeliveryId]) -> None:
        """Claimed and not used: due again, as if nothing had been."""
        d = schema.delivery.c
        with self.database.writing() as connection:
            connection.execute(
                update(schema.delivery)
                .where(d.id.in_(ids), d.state == DeliveryState.CLAIMED.value)
                .values(
                    state=DeliveryState.DUE.value,
                    run_id=None,
                    claimed_at=None,
                )
            )

    def left_claimed(self) -> list[Delivery]:
        """Claims of runs that died: asked under the lock, so that nobody else can hold them."""
        query = delivery_query().where(schema.delivery.c.state == DeliveryState.CLAIMED.value)
        return self._list(query)

    # --- asking the ledger --------------------------------------------------------------------

    def sent_since(self, sender: str, since: datetime) -> tuple[int, datetime | None]:
        """How many messages left from a sender after an instant, and when the oldest did."""
        d = schema.delivery.c
        query = select(func.count(), func.min(d.settled_at)).where(
            d.sender == sender,
            d.channel == Channel.EMAIL.value,
            d.state == DeliveryState.SENT.value,
            d.settled_at > since,
        )
        with self.database.reading() as connection:
            count, oldest = connection.execute(query).one()
            return count, oldest

    def first_sent(self, sender: str) -> datetime | None:
        """When a sender wrote for the first time: what its warm-up counts from."""
        d = schema.delivery.c
        query = select(func.min(d.settled_at)).where(
            d.sender == sender, d.state == DeliveryState.SENT.value
        )
        with self.database.reading() as connection:
            found: datetime | None = connection.execute(query).scalar_one()
            return found

    def by_state(self, campaign: CampaignId) -> dict[DeliveryState, int]:
        """How many deliveries of a campaign are in each state."""
        d = schema.delivery.c
        query = select(d.state, func.count()).where(d.campaign_id == campaign).group_by(d.state)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
            counted: dict[str, int] = {row[0]: row[1] for row in rows}
        return {state: counted.get(state.value, 0) for state in DeliveryState}

    def in_state(
        self, state: DeliveryState, campaigns: Collection[CampaignId] | None = None
    ) -> list[Delivery]:
        query = delivery_query().where(schema.delivery.c.state == state.value)
        if campaigns is not None:
            query = query.where(schema.delivery.c.campaign_id.in_(campaigns))
        return self._list(query)

    def open_by_hand(self, contact: ContactId, campaign: CampaignId) -> list[Delivery]:
        """Calls, visits and tasks that wait for someone to do them for this person."""
        d = schema.delivery.c
        query = delivery_query().where(
            d.contact_id == contact,
            d.campaign_id == campaign,
            d.state == DeliveryState.DUE.value,
            d.channel.in_([channel.value for channel in Channel if channel.by_hand]),
        )
        return self._list(query)

    def sent_ids(
        self, contact: ContactId, campaign: CampaignId, steps: Collection[str]
    ) -> list[str]:
        """The Message-IDs of what one person got of some steps, oldest first."""
        d = schema.delivery.c
        query = (
            select(d.message_id)
            .join(schema.step, schema.step.c.id == d.step_id)
            .where(
                d.contact_id == contact,
                d.campaign_id == campaign,
                d.state == DeliveryState.SENT.value,
                d.message_id.is_not(None),
                schema.step.c.name.in_(steps),
            )
            .order_by(d.message_date, d.id)
        )
        with self.database.reading() as connection:
            return list(connection.execute(query).scalars())

    def of_contact(self, contact: ContactId, campaign: CampaignId | None = None) -> list[Any]:
        """Every delivery of one person as full rows, oldest first."""
        d = schema.delivery.c
        query = (
            select(schema.delivery, schema.step.c.name.label("step_name"))
            .join(schema.step, schema.step.c.id == d.step_id)
            .where(d.contact_id == contact)
            .order_by(d.id)
        )
        if campaign is not None:
            query = query.where(d.campaign_id == campaign)
        with self.database.reading() as connection:
            return list(connection.execute(query))

    def _list(self, query: Select[Any]) -> list[Delivery]:
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(schema.delivery.c.id))
            return [to_delivery(row) for row in rows]
