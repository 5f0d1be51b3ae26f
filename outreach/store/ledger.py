"""Writing a `Change`: state, events and counters together, in one transaction.

A change of hundreds of deliveries takes the same few statements as a change of one: what
is known of all of them is read first, decided here, and written set by set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, func, select, update
from sqlalchemy.engine import Dialect

from outreach.model.campaign import Track
from outreach.model.change import Change, Planned, Progress, Settled
from outreach.model.delivery import DeliveryState
from outreach.model.event import Event
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.model.value import value
from outreach.store import schema
from outreach.store.bulk import insert_tuples
from outreach.store.counters import count
from outreach.store.done import write_done
from outreach.store.edited import bring_back
from outreach.store.endings import cancel_ended
from outreach.store.engine import Database
from outreach.store.lists import among, listed, packed
from outreach.store.opposing import write_oppositions
from outreach.store.prepared import ForEach, Query, given
from outreach.store.promises import write_promises
from outreach.store.settling import minor, settle
from outreach.store.stopping import end_chains
from outreach.store.suppressions import insert_suppressions
from outreach.store.turning import leave_others, turn

#: Ids named in one statement.
_AT_ONCE = 5000
#: A person in a campaign.
_Place = tuple[CampaignId | None, ContactId]


def write_change(connection: Connection, database: Database, change: Change) -> None:
    """Write all of it in the caller's transaction."""
    missed = write_done(connection, database, change.done)
    missed |= settle(connection, database, change.settled)
    turned = turn(connection, change.turns)
    told = [event for event in change.events if event.delivery not in missed]
    standing = _standing(connection, told, change.planned)
    events = [event for event in told if not _known_already(event, standing)]
    events_and_more = [*events, *count(connection, database, events)]
    rows = [_event_row(event, database.currency) for event in events_and_more]
    insert_tuples(connection, schema.event, _EVENT, rows)
    leave_others(connection, turned)
    _plan(connection, change.planned, standing)
    advance(connection, change.progress)
    if change.stops:
        end_chains(connection, change.stops)
    _cancel_ended(connection, change.settled)
    insert_suppressions(connection, database, change.suppressions)
    write_oppositions(connection, database, change.oppositions)
    write_promises(connection, database, change)
    for column, contacts in (
        ("email_bounced_at", change.bounced),
        ("post_returned_at", change.returned),
    ):
        if contacts:
            _mark(connection, column, contacts, events)


def _mark(
    connection: Connection, column: str, contacts: Sequence[ContactId], events: Sequence[Event]
) -> None:
    """Date a mark on an address by the last that is told of its holder."""
    last: dict[ContactId, datetime] = {}
    for event in events:
        last[event.contact] = max(event.at, last.get(event.contact, event.at))
    by_instant: dict[datetime | None, list[ContactId]] = {}
    for contact in contacts:
        by_instant.setdefault(last.get(contact), []).append(contact)
    table = schema.contact
    for at, some in by_instant.items():
        these = among(connection, table.c.id, some)
        connection.execute(update(table).where(these).values({column: at}))


# --- where people stand in their campaigns --------------------------------------------------


@value
class _Standing:
    """What the enrolment of one person says."""

    contacted: bool
    ended: bool
    #: Who writes to him, where the campaign has several senders.
    sender: str | None
    #: Which way he goes, where it has not ended.
    track: str = Track.MAIN.value


def _standing(
    connection: Connection, events: Sequence[Event], planned: Sequence[Planned]
) -> dict[_Place, _Standing]:
    """The enrolments that events and plans are about, as they are before the change."""
    places = {(e.campaign, e.contact) for e in events if _is_first(e)}
    places |= {(p.campaign, p.contact) for p in planned}
    return _enrolments(connection, places)


def _enrolments(connection: Connection, places: Iterable[_Place]) -> dict[_Place, _Standing]:
    people: dict[CampaignId | None, list[ContactId]] = {}
    for campaign, contact in places:
        people.setdefault(campaign, []).append(contact)
    dialect = connection.dialect
    found: dict[_Place, _Standing] = {}
    for campaign, contacts in people.items():
        contacts.sort()
        for begin in range(0, len(contacts), _AT_ONCE):
            page = packed(dialect, contacts[begin : begin + _AT_ONCE])
            rows = _enrolled(dialect).rows(connection, campaign=campaign, contacts=page)
            for contact, rank, stopped_at, sender, reason in rows:
                found[campaign, contact] = _Standing(
                    rank is not None, stopped_at is not None, sender, reason or Track.MAIN.value
                )
    return found


@lru_cache(maxsize=4)
def _enrolled(dialect: Dialect) -> Query:
    e = schema.enrolment.c
    query = select(e.contact_id, e.stage_rank, e.stopped_at, e.sender, e.stop_reason)
    here = e.campaign_id == given("campaign", e.campaign_id.type)
    return Query(query.where(here, listed(dialect, e.contact_id, "contacts")), dialect)


def _is_first(event: Event) -> bool:
    return event.stage == "contacted" and event.campaign is not None


def _known_already(event: Event, standing: dict[_Place, _Standing]) -> bool:
    """A person is contacted once in a campaign, however often he is touched.

    What somebody recorded is written down whatever was known.
    """
    if not _is_first(event) or (event.data and "recording" in event.data):
        return False
    before = standing.get((event.campaign, event.contact))
    return before is not None and before.contacted


