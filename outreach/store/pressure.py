"""Who was touched when, and whose next touch must wait: where the settings state a pressure.

One query for a group of people, however many; nothing at all where no pressure is stated.
What is on the wire counts as a touch: of two campaigns of one run the second one waits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.engine import Dialect

from outreach.model.channels import Channel
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId
from outreach.model.pressure import TICKED_OFF, Pressure
from outreach.model.value import value
from outreach.scheduling.pressure import MONTH, free_on, reach_back
from outreach.store import schema
from outreach.store.due_to import WAITED, Writing, waited, weightier, written_today
from outreach.store.engine import Database
from outreach.store.lists import listed, packed
from outreach.store.prepared import ForEach, Query, given


@value
class Claim:
    """Somebody's step that is about to be done."""

    delivery: DeliveryId
    contact: ContactId
    campaign: CampaignId
    due_at: datetime
    #: Whose turn it is among those of one campaign, before the time they are due; the least.
    turn: int = 0


@dataclass(slots=True)
class Resting:
    """What keeps people in peace during one run."""

    pressure: Pressure
    #: Of the campaigns that run.
    priorities: Mapping[CampaignId, int] = field(default_factory=dict)
    #: Whose step was put off: it is neither sent nor passed over.
    put_off: set[DeliveryId] = field(default_factory=set)
    #: What goes before that which is asked about; `Writing` says what comes of it.
    writing: Writing = field(default_factory=Writing)


def hold_back(
    connection: Connection,
    database: Database,
    claims: Sequence[Claim],
    resting: Resting,
    *,
    now: datetime,
) -> set[DeliveryId]:
    """Put off the steps of people who must be left in peace now; which ones wait.

    They are due again on the first day on which they may be done, at their time of day. What waits
    for something that goes first today is due as before and asked about again, tomorrow where it
    was asked for the last time.
    """
    if not claims:
        return set()
    waits, behind = _waits(connection, database, claims, resting, now)
    put_off = [one for one in claims if one.delivery in waits]
    due = [datetime.combine(waits[one.delivery], _clock(one, database)) for one in put_off]
    _putting_off(connection.dialect).run(
        connection,
        {
            "id": [one.delivery for one in put_off],
            "due_at": [at.replace(tzinfo=database.zone) for at in due],
            "was_due": [one.due_at for one in put_off],
            "detail": [WAITED if one.delivery in behind else None for one in put_off],
        },
    )
    resting.put_off |= waits.keys()
    return waits.keys() | behind


def _clock(one: Claim, database: Database) -> time:
    return one.due_at.astimezone(database.zone).time()


def _waits(
    connection: Connection,
    database: Database,
    claims: Sequence[Claim],
    resting: Resting,
    now: datetime,
) -> tuple[dict[DeliveryId, date], set[DeliveryId]]:
    """Until which day each of them waits; of two for one person the weightier goes.

    And what waits for something else of today.
    """
    today = database.day_of(now)
    people = {one.contact for one in claims}
    days = touched(connection, database, people, resting.pressure, now=now)
    least = min(resting.priorities.get(one.campaign, 0) for one in claims)
    rivals = weightier(
        connection, people, resting.pressure, resting.priorities, now=now, above=least
    )
    written = written_today(
        connection, database, people, resting.writing, resting.priorities, now=now
    )
    patient = waited(connection, [one.delivery for one in claims], resting.writing)
    #: Of these very claims: who goes today.
    going: dict[ContactId, list[date]] = {}
    waits: dict[DeliveryId, date] = {}
    behind: set[DeliveryId] = set()
    weight = resting.priorities
    tomorrow = today + timedelta(days=1)
    in_turn = sorted(
        claims, key=lambda c: (-weight.get(c.campaign, 0), c.turn, c.due_at, c.delivery)
    )
    for one in in_turn:
        before, own = days.get(one.contact, []), weight.get(one.campaign, 0)
        with_these = [*before, *going.get(one.contact, ())]
        overdue = resting.writing.overdue or one.delivery not in patient
        first = [today] * written.before(one.contact, one.campaign, own, overdue=overdue)
        free = free_on(before, resting.pressure, today)
        if free > today:
            waits[one.delivery] = free
        elif rivals.get(one.contact, own) > own or (
            free_on(with_these, resting.pressure, today) > today
        ):
            # Whether the other one really goes is known tomorrow.
            waits[one.delivery] = tomorrow
        elif free_on([*with_these, *first], resting.pressure, today) > today:
            behind.add(one.delivery)
            if resting.writing.last:
                waits[one.delivery] = tomorrow
        else:
            going.setdefault(one.contact, []).append(today)
    return waits, behind


# --- who was touched when ------------------------------------------------------------------------


def touched_of(
    database: Database, people: Collection[ContactId], pressure: Pressure, *, now: datetime
) -> dict[ContactId, list[date]]:
    """`touched`, asked by itself."""
    with database.reading() as connection:
        return touched(connection, database, people, pressure, now=now)


