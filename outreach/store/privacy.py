"""What is held about people, who asked what about it, and whose data has been kept too long."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, select, update

from outreach.model.contact import Kind
from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.engine import Database
from outreach.store.erasing import Erased, erase
from outreach.store.lists import among
from outreach.store.opposing import marks_of
from outreach.store.persons import stale
from outreach.store.rows import is_there

#: People emptied in one transaction.
_PAGE = 500

#: A promise of ours to a person: as long as one is open, his data is needed.
_PROMISES = ("call_back", "come_back", "promise", "answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request about somebody's data, and when it was answered (GDPR art. 12(3))."""

    kind: str
    contact: ContactId | None
    received_at: datetime
    answered_at: datetime | None = None
    note: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """People whose data was kept as long as it may be, as one line of a report."""

    kind: str
    source: str | None
    count: int
    #: When the first and the last of them last acted, or came into the base.
    oldest: datetime
    newest: datetime


class Privacy:
    def __init__(self, database: Database) -> None:
        self.database = database

    # --- requests -------------------------------------------------------------------------------

    def note(self, requests: Sequence[Request]) -> None:
        """Write requests into the register."""
        table = self.database.contact
        with self.database.writing() as connection:
            marks = marks_of(connection, table, [r.contact for r in requests if r.contact])
            rows = [
                {
                    "contact_id": one.contact,
                    "fingerprint": marks.get(one.contact) if one.contact else None,
                    "kind": one.kind,
                    "received_at": one.received_at,
                    "answered_at": one.answered_at,
                    "note": one.note,
                }
                for one in requests
            ]
            insert_rows(connection, schema.privacy_request, rows)

    def requests(self, contact: ContactId | None = None) -> list[Request]:
        """The register, newest first; of one person alone where he is given."""
        r = schema.privacy_request
        query = select(r).order_by(r.c.received_at.desc(), r.c.id.desc())
        if contact is not None:
            query = query.where(r.c.contact_id == contact)
        with self.database.reading() as connection:
            return [
                Request(
                    id=row.id,
                    kind=row.kind,
                    contact=row.contact_id,
                    received_at=row.received_at,
                    answered_at=row.answered_at,
                    note=row.note,
                )
                for row in connection.execute(query)
            ]

    # --- erasure ----------------------------------------------------------------------------------

    def erase(
        self, contacts: Collection[ContactId], *, forbid: bool, kind: str, now: datetime
    ) -> Erased:
        """Empty people, some at a time, each with the row of the register that tells it."""
        people, kept = 0, 0
        wanted = sorted(contacts)
        for start in range(0, len(wanted), _PAGE):
            page = wanted[start : start + _PAGE]
            with self.database.writing() as connection:
                marks = marks_of(connection, self.database.contact, page)
                done = erase(connection, self.database, page, forbid=forbid, now=now)
                rows = [
                    {"contact_id": one, "fingerprint": marks.get(one), "kind": kind,
                     "received_at": now, "answered_at": now}
                    for one in page
                ]  # fmt: skip
                insert_rows(connection, schema.privacy_request, rows)
                # What was noted of his earlier requests may name him.
                r = schema.privacy_request
                theirs = among(connection, r.c.contact_id, page)
                connection.execute(update(r).where(theirs).values(note=None))
            people, kept = people + done.people, kept + done.kept
        return Erased(people, kept)

    def bundles(self, contact: ContactId) -> list[str]:
        """The folders of the outbox in which a letter of this person lies."""
        d, b = schema.delivery.c, schema.print_batch.c
        query = (
            select(b.folder)
            .join(schema.delivery, d.batch_id == b.id)
            .where(d.contact_id == contact)
            .distinct()
            .order_by(b.folder)
        )
        with self.database.reading() as connection:
            return list(connection.scalars(query))

    # --- how long ---------------------------------------------------------------------------------

    def expired(self, kept_since: date, today: date) -> list[Expired]:
        """Whose data was kept long enough, by kind and list."""
        c = self.database.contact.c
        last = self._last_act()
        query = (
            select(c.kind, c.source, func.count(), func.min(last), func.max(last))
            .where(self._over(kept_since, today))
            .group_by(c.kind, c.source)
            .order_by(c.kind, c.source)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Expired(kind=kind or Kind.SUSPECT.value, source=source, count=count, oldest=first,
                    newest=newest)
            for kind, source, count, first, newest in rows
        ]  # fmt: skip

    def expired_people(
        self, kept_since: date, today: date, limit: int | None = None
    ) -> list[ContactId]:
        """Who they are, those first who have been silent for longest."""
        c = self.database.contact.c
        query = select(c.id).where(self._over(kept_since, today)).order_by(self._last_act(), c.id)
        with self.database.reading() as connection:
            return list(map(ContactId, connection.scalars(query.limit(limit))))

    def unknown_customers(self, kept_since: date) -> int:
        """Customers as silent, of whom no order is on record: how long is not known."""
        contact = self.database.contact
        query = select(func.count()).where(
            is_there(self.database),
            stale(contact, kept_since, self.database.zone),
            self._order_unknown(),
        )
        with self.database.reading() as connection:
            return connection.execute(query).scalar_one()

    def _order_unknown(self) -> ColumnElement[bool]:
        c = self.database.contact.c
        return and_(c.kind == Kind.CUSTOMER.value, c.last_order_on.is_(None))

    def last_act(self, contact: ContactId) -> datetime:
        """When the person last acted, or when his data came into the base."""
        query = select(self._last_act()).where(self.database.contact.c.id == contact)
        with self.database.reading() as connection:
            found: datetime = connection.execute(query).scalar_one()
            return found

    def _last_act(self) -> ColumnElement[Any]:
        c = self.database.contact.c
        latest = func.max if self.database.is_sqlite else func.greatest
        acted = func.coalesce(c.last_active_at, c.created_at)
        return latest(c.created_at, acted, type_=c.created_at.type)

    def _over(self, kept_since: date, today: date) -> ColumnElement[bool]:
        """Nothing came from them for too long, and no promise of ours is open."""
        contact, f = self.database.contact, schema.follow_up.c
        promised = exists(
            select(literal(1))
            .where(
                f.contact_id == contact.c.id,
                f.done_at.is_(None),
                f.due_on >= today - timedelta(days=90),
                f.kind.in_(_PROMISES),
            )
            .correlate(contact)
        )
        return and_(
            is_there(self.database),
            stale(contact, kept_since, self.database.zone),
            ~self._order_unknown(),
            ~promised,
        )
