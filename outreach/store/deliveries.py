"""The ledger of deliveries: what is due, the claim, what became of it.

The claim is one conditional write, committed before the first byte leaves; no clock
frees it. After a crash what was claimed is `unknown` and stays so until a person or
evidence settles it (DESIGN, invariant 1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    func,
    select,
)
from sqlalchemy.engine import Dialect

from outreach.model.campaign import CampaignState, Channel
from outreach.model.change import Change
from outreach.model.delivery import Claimed, Delivery, DeliveryState
from outreach.model.ids import CampaignId, ContactId, DeliveryId, RunId, StepId
from outreach.store import claims as claims_of
from outreach.store import schema
from outreach.store.counted import counts
from outreach.store.delivery_rows import delivery_query, read_deliveries, to_delivery
from outreach.store.due import Due, due
from outreach.store.engine import Database
from outreach.store.ledger import write_change
from outreach.store.lists import listed, packed
from outreach.store.prepared import Query, given
from outreach.store.pressure import Claim, Resting, hold_back


@dataclass(frozen=True, slots=True)
class LeftClaim:
    """A delivery that a run claimed and did not settle, and where that run was."""

    delivery: Delivery
    run: RunId
    #: The machine, and which start of it (`flight_journal.boot_id`); empty when not known.
    host: str
    boot: str
    #: When it was promised: it left then, or a little later.
    claimed_at: datetime | None


class Deliveries:
    def __init__(self, database: Database) -> None:
        self.database = database

    # --- writing: one door --------------------------------------------------------------------

    def exchange(
        self,
        change: Change | Sequence[Change],
        claims: Mapping[DeliveryId, str],
        *,
        give_back: Collection[DeliveryId] = (),
        run: RunId,
        now: datetime,
        resting: Resting | None = None,
    ) -> list[Claimed]:
        """Settle, give back and claim (id → Message-ID), in one transaction; what was claimed.

        It is committed when it returns. Only rows come back that are still due, of campaigns
        that run, of people whose chain was not stopped and whom no suppression forbids. A
        message that was claimed before keeps its Message-ID and date. With `resting`, people
        who must be left in peace wait: theirs is put off. Raises `LockLost` when
        something is to be claimed under a lock that is gone.
        """
        change = change if isinstance(change, Change) else Change.joined(change)
        if claims:
            self.database.still_alone()
        with self.database.writing(by_rows=True) as connection:
            write_change(connection, self.database, change)
            claims_of.give_back(connection, give_back, now=now)
            return claims_of.claim(
                connection, self.database, claims, run=run, now=now, resting=resting
            )

    def hold_back(
        self, claims: Sequence[Claim], resting: Resting, *, now: datetime
    ) -> set[DeliveryId]:
        """Put off the steps of people who must be left in peace now; which ones."""
        with self.database.writing(by_rows=True) as connection:
            return hold_back(connection, self.database, claims, resting, now=now)

    def write(self, change: Change) -> None:
        """One change, whole or not at all."""
        with self.database.writing(by_rows=True) as connection:
            write_change(connection, self.database, change)

    def claim(
        self, deliveries: Mapping[DeliveryId, str], *, run: RunId, now: datetime
    ) -> list[Claimed]:
        """Promise these deliveries (id → Message-ID) to a run; committed when it returns."""
        return self.exchange((), deliveries, run=run, now=now)

    def give_back(self, ids: Collection[DeliveryId], *, now: datetime) -> None:
        """Claimed and not used: due again, as if nothing had been."""
        with self.database.writing(by_rows=True) as connection:
            claims_of.give_back(connection, ids, now=now)

    # --- what is due --------------------------------------------------------------------------

    def due(
        self,
        *,
        now: datetime,
        channels: Collection[Channel],
        campaigns: Collection[CampaignId] | None = None,
        sender: str | None = None,
        steps: Collection[StepId] | None = None,
        closed: Mapping[CampaignId, Collection[str]] = MappingProxyType({}),
        limit: int | None = None,
        after: Delivery | None = None,
    ) -> list[Due]:
        """Due deliveries of running campaigns, longest waiting first.

        `sender` and `steps` ask for theirs alone, `after` for what comes behind that one.
        Nothing is given of a campaign to people of the zones in which it is `closed`. Each says
        what stands against it (`Due.obstacle`): that is asked again at the claim.
        """
        return due(
            self.database,
            now=now,
            channels=channels,
            campaigns=campaigns,
            sender=sender,
            steps=steps,
            closed=closed,
            limit=limit,
            after=after,
        )

    def without_address(self, *, now: datetime, steps: Collection[StepId]) -> list[Delivery]:
        """Due e-mails of running campaigns to people who have none, of these steps."""
        d, contact = schema.delivery.c, self.database.contact
        query = (
            delivery_query()
            .join(contact, contact.c.id == d.contact_id)
            .where(
                d.state == DeliveryState.DUE.value,
                d.due_at <= now,
                d.step_id.in_(steps),
                contact.c.email.is_(None),
                schema.campaign.c.state == CampaignState.RUNNING.value,
            )
        )
        return read_deliveries(self.database, query)

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

    def left_claimed(self) -> list[LeftClaim]:
        """Claims of runs that died: asked under the lock, so that nobody else can hold them."""
        d, r = schema.delivery.c, schema.run.c
        query = (
            delivery_query()
            .add_columns(d.run_id, r.host, r.boot_id)
            .outerjoin(schema.run, r.id == d.run_id)
            .where(d.state == DeliveryState.CLAIMED.value)
            .order_by(d.id)
        )
        with self.database.reading() as connection:
            return [
                LeftClaim(
                    to_delivery(row), row.run_id, row.host or "", row.boot_id or "", row.claimed_at
                )
                for row in connection.execute(query)
            ]

    # --- asking the ledger --------------------------------------------------------------------

    def by_state(self, campaign: CampaignId) -> dict[DeliveryState, int]:
        """How many deliveries of a campaign are in each state."""
        with self.database.reading() as connection:
            counted = counts(connection, campaign)
        return {state: counted.get(state.value, 0) for state in DeliveryState}

    def in_state(
        self, state: DeliveryState, campaigns: Collection[CampaignId] | None = None
    ) -> list[Delivery]:
        query = delivery_query().where(schema.delivery.c.state == state.value)
        if campaigns is not None:
            query = query.where(schema.delivery.c.campaign_id.in_(campaigns))
        return read_deliveries(self.database, query)

    def open_by_hand(self, contact: ContactId, campaign: CampaignId) -> list[Delivery]:
        """Calls, visits and tasks that wait for someone to do them for this person."""
        d = schema.delivery.c
        query = delivery_query().where(
            d.contact_id == contact,
            d.campaign_id == campaign,
            d.state == DeliveryState.DUE.value,
            d.channel.in_([channel.value for channel in Channel if channel.by_hand]),
        )
        return read_deliveries(self.database, query)

    def sent_ids_of(
        self,
        contacts: Collection[ContactId],
        campaign: CampaignId,
        steps: Collection[str],
        occurrence: int = 1,
    ) -> dict[ContactId, list[str]]:
        """The Message-IDs of what these people got of some steps, oldest first.

        Of a repeated campaign, with one of its firings. Who got none of them is not in it.
        """
        dialect = self.database.engine.dialect
        found: dict[ContactId, list[str]] = {}
        with self.database.reading() as connection:
            rows = _sent_ids(dialect).rows(
                connection,
                contacts=packed(dialect, contacts),
                campaign=campaign,
                steps=packed(dialect, steps),
                occurrence=occurrence,
            )
        for contact, message_id in rows:
            found.setdefault(contact, []).append(message_id)
        return found

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


@lru_cache(maxsize=4)
def _sent_ids(dialect: Dialect) -> Query:
    d, s = schema.delivery.c, schema.step.c
    query = (
        select(d.contact_id, d.message_id)
        .join(schema.step, s.id == d.step_id)
        .where(
            listed(dialect, d.contact_id, "contacts"),
            d.campaign_id == given("campaign", d.campaign_id.type),
            d.state == DeliveryState.SENT.value,
            d.message_id.is_not(None),
            d.occurrence == given("occurrence", d.occurrence.type),
            listed(dialect, s.name, "steps"),
        )
        .order_by(d.message_date, d.id)
    )
    return Query(query, dialect)
