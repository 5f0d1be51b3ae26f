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
    case,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.engine import Dialect

from outreach.model.audience import Arm
from outreach.model.campaign import Channel
from outreach.model.delivery import Claimed, DeliveryState
from outreach.model.ids import DeliveryId, RunId
from outreach.store import schema
from outreach.store.endings import cancel_ended
from outreach.store.engine import Database
from outreach.store.lists import among, listed, packed
from outreach.store.permission import same_address
from outreach.store.prepared import EachText, Query, given
from outreach.store.pressure import Claim, Resting, hold_back
from outreach.store.standing import is_running
from outreach.store.suppressions import forbidden

_DUE = DeliveryState.DUE.value


def claim(
    connection: Connection,
    database: Database,
    claims: Mapping[DeliveryId, str],
    *,
    run: RunId,
    now: datetime,
    resting: Resting | None = None,
) -> list[Claimed]:
    """Promise these deliveries (id → Message-ID) to a run: those that may still leave.

    Where the settings state a pressure (`resting`), people who must be left in peace wait.
    """
    if not claims:
        return []
    dialect = connection.dialect
    query = _claimable(dialect, database.contact)
    rows = query.rows(connection, ids=packed(dialect, claims), now=now)
    if resting is not None:
        asked = [Claim(row[0], row[2], row[7], row[10]) for row in rows if row[1] == _DUE]
        waits = hold_back(connection, database, asked, resting, now=now)
        claims = {number: name for number, name in claims.items() if number not in waits}
    by_id = {row[0]: row for row in rows}
    taken: set[tuple[Any, ...]] = set()
    claimed: list[Claimed] = []
    for number, message_id in claims.items():
        row = by_id.get(number)
        if row is None or row[1] != _DUE:
            continue
        _, _, contact, before, dated, *mailbox, _ = row
        # Two contacts of one mailbox asked for together: the first one gets it.
        if None not in mailbox[:2]:
            if tuple(mailbox) in taken:
                continue
            taken.add(tuple(mailbox))
        # A message that was claimed before keeps its Message-ID and date.
        claimed.append(Claimed(number, contact, before or message_id, dated or now))
    _claiming(dialect).run(
        connection,
        {one.id: one.message_id for one in claimed},
        run=run,
        now=now,
    )
    if len(claimed) < len(claims):
        cancel_ended(connection, claims.keys() - {one.id for one in claimed}, now=now)
    return claimed


def give_back(connection: Connection, ids: Collection[DeliveryId], *, now: datetime) -> None:
    """Claimed and not used: due again, as if nothing had been; not where the chain has ended.

    What has never been tried is dated by the day it is.
    """
    d = schema.delivery.c
    if not ids:
        return
    connection.execute(
        update(schema.delivery)
        .where(among(connection, d.id, ids), d.state == DeliveryState.CLAIMED.value)
        .values(
            state=DeliveryState.DUE.value,
            run_id=None,
            claimed_at=None,
            message_date=case((d.attempts == 0, None), else_=d.message_date),
        )
    )
    cancel_ended(connection, ids, now=now)


@lru_cache(maxsize=4)
def _claimable(dialect: Dialect, contact: Table) -> Query:
    """Those of them whose time has come and that are permitted, each with its mailbox."""
    d, c = schema.delivery.c, contact.c
    mailbox = (c.email_folded, c.email_print, d.campaign_id, d.step_id, d.occurrence)
    query = (
        select(d.id, d.state, d.contact_id, d.message_id, d.message_date, *mailbox, d.due_at)
        .join(contact, c.id == d.contact_id)
        .where(
            # Their state is looked at afterwards: asked here, SQLite (which knows nothing of the
            # sizes) would go through everything that is due instead of looking these up.
            listed(dialect, d.id, "ids"),
            d.due_at <= given("now", d.due_at.type),
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
        # A merge ends the chains of the record that goes; should one be left, it stays here.
        contact.c.merged_into.is_(None),
        contact.c.email_bounced_at.is_(None),
        ~forbidden(contact, Channel.EMAIL),
        ~same_address(contact),
    )


@lru_cache(maxsize=4)
def _claiming(dialect: Dialect) -> EachText:
    d = schema.delivery.c

    def statement(of: Any) -> Any:
        return (
            update(schema.delivery)
            .where(d.id == of["number"])
            .values(
                state=DeliveryState.CLAIMED.value,
                run_id=of["run"],
                claimed_at=of["now"],
                message_id=of["text"],
                message_date=func.coalesce(d.message_date, of["now"]),
            )
        )

    same = {"run": d.run_id, "now": d.claimed_at}
    return EachText(statement, dialect, number=d.id, text=d.message_id, same=same)
