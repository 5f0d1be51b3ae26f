"""Making one contact of two, and two of one again.

Nothing that happened is rewritten. The contact that goes keeps its row, its events and its
deliveries, and points at the one that stays; that one is filled where it lacked a
value, counts what both did, and is forbidden what either had forbidden. An event MERGED of the
one that stays says what was done to it, so that `parting.py` can take it back to the letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, literal, select, update
from sqlalchemy import Text as SqlText
from sqlalchemy import cast as sql_cast

from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState
from outreach.model.contact import Kind
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.field import Origin, Value
from outreach.model.ids import ContactId
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.belongings import move_belongings
from outreach.store.chains import end_with, stop_chains
from outreach.store.engine import Database
from outreach.store.ledger import insert_ignoring
from outreach.store.matching import ADDRESS
from outreach.store.rows import Columns
from outreach.store.suppressions import insert_suppressions
from outreach.store.ways import go_their_way, turned_already

#: What is counted: the one that stays counts both.
COUNTED = ("order_count", "revenue_minor", "margin_minor", "touch_count")
_EARLIEST = ("first_order_on",)
_LATEST = ("last_order_on", "last_contacted_on", "last_reply_on")

#: Parts of one address: filled together or not at all.
_ADDRESS = ("street", "street2", "postal_code", "city", "country")

#: Promised, or on its way: nothing can be stopped any more.
_MOVING = (DeliveryState.CLAIMED.value, DeliveryState.UNKNOWN.value)

_STEPS = {kind.value: step for step, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of merging."""

    #: Who went → who stayed.
    gone: Mapping[ContactId, ContactId] = field(default_factory=dict)
    #: Left as they are: they have messages to come that the other one does not have.
    busy: tuple[ContactId, ...] = ()

    def __add__(self, other: Merged) -> Merged:
        return Merged({**self.gone, **other.gone}, self.busy + other.busy)


def merge_into(
    connection: Connection, database: Database, group: Sequence[ContactId], *, now: datetime
) -> Merged:
    """Make one of a group, in the caller's transaction."""
    kept, *others = _by_history(connection, group)
    gone: dict[ContactId, ContactId] = {}
    busy: list[ContactId] = []
    for other in others:
        if _is_busy(connection, other, kept):
            busy.append(other)
            continue
        _merge(connection, database, kept, other, now)
        gone[other] = kept
    return Merged(gone, tuple(busy))


def _by_history(connection: Connection, group: Sequence[ContactId]) -> list[ContactId]:
    """Who is in campaigns first, then who has lived most, then the oldest; those still there."""
    c, e, v = schema.contact.c, schema.enrolment.c, schema.event.c
    running = (
        select(func.count()).where(e.contact_id == c.id, e.stopped_at.is_(None))
        .where(e.arm != Arm.EXCLUDED.value).scalar_subquery()
    )  # fmt: skip
    events = select(func.count()).where(v.contact_id == c.id).scalar_subquery()
    query = (
        select(c.id)
        .where(c.id.in_(list(group)), c.merged_into.is_(None), c.erased_at.is_(None))
        .order_by(running.desc(), case((events > 2, events), else_=literal(0)).desc(), c.id)
    )
    return [ContactId(row.id) for row in connection.execute(query)]


def _is_busy(connection: Connection, other: ContactId, kept: ContactId) -> bool:
    """Whether a campaign still has something to do with `other` that it has not with `kept`."""
    e, k, d = schema.enrolment.alias(), schema.campaign.c, schema.delivery.c
    moving = select(d.id).where(d.contact_id == other, d.state.in_(_MOVING)).limit(1)
    if connection.execute(moving).first():
        return True
    theirs = select(schema.enrolment.c.campaign_id).where(schema.enrolment.c.contact_id == kept)
    alone = (
        select(e.c.campaign_id)
        .join(schema.campaign, k.id == e.c.campaign_id)
        .where(
            e.c.contact_id == other,
            e.c.arm != Arm.EXCLUDED.value,
            e.c.stopped_at.is_(None),
            k.state.in_([CampaignState.RUNNING.value, CampaignState.PAUSED.value]),
            k.deleted_at.is_(None),
            e.c.campaign_id.not_in(theirs),
        )
        .limit(1)
    )
    return connection.execute(alone).first() is not None


def _merge(
    connection: Connection, database: Database, kept: ContactId, other: ContactId, now: datetime
) -> None:
    filled = _fill(connection, database, kept, other, now)
    done = {
        **filled,
        "other": other,
        "days": _count_both(connection, kept, other),
        "tags": _share_tags(connection, kept, other),
        "suppressions": _share_suppressions(connection, database, kept, other, now),
        "moved": move_belongings(connection, kept, other),
        "ended": end_with(
            connection, kept, other, now, goes_on=turned_already(connection, kept, other)
        ),
        "turned": go_their_way(connection, database, kept, other, now),
        "stopped": stop_chains(connection, other, now),
        "behind": _bring_along(connection, kept, other),
    }
    contact = schema.contact
    connection.execute(
        update(contact).where(contact.c.id == other).values(merged_into=kept, updated_at=now)
    )
    event = {"at": now, "recorded_at": now, "kind": EventKind.MERGED.value}
    connection.execute(schema.event.insert().values(**event, contact_id=kept, data=done))
    connection.execute(schema.event.insert().values(**event, contact_id=other, data={"into": kept}))


