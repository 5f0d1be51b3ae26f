"""Bundles of letters: which letters lie in which, and when they were posted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import bindparam, func, or_, select, update

from outreach.model.campaign import CampaignState, Channel
from outreach.model.change import Change
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import BatchId, CampaignId, ContactId, DeliveryId, StepId
from outreach.store import schema
from outreach.store.delivery_rows import delivery_query, read_deliveries
from outreach.store.engine import Database
from outreach.store.ledger import write_change


class Printing:
    def __init__(self, database: Database) -> None:
        self.database = database

    def start_batch(
        self,
        campaign: CampaignId,
        step: StepId,
        *,
        folder: str,
        ids: Collection[DeliveryId],
        now: datetime,
    ) -> BatchId:
        """Note which letters lie in one bundle."""
        d = schema.delivery.c
        row = {
            "campaign_id": campaign,
            "step_id": step,
            "made_at": now,
            "folder": folder,
            "letters": len(ids),
        }
        insert = schema.print_batch.insert().returning(schema.print_batch.c.id)
        with self.database.writing() as connection:
            batch = BatchId(connection.execute(insert, row).scalar_one())
            statement = update(schema.delivery).where(d.id == bindparam("number"))
            connection.execute(
                statement.values(batch_id=batch), [{"number": number} for number in ids]
            )
        return batch

    def due_letters(
        self, *, now: datetime, campaigns: Collection[CampaignId], printed_too: bool
    ) -> list[Delivery]:
        """Letters that are due; those in a bundle already only when asked for.

        Whose bundle was posted without it was kept back: it is printed with the next, and may
        be posted as it is before that.
        """
        d, b = schema.delivery.c, schema.print_batch.c
        gone = select(b.id).where(b.campaign_id.in_(campaigns), b.posted_on.is_not(None))
        query = delivery_query().where(
            d.state == DeliveryState.DUE.value,
            d.channel == Channel.LETTER.value,
            d.due_at <= now,
            d.campaign_id.in_(campaigns),
            schema.campaign.c.state == CampaignState.RUNNING.value,
        )
        if not printed_too:
            query = query.where(or_(d.batch_id.is_(None), d.batch_id.in_(gone)))
        return read_deliveries(self.database, query)

    def post(self, campaign: CampaignId, change: Change, *, on: date) -> None:
        """Letters were posted: the change, and the day noted on their bundles."""
        d, b = schema.delivery.c, schema.print_batch.c
        posted = select(d.batch_id).where(
            d.campaign_id == campaign, d.state == DeliveryState.SENT.value
        )
        with self.database.writing() as connection:
            write_change(connection, self.database, change)
            connection.execute(
                update(schema.print_batch)
                .where(b.campaign_id == campaign, b.posted_on.is_(None), b.id.in_(posted))
                .values(posted_on=on)
            )

    def printed(self, campaign: CampaignId, *, now: datetime) -> list[Delivery]:
        """Letters that lie in a bundle and were not posted yet."""
        d = schema.delivery.c
        query = delivery_query().where(
            d.campaign_id == campaign,
            d.state == DeliveryState.DUE.value,
            d.batch_id.is_not(None),
            d.due_at <= now,
        )
        return read_deliveries(self.database, query)

    def withdrawn(self, campaign: CampaignId) -> list[tuple[ContactId, str]]:
        """Whose letter lies in a bundle not posted yet and must not go any more, and why."""
        d, b = schema.delivery.c, schema.print_batch.c
        waiting = select(b.id).where(b.campaign_id == campaign, b.posted_on.is_(None))
        over = [state.value for state in (DeliveryState.CANCELLED, DeliveryState.SKIPPED)]
        query = select(d.contact_id, d.detail).where(
            d.campaign_id == campaign, d.state.in_(over), d.batch_id.in_(waiting)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(d.id))
            return [(ContactId(row.contact_id), row.detail or "") for row in rows]

    def address_is_dead(self, contact: ContactId) -> bool:
        """Whether post came back from the address on file, which has not changed since."""
        c = schema.contact.c
        query = select(c.post_returned_at).where(c.id == contact)
        with self.database.reading() as connection:
            return connection.execute(query).scalar_one() is not None

    def last_posted(self, campaign: CampaignId) -> date | None:
        """The day the last bundle of a campaign went to the post; None: none ever did."""
        b = schema.print_batch.c
        query = select(func.max(b.posted_on)).where(b.campaign_id == campaign)
        with self.database.reading() as connection:
            found: date | None = connection.execute(query).scalar_one()
            return found
