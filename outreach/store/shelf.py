"""The campaigns of a store as a list: what is there, from where, renewing what; hiding one.

A deleted campaign is hidden: its people, deliveries and events stay, so that nobody is written
to twice for want of a memory. Its name stays taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from outreach.errors import OutreachError, Text
from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState
from outreach.model.ids import CampaignId
from outreach.store import schema
from outreach.store.engine import Database

#: What `campaign.origin` says of campaigns that ran elsewhere.
HISTORY = "history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A campaign in the list."""

    id: CampaignId
    name: str
    title: str
    state: CampaignState
    #: launch, or history.
    origin: str
    launched_at: datetime
    finished_at: datetime | None
    deleted_at: datetime | None
    file: str | None
    #: The campaign it renews, by name.
    renews: str | None
    enrolled: int
    control: int


class Shelf:
    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self, *, deleted_too: bool = False) -> list[Shelved]:
        """Every campaign, in the order in which they began."""
        c, e = schema.campaign.c, schema.enrolment.c
        before = schema.campaign.alias("before")
        query = (
            select(schema.campaign, before.c.name.label("renewed"))
            .outerjoin(before, before.c.id == c.renews_id)
            .order_by(c.launched_at, c.id)
        )
        if not deleted_too:
            query = query.where(c.deleted_at.is_(None))
        arms = (
            select(e.campaign_id, e.arm, func.count())
            .where(e.arm != Arm.EXCLUDED.value)
            .group_by(e.campaign_id, e.arm)
        )
        with self.database.reading() as connection:
            people = {(one, arm): count for one, arm, count in connection.execute(arms)}
            return [
                Shelved(
                    id=CampaignId(row.id),
                    name=row.name,
                    title=row.title or "",
                    state=CampaignState(row.state),
                    origin=row.origin,
                    launched_at=row.launched_at,
                    finished_at=row.finished_at,
                    deleted_at=row.deleted_at,
                    file=row.file,
                    renews=row.renewed,
                    enrolled=people.get((row.id, Arm.ENROLLED.value), 0),
                    control=people.get((row.id, Arm.CONTROL.value), 0),
                )
                for row in connection.execute(query)
            ]

    def find(self, name: str) -> Shelved | None:
        """The campaign of that name, a deleted one too."""
        return next((one for one in self.all(deleted_too=True) if one.name == name), None)

    def hide(self, campaign: CampaignId, *, now: datetime) -> None:
        """Leave it out of every list; everything that happened in it stays."""
        c = schema.campaign.c
        with self.database.writing() as connection:
            connection.execute(
                update(schema.campaign).where(c.id == campaign).values(deleted_at=now)
            )


class NameTaken(OutreachError):
    """A campaign of that name was deleted, and its history bears the name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                "a deleted campaign is called {name!r}, and its history keeps the name", name=name
            ),
            hint=Text(
                "give the new one another name: outreach campaign clone {name} NEW", name=name
            ),
        )


def refuse_taken(connection: Connection, name: str) -> None:
    """Raise `NameTaken` where the history of a deleted campaign bears the name."""
    c = schema.campaign.c
    query = select(c.id).where(c.name == name, c.deleted_at.is_not(None))
    if connection.execute(query).first():
        raise NameTaken(name)


def renewed(connection: Connection, name: str | None) -> int | None:
    """The number of the campaign that a new one renews; a deleted one counts too."""
    if name is None:
        return None
    query = select(schema.campaign.c.id).where(schema.campaign.c.name == name)
    return connection.execute(query).scalar_one_or_none()
