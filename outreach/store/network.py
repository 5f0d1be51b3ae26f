"""The network of those who recommend us, and the requests of those who came by themselves.

What came of a recommendation is read from the events of the one it brought: nothing is
stored of it that could differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, select

from outreach.model.contact import Contact
from outreach.model.event import EventKind
from outreach.model.ids import ContactId
from outreach.model.money import from_minor
from outreach.model.value import value
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import among

#: Stages that tell what came of somebody, the furthest last.
_CAME = ("replied", "appointment", "quote", "order")
_NAMED = ("first_name", "last_name", "company", "email")


@value(kw_only=True)
class Brought:
    """One recommendation, and what came of it since."""

    referrer: ContactId
    referrer_name: str
    at: datetime
    referred: ContactId | None = None
    referred_name: str | None = None
    thanked_on: date | None = None
    fee: Decimal | None = None
    note: str | None = None
    #: The furthest stage of the one it brought, since then.
    stage: str | None = None
    orders: int = 0
    revenue: Decimal = Decimal(0)


@value(kw_only=True)
class Asked:
    """One request of somebody who came by himself, and our answer."""

    contact: ContactId
    name: str
    at: datetime
    origin: str | None = None
    subject: str | None = None
    campaign: str | None = None
    answered_at: datetime | None = None
    quality: int | None = None

    @property
    def took(self) -> timedelta | None:
        """How long he waited; None while he does."""
        return None if self.answered_at is None else self.answered_at - self.at


class Network:
    def __init__(self, database: Database) -> None:
        self.database = database

    def referrals(self, referrer: ContactId | None = None) -> list[Brought]:
        """Who recommended whom, oldest first; of one referrer, or all."""
        r = schema.referral.c
        one, other = self.database.contact.alias("referrer"), self.database.contact.alias("other")
        query = (
            select(schema.referral, *_names(one, "a"), *_names(other, "b"))
            .join(one, one.c.id == r.referrer_id)
            .outerjoin(other, other.c.id == r.referred_id)
            .order_by(r.at, r.id)
        )
        if referrer is not None:
            query = query.where(r.referrer_id == referrer)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        brought = {row.referred_id for row in rows if row.referred_id is not None}
        came = self._came(sorted(brought))
        return [self._brought(row, came.get(row.referred_id, ())) for row in rows]

    def inquiries(self, *, waiting: bool = False) -> list[Asked]:
        """Requests of people who came by themselves, oldest first; `waiting`: unanswered ones."""
        q, k, person = schema.inquiry.c, schema.campaign.c, self.database.contact
        query = (
            select(schema.inquiry, *_names(person, "a"), k.name.label("campaign_name"))
            .join(person, person.c.id == q.contact_id)
            .outerjoin(schema.campaign, k.id == q.campaign_id)
            .order_by(q.at, q.id)
        )
        if waiting:
            query = query.where(q.answered_at.is_(None))
        with self.database.reading() as connection:
            return [
                Asked(
                    contact=ContactId(row.contact_id),
                    name=_called(row, "a", row.contact_id),
                    at=row.at,
                    origin=row.origin,
                    subject=row.subject,
                    campaign=row.campaign_name,
                    answered_at=row.answered_at,
                    quality=row.quality,
                )
                for row in connection.execute(query)
            ]

    def _came(self, people: Sequence[ContactId]) -> dict[int, list[Any]]:
        """The stages that these people reached, but those that were taken back."""
        e = schema.event.c
        fix = schema.event.alias("fix")
        found: dict[int, list[Any]] = {}
        with self.database.reading() as connection:
            query = (
                select(e.contact_id, e.stage, e.at, e.amount_minor)
                .where(among(connection, e.contact_id, people))
                .where(e.kind == EventKind.REACHED.value, e.stage.in_(_CAME))
                .where(~select(fix.c.id).where(fix.c.corrects == e.id).exists())
            )
            for row in connection.execute(query):
                found.setdefault(row.contact_id, []).append(row)
        return found

    def _brought(self, row: Any, events: Sequence[Any]) -> Brought:
        since = [event for event in events if event.at >= row.at]
        orders = [event for event in since if event.stage == "order"]
        currency = self.database.currency
        total = sum(event.amount_minor or 0 for event in orders)
        furthest = max((_CAME.index(event.stage) for event in since), default=None)
        return Brought(
            referrer=ContactId(row.referrer_id),
            referrer_name=_called(row, "a", row.referrer_id),
            at=row.at,
            referred=None if row.referred_id is None else ContactId(row.referred_id),
            referred_name=None if row.referred_id is None else _called(row, "b", row.referred_id),
            thanked_on=row.thanked_on,
            fee=None if row.fee_minor is None else from_minor(row.fee_minor, currency),
            note=row.note,
            stage=None if furthest is None else _CAME[furthest],
            orders=len(orders),
            revenue=from_minor(total, currency),
        )


def _names(table: Table | Any, prefix: str) -> list[Any]:
    return [table.c[name].label(f"{prefix}_{name}") for name in _NAMED]


def _called(row: Any, prefix: str, number: int) -> str:
    cells = row._mapping
    return Contact(ContactId(number), {name: cells[f"{prefix}_{name}"] for name in _NAMED}).name
