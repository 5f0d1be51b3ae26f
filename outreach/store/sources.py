"""The plan of lists: where contacts come from, and how often a rented list may still be used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, exists, func, literal, select

from outreach.model.audience import Arm
from outreach.model.ids import CampaignId
from outreach.model.money import from_minor, to_minor
from outreach.model.source import ListOrigin, Source
from outreach.store import schema
from outreach.store.engine import Database


class Sources:
    def __init__(self, database: Database) -> None:
        self.database = database

    def find(self, name: str) -> Source | None:
        """The list of that name; None when no import ever named it."""
        s = schema.source
        with self.database.reading() as connection:
            row = connection.execute(select(s).where(s.c.name == name)).one_or_none()
        return to_source(row, self.database.currency) if row else None

    def all(self) -> list[Source]:
        """Every list, by name."""
        s = schema.source
        with self.database.reading() as connection:
            rows = connection.execute(select(s).order_by(s.c.name))
            return [to_source(row, self.database.currency) for row in rows]

    def save(self, name: str | None, one: Source) -> None:
        """What the list `name` is from now on; None: it is a new one.

        With its new name, contacts keep the one under which they came.
        """
        s, cost = schema.source, one.cost
        row = {
            "name": one.name,
            "origin": one.origin.value if one.origin else None,
            "licence": one.licence,
            "uses_left": one.uses_left,
            "cost_minor": None if cost is None else to_minor(cost, self.database.currency),
            "obtained_on": one.obtained_on,
            "note": one.note,
        }
        with self.database.writing() as connection:
            if name is None:
                connection.execute(s.insert().values(**row))
            else:
                connection.execute(s.update().where(s.c.name == name).values(**row))


def to_source(row: Any, currency: str) -> Source:
    """A row of the table `source`."""
    cost = row.cost_minor
    return Source(
        name=row.name,
        origin=ListOrigin(row.origin) if row.origin else None,
        licence=row.licence,
        uses_left=row.uses_left,
        obtained_on=row.obtained_on,
        cost=None if cost is None else from_minor(cost, currency),
        note=row.note,
    )


def note_source(connection: Connection, source: Source, today: date) -> int:
    """Its number. A new list is noted; of a known one, what is said now wins.

    A list that was only obtainable so far is had from today on.
    """
    s = schema.source
    given: dict[str, object] = {
        "origin": source.origin.value if source.origin else None,
        "licence": source.licence,
        "uses_left": source.uses_left,
        "obtained_on": source.obtained_on,
    }
    said = {name: value for name, value in given.items() if value is not None}
    known = connection.execute(select(s.c.id).where(s.c.name == source.name)).scalar()
    if known is None:
        row = s.insert().values(**{"name": source.name, "obtained_on": today, **said})
        return int(connection.execute(row.returning(s.c.id)).scalar_one())
    if said:
        connection.execute(s.update().where(s.c.id == known).values(**said))
    obtained = s.update().where(s.c.id == known, s.c.obtained_on.is_(None))
    connection.execute(obtained.values(obtained_on=today))
    return int(known)


# --- rented lists -----------------------------------------------------------------------------


def used_up(contact: Table, campaign: CampaignId | None) -> ColumnElement[bool]:
    """The person's list may not be used again; a campaign that has used it already may go on."""
    s = schema.source.c
    spent = exists(
        select(literal(1)).where(s.name == contact.c.source, s.uses_left <= 0).correlate(contact)
    )
    if campaign is None:
        return spent
    return spent & contact.c.source.not_in(_used_by(campaign))


def _used_by(campaign: CampaignId) -> Any:
    e, c = schema.enrolment.c, schema.contact.c
    return (
        select(c.source)
        .join(schema.enrolment, e.contact_id == c.id)
        .where(e.campaign_id == campaign, e.arm == Arm.ENROLLED.value, c.source.is_not(None))
        .distinct()
    )


def sources_used(connection: Connection, campaign: CampaignId) -> set[str]:
    """The lists with a limit that a campaign has taken people of."""
    s = schema.source.c
    query = select(s.name).where(s.uses_left.is_not(None), s.name.in_(_used_by(campaign)))
    return set(connection.scalars(query))


def count_uses(connection: Connection, names: Iterable[str]) -> None:
    """One use less of each of these lists: once per campaign."""
    s = schema.source
    less = func.coalesce(s.c.uses_left, 0) - 1
    connection.execute(
        s.update().where(s.c.name.in_(sorted(names)), s.c.uses_left > 0).values(uses_left=less)
    )
