"""Emptying people: a stub stays, with what it did but not who it was.

What names the person, or was said by him or about him, goes: fields, tags, set-aside cells,
what imports changed, notes, addresses of messages, replies of servers, proofs. What stays says
nothing of anybody: numbers, days, amounts, states, so that reports read as before; and keyed
fingerprints of his addresses on the suppression list, so that he stays forbidden without being
known (GDPR art. 17 and 21).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, exists, literal, or_, select, update

from outreach.model.audience import Arm
from outreach.model.change import Change, Stop
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.field import Origin
from outreach.model.ids import CampaignId, ContactId
from outreach.model.suppression import SuppressionKey, SuppressionScope
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.engine import Database
from outreach.store.ledger import write_change
from outreach.store.lists import among

#: Why their chains end.
ERASED = "erased"

#: Standard fields that say nothing of a person alone: reports are cut by them.
_ANONYMOUS = ("kind", "source")

#: Columns beside the fields that say who it was.
_IDENTIFYING = (
    "email_print", "phone_print", "mobile_print", "email_domain", "household", "timezone",
    "owner", "interest_reason", "life_stage_reason", "company_id", "extra",
)  # fmt: skip

#: What the data of an event may keep: words of ours, and what links one event to another. What
#: a recording is taken back by is not among them: what is forgotten cannot be undone.
_OUR_WORDS = frozenset({"reason", "rule", "arm", "scope", "from", "to", "because", "into", "other"})

#: States in which the detail is a word of ours; elsewhere it is what a server answered.
_EXPLAINED = (DeliveryState.SKIPPED.value, DeliveryState.CANCELLED.value)

_PRINTS = {
    "email_print": SuppressionKey.EMAIL,
    "phone_print": SuppressionKey.PHONE,
    "mobile_print": SuppressionKey.PHONE,
}


@dataclass(frozen=True, slots=True)
class Erased:
    """What was emptied."""

    people: int
    #: Fingerprints by which they stay forbidden.
    kept: int


def erase(
    connection: Connection,
    database: Database,
    contacts: Collection[ContactId],
    *,
    forbid: bool,
    now: datetime,
) -> Erased:
    """Empty these people, each with the records merged into him, in the caller's transaction.

    `forbid`: they stay forbidden on every channel; else only where they were already.
    """
    ids = _with_merged(connection, contacts)
    _end_chains(connection, database, ids, now)
    kept = _keep_forbidden(connection, database, ids, forbid=forbid, now=now)
    _empty_contacts(connection, database, ids, now)
    _empty_belongings(connection, ids, now)
    _empty_history(connection, ids)
    rows = [
        {"at": now, "recorded_at": now, "kind": EventKind.ERASED.value, "contact_id": one}
        for one in ids
    ]
    insert_rows(connection, schema.event, rows)
    return Erased(len(set(contacts)), kept)


def _with_merged(connection: Connection, contacts: Collection[ContactId]) -> list[ContactId]:
    c = schema.contact.c
    query = select(c.id).where(among(connection, c.merged_into, contacts))
    return sorted({*contacts, *map(ContactId, connection.scalars(query))})


def _end_chains(
    connection: Connection, database: Database, ids: Sequence[ContactId], now: datetime
) -> None:
    e = schema.enrolment.c
    query = select(e.campaign_id, e.contact_id).where(
        among(connection, e.contact_id, ids),
        e.arm == Arm.ENROLLED.value,
        e.stopped_at.is_(None),
    )
    stops = [
        Stop(campaign=CampaignId(campaign), contact=ContactId(contact), reason=ERASED, at=now)
        for campaign, contact in connection.execute(query)
    ]
    write_change(connection, database, Change(stops=tuple(stops)))


# --- the suppression list -------------------------------------------------------------------


def _keep_forbidden(
    connection: Connection,
    database: Database,
    ids: Sequence[ContactId],
    *,
    forbid: bool,
    now: datetime,
) -> int:
    """Let the entries about these people stand without naming them; how many do."""
    s, table = schema.suppression, database.contact
    columns = [table.c[name] for name in _PRINTS]
    query = select(table.c.id, *columns).where(among(connection, table.c.id, ids))
    prints: dict[str, tuple[SuppressionKey, ContactId]] = {}
    for number, *cells in connection.execute(query):
        for key, mark in zip(_PRINTS.values(), cells, strict=True):
            if mark is not None:
                prints[mark] = key, ContactId(number)
    numbers = [f"contact:{one}" for one in ids]
    about = among(connection, s.c.fingerprint, [*prints, *numbers])
    entries = connection.execute(select(s).where(about, s.c.removed_at.is_(None))).all()
    # Without its source no undo of what was recorded once lifts an entry: nobody is left who
    # could ask for it.
    connection.execute(update(s).where(about).values(value=None, note=None, source=None))
    wanted = _wanted(prints, entries, forbid=forbid)
    there = {(entry.fingerprint, entry.scope) for entry in entries}
    rows = [
        {"key": prints[mark][0].value, "fingerprint": mark, "scope": scope, "reason": reason,
         "at": now}
        for (mark, scope), reason in wanted.items()
        if (mark, scope) not in there
    ]  # fmt: skip
    insert_rows(connection, s, rows)
    return len({mark for mark, _ in (*wanted, *there) if mark in prints})


def _wanted(
    prints: Mapping[str, tuple[SuppressionKey, ContactId]], entries: Sequence[Any], *, forbid: bool
) -> dict[tuple[str, str], str]:
    """What is to be forbidden by fingerprint: what was by the number of the contact, or all."""
    wanted: dict[tuple[str, str], str] = {}
    of_number = {(e.fingerprint, e.scope): e.reason for e in entries}
    for mark, (_, contact) in prints.items():
        for (name, scope), reason in of_number.items():
            if name == f"contact:{contact}":
                wanted[mark, scope] = reason
        if forbid:
            wanted.setdefault((mark, SuppressionScope.ALL.value), ERASED)
    return wanted


# --- the person ---------------------------------------------------------------------------------


def _empty_contacts(
    connection: Connection, database: Database, ids: Sequence[ContactId], now: datetime
) -> None:
    table = database.contact
    firms = set(
        connection.scalars(
            select(table.c.company_id).where(
                among(connection, table.c.id, ids), table.c.company_id.is_not(None)
            )
        )
    )
    values: dict[str, Any] = dict.fromkeys(_IDENTIFYING)
    for field in database.catalogue:
        if field.origin is not Origin.DERIVED and field.name not in _ANONYMOUS:
            values[field.stored_in] = None
            if field.has_twin:
                values[f"{field.stored_in}_folded"] = None
    values |= {"erased_at": now, "updated_at": now}
    connection.execute(update(table).where(among(connection, table.c.id, ids)).values(values))
    _drop_empty_firms(connection, table, firms)


def _drop_empty_firms(connection: Connection, table: Table, firms: Collection[int]) -> None:
    """A firm that nobody is left of says who it was."""
    c = schema.company.c
    used = or_(
        exists(select(literal(1)).where(table.c.company_id == c.id)),
        exists(select(literal(1)).where(schema.planned_loss.c.company_id == c.id)),
    )
    if firms:
        connection.execute(delete(schema.company).where(among(connection, c.id, firms), ~used))


def _empty_belongings(connection: Connection, ids: Sequence[ContactId], now: datetime) -> None:
    for table in (schema.tag, schema.set_aside):
        connection.execute(delete(table).where(among(connection, table.c.contact_id, ids)))
    change, k, f = schema.import_change, schema.consent, schema.follow_up
    loss = schema.planned_loss
    connection.execute(
        update(loss).where(among(connection, loss.c.contact_id, ids)).values(cause=None)
    )
    connection.execute(
        update(change)
        .where(among(connection, change.c.contact_id, ids), change.c.before.is_not(None))
        .values(before={})
    )
    connection.execute(
        update(k).where(among(connection, k.c.contact_id, ids)).values(evidence=None)
    )
    for table, names in ((schema.inquiry, ("subject", "note")), (f, ("note",))):
        connection.execute(
            update(table)
            .where(among(connection, table.c.contact_id, ids))
            .values(dict.fromkeys(names))
        )
    open_ = among(connection, f.c.contact_id, ids) & f.c.done_at.is_(None)
    connection.execute(update(f).where(open_).values(done_at=now))
    r = schema.referral
    either = among(connection, r.c.referrer_id, ids) | among(connection, r.c.referred_id, ids)
    connection.execute(update(r).where(either).values(note=None))


def _empty_history(connection: Connection, ids: Sequence[ContactId]) -> None:
    """What was said in events and deliveries; when and what they were stays."""
    d, v = schema.delivery, schema.event
    theirs = among(connection, d.c.contact_id, ids)
    connection.execute(update(d).where(theirs).values(address=None))
    connection.execute(update(d).where(theirs, d.c.state.not_in(_EXPLAINED)).values(detail=None))
    said = select(v.c.id, v.c.kind, v.c.note, v.c.data).where(
        among(connection, v.c.contact_id, ids), or_(v.c.note.is_not(None), v.c.data.is_not(None))
    )
    for number, kind, note, data in connection.execute(said).all():
        left = {name: cell for name, cell in (data or {}).items() if name in _OUR_WORDS}
        word = note if kind == EventKind.SKIPPED.value else None
        if (word, left) != (note, data or {}):
            connection.execute(
                update(v).where(v.c.id == number).values(note=word, data=left or None)
            )
