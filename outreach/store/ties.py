"""Reading a person's place among people: who recommended whom, and what he asked us himself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from outreach.model.contact import Contact
from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.engine import Database

#: What a person is called by.
_NAMED = ("first_name", "last_name", "company", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One recommendation, seen from one of the two."""

    #: The person was recommended by the other one; else he recommended us to him.
    came_by_it: bool
    #: The other one; None where he is not on file.
    other: ContactId | None
    name: str | None
    at: datetime
    asked_on: date | None
    thanked_on: date | None
    #: What the one who was recommended has become: suspect, prospect, customer.
    became: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asked us of his own accord, and when we answered."""

    at: datetime
    origin: str | None
    subject: str | None
    answered_at: datetime | None
    quality: int | None
    note: str | None


def recommendations(database: Database, contact: ContactId) -> list[Recommendation]:
    """By whom this person was recommended, and whom he recommended us to; oldest first."""
    r, them = schema.referral.c, database.contact.alias("them")
    names = [them.c[name].label(name) for name in _NAMED]
    query = (
        select(schema.referral, them.c.id.label("other"), them.c.kind, *names)
        .outerjoin(
            them,
            or_(
                (r.referred_id == contact) & (them.c.id == r.referrer_id),
                (r.referrer_id == contact) & (them.c.id == r.referred_id),
            ),
        )
        .where(or_(r.referrer_id == contact, r.referred_id == contact))
        .order_by(r.at, r.id)
    )
    me = select(database.contact.c.kind).where(database.contact.c.id == contact)
    found: list[Recommendation] = []
    with database.reading() as connection:
        own_kind: str | None = connection.execute(me).scalar_one_or_none()
        for row in connection.execute(query):
            came = row.referred_id == contact
            known = {name: getattr(row, name) for name in _NAMED}
            other = None if row.other is None else ContactId(row.other)
            found.append(
                Recommendation(
                    came_by_it=came,
                    other=other,
                    name=None if other is None else Contact(other, known).name,
                    at=row.at,
                    asked_on=row.asked_on,
                    thanked_on=row.thanked_on,
                    became=own_kind if came else row.kind,
                    note=row.note,
                )
            )
    return found


def requests(database: Database, contact: ContactId) -> list[Request]:
    """What this person asked us of his own accord, oldest first."""
    i = schema.inquiry.c
    query = select(schema.inquiry).where(i.contact_id == contact).order_by(i.at, i.id)
    with database.reading() as connection:
        return [
            Request(
                at=row.at,
                origin=row.origin,
                subject=row.subject,
                answered_at=row.answered_at,
                quality=row.quality,
                note=row.note,
            )
            for row in connection.execute(query)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the base says of a person beside his fields."""

    owner: str | None
    interest: str | None
    interest_reason: str | None
    interest_until: date | None
    created_at: datetime


def state_of(database: Database, contact: ContactId) -> State:
    """Who looks after a person, and what he thinks of the offer."""
    c = database.contact.c
    query = select(c.owner, c.interest, c.interest_reason, c.interest_until, c.created_at)
    with database.reading() as connection:
        row = connection.execute(query.where(c.id == contact)).one()
        return State(**row._mapping)
