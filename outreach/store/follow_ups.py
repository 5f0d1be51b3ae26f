"""Reading what was promised beside campaigns: follow-ups, latent people, inbound requests.

Writing them is the business of the one writer of a change (`ledger.write_change`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from outreach.model.contact import Contact, Interest
from outreach.model.follow_up import FollowUp, FollowUpKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.oppositions import asked_for_peace
from outreach.store.rows import is_there, one_with


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A person as a list names him: enough to call him by, and to call him."""

    id: ContactId
    name: str
    company: str | None
    #: The number to dial, as it is stored.
    number: str | None
    email: str | None
    #: Who looks after him: a key of the settings' `team`.
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A follow-up and whom it was promised to."""

    follow_up: FollowUp
    who: Who
    campaign: str | None
    #: Who is to keep it: the promise's own owner, else the person's.
    owner: str | None
    #: The person must not be contacted any more, on any channel.
    forbidden: bool
    #: Of a latent person: the day to come back to him, and why not before.
    latent_until: date | None = None
    interest_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Latent:
    """Somebody with a project for later, and the day to come back to him."""

    who: Who
    until: date
    reason: str | None
    #: The promise to come back that says the same, if there is one: `today --done` takes it.
    promise: int | None
    #: Who is to see to it: whose promise it is, else who looks after the person.
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An inbound request that nobody has answered."""

    id: int
    who: Who
    at: datetime
    origin: str | None
    subject: str | None
    note: str | None
    campaign: str | None
    #: The promise to answer it, if there is one: `today --done` takes it.
    promise: int | None
    #: Who is to see to it: whose promise it is, else who looks after the person.
    owner: str | None


class FollowUps:
    def __init__(self, database: Database) -> None:
        self.database = database

    def open(self, *, until: date) -> list[Promise]:
        """Promises of that day and of the days before it that nobody has kept, oldest first."""
        f = schema.follow_up.c
        query = self._promises().where(
            f.done_at.is_(None), f.due_on <= until, is_there(self.database)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(f.due_on, f.id))
            return [_promise(row) for row in rows]

    def find(self, numbers: Collection[int]) -> list[Promise]:
        """The promises of these numbers, kept ones too, in the order of their numbers."""
        f = schema.follow_up.c
        wanted = [number for number in numbers if number < 2**63]  # no database has greater ones
        with self.database.reading() as connection:
            rows = connection.execute(self._promises().where(f.id.in_(wanted)).order_by(f.id))
            return [_promise(row) for row in rows]

    def of_contact(self, contact: ContactId) -> list[Promise]:
        """Everything promised to this person, kept or not, the next one first."""
        f = schema.follow_up.c
        with self.database.reading() as connection:
            records = one_with(connection, self.database, [contact])
            query = self._promises().where(f.contact_id.in_(records))
            return [_promise(row) for row in connection.execute(query.order_by(f.due_on, f.id))]

    def latent(self, *, until: date) -> list[Latent]:
        """People to come back to whose day has come, the longest waiting first."""
        c = self.database.contact.c
        query = (
            select(*_who_columns(self.database), c.interest_until, c.interest_reason,
                   *_MADE)
            .select_from(self.database.contact)
            .outerjoin(_PROMISED, self._first(FollowUpKind.COME_BACK))
            .where(
                c.interest == Interest.LATENT.value,
                c.interest_until <= until,
                is_there(self.database),
                ~asked_for_peace(self.database.contact),
            )
            .order_by(c.interest_until, c.id)
        )  # fmt: skip
        with self.database.reading() as connection:
            return [
                Latent(
                    who=_who(row),
                    until=row.interest_until,
                    reason=row.interest_reason,
                    promise=row.promise,
                    owner=row.promised_by or row.who_owner,
                )
                for row in connection.execute(query)
            ]

    def unanswered(self, contact: ContactId | None = None) -> list[Waiting]:
        """Inbound requests without an answer, the longest waiting first; of one person, or all."""
        query = self._inquiries().where(
            schema.inquiry.c.answered_at.is_(None), is_there(self.database)
        )
        if contact is not None:
            query = query.where(schema.inquiry.c.contact_id == contact)
        with self.database.reading() as connection:
            return [
                Waiting(
                    id=row.inquiry_id,
                    who=_who(row),
                    at=row.at,
                    origin=row.origin,
                    subject=row.subject,
                    note=row.note,
                    campaign=row.campaign_name,
                    promise=row.promise,
                    owner=row.promised_by or row.who_owner,
                )
                for row in connection.execute(query)
            ]

    # --- queries ----------------------------------------------------------------------------------

    def _promises(self) -> Select[Any]:
        f, k = schema.follow_up.c, schema.campaign.c
        contact = self.database.contact
        return (
            select(
                *_who_columns(self.database),
                f.id.label("follow_up_id"),
                f.kind.label("follow_up_kind"),
                *(f.due_on, f.note, f.created_at, f.done_at, f.campaign_id, f.delivery_id),
                f.owner.label("promised_by"),
                k.name.label("campaign_name"),
                asked_for_peace(contact).label("forbidden"),
                *(contact.c.interest, contact.c.interest_until, contact.c.interest_reason),
            )
            .join(contact, contact.c.id == f.contact_id)
            .outerjoin(schema.campaign, k.id == f.campaign_id)
        )

    def _inquiries(self) -> Select[Any]:
        i, k = schema.inquiry.c, schema.campaign.c
        contact = self.database.contact
        return (
            select(
                *_who_columns(self.database),
                i.id.label("inquiry_id"),
                *(i.at, i.origin, i.subject, i.note),
                k.name.label("campaign_name"),
                *_MADE,
            )
            .join(contact, contact.c.id == i.contact_id)
            .outerjoin(_PROMISED, self._first(FollowUpKind.ANSWER))
            .outerjoin(schema.campaign, k.id == i.campaign_id)
            .order_by(i.at, i.id)
        )

    def _first(self, kind: FollowUpKind) -> ColumnElement[bool]:
        """That `_PROMISED` is the first open promise of that kind to the contact beside it."""
        c, f = self.database.contact.c, schema.follow_up.c
        first = select(func.min(f.id)).where(
            f.contact_id == c.id, f.done_at.is_(None), f.kind == kind.value
        )
        return _PROMISED.c.id == first.correlate(self.database.contact).scalar_subquery()