# --- events ---------------------------------------------------------------------------------


#: The columns of `_event_row`.
_EVENT = (
    "at", "recorded_at", "kind", "contact_id", "campaign_id", "step_id", "delivery_id", "channel",
    "stage", "amount_minor", "margin_minor", "cost_minor", "minutes", "km", "author", "note",
    "data", "corrects",
)  # fmt: skip


def _event_row(event: Event, currency: str) -> tuple[object, ...]:
    channel, amount, margin, cost = event.channel, event.amount, event.margin, event.cost
    return (
        event.at,
        event.recorded_at,
        # `value` of an enumeration is a property: it takes several times as long.
        event.kind._value_,
        event.contact,
        event.campaign,
        event.step,
        event.delivery,
        None if channel is None else channel._value_,
        event.stage,
        None if amount is None else minor(amount, currency),
        None if margin is None else minor(margin, currency),
        None if cost is None else minor(cost, currency),
        event.minutes,
        event.km,
        event.author,
        event.note,
        event.data,
        event.corrects,
    )


def _cancel_ended(connection: Connection, settled: Sequence[Settled]) -> None:
    back = [one for one in settled if one.state in (DeliveryState.DUE, DeliveryState.HELD)]
    if back:
        now = max(one.at for one in back)
        cancel_ended(connection, [one.delivery for one in back], now=now)


# --- deliveries -----------------------------------------------------------------------------


def plan(connection: Connection, planned: Iterable[Planned]) -> None:
    """Deliveries to come; one that exists already is left alone."""
    wanted = list(planned)
    unsaid = {(p.campaign, p.contact) for p in wanted if p.sender is None}
    _insert(connection, wanted, _enrolments(connection, unsaid))


def _plan(
    connection: Connection, planned: Sequence[Planned], standing: dict[_Place, _Standing]
) -> None:
    """Nothing is planned for whose chain has ended, or goes another way by now.

    A doubt may be settled after the stop, a call be done by what opens another track.
    """
    ended = {place for place, one in standing.items() if one.ended}
    tracks = {place: one.track for place, one in standing.items()}
    wanted = [
        p
        for p in planned
        if (p.campaign, p.contact) not in ended
        and tracks.get((p.campaign, p.contact), p.track._value_) == p.track._value_
    ]
    _insert(connection, wanted, standing)


def _insert(
    connection: Connection, planned: Sequence[Planned], standing: dict[_Place, _Standing]
) -> None:
    """Whoever wrote to a person first writes to him again, where nothing else is said."""
    writers = {place: one.sender for place, one in standing.items() if one.sender}
    bring_back(connection, [p for p in planned if p.again])
    rows = [
        delivery_row(
            p, p.campaign, p.step, p.contact, p.sender or writers.get((p.campaign, p.contact))
        )
        for p in planned
    ]
    insert_tuples(connection, schema.delivery, DELIVERY, rows, once=True)


#: The columns of `delivery_row`.
DELIVERY = (
    "campaign_id", "step_id", "occurrence", "contact_id", "channel", "state", "due_at", "variant",
    "sender", "assignee", "attempts",
)  # fmt: skip


def delivery_row(
    planned: Planned, campaign: CampaignId, step: StepId, contact: ContactId, sender: str | None
) -> tuple[object, ...]:
    """A delivery to come, of that step and for that person."""
    return (
        campaign,
        step,
        planned.occurrence,
        contact,
        planned.channel._value_,
        DeliveryState.DUE._value_,
        planned.due_at,
        planned.variant,
        sender,
        planned.assignee,
        0,
    )


def insert_ignoring(connection: Connection, table: Table) -> Any:
    """`INSERT … ON CONFLICT DO NOTHING`, which each database spells through its own dialect."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table).on_conflict_do_nothing()


def advance(connection: Connection, progress: Sequence[Progress]) -> None:
    """People of a campaign who came further than ever; an earlier stage changes nothing."""
    furthest: dict[_Place, Progress] = {}
    for one in progress:
        place = (one.campaign, one.contact)
        if place not in furthest or furthest[place].rank < one.rank:
            furthest[place] = one
    _advancing(connection.dialect).run(
        connection,
        {
            "campaign": [p.campaign for p in furthest.values()],
            "contact": [p.contact for p in furthest.values()],
            "stage": [p.stage for p in furthest.values()],
            "rank": [p.rank for p in furthest.values()],
        },
    )


@lru_cache(maxsize=4)
def _advancing(dialect: Dialect) -> ForEach:
    e = schema.enrolment.c

    def statement(given: Any) -> Any:
        return (
            update(schema.enrolment)
            .where(
                e.campaign_id == given["campaign"],
                e.contact_id == given["contact"],
                func.coalesce(e.stage_rank, -1) < given["rank"],
            )
            .values(stage=given["stage"], stage_rank=given["rank"])
        )

    each = {
        "campaign": e.campaign_id, "contact": e.contact_id, "stage": e.stage, "rank": e.stage_rank
    }  # fmt: skip
    return ForEach(statement, dialect, each=each)