def touched(
    connection: Connection,
    database: Database,
    people: Iterable[ContactId],
    pressure: Pressure,
    *,
    now: datetime,
) -> dict[ContactId, list[date]]:
    """The days on which they were touched that still matter; who was not is not in it."""
    since = datetime.combine(
        database.day_of(now) - timedelta(days=reach_back(pressure)), time(), database.zone
    )
    dialect = connection.dialect
    rows = _touches(dialect, pressure.channels).rows(
        connection, people=packed(dialect, sorted(people)), since=since
    )
    found: dict[ContactId, list[date]] = {}
    for contact, at in rows:
        found.setdefault(contact, []).append(database.day_of(at))
    return found


@lru_cache(maxsize=8)
def _touches(dialect: Dialect, channels: tuple[str, ...]) -> Query:
    """What reached people, and what is on its way to them."""
    e, d = schema.event.c, schema.delivery.c
    events = select(e.contact_id, e.at).where(
        listed(dialect, e.contact_id, "people"),
        _is_touch(channels),
        e.at >= given("since", e.at.type),
    )
    on_the_way = [DeliveryState.CLAIMED.value, DeliveryState.UNKNOWN.value]
    # Asked of each row, too: it would go through everything that is on its way.
    leaves = case((d.state.in_(on_the_way), 1), else_=0)
    leaving = select(d.contact_id, func.coalesce(d.claimed_at, d.due_at)).where(
        listed(dialect, d.contact_id, "people"), leaves == 1
    )
    # A printed letter goes to the post any day now.
    printed = and_(d.state == DeliveryState.DUE.value, d.batch_id.is_not(None))
    posting = (
        select(d.contact_id, schema.print_batch.c.made_at)
        .join(schema.print_batch, schema.print_batch.c.id == d.batch_id)
        .where(listed(dialect, d.contact_id, "people"), case((printed, 1), else_=0) == 1)
    )
    if channels:
        leaving = leaving.where(d.channel.in_(channels))
        posting = posting.where(d.channel.in_(channels))
    both = union_all(events, leaving, posting).subquery()
    return Query(select(both.c[0], both.c[1]), dialect)


def _is_touch(channels: Sequence[str]) -> ColumnElement[bool]:
    """A touch that reached somebody and was not taken back."""
    e, fix = schema.event.c, schema.event.alias("fix")
    stands = ~exists(select(literal(1)).where(fix.c.corrects == e.id).correlate(schema.event))
    # Asked of each row: as a plain condition SQLite, which knows nothing of the sizes, would go
    # through the touches of everybody instead of looking up these people.
    reached = or_(e.stage.is_(None), e.stage == TICKED_OFF)
    is_told = case((and_(e.kind == EventKind.TOUCHED.value, reached), 1), else_=0)
    told = and_(is_told == 1, stands)
    if channels:
        return and_(told, e.channel.in_(channels))
    # As `Pressure.covers`; what an older history brought has no channel.
    return and_(told, func.coalesce(e.channel, "") != Channel.TASK.value)


@lru_cache(maxsize=4)
def _putting_off(dialect: Dialect) -> ForEach:
    """Of a call or a visit nobody's day is taken any more.

    What was dated anew since it was read, as a call back that was promised is, stays there.
    """
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        as_read = and_(d.id == given["id"], d.due_at == given["was_due"])
        # What a server has said stays.
        ours = or_(d.detail.is_(None), d.detail == WAITED)
        as_said = case((ours, given["detail"]), else_=d.detail)
        return (
            update(schema.delivery)
            .where(as_read, d.state == DeliveryState.DUE.value)
            .values(due_at=given["due_at"], assignee=None, detail=as_said)
        )

    each = {"id": d.id, "due_at": d.due_at, "was_due": d.due_at, "detail": d.detail}
    return ForEach(statement, dialect, each=each)


# --- at the launch -------------------------------------------------------------------------------


def under_pressure(
    database: Database, contact: Table, pressure: Pressure, day: date
) -> ColumnElement[bool]:
    """Whether a person may not be touched on that day."""
    reasons: list[ColumnElement[bool]] = []
    rest, most = pressure.min_days_between_touches, pressure.most_touches_per_month
    if rest is not None:
        reasons.append(_touched_since(database, contact, pressure, day - timedelta(days=rest - 1)))
    if most is not None:
        e = schema.event.c
        since = _midnight(database, day - timedelta(days=MONTH - 1))
        count = (
            select(func.count())
            .select_from(schema.event)
            .where(e.contact_id == contact.c.id, e.at >= since, _is_touch(pressure.channels))
        )
        reasons.append(count.correlate(contact).scalar_subquery() >= most)
    return or_(*reasons) if reasons else literal(False)


def _touched_since(
    database: Database, contact: Table, pressure: Pressure, day: date
) -> ColumnElement[bool]:
    """Over all channels the contact's own record knows it."""
    if not pressure.channels:
        return func.coalesce(contact.c.last_contacted_on >= day, literal(False))
    e = schema.event.c
    since = _midnight(database, day)
    query = select(literal(1)).where(
        e.contact_id == contact.c.id, e.at >= since, _is_touch(pressure.channels)
    )
    return exists(query.correlate(contact))


def _midnight(database: Database, day: date) -> datetime:
    return datetime.combine(day, time(), database.zone)
