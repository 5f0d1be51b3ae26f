"""Records that were merged are one person, wherever the people of campaigns are counted.

Both keep their events and enrolments (`merging.py`), in one campaign too. Who is one with whom
is laid out in a small table of this connection; where it concerns nobody of the campaigns
that are asked for, statements are written without it and read no more than before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    func,
    insert,
    or_,
    select,
    union,
)

from outreach.model.audience import Arm
from outreach.model.ids import CampaignId
from outreach.store.schema import contact, enrolment, event
from outreach.store.temporary import temporary
from outreach.store.types import Whole

#: Every record of those who have several, the one that stayed too.
_records = Table(
    "one_person",
    MetaData(),
    Column("contact_id", Whole, primary_key=True),
    Column("person_id", Whole, nullable=False, index=True),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class OnePerson:
    """Who is one with whom, among the people of some campaigns."""

    #: False: everybody is one record, as most people are.
    merged: bool

    def of(self, record: ColumnElement[Any]) -> ColumnElement[Any]:
        """The person that a record belongs to."""
        if not self.merged:
            return record
        r = _records.c
        found = select(r.person_id).where(r.contact_id == record).scalar_subquery()
        return func.coalesce(found, record)

    def are_of(self, record: ColumnElement[Any], person: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a record is one of a person's; asked so that it is looked up, not searched."""
        if not self.merged:
            return record == person
        r = _records.c
        return record.in_(union(select(person), select(r.contact_id).where(r.person_id == person)))


@contextmanager
def one_person(connection: Connection, campaigns: Collection[CampaignId]) -> Iterator[OnePerson]:
    """Lay out who is one with whom among the people of these campaigns; gone afterwards.

    Nobody is two steps away: whoever was one with a record that went points at the one that
    stayed (`merging.py`).
    """
    if connection.execute(select(contact.c.id).where(_concerned(campaigns)).limit(1)).first():
        with temporary(connection, _records):
            connection.execute(insert(_records).from_select(["contact_id", "person_id"], _all()))
            yield OnePerson(merged=True)
    else:
        yield OnePerson(merged=False)


def _concerned(campaigns: Collection[CampaignId]) -> ColumnElement[bool]:
    """Merged into another, and in one of the campaigns: each is looked up, they are few."""
    c, e, v = contact.c, enrolment.c, event.c
    member = select(e.contact_id).where(
        e.contact_id == c.id, e.arm != Arm.EXCLUDED.value, e.campaign_id.in_(campaigns)
    )
    # By the person's index: that of campaigns would be read as a whole for each of them.
    told = select(v.id).where(v.contact_id == c.id, func.coalesce(v.campaign_id, 0).in_(campaigns))
    return c.merged_into.is_not(None) & or_(member.exists(), told.exists())


def _all() -> Any:
    c = contact.c
    gone = select(c.id, c.merged_into).where(c.merged_into.is_not(None))
    stayed = select(c.merged_into, c.merged_into).where(c.merged_into.is_not(None))
    return union(gone, stayed)