#: The promise that says the same as what it is joined to, and what is told of it.
_PROMISED = schema.follow_up.alias("promised")
_MADE = (_PROMISED.c.id.label("promise"), _PROMISED.c.owner.label("promised_by"))

#: What a person is called by and reached at, prefixed so that nothing else is called the same.
_WHO = ("first_name", "last_name", "company", "email", "phone", "mobile")


def _who_columns(database: Database) -> list[ColumnElement[Any]]:
    c = database.contact.c
    named = [c[name].label(f"who_{name}") for name in _WHO]
    return [c.id.label("who_id"), c.owner.label("who_owner"), *named]


def _who(row: Any) -> Who:
    cells = row._mapping
    contact = Contact(ContactId(row.who_id), {name: cells[f"who_{name}"] for name in _WHO})
    return Who(
        id=contact.id,
        name=contact.name,
        company=contact.text("company"),
        number=contact.text("phone") or contact.text("mobile"),
        email=contact.text("email"),
        owner=row.who_owner,
    )


def _promise(row: Any) -> Promise:
    return Promise(
        follow_up=FollowUp(
            id=row.follow_up_id,
            contact=ContactId(row.who_id),
            kind=FollowUpKind(row.follow_up_kind),
            due_on=row.due_on,
            campaign=None if row.campaign_id is None else CampaignId(row.campaign_id),
            delivery=None if row.delivery_id is None else DeliveryId(row.delivery_id),
            owner=row.promised_by,
            note=row.note,
            created_at=row.created_at,
            done_at=row.done_at,
        ),
        who=_who(row),
        campaign=row.campaign_name,
        owner=row.promised_by or row.who_owner,
        forbidden=bool(row.forbidden),
        latent_until=row.interest_until if row.interest == Interest.LATENT.value else None,
        interest_reason=row.interest_reason,
    )
