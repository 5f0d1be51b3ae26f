"""Calls that a recording had closed, or moved to another day, as they were before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, Text, cast, func, select, update
from sqlalchemy.engine import Dialect

from outreach.model.delivery import DeliveryState
from outreach.store import schema
from outreach.store.lists import among
from outreach.store.prepared import ForEach

#: A call that was not made may be dated anew; what is done, or on the wire, may not.
_MAY_WAIT = (DeliveryState.DUE.value, DeliveryState.HELD.value, DeliveryState.CANCELLED.value)


def call_again(connection: Connection, heads: Sequence[Any]) -> None:
    """One attempt less; where nothing came after it, the call is due as it was before.

    Also on its day: on that of the last attempt that stands, or on the one it was moved to
    since, which the first attempt that does not stand any more found.
    """
    people = {head.contact_id for head in heads if "was" in head.data}
    if not people:
        return
    dates: dict[int, str] = {}
    stands: dict[int, int] = {}
    moved: set[int] = set()
    for row in connection.execute(_attempts(connection, people)):
        for was in row.data["was"]:
            if row.fixed is None:
                stands[was["id"]] = row.id
                moved.discard(was["id"])
                if was["left_due"]:
                    dates[was["id"]] = was["left_due"]
            elif was["id"] not in moved:
                moved.add(was["id"])
                dates[was["id"]] = was["due_at"]
    _each_attempt(connection, heads, stands)
    _dating(connection.dialect).run(
        connection, {"id": list(dates), "due_at": [_instant(at) for at in dates.values()]}
    )


def _attempts(connection: Connection, people: Iterable[int]) -> Select[Any]:
    """Recordings of these people that were the outcome of a call, in their order."""
    e = schema.event.c
    fix = schema.event.alias("fix")
    return (
        select(e.id, e.data, fix.c.id.label("fixed"))
        .outerjoin(fix, fix.c.corrects == e.id)
        .where(among(connection, e.contact_id, people), cast(e.data, Text).like('%"was": [%'))
        .order_by(e.id)
    )


def _each_attempt(connection: Connection, heads: Sequence[Any], stands: Mapping[int, int]) -> None:
    """The newest goes first: what it leaves behind is what the one before it had left."""
    waiting = [(head.id, was) for head in heads for was in head.data.get("was", ())]
    while waiting:
        first: dict[int, tuple[int, Mapping[str, Any]]] = {}
        left: list[tuple[int, Mapping[str, Any]]] = []
        for one in waiting:
            if first.setdefault(one[1]["id"], one) is not one:
                left.append(one)
        some = list(first.values())
        _trying_less(connection.dialect).run(
            connection,
            {"id": list(first), "tries": [int(was["tries"]) for _, was in some]},
        )
        _put_calls_back(connection, [was for head, was in some if stands.get(was["id"], 0) < head])
        waiting = left


def _put_calls_back(connection: Connection, all_was: Sequence[Mapping[str, Any]]) -> None:
    """Each is another call, and nothing came after it."""
    _waiting_again(connection.dialect).run(
        connection,
        {
            "id": [was["id"] for was in all_was],
            "left": [was["left"] for was in all_was],
            "attempts": [was["attempts"] for was in all_was],
            "state": [was["state"] for was in all_was],
            "due_at": [_instant(was["due_at"]) for was in all_was],
            # Of a recording of before these were kept: nothing is known of them.
            "detail": [was.get("detail") for was in all_was],
            "settled_at": [_instant(was.get("settled_at")) for was in all_was],
            "cost": [was.get("cost") for was in all_was],
            "assignee": [was.get("assignee") for was in all_was],
        },
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@lru_cache(maxsize=4)
def _trying_less(dialect: Dialect) -> ForEach:
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        fewer = d.attempts - given["tries"]
        return update(schema.delivery).where(d.id == given["id"]).values(attempts=fewer)

    return ForEach(statement, dialect, each={"id": d.id, "tries": d.attempts})


@lru_cache(maxsize=4)
def _waiting_again(dialect: Dialect) -> ForEach:
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        return (
            update(schema.delivery)
            .where(
                d.id == given["id"],
                d.state == given["left"],
                d.attempts == given["attempts"],
            )
            .values(
                state=given["state"],
                due_at=given["due_at"],
                detail=given["detail"],
                settled_at=given["settled_at"],
                cost_minor=given["cost"],
                # Whoever was given it since keeps it, where nobody had it before.
                assignee=func.coalesce(given["assignee"], d.assignee),
            )
        )

    each = {
        "id": d.id, "left": d.state, "attempts": d.attempts,
        "state": d.state, "due_at": d.due_at, "detail": d.detail, "settled_at": d.settled_at,
        "cost": d.cost_minor, "assignee": d.assignee,
    }  # fmt: skip
    return ForEach(statement, dialect, each=each)


@lru_cache(maxsize=4)
def _dating(dialect: Dialect) -> ForEach:
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        return (
            update(schema.delivery)
            .where(d.id == given["id"], d.state.in_(_MAY_WAIT))
            .values(due_at=given["due_at"])
        )

    return ForEach(statement, dialect, each={"id": d.id, "due_at": d.due_at})
