"""What is kept of the pace between runs, and what the ledger says has left.

Seconds, minutes and pauses are kept as the next free slot of each key; hours and days are
counted from the ledger: every message that a server was asked to take, whatever became of it,
by its last try. One whose fate nobody knows counts as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, or_, select

from outreach.model.campaign import Channel
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId
from outreach.store import schema
from outreach.store.engine import Database

#: The key under which a run says until when messages may have left; it is never dropped.
IN_FLIGHT = "run"

#: Of these a server was asked, and so it was of what it put off.
_LEFT = (DeliveryState.SENT.value, DeliveryState.UNKNOWN.value, DeliveryState.REFUSED.value)
_PUT_OFF = (DeliveryState.DUE.value, DeliveryState.CLAIMED.value)


@dataclass(frozen=True, slots=True)
class KeptPace:
    """One key: when its next slot is free, and until when somebody has shut it, and why."""

    key: str
    free_at: datetime
    closed_until: datetime | None = None
    reason: str | None = None


class Paces:
    def __init__(self, database: Database) -> None:
        self.database = database

    def paces(self) -> list[KeptPace]:
        """Every key that is kept."""
        p = schema.pace.c
        with self.database.reading() as connection:
            rows = connection.execute(select(p.key, p.free_at, p.closed_until, p.reason))
            return [KeptPace(*row) for row in rows]

    def keep_paces(self, paces: Sequence[KeptPace], *, over: datetime | None = None) -> None:
        """Written down and committed when it returns; each key replaces what it said before.

        Keys that hold nothing back at `over` any more are dropped.
        """
        p = schema.pace.c
        with self.database.writing() as connection:
            if over is not None:
                open_ = or_(p.closed_until.is_(None), p.closed_until <= over)
                old = delete(schema.pace).where(p.free_at <= over, open_, p.key != IN_FLIGHT)
                connection.execute(old)
            if paces:
                write_paces(connection, paces)

    def sent_log(
        self, since: datetime, *, sender: str | None = None, campaign: CampaignId | None = None
    ) -> list[tuple[datetime, int]]:
        """How many e-mails were tried at each instant after `since`, oldest first."""
        at = schema.delivery.c.settled_at
        query = self._left(select(at, func.count()), since)
        if sender is not None:
            query = query.where(schema.delivery.c.sender == sender)
        if campaign is not None:
            query = query.where(schema.delivery.c.campaign_id == campaign)
        with self.database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query.group_by(at).order_by(at))]

    def sent_by_domain(self, since: datetime) -> list[tuple[datetime, str, int]]:
        """The same of all senders, for each domain (lower case) that was written to."""
        d, contact = schema.delivery.c, self.database.contact
        domain = contact.c.email_domain
        columns = select(d.settled_at, domain, func.count()).join(
            contact, contact.c.id == d.contact_id
        )
        query = self._left(columns, since).where(domain.is_not(None))
        grouped = query.group_by(d.settled_at, domain).order_by(d.settled_at)
        with self.database.reading() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(grouped)]

    def first_sent(
        self, sender: str | None = None, *, campaign: CampaignId | None = None
    ) -> datetime | None:
        """When a sender, or a campaign, wrote for the first time: its warm-up counts from then."""
        d = schema.delivery.c
        query = select(func.min(d.settled_at)).where(
            d.channel == Channel.EMAIL.value, d.state == DeliveryState.SENT.value
        )
        if sender is not None:
            query = query.where(d.sender == sender)
        if campaign is not None:
            query = query.where(d.campaign_id == campaign)
        with self.database.reading() as connection:
            found: datetime | None = connection.execute(query).scalar_one()
            return found

    def _left(self, query: Select[Any], since: datetime) -> Select[Any]:
        d = schema.delivery.c
        # What was held, or said not to have been sent, is due again without a word on why.
        put_off = and_(d.state.in_(_PUT_OFF), d.attempts > 0, d.detail.is_not(None))
        return query.where(
            d.channel == Channel.EMAIL.value,
            or_(d.state.in_(_LEFT), put_off),
            d.settled_at > since,
        )


def write_paces(connection: Connection, paces: Sequence[KeptPace]) -> None:
    """The same in the caller's transaction."""
    rows = [
        {"key": p.key, "free_at": p.free_at, "closed_until": p.closed_until, "reason": p.reason}
        for p in paces
    ]
    statement: Any
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        statement = postgresql.insert(schema.pace)
    else:
        from sqlalchemy.dialects import sqlite

        statement = sqlite.insert(schema.pace)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "free_at": new.free_at,
                "closed_until": new.closed_until,
                "reason": new.reason,
            },
        ),
        rows,
    )
