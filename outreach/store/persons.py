"""What the rules of `compliance/` look at in people, read for many at once.

What only counts as yes or no comes as one number, the grounds on record as one text: in a
million people few cases occur, and each is decided once (`runner/permission.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import IntFlag
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, case, func, or_, select, update
from sqlalchemy.engine import Dialect

from outreach.compliance.permission import Ground, Person
from outreach.model.campaign import Channel
from outreach.model.contact import Kind
from outreach.model.days import start_of
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.model.legal import Basis, Purpose
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import among, listed, packed
from outreach.store.prepared import Query

#: In the table `consent`: a ground for every channel.
ALL = "all"

#: People asked about in one statement, and noted in one transaction.
_AT_ONCE = 5_000
_INFORMED_AT_ONCE = 20_000

#: In the table `meta`: until when it is known who was informed.
_ASKED = "informed_until"


class Mark(IntFlag):
    """What is on record of a person."""

    FIRM = 1
    REGISTERED = 2
    FUNCTION = 4
    CUSTOMER = 8
    SOURCED = 16
    INFORMED = 32
    #: Nothing came from him for longer than data is kept.
    STALE = 64
    ERASED = 128


class Standing(NamedTuple):
    """One person as the rules see him."""

    email: str | None
    domain: str | None
    country: str | None
    marks: int
    #: Grounds on record: `channel/purpose/basis`, separated by commas.
    grounds: str | None


def person_of(standing: Standing) -> Person:
    """The same, as `compliance/` asks it; the last act is only known to be too old or not."""
    marks = Mark(standing.marks)
    return Person(
        email=standing.email,
        domain=standing.domain,
        country=standing.country,
        firm=Mark.FIRM in marks,
        registered=Mark.REGISTERED in marks,
        function=Mark.FUNCTION in marks,
        customer=Mark.CUSTOMER in marks,
        sourced=Mark.SOURCED in marks,
        informed=Mark.INFORMED in marks,
        last_act_on=date.min if Mark.STALE in marks else None,
        grounds=grounds_of(standing.grounds),
        erased=Mark.ERASED in marks,
    )


@lru_cache(maxsize=1024)
def grounds_of(told: str | None) -> frozenset[Ground]:
    """The grounds that a `Standing` tells."""
    found: set[Ground] = set()
    for one in told.split(",") if told else ():
        channel, purpose, basis = one.split("/")
        found.add((of_channel(channel), Purpose(purpose), Basis(basis)))
    return frozenset(found)


def of_channel(word: str) -> Channel | None:
    """A channel of the table `consent`; None is every channel."""
    return None if word == ALL else Channel(word)


def standing_columns(
    contact: Table, kept_since: date, zone: tzinfo
) -> tuple[ColumnElement[Any], ...]:
    """What a query of contacts selects for a `Standing`, in its order."""
    c = contact.c
    marks = _marks(contact, kept_since, zone)
    return c.email, c.email_domain, c.country, marks, _grounds(contact)


def _marks(contact: Table, kept_since: date, zone: tzinfo) -> ColumnElement[Any]:
    c = contact.c
    tests: Mapping[Mark, ColumnElement[bool]] = {
        Mark.FIRM: c.company.is_not(None),
        Mark.REGISTERED: c.siret.is_not(None),
        Mark.FUNCTION: c.job_title.is_not(None),
        Mark.CUSTOMER: c.kind == Kind.CUSTOMER.value,
        Mark.SOURCED: c.source.is_not(None),
        Mark.INFORMED: c.informed_at.is_not(None),
        Mark.STALE: stale(contact, kept_since, zone),
        Mark.ERASED: c.erased_at.is_not(None),
    }
    whole = [case((test, mark.value), else_=0) for mark, test in tests.items()]
    total: ColumnElement[Any] = whole[0]
    for one in whole[1:]:
        total = total + one
    return total.label("marks")


def stale(contact: Table, kept_since: date, zone: tzinfo) -> ColumnElement[bool]:
    """Nothing came from the person, nor was his data collected, since that day.

    Source: CNIL, référentiel gestion commerciale: three years from the collection or from the
    last act of the prospect; of a customer, from the last order.
    """
    c = contact.c
    begins = start_of(kept_since, zone)
    return and_(
        c.created_at < begins,
        or_(c.last_active_at.is_(None), c.last_active_at < begins),
        or_(c.last_order_on.is_(None), c.last_order_on < kept_since),
        or_(c.last_reply_on.is_(None), c.last_reply_on < kept_since),
    )


def _grounds(contact: Table) -> ColumnElement[Any]:
    """The person's grounds that stand, as one text; NULL where there are none."""
    k = schema.consent.c
    told = k.channel + "/" + k.purpose + "/" + k.basis
    return (
        select(func.aggregate_strings(told, ","))
        .where(k.contact_id == contact.c.id, k.withdrawn_at.is_(None))
        .correlate(contact)
        .scalar_subquery()
        .label("grounds")
    )


