"""Reading what happened."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, func, select

from outreach.model.campaign import Channel
from outreach.model.event import EventKind, Order
from outreach.model.ids import CampaignId, ContactId
from outreach.model.money import from_minor
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.rows import one_with


class Events:
    def __init__(self, database: Database) -> None:
        self.database = database

    def of_contact(self, contact: ContactId, *, campaign: CampaignId | None = None) -> list[Any]:
        """A person's events, oldest first, with the names of campaign and step.

        Those under records that were merged into this one are the person's too; the word of
        such a record that it was merged is left out, the other one says it.
        """
        e, k, s = schema.event.c, schema.campaign.c, schema.step.c
        query = (
            select(schema.event, k.name.label("campaign_name"), s.name.label("step_name"))
            .outerjoin(schema.campaign, k.id == e.campaign_id)
            .outerjoin(schema.step, s.id == e.step_id)
            .order_by(e.at, e.id)
        )
        if campaign is not None:
            query = query.where(e.campaign_id == campaign)
        with self.database.reading() as connection:
            records = one_with(connection, self.database, [contact])
            rows = connection.execute(query.where(e.contact_id.in_(records)))
            return [row for row in rows if row.contact_id == contact or not _left(row)]

    def history(
        self, contacts: Collection[ContactId], *, campaign: CampaignId | None = None
    ) -> dict[ContactId, list[Any]]:
        """What was done with and learned of these people: touches and stages, uncorrected.

        Also under records that were merged into theirs. Of one campaign only, where it is named.
        """
        e, k, s = schema.event.c, schema.campaign.c, schema.step.c
        corrections = select(e.corrects).where(e.corrects.is_not(None))
        query = (
            select(
                e.contact_id,
                e.kind,
                e.stage,
                e.at,
                e.campaign_id,
                k.name.label("campaign_name"),
                s.name.label("step_name"),
            )
            .outerjoin(schema.campaign, k.id == e.campaign_id)
            .outerjoin(schema.step, s.id == e.step_id)
            .where(
                e.kind.in_([EventKind.TOUCHED.value, EventKind.REACHED.value]),
                e.id.not_in(corrections),
            )
            .order_by(e.at, e.id)
        )
        if campaign is not None:
            query = query.where(e.campaign_id == campaign)
        found: dict[ContactId, list[Any]] = {contact: [] for contact in contacts}
        with self.database.reading() as connection:
            records = one_with(connection, self.database, contacts)
            for row in connection.execute(query.where(e.contact_id.in_(records))):
                found[records[ContactId(row.contact_id)]].append(row)
        return found

    def orders(self, contacts: Collection[ContactId]) -> dict[ContactId, list[Order]]:
        """The orders of these people, the oldest first, but those that were taken back.

        Also under records that were merged into theirs. One query, however many people.
        """
        e, k = schema.event.c, schema.campaign.c
        corrections = select(e.corrects).where(e.corrects.is_not(None))
        query = (
            select(e.contact_id, e.at, e.amount_minor, e.note, k.name.label("campaign"))
            .outerjoin(schema.campaign, k.id == e.campaign_id)
            .where(
                e.kind == EventKind.REACHED.value,
                e.stage == "order",
                e.id.not_in(corrections),
            )
            .order_by(e.at, e.id)
        )
        found: dict[ContactId, list[Order]] = {contact: [] for contact in contacts}
        currency, zone = self.database.currency, self.database.zone
        with self.database.reading() as connection:
            records = one_with(connection, self.database, contacts)
            for row in connection.execute(query.where(e.contact_id.in_(records))):
                amount = row.amount_minor
                found[records[ContactId(row.contact_id)]].append(
                    Order(
                        on=row.at.astimezone(zone).date(),
                        amount=None if amount is None else from_minor(amount, currency),
                        note=row.note,
                        campaign=row.campaign,
                    )
                )
        return found

    def recorded(self, contact: ContactId, stage: str, campaign: CampaignId | None) -> list[Any]:
        """The times that fact was recorded of a person in a campaign."""
        e = schema.event.c
        query = select(e.id, e.at, e.amount_minor, e.margin_minor).where(
            e.contact_id == contact,
            e.kind == EventKind.REACHED.value,
            e.stage == stage,
            e.campaign_id == campaign if campaign is not None else e.campaign_id.is_(None),
        )
        with self.database.reading() as connection:
            return list(connection.execute(query))

    def objected(
        self, campaign: CampaignId | None
    ) -> Iterator[tuple[str, CampaignId | None, list[str]]]:
        """Outcomes that stand of calls and visits in which objections were met; a stream.

        The stage that was recorded, its campaign, and the objections.
        """
        e, fix = schema.event.c, schema.event.alias("fix")
        query = (
            select(e.stage, e.campaign_id, e.data)
            .where(
                e.kind == EventKind.REACHED.value,
                cast(e.data, Text).like('%"objections": [%'),
                ~select(fix.c.id).where(fix.c.corrects == e.id).exists(),
            )
            .order_by(e.id)
            .execution_options(yield_per=2000)
        )
        if campaign is not None:
            query = query.where(e.campaign_id == campaign)
        with self.database.reading() as connection:
            for stage, number, data in connection.execute(query):
                yield stage, number, data["objections"]

    def times_told(
        self, contact: ContactId, stage: str, *, channel: Channel, at: datetime, before: datetime
    ) -> int:
        """How often that fact of that instant was recorded before on that channel, and stands."""
        e, fix = schema.event.c, schema.event.alias("fix")
        with self.database.reading() as connection:
            query = select(func.count()).where(
                e.contact_id.in_(one_with(connection, self.database, [contact])),
                e.kind == EventKind.REACHED.value,
                e.stage == stage,
                e.channel == channel.value,
                e.at == at,
                e.recorded_at < before,
                ~select(fix.c.id).where(fix.c.corrects == e.id).exists(),
            )
            return connection.execute(query).scalar_one()


def _left(event: Any) -> bool:
    """The word of a record that it was merged into another."""
    return bool(event.kind == EventKind.MERGED.value and "into" in (event.data or {}))
