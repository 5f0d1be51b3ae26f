"""Where people's clocks stand, and what is due by which clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func, literal, or_, select, update

from outreach.model.campaign import Channel
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId, ContactId
from outreach.store import schema
from outreach.store.counted import counts
from outreach.store.engine import Database

#: The field that a user may have for it.
FIELD = "timezone"
#: Postcodes of France overseas begin with one of these.
_OVERSEAS = ("97", "98")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What tells a person's time zone, and the zone that is written down."""

    contact: ContactId
    country: str | None
    postal_code: str | None
    #: The user's own field.
    said: str | None
    written: str | None


class Zones:
    def __init__(self, database: Database) -> None:
        self.database = database

    def uncommon(self, country: str) -> list[Whereabouts]:
        """The people whose clock may differ from that of most people in `country`."""
        contact = self.database.contact
        c, columns = (
            contact.c,
            {field.name: field.column for field in self.database.catalogue.user_fields},
        )
        own = contact.c[columns[FIELD]] if FIELD in columns else None
        apart = or_(
            c.country != country,
            *(c.postal_code.like(f"{digits}%") for digits in _OVERSEAS),
            c.timezone.is_not(None),
            *(() if own is None else (own.is_not(None),)),
        )
        said = literal(None) if own is None else own
        query = select(c.id, c.country, c.postal_code, said, c.timezone).where(apart)
        with self.database.reading() as connection:
            return [Whereabouts(*row) for row in connection.execute(query)]

    def write(self, zones: Mapping[ContactId, str | None]) -> None:
        """None: the workspace's zone."""
        if not zones:
            return
        table = schema.contact
        statement = (
            update(table).where(table.c.id == bindparam("one")).values(timezone=bindparam("zone"))
        )
        with self.database.writing() as connection:
            connection.execute(statement, [{"one": k, "zone": v} for k, v in zones.items()])

    def next_due(
        self, campaign: CampaignId, *, after: datetime | None = None
    ) -> dict[str | None, datetime]:
        """When the first e-mail of a campaign is, or was, due, by the zone of its people.

        "" is the workspace's zone; None stands for those who have no e-mail address: theirs
        is passed over whatever the time of day.
        """
        d, contact = schema.delivery.c, self.database.contact
        zone = case((contact.c.email.is_not(None), func.coalesce(contact.c.timezone, "")))
        query = (
            select(zone, func.min(d.due_at))
            .join(contact, contact.c.id == d.contact_id)
            .where(
                d.campaign_id == campaign,
                d.state == DeliveryState.DUE.value,
                d.channel == Channel.EMAIL.value,
            )
            .group_by(zone)
        )
        if after is not None:
            query = query.where(d.due_at > after)
        with self.database.reading() as connection:
            # Of a campaign that has sent all it had, a million rows would be looked at in vain.
            if DeliveryState.DUE.value not in counts(connection, campaign):
                return {}
            return {row[0]: row[1] for row in connection.execute(query)}
