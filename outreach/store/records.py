"""Writing down a chunk of an import: contacts, events, changes, tags, cells set aside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from outreach.errors import Text
from outreach.model.contact import SetAside
from outreach.model.event import EventKind
from outreach.model.field import Value
from outreach.model.ids import ImportId
from outreach.store import schema
from outreach.store.bulk import insert_rows, update_rows
from outreach.store.engine import Database
from outreach.store.firms import TELLING, link_firms
from outreach.store.matching import Known
from outreach.store.rows import Columns

if TYPE_CHECKING:
    from outreach.store.admission import Chunk


def write_chunk(
    connection: Connection,
    database: Database,
    chunk: Chunk,
    *,
    import_id: ImportId | None,
    now: datetime,
) -> None:
    """Everything one chunk does, in the caller's transaction. `import_id` None: by hand."""
    _write_new(connection, database, chunk, import_id, now)
    _write_changed(connection, database, chunk, import_id, now)
    known = {id(k): k for _, k in chunk.kept if k.new_tags}
    tags = [
        {"contact_id": k.id, "tag_folded": folded, "tag": tag}
        for k in known.values()
        for folded, tag in k.new_tags.items()
    ]
    insert_rows(connection, schema.tag, tags, once=True)
    aside = [*_set_aside(chunk, import_id), *_met_again(chunk, import_id)]
    insert_rows(connection, schema.set_aside, aside, once=True)


def _write_new(
    connection: Connection,
    database: Database,
    chunk: Chunk,
    import_id: ImportId | None,
    now: datetime,
) -> None:
    columns = Columns(database)
    stamps = {"import_id": import_id, "created_at": now, "updated_at": now}
    firms = link_firms(connection, [k.values for k in chunk.new], now, by_hand=import_id is None)
    insert_rows(
        connection,
        database.contact,
        [{"id": k.id, **columns.of(k.values, k.values), "company_id": firm, **stamps}
         for k, firm in zip(chunk.new, firms, strict=True)],
    )  # fmt: skip
    events = [_event(k.id, EventKind.IMPORTED, import_id, now) for k in chunk.new]
    insert_rows(connection, schema.event, events)
    if import_id is None:
        return
    changes = [{"import_id": import_id, "contact_id": k.id} for k in chunk.new]
    insert_rows(connection, schema.import_change, changes)


def _write_changed(
    connection: Connection,
    database: Database,
    chunk: Chunk,
    import_id: ImportId | None,
    now: datetime,
) -> None:
    if not chunk.changed:
        return
    columns = Columns(database)
    updates = []
    links = _links(connection, chunk, now, by_hand=import_id is None)
    for known in chunk.changed:
        changed = {name: known.values.get(name) for name in known.before}
        row = {**columns.of(changed, known.values), **links.get(known.id, {}), "updated_at": now}
        updates.append((known.id, row))
    update_rows(connection, database.contact, updates)
    events = [
        _event(k.id, EventKind.CHANGED, import_id, now, _told(k, by_hand=import_id is None))
        for k in chunk.changed
    ]
    insert_rows(connection, schema.event, events)
    if import_id is not None:
        _remember_before(connection, chunk, import_id)


def _links(
    connection: Connection, chunk: Chunk, now: datetime, *, by_hand: bool
) -> dict[int, dict[str, int | None]]:
    """The companies of those whose firm may be another now.

    Who emptied the company by hand said that there is none, whatever the address.
    """
    moved = [known for known in chunk.changed if TELLING & known.before.keys()]
    gone = [k for k in moved if by_hand and "company" in k.before and not k.values.get("company")]
    moved = [known for known in moved if known not in gone]
    firms = link_firms(connection, [k.values for k in moved], now, by_hand=by_hand)
    links = zip([*gone, *moved], [*(None for _ in gone), *firms], strict=True)
    return {known.id: {"company_id": firm} for known, firm in links}


def _told(known: Known, *, by_hand: bool) -> dict[str, Any]:
    """What an event says of a change; an import keeps the values before it in its own table."""
    fields = [*known.before, *(["tags"] if known.new_tags else [])]
    after = _plain({name: known.values[name] for name in known.before})
    if by_hand:
        return {"fields": fields, "before": _plain(known.before), "after": after}
    tags = {"tags": sorted(known.tags.values())} if known.new_tags else {}
    return {"fields": fields, "after": after | tags}


def _event(
    contact: int,
    kind: EventKind,
    import_id: ImportId | None,
    now: datetime,
    data: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    row = {"at": now, "recorded_at": now, "kind": kind.value, "contact_id": contact}
    return {**row, "import_id": import_id, "data": data}


def _remember_before(connection: Connection, chunk: Chunk, import_id: ImportId) -> None:
    """Values before this import, the first time it changes them; what it created has none."""
    change = schema.import_change
    ids = [known.id for known in chunk.changed]
    query = select(change.c.contact_id, change.c.before).where(
        change.c.import_id == import_id, change.c.contact_id.in_(ids)
    )
    earlier = {row.contact_id: row.before for row in connection.execute(query)}
    insert_rows(
        connection,
        change,
        [
            {"import_id": import_id, "contact_id": k.id, "before": _before(k)}
            for k in chunk.changed
            if k.id not in earlier
        ],
    )
    for known in chunk.changed:
        if before := earlier.get(known.id):
            connection.execute(
                change.update()
                .where(change.c.import_id == import_id, change.c.contact_id == known.id)
                .values(before=_before(known) | before)
            )


def _before(known: Known) -> dict[str, Any]:
    """What is needed to take the change back: old values, and old tags where some came."""
    tags = [tag for folded, tag in known.tags.items() if folded not in known.new_tags]
    return _plain(known.before) | ({"tags": sorted(tags)} if known.new_tags else {})


def _plain(values: Mapping[str, Value]) -> dict[str, Any]:
    """Values as JSON: numbers and dates as text, exactly."""
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else str(value)
        if isinstance(value, Decimal)
        else value
        for name, value in values.items()
    }


def _set_aside(chunk: Chunk, import_id: ImportId | None) -> list[dict[str, Any]]:
    """Cells that could not be used, and the originals of values that were taken."""
    return [
        {
            "contact_id": known.id,
            "import_id": import_id,
            "field": aside.field,
            "original": aside.original,
            "reason": as_json(aside.reason),
        }
        for draft, known in chunk.kept
        for aside in draft.set_aside
        if aside.reason is not None or known.fresh or aside.field in known.before
    ]


def _met_again(chunk: Chunk, import_id: ImportId | None) -> list[dict[str, Any]]:
    """Another list in which somebody stands: the one by which he came first stays."""
    reason = as_json(Text("came by another list first"))
    return [
        {
            "contact_id": contact, "import_id": import_id, "field": "source", "original": name,
            "reason": reason,
        }
        for contact, name in dict.fromkeys(chunk.met_again)
    ]  # fmt: skip


def as_json(reason: Text | None) -> dict[str, Any] | None:
    """A sentence as it is stored: its English key and its values."""
    return None if reason is None else {"msgid": reason.msgid, "values": dict(reason.values)}


def from_json(row: Any) -> SetAside:
    """A row of the table `set_aside`."""
    reason = Text(row.reason["msgid"], **row.reason["values"]) if row.reason else None
    return SetAside(row.field, row.original, reason)