def _bring_along(connection: Connection, kept: ContactId, other: ContactId) -> list[int]:
    """Point whoever had become one with `other` at the one that stays: nobody is two steps away."""
    c = schema.contact.c
    behind = list(connection.scalars(select(c.id).where(c.merged_into == other).order_by(c.id)))
    if behind:
        connection.execute(update(schema.contact).where(c.id.in_(behind)).values(merged_into=kept))
    return behind


# --- values -----------------------------------------------------------------------------------


def _fill(
    connection: Connection, database: Database, kept: ContactId, other: ContactId, now: datetime
) -> dict[str, Any]:
    """Fill what the one that stays lacks; which fields, and the kind it had."""
    mine, theirs = values_of(connection, database, kept), values_of(connection, database, other)
    changes = {n: theirs[n] for n in mine if mine[n] is None and theirs[n] is not None}
    if any(mine[n] and theirs[n] and mine[n] != theirs[n] for n in ("postal_code", "city")):
        changes = {n: value for n, value in changes.items() if n not in _ADDRESS}
    filled = list(changes)
    if _STEPS.get(str(theirs["kind"]), -1) > _STEPS.get(str(mine["kind"]), -1):
        changes["kind"] = theirs["kind"]
    columns = Columns(database).of(changes, {**mine, **changes}) if changes else {}
    table = database.contact
    if "email" in changes:
        columns["email_bounced_at"] = connection.execute(
            select(table.c.email_bounced_at).where(table.c.id == other)
        ).scalar()
    if any(theirs[name] for name in _ADDRESS) and not any(
        fold(str(mine[name] or changes.get(name) or "")) != fold(str(theirs[name] or ""))
        for name in ADDRESS
    ):
        # It is one address from now on: what either suffered, it suffered.
        c = table.c.post_returned_at
        both = select(func.max(c)).where(table.c.id.in_([kept, other]))
        columns["post_returned_at"] = connection.execute(both).scalar()
    connection.execute(update(table).where(table.c.id == kept).values(**columns, updated_at=now))
    return {"filled": filled, "kind": mine["kind"]}


def values_of(connection: Connection, database: Database, contact: ContactId) -> dict[str, Value]:
    """What files and people said of a contact, as its columns hold it."""
    fields = [field for field in database.catalogue if field.origin is not Origin.DERIVED]
    columns = database.contact.c
    query = select(*(columns[field.stored_in] for field in fields)).where(columns.id == contact)
    cells = connection.execute(query).one()
    return {field.name: cell for field, cell in zip(fields, cells, strict=True)}


def _count_both(connection: Connection, kept: ContactId, other: ContactId) -> dict[str, Any]:
    """Count what both did; the dates that the one that stays had before."""
    c = schema.contact.c
    names = (*_EARLIEST, *_LATEST)
    query = select(c.id, *(c[name] for name in (*COUNTED, *names))).where(c.id.in_([kept, other]))
    rows = {row.id: row._mapping for row in connection.execute(query)}
    mine, theirs = rows[kept], rows[other]
    values: dict[str, Any] = {name: mine[name] + theirs[name] for name in COUNTED}
    for name in names:
        days = [day for day in (mine[name], theirs[name]) if day is not None]
        values[name] = (min(days) if name in _EARLIEST else max(days)) if days else None
    connection.execute(update(schema.contact).where(c.id == kept).values(values))
    return {name: mine[name] and mine[name].isoformat() for name in names}


def _share_tags(connection: Connection, kept: ContactId, other: ContactId) -> list[str]:
    """Give the tags of the one that goes; those that were new."""
    tag = schema.tag
    query = select(tag.c.tag_folded, tag.c.tag).where(tag.c.contact_id == other)
    has = set(connection.scalars(select(tag.c.tag_folded).where(tag.c.contact_id == kept)))
    new = [row for row in connection.execute(query) if row.tag_folded not in has]
    rows = [{"contact_id": kept, "tag_folded": row.tag_folded, "tag": row.tag} for row in new]
    if rows:
        connection.execute(insert_ignoring(connection, tag), rows)
    return [row.tag_folded for row in new]


def _share_suppressions(
    connection: Connection, database: Database, kept: ContactId, other: ContactId, now: datetime
) -> list[int]:
    """Whoever opposed under one record opposed as a person: the entries that were added."""
    s, c = schema.suppression.c, database.contact.c
    about = (
        (s.fingerprint == c.email_print)
        | (s.fingerprint == c.phone_print)
        | (s.fingerprint == c.mobile_print)
        | (s.fingerprint == literal("contact:") + sql_cast(c.id, SqlText))
    )
    query = (
        select(s.scope, s.reason)
        .join(database.contact, about)
        .where(c.id == other, s.removed_at.is_(None))
        .distinct()
    )
    entries = [
        Suppression(
            key=SuppressionKey.CONTACT, value=str(kept), scope=SuppressionScope(row.scope),
            reason=row.reason, at=now, note=f"#{other}",
        )
        for row in connection.execute(query).all()
    ]  # fmt: skip
    last = connection.execute(select(func.max(s.id))).scalar() or 0
    insert_suppressions(connection, database, entries)
    return list(connection.scalars(select(s.id).where(s.id > last)))
