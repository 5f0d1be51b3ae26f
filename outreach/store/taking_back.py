"""Taking recordings back: the corrections are told, and what had followed is undone.

Counters, stages and stops are made anew from what stands (`folding.py`, `standing_again.py`);
what is no fold of events is put back as the event of the fact remembers it: the call it closed,
the steps it planned, promises made and kept, entries of the suppression list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Text, and_, cast, delete, func, select, update
from sqlalchemy.engine import Dialect

from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.calling_again import call_again
from outreach.store.edited import UNDONE
from outreach.store.engine import Database
from outreach.store.lists import among
from outreach.store.prepared import ForEach
from outreach.store.turning import cancelled

_OPEN = (DeliveryState.DUE.value, DeliveryState.HELD.value)
#: Facts that answer a request.
ANSWERS = frozenset({"answered", "appointment", "quote", "order", "met"})


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
    connection: Connection, database: Database, heads: Sequence[Any], now: datetime
) -> None:
    """Everything that these recordings did beside what events say."""
    call_again(connection, heads)
    _unplan(connection, heads, now)
    _forget_promises(connection, heads)
    _allow_again(connection, heads, now)
    _forget_network(connection, database, heads)


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
    _cancelling(connection.dialect).run(
        connection, {"id": [row.id for row in gone]}, detail=UNDONE, at=now
    )
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


@lru_cache(maxsize=4)
def _cancelling(dialect: Dialect) -> ForEach:
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        return (
            update(schema.delivery)
            .where(d.id == given["id"])
            .values(
                state=DeliveryState.CANCELLED.value, detail=given["detail"],
                settled_at=given["at"],
            )
        )  # fmt: skip

    return ForEach(
        statement, dialect, each={"id": d.id}, same={"detail": d.detail, "at": d.settled_at}
    )


# --- promises, suppressions, network ----------------------------------------------------------


def _forget_promises(connection: Connection, heads: Sequence[Any]) -> None:
    f = schema.follow_up.c
    for head in heads:
        for contact, kind, due_on in head.data.get("promised", ()):
            one = (
                select(func.max(f.id))
                .where(
                    f.contact_id == contact,
                    f.kind == kind,
                    f.due_on == date.fromisoformat(due_on),
                    f.created_at == head.recorded_at,
                )
                .scalar_subquery()
            )
            connection.execute(delete(schema.follow_up).where(f.id == one))
    kept = [number for head in heads for number in head.data.get("kept", ())]
    if kept:
        connection.execute(
            update(schema.follow_up).where(among(connection, f.id, kept)).values(done_at=None)
        )


def _allow_again(connection: Connection, heads: Sequence[Any], now: datetime) -> None:
    """Only the entries that these recordings made; the rows stay as proof."""
    s = schema.suppression.c
    sources = [f"record:{head.data['recording']}" for head in heads]
    connection.execute(
        update(schema.suppression)
        .where(among(connection, s.source, sources), s.removed_at.is_(None))
        .values(removed_at=now)
    )


def _forget_network(connection: Connection, database: Database, heads: Sequence[Any]) -> None:
    q, r = schema.inquiry.c, schema.referral.c
    for head in heads:
        person, at = head.contact_id, head.at
        if head.stage == "inbound":
            connection.execute(
                delete(schema.inquiry).where(q.contact_id == person, q.at == at)
            )  # fmt: skip
            if (referrer := head.data.get("referrer")) is not None:
                here = and_(r.referrer_id == referrer, r.referred_id == person, r.at == at)
                connection.execute(delete(schema.referral).where(here))
        elif head.stage == "recommended":
            whom = r.referred_id.is_not_distinct_from(head.data.get("referred"))
            here = and_(r.referrer_id == person, whom, r.at == at)
            connection.execute(delete(schema.referral).where(here))
        elif head.stage == "thanked":
            day = database.day_of(at)
            connection.execute(
                update(schema.referral)
                .where(r.referrer_id == person, r.thanked_on == day)
                .values(thanked_on=None)
            )
    answers = [head for head in heads if head.stage in ANSWERS]
    _unanswering(connection.dialect).run(
        connection,
        {
            "contact": [head.contact_id for head in answers],
            "at": [head.at for head in answers],
        },
    )


@lru_cache(maxsize=4)
def _unanswering(dialect: Dialect) -> ForEach:
    q = schema.inquiry.c

    def statement(given: Any) -> Any:
        return (
            update(schema.inquiry)
            .where(q.contact_id == given["contact"], q.answered_at == given["at"])
            .values(answered_at=None, quality=None)
        )

    return ForEach(statement, dialect, each={"contact": q.contact_id, "at": q.answered_at})
