"""Chains that end: why is remembered, and what was due or held is cancelled, set by set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, and_, select, update
from sqlalchemy.engine import Dialect

from outreach.model.change import Stop
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.lists import among
from outreach.store.prepared import ForEach

_OPEN = (DeliveryState.DUE.value, DeliveryState.HELD.value)


def end_chains(connection: Connection, stops: Sequence[Stop]) -> None:
    """End people's chains: remember why, cancel what had not been done, each with its event."""
    first: dict[tuple[int, int], Stop] = {}
    for stop in stops:
        first.setdefault((stop.campaign, stop.contact), stop)
    _ending(connection.dialect).run(
        connection,
        {
            "campaign": [stop.campaign for stop in first.values()],
            "contact": [stop.contact for stop in first.values()],
            "at": [stop.at for stop in first.values()],
            "reason": [stop.reason for stop in first.values()],
        },
    )
    d = schema.delivery.c
    waiting = (
        select(d.id, d.campaign_id, d.contact_id, d.step_id, d.channel)
        .where(among(connection, d.contact_id, {contact for _, contact in first}))
        .where(d.state.in_(_OPEN))
        .order_by(d.id)
        .with_for_update()
    )
    rows = connection.execute(waiting).all()
    ended = [(row, first[place]) for row in rows
             if (place := (row.campaign_id, row.contact_id)) in first]  # fmt: skip
    cancel(
        connection,
        [row.id for row, _ in ended],
        reasons=[stop.reason for _, stop in ended],
        at=[stop.at for _, stop in ended],
    )
    insert_rows(connection, schema.event, [_told(row, stop) for row, stop in ended])


def cancel(
    connection: Connection, ids: Sequence[int], *, reasons: Sequence[str], at: Sequence[datetime]
) -> None:
    """Deliveries that will never leave, each with its reason and the instant."""
    _cancelling(connection.dialect).run(
        connection, {"id": list(ids), "reason": list(reasons), "at": list(at)}
    )


def _told(row: Any, stop: Stop) -> dict[str, object]:
    data = {"reason": stop.reason}
    return {
        "at": stop.at,
        "recorded_at": stop.at,
        "kind": EventKind.CANCELLED.value,
        "contact_id": row.contact_id,
        "campaign_id": row.campaign_id,
        "step_id": row.step_id,
        "delivery_id": row.id,
        "channel": row.channel,
        "data": data if stop.because is None else {**data, "because": stop.because},
    }


@lru_cache(maxsize=4)
def _ending(dialect: Dialect) -> ForEach:
    e = schema.enrolment.c

    def statement(given: Any) -> Any:
        here = and_(e.campaign_id == given["campaign"], e.contact_id == given["contact"])
        return (
            update(schema.enrolment)
            .where(here, e.stopped_at.is_(None))
            .values(stopped_at=given["at"], stop_reason=given["reason"])
        )

    each = {
        "campaign": e.campaign_id, "contact": e.contact_id, "at": e.stopped_at,
        "reason": e.stop_reason,
    }  # fmt: skip
    return ForEach(statement, dialect, each=each)


@lru_cache(maxsize=4)
def _cancelling(dialect: Dialect) -> ForEach:
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        return (
            update(schema.delivery)
            .where(d.id == given["id"])
            .values(
                state=DeliveryState.CANCELLED.value, detail=given["reason"],
                settled_at=given["at"],
            )
        )  # fmt: skip

    each = {"id": d.id, "reason": d.detail, "at": d.settled_at}
    return ForEach(statement, dialect, each=each)
