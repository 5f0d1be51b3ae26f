"""Calls, visits and tasks: what waits for somebody, and the hold a seller has on one of them.

A seller who has a call before him holds it for an hour, renewed with every answer: nobody
else is given it meanwhile. A hold is no claim of the ledger. Nothing is promised to a machine
and nothing is in doubt when the seller's terminal dies: the call is free again after the hour,
and whatever is recorded of it asks the ledger itself whether it is still open.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update

from outreach.model.campaign import CampaignState, Channel
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId
from outreach.model.value import value
from outreach.store import schema
from outreach.store.delivery_rows import COLUMNS, delivery_of
from outreach.store.engine import Database
from outreach.store.lists import among
from outreach.store.permission import obstacle
from outreach.store.rows import one_with

#: What a person's past is told from, before he is called again.
_TOLD = (EventKind.TOUCHED, EventKind.REACHED, EventKind.NOTED)

#: How long a seller holds a call without an answer of his.
HOLD = timedelta(hours=1)


@value(kw_only=True)
class HandWork:
    """A step that waits for a person to do it."""

    delivery: Delivery
    #: Who was given this step, and whose the person is; None: nobody.
    assignee: str | None
    owner: str | None
    #: Somebody has it before him now.
    held: bool
    #: Why it must not be done after all, in a word.
    obstacle: str | None


@value
class CallLog:
    """Earlier calls to one person, by us."""

    attempts: tuple[datetime, ...] = ()
    #: The last time that he refused on the phone.
    refused_at: datetime | None = None


class ByHand:
    def __init__(self, database: Database) -> None:
        self.database = database

    def waiting(
        self,
        channels: Collection[Channel],
        *,
        before: datetime,
        since: datetime | None = None,
        now: datetime,
        campaigns: Collection[CampaignId],
        only: DeliveryId | None = None,
    ) -> list[HandWork]:
        """Steps of running campaigns that fall due before an instant, longest waiting first.

        `only` asks for one of them, as it is now.
        """
        d, e, c = schema.delivery.c, schema.enrolment.c, self.database.contact.c
        query = (
            select(
                *COLUMNS,
                d.assignee,
                func.coalesce(e.owner, c.owner).label("owner"),
                _held(now).label("held"),
                obstacle(self.database.contact, channels).label("obstacle"),
            )
            .join(schema.step, schema.step.c.id == d.step_id)
            .join(schema.campaign, schema.campaign.c.id == d.campaign_id)
            .join(self.database.contact, c.id == d.contact_id)
            .outerjoin(
                schema.enrolment,
                and_(e.campaign_id == d.campaign_id, e.contact_id == d.contact_id),
            )
            .where(
                d.state == DeliveryState.DUE.value,
                d.due_at < before,
                d.channel.in_([channel.value for channel in channels]),
                d.campaign_id.in_(campaigns),
                schema.campaign.c.state == CampaignState.RUNNING.value,
            )
            .order_by(d.due_at, d.id)
        )
        if since is not None:
            query = query.where(d.due_at >= since)
        if only is not None:
            query = query.where(d.id == only)
        cells = len(COLUMNS)
        with self.database.reading() as connection:
            return [
                HandWork(
                    delivery=delivery_of(row[:cells]),
                    assignee=row.assignee,
                    owner=row.owner,
                    held=bool(row.held),
                    obstacle=row.obstacle,
                )
                for row in connection.execute(query)
            ]

    def find(self, number: DeliveryId) -> Delivery | None:
        """The delivery of that number, whatever became of it."""
        d = schema.delivery.c
        query = (
            select(*COLUMNS).join(schema.step, schema.step.c.id == d.step_id).where(d.id == number)
        )
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
            return delivery_of(row) if row is not None else None

    # --- whose it is now --------------------------------------------------------------------------

    def take(self, number: DeliveryId, *, now: datetime) -> bool:
        """Hold it for whoever asks; False when it is done, or another one holds it."""
        d = schema.delivery.c
        free = and_(d.id == number, d.state == DeliveryState.DUE.value, not_(_held(now)))
        return self._set(free, claimed_at=now)

    def hold_on(self, number: DeliveryId, *, taken: datetime, now: datetime) -> bool:
        """Go on holding what was taken at that instant; False when it is ours no more."""
        return self._set(_ours(number, taken), claimed_at=now)

    def give_back(
        self, number: DeliveryId, *, taken: datetime, keep_for: str | None = None
    ) -> None:
        """Let go of what was taken; `keep_for` is the seller who has spoken with the person."""
        values: dict[str, object] = {"claimed_at": None}
        if keep_for is not None:
            values["assignee"] = keep_for
        self._set(_ours(number, taken), **values)

    def assign(self, number: DeliveryId, seller: str) -> None:
        """Whoever began with a person goes on with him, where it is still to be done."""
        d = schema.delivery.c
        self._set(and_(d.id == number, d.state == DeliveryState.DUE.value), assignee=seller)

    def _set(self, where: ColumnElement[bool], **values: object) -> bool:
        with self.database.writing() as connection:
            done = connection.execute(update(schema.delivery).where(where).values(values))
            return done.rowcount > 0

    # --- what the rules on calls ask --------------------------------------------------------------

    def call_logs(
        self, contacts: Collection[ContactId], *, since: datetime
    ) -> dict[ContactId, CallLog]:
        """The calls of ours to these people since an instant, in any campaign; not what was undone.

        Also under records that were merged into theirs. One query, however many people.
        """
        e = schema.event.c
        taken_back = select(e.corrects).where(e.corrects.is_not(None))
        called = and_(e.kind == EventKind.TOUCHED.value, e.channel == Channel.CALL.value)
        # Where nobody said how he refused, it may have been on the phone.
        by_phone = or_(e.channel.is_(None), e.channel == Channel.CALL.value)
        refused = and_(e.kind == EventKind.REACHED.value, e.stage == "refused", by_phone)
        query = (
            select(e.contact_id, e.kind, e.at)
            .where(e.at >= since, or_(called, refused), e.id.not_in(taken_back))
            .order_by(e.at)
        )
        attempts: dict[ContactId, list[datetime]] = {}
        refusals: dict[ContactId, datetime] = {}
        with self.database.reading() as connection:
            records = one_with(connection, self.database, contacts)
            for row in connection.execute(query.where(among(connection, e.contact_id, records))):
                person = records[ContactId(row.contact_id)]
                if row.kind == EventKind.TOUCHED.value:
                    attempts.setdefault(person, []).append(row.at)
                else:
                    refusals[person] = row.at
        return {
            contact: CallLog(tuple(attempts.get(contact, ())), refusals.get(contact))
            for contact in contacts
        }


def recent(database: Database, contacts: Collection[ContactId]) -> dict[ContactId, list[Any]]:
    """What was done with these people, learned and noted of them, oldest first, uncorrected.

    Also under records that were merged into theirs. One query, however many people.
    """
    e, k, s = schema.event.c, schema.campaign.c, schema.step.c
    taken_back = select(e.corrects).where(e.corrects.is_not(None))
    columns = (e.contact_id, e.kind, e.at, e.campaign_id, e.channel, e.stage, e.note, e.author)
    query = (
        select(*columns, k.name.label("campaign_name"), s.name.label("step_name"))
        .outerjoin(schema.campaign, k.id == e.campaign_id)
        .outerjoin(schema.step, s.id == e.step_id)
        .where(e.kind.in_([kind.value for kind in _TOLD]), e.id.not_in(taken_back))
        .order_by(e.at, e.id)
    )
    found: dict[ContactId, list[Any]] = {contact: [] for contact in contacts}
    with database.reading() as connection:
        records = one_with(connection, database, contacts)
        for row in connection.execute(query.where(among(connection, e.contact_id, records))):
            found[records[ContactId(row.contact_id)]].append(row)
    return found


def _held(now: datetime) -> Any:
    """Somebody answered for it within the hour. A clock that is far ahead holds nothing."""
    d = schema.delivery.c
    return and_(
        d.state == DeliveryState.DUE.value,
        d.claimed_at.is_not(None),
        d.claimed_at > now - HOLD,
        d.claimed_at < now + HOLD,
    )


def _ours(number: DeliveryId, taken: datetime) -> ColumnElement[bool]:
    d = schema.delivery.c
    return and_(d.id == number, d.state == DeliveryState.DUE.value, d.claimed_at == taken)
