"""Taking back what an import did, in one transaction of the caller's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, exists, literal, select, update

from outreach.model.event import EventKind
from outreach.model.field import Catalogue, Field, FieldType, Value
from outreach.model.ids import ContactId, ImportId
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.bulk import insert_rows, update_rows
from outreach.store.contacts import Contacts
from outreach.store.engine import Database, HeldDatabase
from outreach.store.fields import is_empty
from outreach.store.firms import TELLING, link_firms
from outreach.store.rows import Columns
from outreach.store.turn import take_turn

#: Contacts put back at once.
_PAGE = 2000

#: Columns that point at a contact and have no index of their own: deleting many contacts
#: would read the whole table once for each.
POINTERS = (("contact", "merged_into"), ("import_change", "contact_id"),
             ("duplicate_decision", "high_id"))  # fmt: skip


def undo_import(
    connection: Connection,
    database: Database,
    number: ImportId,
    started_at: datetime,
    now: datetime,
) -> None:
    """Nothing else may have happened to its people: whoever calls has made sure of it."""
    take_turn(connection)
    for page in _changed(connection, number):
        _put_back(connection, database, page, number, now)
    aside = schema.set_aside
    connection.execute(delete(aside).where(aside.c.import_id == number))
    with indexed(connection, POINTERS):
        _delete_made(connection, number)
    _delete_firms(connection, started_at)
    _delete_fields(connection, database, started_at, now)
    run = schema.import_run
    connection.execute(update(run).where(run.c.id == number).values(undone_at=now))


@contextmanager
def indexed(connection: Connection, pointers: Sequence[tuple[str, str]]) -> Iterator[None]:
    """Indexes for the time of the deletion."""
    for table, column in pointers:
        connection.exec_driver_sql(f"CREATE INDEX ix_undo_{table} ON {table} ({column})")
    yield
    for table, _ in pointers:
        connection.exec_driver_sql(f"DROP INDEX ix_undo_{table}")


def _delete_made(connection: Connection, number: ImportId) -> None:
    """The contacts that the import made, with all that speaks of them alone."""
    contact = schema.contact
    made = select(contact.c.id).where(contact.c.import_id == number)
    for table in (schema.tag, schema.set_aside, schema.event, schema.import_change):
        connection.execute(delete(table).where(table.c.contact_id.in_(made)))
    connection.execute(delete(contact).where(contact.c.import_id == number))


def _delete_firms(connection: Connection, started_at: datetime) -> None:
    """Companies made since then that nobody belongs to any more."""
    firm, c = schema.company.c, schema.contact.c
    people = exists(select(literal(1)).where(c.company_id == firm.id))
    loss = exists(select(literal(1)).where(schema.planned_loss.c.company_id == firm.id))
    connection.execute(delete(schema.company).where(firm.created_at >= started_at, ~people, ~loss))


def _delete_fields(
    connection: Connection, database: Database, started_at: datetime, now: datetime
) -> None:
    """The fields that the import made and that nobody has a value in."""
    f = schema.field
    made = connection.scalars(
        select(f.c.name).where(f.c.created_at == started_at, f.c.deleted_at.is_(None))
    ).all()
    fields = [field for name in made if (field := database.catalogue.find(name))]
    empty = [field.name for field in fields if is_empty(connection, database, field)]
    connection.execute(update(f).where(f.c.name.in_(empty)).values(deleted_at=now))


# --- values that come back --------------------------------------------------------------------


def _changed(connection: Connection, number: ImportId) -> Iterator[Mapping[ContactId, Any]]:
    """Contact → its values before the import, page by page."""
    change, last = schema.import_change.c, 0
    query = select(change.contact_id, change.before).where(
        change.import_id == number, change.before.is_not(None)
    )
    while True:
        page = query.where(change.contact_id > last).order_by(change.contact_id).limit(_PAGE)
        rows = connection.execute(page).all()
        if not rows:
            return
        last = rows[-1].contact_id
        yield {ContactId(row.contact_id): row.before for row in rows}


def _put_back(
    connection: Connection,
    database: Database,
    page: Mapping[ContactId, Any],
    number: ImportId,
    now: datetime,
) -> None:
    columns = Columns(database)
    people = Contacts(HeldDatabase(database, connection)).get_many(list(page))
    updates, moved = [], []
    for one, person in people.items():
        before = _values(page[one], database.catalogue)
        whole = {**person.values, **before}
        updates.append((int(one), {**columns.of(before, whole), "updated_at": now}))
        if TELLING & before.keys():
            moved.append((int(one), whole))
        if "tags" in page[one]:
            _keep_tags(connection, one, page[one]["tags"])
    update_rows(connection, database.contact, updates)
    firms = link_firms(connection, [whole for _, whole in moved], now)
    update_rows(
        connection,
        database.contact,
        [(one, {"company_id": firm}) for (one, _), firm in zip(moved, firms, strict=True)],
    )
    _correct(connection, list(page), number, now)


def _values(before: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Value]:
    """Values as they were written down; those of fields that are gone are gone too."""
    found: dict[str, Value] = {}
    for name, written in before.items():
        field = field_of(name, catalogue)
        if field is not None:
            found[field.name] = value_of(written, field.type)
    return found


def field_of(name: str, catalogue: Catalogue) -> Field | None:
    """The field of that name then: a renamed one still has its column."""
    if name == "tags":
        return None
    field = catalogue.find(name)
    if field is not None and field.name == name:
        return field
    return next((f for f in catalogue.user_fields if f.column == f"f_{name}"), None)


def value_of(written: Any, type_: FieldType) -> Value:
    """A value as a change wrote it down, of the type that its field has now."""
    if not isinstance(written, str):
        value: Value = written
        return str(value) if value is not None and type_ is FieldType.TEXT else value
    match type_:
        case FieldType.NUMBER | FieldType.MONEY:
            return Decimal(written)
        case FieldType.DATE:
            return date.fromisoformat(written)
        case FieldType.DATETIME:
            return datetime.fromisoformat(written)
        case _:
            return written


def _keep_tags(connection: Connection, contact: ContactId, tags: Sequence[str]) -> None:
    t = schema.tag.c
    kept = [fold(tag) for tag in tags]
    connection.execute(delete(schema.tag).where(t.contact_id == contact, t.tag_folded.not_in(kept)))


def _correct(
    connection: Connection, contacts: Sequence[ContactId], number: ImportId, now: datetime
) -> None:
    """A correction for every event in which the import changed one of them."""
    e = schema.event.c
    query = select(e.id, e.contact_id).where(
        e.contact_id.in_(contacts), e.import_id == number, e.kind == EventKind.CHANGED.value
    )
    rows = [
        {"at": now, "recorded_at": now, "kind": EventKind.CORRECTED.value,
         "contact_id": row.contact_id, "corrects": row.id, "import_id": number,
         "data": {"undone": int(number)}}
        for row in connection.execute(query)
    ]  # fmt: skip
    insert_rows(connection, schema.event, rows)
