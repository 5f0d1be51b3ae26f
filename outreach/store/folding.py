"""The counters on people's records, made anew from the events that stand.

What a recording had added is not subtracted when it is taken back: it is counted again, so
that no order of recordings and corrections can leave anything behind (DESIGN, invariant 2).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import Dialect

from outreach.model.contact import Interest, Kind
from outreach.model.event import EventKind
from outreach.model.follow_up import FollowUpKind
from outreach.model.ids import ContactId
from outreach.model.stage import IN_CONTACT, INTERESTS
from outreach.store import schema
from outreach.store.acts import Acted, consented, is_act, later
from outreach.store.engine import Database
from outreach.store.known import ACTIVE_BY
from outreach.store.lists import among
from outreach.store.prepared import ForEach
from outreach.store.rows import one_with

#: What is read of a person: what is folded, and what tells since when it is so.
_TELLING = (
    EventKind.TOUCHED, EventKind.REACHED, EventKind.NOTED, EventKind.BECAME, EventKind.CHANGED,
)  # fmt: skip
_COLUMNS = (
    "id", "at", "kind", "contact_id", "campaign_id", "step_id", "delivery_id", "channel", "stage",
    "amount_minor", "margin_minor", "data",
)  # fmt: skip


#: People whose events are held at once.
_PAGE = 2000


@dataclass(slots=True)
class Folded:
    """What the events of one person say of him now."""

    touches: int = 0
    contacted_on: date | None = None
    acted: Acted | None = None
    #: When he last said yes himself.
    consented_at: datetime | None = None
    interest: str | None = None
    reason: str | None = None
    until: date | None = None
    #: The first event that made him a prospect, and the first that made him a customer.
    prospect: Any = None
    customer: Any = None
    bounced_at: datetime | None = None
    returned_at: datetime | None = None
    events: list[Any] = field(default_factory=list)


def fold(events: Sequence[Any], database: Database) -> Folded:
    """The events that stand of one person, in the order in which they happened."""
    said = Folded(events=list(events))
    for event in events:
        if event.kind == EventKind.TOUCHED.value:
            said.touches += event.stage != "done"
            if event.stage is None:
                said.contacted_on = max(
                    database.day_of(event.at), said.contacted_on or date.min
                )  # fmt: skip
        elif event.kind == EventKind.NOTED.value:
            _come_back_to(said, event, database)
        elif event.kind == EventKind.REACHED.value:
            _reached(said, event, database)
    return said


def _reached(said: Folded, event: Any, database: Database) -> None:
    if event.stage in IN_CONTACT and said.prospect is None:
        said.prospect = event
    if event.stage == "order" and said.customer is None:
        said.customer = event
    if event.stage == "bounced":
        said.bounced_at = event.at
    if event.stage == "returned":
        said.returned_at = event.at
    if event.stage in INTERESTS:
        told = event.data or {}
        said.interest, said.reason = event.stage, told.get("reason")
        said.until = date.fromisoformat(told["back_on"]) if "back_on" in told else None
    elif event.stage in ACTIVE_BY:
        said.interest, said.reason, said.until = Interest.ACTIVE.value, None, None
    if is_act(event.stage):
        _acted(said, event, database.day_of(event.at))


def _acted(said: Folded, event: Any, day: date) -> None:
    one = said.acted
    if one is None:
        one = said.acted = Acted(event.at, event.stage)
    money = {"revenue": event.amount_minor or 0, "margin": event.margin_minor or 0}
    one.see(event.stage, event.at, day, **money)


def _come_back_to(said: Folded, event: Any, database: Database) -> None:
    """We came back to a latent one: he has no date any more."""
    kept = (event.data or {}).get("kept") == FollowUpKind.COME_BACK.value
    latent = said.interest == Interest.LATENT.value
    if kept and latent and said.until is not None and said.until <= database.day_of(event.at):
        said.until = None


# --- people -----------------------------------------------------------------------------------


def folded(
    connection: Connection, database: Database, contacts: Collection[ContactId]
) -> dict[ContactId, Folded]:
    """The same of many, also under records that were merged into theirs."""
    e = schema.event.c
    whole = one_with(connection, database, contacts)
    taken_back = select(e.corrects).where(e.corrects.is_not(None))
    # By the person alone: an order, or a kind as it stands, would lure SQLite into an index
    # that has every event of the base, for each page anew.
    query = select(*(e[name] for name in _COLUMNS)).where(
        among(connection, e.contact_id, whole), e.id.not_in(taken_back)
    )
    rows = [row for row in connection.execute(query) if row.kind in _TELLING]
    rows.sort(key=attrgetter("at", "id"))
    events: dict[ContactId, list[Any]] = {contact: [] for contact in contacts}
    for row in rows:
        events[whole[row.contact_id]].append(row)
    said = {contact: fold(some, database) for contact, some in events.items()}
    for contact, at in consented(connection, whole).items():
        said[contact].consented_at = at
    return said


def recount(
    connection: Connection, database: Database, contacts: Iterable[ContactId]
) -> dict[ContactId, Kind]:
    """Write the counters of any number of people; what they are by their events alone.

    Needed where events come or go by the thousand, and in no order of time: a campaign that ran
    elsewhere, and its taking back.
    """
    ids, found = iter(sorted(set(contacts))), dict[ContactId, Kind]()
    while page := list(islice(ids, _PAGE)):
        people = folded(connection, database, page)
        write_counters(connection, people)
        found |= {contact: kind_of(said, Kind.SUSPECT) for contact, said in people.items()}
    return found


def write_counters(connection: Connection, people: Mapping[ContactId, Folded]) -> None:
    """Put the counters of these people to what their events say."""
    some = list(people.values())
    acts = [one.acted for one in some]
    _writing(connection.dialect).run(
        connection,
        {
            "id": list(people),
            "touches": [one.touches for one in some],
            "contacted": [one.contacted_on for one in some],
            "active_at": [
                later(one.consented_at, one.acted.active_at if one.acted else None) for one in some
            ],
            "stage": [one and one.stage for one in acts],
            "replied": [one and one.replied_on for one in acts],
            "orders": [one.orders if one else 0 for one in acts],
            "revenue": [one.revenue if one else 0 for one in acts],
            "margin": [one.margin if one else 0 for one in acts],
            "first": [one and one.first_order_on for one in acts],
            "last": [one and one.last_order_on for one in acts],
            "interest": [one.interest for one in some],
            "reason": [one.reason for one in some],
            "until": [one.until for one in some],
        },
    )


@lru_cache(maxsize=4)
def _writing(dialect: Dialect) -> ForEach:
    c = schema.contact.c
    each = {
        "id": c.id, "touches": c.touch_count, "contacted": c.last_contacted_on,
        "active_at": c.last_active_at, "stage": c.stage, "replied": c.last_reply_on,
        "orders": c.order_count, "revenue": c.revenue_minor, "margin": c.margin_minor,
        "first": c.first_order_on, "last": c.last_order_on, "interest": c.interest,
        "reason": c.interest_reason, "until": c.interest_until,
    }  # fmt: skip

    def statement(given: Any) -> Any:
        values = {column.name: given[name] for name, column in each.items() if name != "id"}
        return update(schema.contact).where(c.id == given["id"]).values(values)

    return ForEach(statement, dialect, each=each)


def kind_of(said: Folded, before: Kind) -> Kind:
    """Who was `before` what nobody recorded is this, by what stands."""
    if said.customer is not None:
        return Kind.CUSTOMER
    if before is Kind.SUSPECT and said.prospect is not None:
        return Kind.PROSPECT
    return before
