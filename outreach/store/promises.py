"""Writing what stands beside campaigns: promises, interest, inquiries, recommendations.

Part of a `Change`, in its transaction. However many there are, each kind takes one statement
or a few.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, case, func, update
from sqlalchemy.engine import Dialect

from outreach.model.change import Change
from outreach.model.days import end_of
from outreach.model.follow_up import FollowUp, FollowUpDone
from outreach.model.ids import ContactId
from outreach.model.network import Inquiry, InquiryAnswered, InterestSet, Referral, Thanked
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.engine import Database
from outreach.store.prepared import ForEach
from outreach.store.settling import minor


def write_promises(connection: Connection, database: Database, change: Change) -> None:
    """All that a change says of them; what is new is written before what was done about it.

    Nothing is asked of what a change does not speak of: most of them are groups of messages.
    """
    if change.follow_ups:
        _promise(connection, change.follow_ups)
    if change.kept:
        _keep(connection, change.kept)
    if change.interests:
        _set_interests(connection, change.interests)
    if change.inquiries:
        _inquire(connection, change.inquiries)
    if change.answered:
        _answer(connection, database, change.answered)
    if change.referrals:
        _refer(connection, database, change.referrals)
    if change.thanked:
        _thank(connection, change.thanked)


def _promise(connection: Connection, promises: Sequence[FollowUp]) -> None:
    rows = [
        {
            "contact_id": one.contact,
            "campaign_id": one.campaign,
            "delivery_id": one.delivery,
            "kind": one.kind.value,
            "due_on": one.due_on,
            "owner": one.owner,
            "note": one.note,
            "created_at": one.created_at,
            "done_at": one.done_at,
        }
        for one in promises
    ]
    insert_rows(connection, schema.follow_up, rows)


def _keep(connection: Connection, kept: Sequence[FollowUpDone]) -> None:
    once = {one.id: one.at for one in kept}
    _keeping(connection.dialect).run(
        connection, {"id": list(once), "at": list(once.values())}
    )  # fmt: skip


@lru_cache(maxsize=4)
def _keeping(dialect: Dialect) -> ForEach:
    f = schema.follow_up.c

    def statement(given: Any) -> Any:
        return (
            update(schema.follow_up)
            .where(f.id == given["id"], f.done_at.is_(None))
            .values(done_at=given["at"])
        )

    return ForEach(statement, dialect, each={"id": f.id, "at": f.done_at})


def _set_interests(connection: Connection, interests: Sequence[InterestSet]) -> None:
    """The last word about a person stands."""
    last = {one.contact: one for one in interests}
    _interesting(connection.dialect).run(
        connection,
        {
            "id": list(last),
            "interest": [one.interest and one.interest.value for one in last.values()],
            "reason": [one.reason for one in last.values()],
            "until": [one.until for one in last.values()],
        },
    )


@lru_cache(maxsize=4)
def _interesting(dialect: Dialect) -> ForEach:
    c = schema.contact.c

    def statement(given: Any) -> Any:
        return (
            update(schema.contact)
            .where(c.id == given["id"])
            .values(
                interest=given["interest"],
                interest_reason=given["reason"],
                interest_until=given["until"],
            )
        )

    each = {
        "id": c.id, "interest": c.interest, "reason": c.interest_reason, "until": c.interest_until
    }  # fmt: skip
    return ForEach(statement, dialect, each=each)


def _inquire(connection: Connection, inquiries: Sequence[Inquiry]) -> None:
    rows = [
        {
            "contact_id": one.contact,
            "campaign_id": one.campaign,
            "at": one.at,
            "origin": one.origin,
            "subject": one.subject,
            "answered_at": one.answered_at,
            "quality": one.quality,
            "note": one.note,
        }
        for one in inquiries
    ]
    insert_rows(connection, schema.inquiry, rows)


def _answer(
    connection: Connection, database: Database, answered: Sequence[InquiryAnswered]
) -> None:
    """An answer closes what came before it, or on its day: the earliest first.

    Of an answer that is told with its day alone the hour is unknown: what was asked on that day
    counts as answered at once, not before it was asked.
    """
    waiting = sorted(answered, key=lambda one: one.at)
    while waiting:
        # No person is named twice in one statement.
        first: dict[ContactId, InquiryAnswered] = {}
        left: list[InquiryAnswered] = []
        for one in waiting:
            if first.setdefault(one.contact, one) is not one:
                left.append(one)
        _answering(connection.dialect).run(
            connection,
            {
                "contact": list(first),
                "at": [one.at for one in first.values()],
                "quality": [one.quality for one in first.values()],
                "until": [end_of_day(database, one.at) for one in first.values()],
            },
        )
        waiting = left


def end_of_day(database: Database, at: datetime) -> datetime:
    """The first instant of the day after."""
    return end_of(database.day_of(at), database.zone)


@lru_cache(maxsize=4)
def _answering(dialect: Dialect) -> ForEach:
    q = schema.inquiry.c

    def statement(given: Any) -> Any:
        return (
            update(schema.inquiry)
            .where(q.contact_id == given["contact"], q.answered_at.is_(None), q.at < given["until"])
            .values(
                answered_at=case((q.at > given["at"], q.at), else_=given["at"]),
                quality=func.coalesce(given["quality"], q.quality),
            )
        )

    each = {"contact": q.contact_id, "at": q.answered_at, "quality": q.quality, "until": q.at}
    return ForEach(statement, dialect, each=each)


def _refer(connection: Connection, database: Database, referrals: Sequence[Referral]) -> None:
    rows = [
        {
            "referrer_id": one.referrer,
            "referred_id": one.referred,
            "at": one.at,
            "asked_on": one.asked_on,
            "thanked_on": one.thanked_on,
            "fee_minor": minor(one.fee, database.currency),
            "note": one.note,
        }
        for one in referrals
    ]
    insert_rows(connection, schema.referral, rows)


def _thank(connection: Connection, thanked: Sequence[Thanked]) -> None:
    _thanking(connection.dialect).run(
        connection,
        {"referrer": [one.referrer for one in thanked], "on": [one.on for one in thanked]},
    )


@lru_cache(maxsize=4)
def _thanking(dialect: Dialect) -> ForEach:
    r = schema.referral.c

    def statement(given: Any) -> Any:
        return (
            update(schema.referral)
            .where(r.referrer_id == given["referrer"], r.thanked_on.is_(None))
            .values(thanked_on=given["on"])
        )

    return ForEach(statement, dialect, each={"referrer": r.referrer_id, "on": r.thanked_on})
