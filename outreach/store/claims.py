"""The claim: deliveries promised to a run, in the transaction of whoever asks.

What may still leave is looked up in one statement and promised in a second one. Between
the two nobody changes the rows: SQLite has one writer, PostgreSQL locks them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    exists,
    literal,
    select,
    update,
)
from sqlalchemy.engine import Dialect

from outreach.model.audience import Arm
from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import DeliveryId, RunId
from outreach.store import schema
from outreach.store.delivery_rows import COLUMNS, delivery_of
from outreach.store.endings import cancel_ended
from outreach.store.engine import Database
from outreach.store.lists import among, listed, packed
from outreach.store.permission import same_address
from outreach.store.prepared import ForEach, Query
from outreach.store.standing import is_running
from outreach.store.suppressions import forbidden

#: Where these stand in `COLUMNS`.
_STATE, _DUE_AT, _MESSAGE_ID, _MESSAGE_DATE = (
    [column.key for column in COLUMNS].index(key)
    for key in ("state", "due_at", "message_id", "message_date")
)


def claim(
    connection: Connection,
    database: Database,
    claims: Mapping[DeliveryId, str],
    *,
    run: RunId,
    now: datetime,
) -> list[Delivery]:
    """Promise these deliveries (id → Message-ID) to a run: those that may still leave."""
    if not claims:
        return []
    dialect = connection.dialect
    query = _claimable(dialect, database.contact)
    rows = query.rows(connection, ids=packed(dialect, claims))
    by_id = {row[0]: row for row in rows}
    taken: set[tuple[Any, ...]] = set()
    claimed: list[Delivery] = []
    for number, message_id in claims.items():
        row = by_id.get(number)
        if row is None:
            continue
        *cells, folded, mark = row
        if cells[_STATE] != DeliveryState.DUE.value or cells[_DUE_AT] > now:
            continue
        # A message that was claimed before keeps its Message-ID and date.
        cells[_STATE] = DeliveryState.CLAIMED.value
        cells[_MESSAGE_ID] = cells[_MESSAGE_ID] or message_id
        cells[_MESSAGE_DATE] = cells[_MESSAGE_DATE] or now
        delivery = delivery_of(cells)
        # Two contacts of one mailbox asked for together: the first one gets it.
        mailbox = (folded, mark, delivery.campaign, delivery.step_id, delivery.occurrence)
        if folded is not None and mark is not None:
            if mailbox in taken:
                continue
            taken.add(mailbox)
        claimed.append(delivery)
    _claiming(dialect).run(
        connection,
        {
            "id": [one.id for one in claimed],
            "message_id": [one.message_id for one in claimed],
            "message_date": [one.message_date for one in claimed],
        },
        run=run,
        now=now,
    )
    if len(claimed) < len(claims):
        cancel_ended(connection, claims.keys() - {one.id for one in claimed}, now=now)
    return claimed


def give_back(connection: Connection, ids: Collection[DeliveryId], *, now: datetime) -> None:
    """Claimed and not used: due again, as if nothing had been; not where the chain has ended."""
    d = schema.delivery.c
    if not ids:
        return
    connection.execute(
        update(schema.delivery)
        .where(among(connection, d.id, ids), d.state == DeliveryState.CLAIMED.value)
        .values(state=DeliveryState.DUE.value, run_id=None, claimed_at=None)
    )
    cancel_ended(connection, ids, now=now)


@lru_cache(maxsize=4)
def _claimable(dialect: Dialect, contact: Table) -> Query:
    """Those of them that are permitted, each with its mailbox."""
    d, s, c = schema.delivery.c, schema.step.c, contact.c
    query = (
        select(*COLUMNS, c.email_folded, c.email_print)
        .join(schema.step, s.id == d.step_id)
        .join(contact, c.id == d.contact_id)
        .where(
            # Their state and time are looked at afterwards: asked here, SQLite (which knows nothing
            # of the sizes) would go through everything that is due instead of looking these up.
            listed(dialect, d.id, "ids"),
            _permitted(contact),
        )
        .with_for_update(of=schema.delivery, key_share=True)
    )
    return Query(query, dialect)


def _permitted(contact: Table) -> ColumnElement[bool]:
    """Nothing has come between the look and the claim: no pause, stop, opposition, erasure."""
    d, e = schema.delivery.c, schema.enrolment.c
    going_on = exists(
        select(literal(1)).where(
            e.campaign_id == d.campaign_id,
            e.contact_id == d.contact_id,
            e.arm == Arm.ENROLLED.value,
            e.stopped_at.is_(None),
        )
    )
    return and_(
        is_running(d.campaign_id),
        going_on,
        contact.c.erased_at.is_(None),
        contact.c.email_bounced_at.is_(None),
        ~forbidden(contact, Channel.EMAIL),
        ~same_address(contact),
    )


@lru_cache(maxsize=4)
def _claiming(dialect: Dialect) -> ForEach:
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        return (
            update(schema.delivery)
            .where(d.id == given["id"])
            .values(
                state=DeliveryState.CLAIMED.value,
                run_id=given["run"],
                claimed_at=given["now"],
                message_id=given["message_id"],
                message_date=given["message_date"],
            )
        )

    each = {"id": d.id, "message_id": d.message_id, "message_date": d.message_date}
    return ForEach(statement, dialect, each=each, same={"run": d.run_id, "now": d.claimed_at})
