"""Making two contacts of one again: merges taken back, the last act first.

What changed since the merge is left as it is: nobody's later work is lost by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, literal, select, update

from outreach.model.event import EventKind
from outreach.model.field import Value
from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.belongings import return_belongings
from outreach.store.chains import go_on
from outreach.store.engine import Database
from outreach.store.merging import COUNTED, values_of
from outreach.store.rows import Columns
from outreach.store.ways import go_back


def undo_last_merges(
    connection: Connection, database: Database, *, now: datetime
) -> list[tuple[ContactId, ContactId]]:
    """Take back what was merged last and at once: who went, and who had stayed."""
    v = schema.event.c
    corrected = select(v.corrects).where(v.corrects.is_not(None))
    standing = and_(v.kind == EventKind.MERGED.value, v.id.not_in(corrected))
    last = connection.execute(select(func.max(v.recorded_at)).where(standing)).scalar()
    if last is None:
        return []
    query = select(schema.event).where(standing, v.recorded_at == last).order_by(v.id.desc())
    events = connection.execute(query).all()
    found = []
    for event in events:
        if "into" not in event.data:
            _take_back(connection, database, event.contact_id, event.data, now)
            found.append((ContactId(event.data["other"]), ContactId(event.contact_id)))
    rows = [
        {"at": now, "recorded_at": now, "kind": EventKind.CORRECTED.value,
         "contact_id": event.contact_id, "corrects": event.id}
        for event in events
    ]  # fmt: skip
    connection.execute(schema.event.insert(), rows)
    return found


def _take_back(
    connection: Connection, database: Database, kept: ContactId, data: Any, now: datetime
) -> None:
    """Undo one merge. What changed since then is left as it is."""
    other = ContactId(data["other"])
    _empty_again(connection, database, kept, data, now)
    _count_alone(connection, kept, other, data["days"])
    contact, tag, s = schema.contact, schema.tag, schema.suppression
    connection.execute(
        delete(tag).where(tag.c.contact_id == kept, tag.c.tag_folded.in_(data["tags"]))
    )
    connection.execute(
        update(s)
        .where(s.c.id.in_(data["suppressions"]), s.c.removed_at.is_(None))
        .values(removed_at=now)
    )
    return_belongings(connection, kept, other, data.get("moved", {}))
    go_back(connection, kept, data.get("turned", ()), now)
    if "ended" in data:
        go_on(connection, kept, data["ended"])
    go_on(connection, other, data["stopped"])
    connection.execute(
        update(contact).where(contact.c.id == other).values(merged_into=None, updated_at=now)
    )
    there = and_(contact.c.id.in_(data.get("behind", [])), contact.c.merged_into == kept)
    connection.execute(update(contact).where(there).values(merged_into=other))


def _empty_again(
    connection: Connection, database: Database, kept: ContactId, data: Any, now: datetime
) -> None:
    other = ContactId(data["other"])
    mine, theirs = values_of(connection, database, kept), values_of(connection, database, other)
    changes: dict[str, Value] = {
        name: None for name in data["filled"] if name in mine and mine[name] == theirs.get(name)
    }
    if mine["kind"] != data["kind"] and mine["kind"] == theirs["kind"]:
        changes["kind"] = data["kind"]
    columns = Columns(database).of(changes, {**mine, **changes}) if changes else {}
    table = database.contact
    connection.execute(update(table).where(table.c.id == kept).values(**columns, updated_at=now))


def _count_alone(
    connection: Connection, kept: ContactId, other: ContactId, days: Mapping[str, str | None]
) -> None:
    c = schema.contact.c
    query = select(*(c[name] for name in (*COUNTED, *days))).where(c.id == other)
    theirs = connection.execute(query).one()._mapping
    values: dict[str, Any] = {name: c[name] - theirs[name] for name in COUNTED}
    for name, before in days.items():
        day = None if before is None else date.fromisoformat(before)
        # Only where the date still is the other one's.
        values[name] = case((c[name] == theirs[name], literal(day, c[name].type)), else_=c[name])
    connection.execute(update(schema.contact).where(c.id == kept).values(values))
