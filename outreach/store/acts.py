"""What people's own acts add to their record: stages reached, orders, replies, the last act.

Every event of a person is counted once, in whatever order they are recorded: an order told
late is the first one if it came first, and the last act is the last that happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select, update
from sqlalchemy.engine import Dialect

from outreach.model.event import Event
from outreach.model.ids import ContactId
from outreach.model.legal import Basis
from outreach.model.stage import ACTS, NO_STAGES
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import among
from outreach.store.prepared import ForEach
from outreach.store.settling import minor

#: Grounds that the person gave himself, told what for: an act of his, after being informed.
OWN = (Basis.CONSENT, Basis.SOFT_OPTIN)


@dataclass(slots=True)
class Acted:
    """What events that stand say of one person."""

    active_at: datetime
    #: What the last of them was.
    stage: str
    replied_on: date | None = None
    orders: int = 0
    revenue: int = 0
    margin: int = 0
    first_order_on: date | None = None
    last_order_on: date | None = None

    def see(self, stage: str, at: datetime, day: date, *, revenue: int, margin: int) -> None:
        """One act of his, in whatever order; money in minor units, `day` where the firm is."""
        if at >= self.active_at:
            self.active_at, self.stage = at, stage
        if stage == "replied":
            self.replied_on = max(day, self.replied_on or day)
        if stage == "order":
            self.orders += 1
            self.revenue += revenue
            self.margin += margin
            self.first_order_on = min(day, self.first_order_on or day)
            self.last_order_on = max(day, self.last_order_on or day)


def is_act(stage: str | None) -> bool:
    """Whether it comes from the person: a campaign's own stages do, as the usual ones do."""
    return stage in ACTS or (stage is not None and stage != "contacted" and stage not in NO_STAGES)


def acted(database: Database, reached: Iterable[Event]) -> dict[ContactId, Acted]:
    """What these events add to the record of each person."""
    people: dict[ContactId, Acted] = {}
    for event in reached:
        if not is_act(event.stage):
            continue
        assert event.stage is not None
        one = people.get(event.contact)
        if one is None:
            one = people[event.contact] = Acted(event.at, event.stage)
        one.see(
            event.stage,
            event.at,
            database.day_of(event.at),
            revenue=minor(event.amount, database.currency) or 0,
            margin=minor(event.margin, database.currency) or 0,
        )
    return people


def consented(
    connection: Connection, whole: Mapping[ContactId, ContactId]
) -> dict[ContactId, datetime]:
    """When people last said yes themselves: an act that is no event, the log of grounds has it.

    `whole`: every record that is asked about, with the contact it is one with.
    """
    k = schema.consent.c
    query = select(k.contact_id, func.max(k.given_at).label("at")).where(
        among(connection, k.contact_id, whole), k.basis.in_([basis.value for basis in OWN])
    )
    found: dict[ContactId, datetime] = {}
    for number, at in connection.execute(query.group_by(k.contact_id)):
        contact = whole[number]
        found[contact] = max(at, found.get(contact, at))
    return found


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two instants of which either may be unknown."""
    return max(one, other) if one is not None and other is not None else one or other


def count_acts(connection: Connection, people: Mapping[ContactId, Acted]) -> None:
    """Add it to what the records say."""
    some = list(people.values())
    _counting(connection.dialect).run(
        connection,
        {
            "id": list(people),
            "active_at": [one.active_at for one in some],
            "stage": [one.stage for one in some],
            "replied_on": [one.replied_on for one in some],
            "orders": [one.orders for one in some],
            "revenue": [one.revenue for one in some],
            "margin": [one.margin for one in some],
            "first": [one.first_order_on for one in some],
            "last": [one.last_order_on for one in some],
        },
    )


@lru_cache(maxsize=4)
def _counting(dialect: Dialect) -> ForEach:
    c = schema.contact.c

    def statement(given: Any) -> Any:
        latest = or_(c.last_active_at.is_(None), c.last_active_at <= given["active_at"])
        return (
            update(schema.contact)
            .where(c.id == given["id"])
            .values(
                last_active_at=case((latest, given["active_at"]), else_=c.last_active_at),
                stage=case((latest, given["stage"]), else_=c.stage),
                last_reply_on=_later(c.last_reply_on, given["replied_on"]),
                order_count=c.order_count + given["orders"],
                revenue_minor=c.revenue_minor + given["revenue"],
                margin_minor=c.margin_minor + given["margin"],
                first_order_on=_later(c.first_order_on, given["first"], before=True),
                last_order_on=_later(c.last_order_on, given["last"]),
            )
        )

    each = {
        "id": c.id, "active_at": c.last_active_at, "stage": c.stage,
        "replied_on": c.last_reply_on, "orders": c.order_count, "revenue": c.revenue_minor,
        "margin": c.margin_minor, "first": c.first_order_on, "last": c.last_order_on,
    }  # fmt: skip
    return ForEach(statement, dialect, each=each)


def _later(column: Any, given: Any, *, before: bool = False) -> Any:
    """The later of the two days, or the earlier; one that is missing says nothing."""
    wins = given < column if before else given > column
    return case((and_(given.is_not(None), or_(column.is_(None), wins)), given), else_=column)
