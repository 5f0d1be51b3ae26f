"""What became of deliveries, written: hundreds of them by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select, update
from sqlalchemy.engine import Dialect

from outreach.model.change import Settled
from outreach.model.delivery import DeliveryState
from outreach.model.ids import DeliveryId
from outreach.model.money import to_minor
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import listed, packed
from outreach.store.prepared import ForEach, Query

#: Ids named in one statement.
_AT_ONCE = 5000
#: Looked up in a dictionary: an enumeration takes several times as long.
_STATES = {state.value: state for state in DeliveryState}


def settle(
    connection: Connection, database: Database, settled: Sequence[Settled]
) -> set[DeliveryId]:
    """Change the deliveries; those that were in no expected state: nothing is told of them."""
    states = _states(connection, [one.delivery for one in settled])
    missed: set[DeliveryId] = set()
    changes: list[Settled] = []
    written: set[DeliveryId] = set()
    for one in settled:
        if states.get(one.delivery) not in one.expected:
            missed.add(one.delivery)
            continue
        if one.delivery in written:
            _write_settled(connection, database, changes)
            changes, written = [], set()
        states[one.delivery] = one.state
        changes.append(one)
        written.add(one.delivery)
    _write_settled(connection, database, changes)
    return missed


def _states(
    connection: Connection, deliveries: Sequence[DeliveryId]
) -> dict[DeliveryId, DeliveryState]:
    """Their states now; held until the transaction ends."""
    dialect = connection.dialect
    ids = sorted(set(deliveries))
    return {
        number: _STATES[state]
        for begin in range(0, len(ids), _AT_ONCE)
        for number, state in _state_query(dialect).rows(
            connection, ids=packed(dialect, ids[begin : begin + _AT_ONCE])
        )
    }


@lru_cache(maxsize=4)
def _state_query(dialect: Dialect) -> Query:
    d = schema.delivery.c
    query = select(d.id, d.state).where(listed(dialect, d.id, "ids")).order_by(d.id)
    return Query(query.with_for_update(key_share=True), dialect)


def _write_settled(connection: Connection, database: Database, settled: Sequence[Settled]) -> None:
    """No delivery is named twice."""
    _settling(connection.dialect).run(
        connection,
        {
            "id": [one.delivery for one in settled],
            "state": [one.state.value for one in settled],
            "detail": [one.detail for one in settled],
            "due_at": [one.due_at for one in settled],
            "settled_at": [
                one.at if one.due_at is None or one.attempted else None for one in settled
            ],
            "tries": [int(one.attempted) for one in settled],
            "cost": [minor(one.cost, database.currency) for one in settled],
            "address": [one.address for one in settled],
            "fingerprint": [one.fingerprint for one in settled],
        },
    )


@lru_cache(maxsize=4)
def _settling(dialect: Dialect) -> ForEach:
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        back = given["due_at"].is_not(None)
        # Held, or put off by what says nothing of the person, before any try that counts: it is
        # dated by the day of that, which its two days of tries begin with.
        waits = or_(given["state"] == DeliveryState.HELD.value, back)
        never_left = and_(waits, d.attempts + given["tries"] == 0)
        return (
            update(schema.delivery)
            .where(d.id == given["id"])
            .values(
                state=given["state"],
                detail=given["detail"],
                due_at=func.coalesce(given["due_at"], d.due_at),
                run_id=case((back, None), else_=d.run_id),
                claimed_at=case((back, None), else_=d.claimed_at),
                settled_at=func.coalesce(given["settled_at"], d.settled_at),
                attempts=d.attempts + given["tries"],
                message_date=case((never_left, None), else_=d.message_date),
                cost_minor=func.coalesce(given["cost"], d.cost_minor),
                address=func.coalesce(given["address"], d.address),
                fingerprint=func.coalesce(given["fingerprint"], d.fingerprint),
            )
        )

    each = {
        "id": d.id, "state": d.state, "detail": d.detail, "due_at": d.due_at,
        "settled_at": d.settled_at, "tries": d.attempts, "cost": d.cost_minor,
        "address": d.address, "fingerprint": d.fingerprint,
    }  # fmt: skip
    return ForEach(statement, dialect, each=each)


@lru_cache(maxsize=256)
def minor(amount: Decimal | None, currency: str) -> int | None:
    """Hundreds of messages cost the same."""
    return None if amount is None else to_minor(amount, currency)