@lru_cache(maxsize=4)
def _standings(dialect: Dialect, contact: Table, kept_since: date, zone: tzinfo) -> Query:
    """Kept from page to page of a run: it asks again just before each claim."""
    columns = standing_columns(contact, kept_since, zone)
    query = select(contact.c.id, *columns).where(listed(dialect, contact.c.id, "ids"))
    return Query(query, dialect)


class Persons:
    def __init__(self, database: Database) -> None:
        self.database = database

    def is_erased(self, contact: ContactId) -> bool:
        """Whether this person was emptied on request."""
        c = self.database.contact.c
        with self.database.reading() as connection:
            query = select(c.erased_at).where(c.id == contact)
            return connection.execute(query).scalar() is not None

    def now(self, contact: ContactId) -> ContactId | None:
        """The number under which somebody is on file, merged or not; None: there is no such."""
        c = self.database.contact.c
        with self.database.reading() as connection:
            query = select(func.coalesce(c.merged_into, c.id)).where(c.id == contact)
            found: int | None = connection.execute(query).scalar()
        return None if found is None else ContactId(found)

    def standings(
        self, contacts: Collection[ContactId], kept_since: date
    ) -> dict[ContactId, Standing]:
        """How the rules see each of these people."""
        database, wanted = self.database, list(contacts)
        dialect = database.engine.dialect
        query = _standings(dialect, database.contact, kept_since, database.zone)
        found: dict[ContactId, Standing] = {}
        with database.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = packed(dialect, wanted[start : start + _AT_ONCE])
                for row in query.rows(connection, ids=some):
                    found[row[0]] = Standing(*row[1:])
        return found

    def note_informed(
        self, steps: Collection[tuple[CampaignId, StepId]], *, now: datetime | None = None
    ) -> int:
        """Note who was told where his data comes from, by messages of these steps.

        With `now` only what was done since this was last asked is looked at. Some people are
        noted at a time, so that nobody waits for the base.
        """
        if not steps:
            return 0
        c, d = schema.contact.c, schema.delivery.c
        got = and_(
            d.campaign_id.in_({campaign for campaign, _ in steps}),
            d.step_id.in_({step for _, step in steps}),
            d.state == DeliveryState.SENT.value,
        )
        query = (
            select(c.id)
            .join(schema.delivery, d.contact_id == c.id)
            .where(got, c.informed_at.is_(None), c.source.is_not(None))
            .distinct()
        )
        if now is not None:
            query = query.where(d.settled_at >= self._asked_until())
        with self.database.reading() as connection:
            people = list(connection.scalars(query))
        first = select(func.min(d.settled_at)).where(d.contact_id == c.id, got).scalar_subquery()
        for start in range(0, len(people), _INFORMED_AT_ONCE):
            with self.database.writing() as connection:
                these = among(connection, c.id, people[start : start + _INFORMED_AT_ONCE])
                connection.execute(update(schema.contact).where(these).values(informed_at=first))
        if now is not None:
            self._ask_from(now)
        return len(people)

    def _asked_until(self) -> datetime:
        m = schema.meta.c
        with self.database.reading() as connection:
            found = connection.execute(select(m.value).where(m.key == _ASKED)).scalar_one_or_none()
        return datetime.fromisoformat(found) if found else datetime(1970, 1, 1, tzinfo=UTC)

    def _ask_from(self, now: datetime) -> None:
        """A day before now: what left may be told of late, and the clock may have been set."""
        value = (now - timedelta(days=1)).isoformat()
        m = schema.meta
        with self.database.writing() as connection:
            done = connection.execute(update(m).where(m.c.key == _ASKED).values(value=value))
            if done.rowcount == 0:
                connection.execute(m.insert().values(key=_ASKED, value=value))
