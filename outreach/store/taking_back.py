"""Taking recordings back: the corrections are told, and what had followed is undone.

Counters, stages and stops are made anew from what stands (`folding.py`, `standing_again.py`);
what is no fold of events is put back as the event of the fact remembers it: the call it closed,
the steps it planned, promises made and kept, entries of the suppression list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    cast,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Dialect

from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.follow_up import FollowUpKind
from outreach.model.ids import ContactId
from outreach.model.stage import ANSWERS
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.calling_again import call_again
from outreach.store.edited import UNDONE
from outreach.store.engine import Database
from outreach.store.lists import among
from outreach.store.opposing import take_oppositions_back
from outreach.store.prepared import ForEach
from outreach.store.promises import end_of_day
from outreach.store.stopping import cancel
from outreach.store.turning import cancelled

_OPEN = (DeliveryState.DUE.value, DeliveryState.HELD.value)


def correct(
    connection: Connection, events: Iterable[Any], now: datetime, author: str | None
) -> None:
    """Tell of each event that it was wrong."""
    rows = [
        {
            "at": now,
            "recorded_at": now,
            "kind": EventKind.CORRECTED.value,
            "contact_id": event.contact_id,
            "campaign_id": event.campaign_id,
            "author": author,
            "data": {"was": event.kind, **({"stage": event.stage} if event.stage else {})},
            "corrects": event.id,
        }
        for event in events
    ]
    insert_rows(connection, schema.event, rows)


def put_back(
    connection: Connection,
    database: Database,
    heads: Sequence[Any],
    whole: Mapping[ContactId, ContactId],
    now: datetime,
) -> None:
    """Everything that these recordings did beside what events say.

    `whole` tells who people are now: what belongs to a record goes along when it is merged.
    """
    call_again(connection, heads)
    _unplan(connection, heads, now)
    _forget_promises(connection, heads, whole)
    _allow_again(connection, heads, now)
    take_oppositions_back(connection, heads)
    _forget_network(connection, database, heads, whole)


def _unplan(connection: Connection, heads: Sequence[Any], now: datetime) -> None:
    """The steps that followed from a call that was not made do not come."""
    d = schema.delivery.c
    places = _unplanned(connection, {head.contact_id for head in heads})
    if not places:
        return
    rows = connection.execute(
        select(schema.delivery).where(
            among(connection, d.contact_id, {place[3] for place in places}),
            d.state.in_([*_OPEN, DeliveryState.CANCELLED.value]),
        )
    ).all()
    gone = [row for row in rows if _place(row) in places]
    count = len(gone)
    cancel(connection, [row.id for row in gone], reasons=[UNDONE] * count, at=[now] * count)
    # Of those that the stop had cancelled it was told then.
    open_ = [row for row in gone if row.state in _OPEN]
    insert_rows(connection, schema.event, cancelled(open_, now, UNDONE))


def _unplanned(connection: Connection, people: set[int]) -> set[tuple[int, int, int, int]]:
    """What recordings of these people planned that were taken back, now or before, and no other.

    A step may have been done before what planned it was taken back: it is undone in its turn.
    """
    e = schema.event.c
    fix = schema.event.alias("fix")
    query = (
        select(e.contact_id, e.data, fix.c.id.label("fixed"))
        .outerjoin(fix, fix.c.corrects == e.id)
        .where(among(connection, e.contact_id, people), cast(e.data, Text).like('%"planned"%'))
    )
    gone: set[tuple[int, int, int, int]] = set()
    stand: set[tuple[int, int, int, int]] = set()
    for row in connection.execute(query):
        places = {(*place, row.contact_id) for place in row.data.get("planned", ())}
        if row.fixed is None:
            stand |= places
        else:
            gone |= places
    return gone - stand


def _place(row: Any) -> tuple[int, int, int, int]:
    return (row.campaign_id, row.step_id, row.occurrence, row.contact_id)


# --- promises, suppressions, network ----------------------------------------------------------


def _forget_promises(
    connection: Connection, heads: Sequence[Any], whole: Mapping[ContactId, ContactId]
) -> None:
    f = schema.follow_up.c
    for head in heads:
        for contact, kind, due_on in head.data.get("promised", ()):
            one = (
                select(func.max(f.id))
                .where(
                    f.contact_id.in_({contact, whole.get(contact, contact)}),
                    f.kind == kind,
                    f.due_on == date.fromisoformat(due_on),
                    f.created_at == head.recorded_at,
                )
                .scalar_subquery()
            )
            connection.execute(delete(schema.follow_up).where(f.id == one))
    kept = [number for head in heads for number in _kept(head)]
    if kept:
        connection.execute(
            update(schema.follow_up).where(among(connection, f.id, kept)).values(done_at=None)
        )


def _kept(head: Any) -> Sequence[int]:
    """The promises that it kept: those of a fact, or the one that was ticked off."""
    if _ticked(head) is not None:
        return [head.data["follow_up"]]
    numbers: Sequence[int] = head.data.get("kept", ())
    return numbers


def _ticked(head: Any) -> str | None:
    """The kind of the promise that was ticked off; None of every other recording."""
    ticked = head.kind == EventKind.NOTED.value and "follow_up" in head.data
    return head.data["kept"] if ticked else None


def _allow_again(connection: Connection, heads: Sequence[Any], now: datetime) -> None:
    """Only the entries that these recordings made; the rows stay as proof."""
    s = schema.suppression.c
    sources = [f"record:{head.data['recording']}" for head in heads]
    connection.execute(
        update(schema.suppression)
        .where(among(connection, s.source, sources), s.removed_at.is_(None))
        .values(removed_at=now)
    )


def _forget_network(
    connection: Connection,
    database: Database,
    heads: Sequence[Any],
    whole: Mapping[ContactId, ContactId],
) -> None:
    q, r = schema.inquiry.c, schema.referral.c

    def either(contact: int) -> set[int]:
        # A row stays with a record that is merged away where it is between the two.
        return {contact, whole.get(ContactId(contact), contact)}

    for head in heads:
        person, at = whole[head.contact_id], head.at
        himself = either(head.contact_id)
        if head.stage == "inbound":
            subject = q.subject.is_not_distinct_from(head.note)
            asked = and_(q.contact_id == person, q.at == at, subject, _came_from(head))
            _delete_last(connection, schema.inquiry, asked)
            if (referrer := head.data.get("referrer")) is not None:
                by, whom = r.referrer_id.in_(either(referrer)), r.referred_id.in_(himself)
                _delete_last(connection, schema.referral, and_(by, whom, r.at == at))
        elif head.stage == "recommended":
            referred = head.data.get("referred")
            whom = r.referred_id.in_(either(referred)) if referred else r.referred_id.is_(None)
            by = r.referrer_id.in_(himself)
            _delete_last(connection, schema.referral, and_(by, whom, r.at == at))
        elif head.stage == "thanked" or _ticked(head) == FollowUpKind.THANK:
            day = database.day_of(at)
            connection.execute(
                update(schema.referral)
                .where(r.referrer_id == person, r.thanked_on == day)
                .values(thanked_on=None)
            )
    answers = [
        head for head in heads if head.stage in ANSWERS or _ticked(head) == FollowUpKind.ANSWER
    ]
    _unanswering(connection.dialect).run(
        connection,
        {
            "contact": [whole[head.contact_id] for head in answers],
            "at": [head.at for head in answers],
            "until": [end_of_day(database, head.at) for head in answers],
        },
    )


def _came_from(head: Any) -> ColumnElement[bool]:
    """Whose origin nobody said came by recommendation, where somebody recommended us."""
    brought = "recommendation" if head.data.get("referrer") is not None else None
    said = head.data.get("origin") or brought
    return schema.inquiry.c.origin.is_not_distinct_from(said)


def _delete_last(connection: Connection, table: Table, alike: ColumnElement[bool]) -> None:
    """The newest of the rows that are alike: of two recordings, one is taken back."""
    newest = select(func.max(table.c.id)).where(alike).scalar_subquery()
    connection.execute(delete(table).where(table.c.id == newest))


@lru_cache(maxsize=4)
def _unanswering(dialect: Dialect) -> ForEach:
    q = schema.inquiry.c

    def statement(given: Any) -> Any:
        return (
            update(schema.inquiry)
            .where(
                q.contact_id == given["contact"],
                # What was asked later on the day of the answer was answered when it was asked.
                or_(
                    q.answered_at == given["at"],
                    and_(q.answered_at == q.at, q.at > given["at"], q.at < given["until"]),
                ),
            )
            .values(answered_at=None, quality=None)
        )

    each = {"contact": q.contact_id, "at": q.answered_at, "until": q.at}
    return ForEach(statement, dialect, each=each)
