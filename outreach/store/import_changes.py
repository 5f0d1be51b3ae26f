"""What imports changed in contacts that were there before: by field, and in one contact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from outreach.model.event import EventKind
from outreach.model.field import Catalogue, Value
from outreach.model.ids import ContactId, ImportId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.undoing import field_of, value_of

#: Changes fetched together.
_PAGE = 2000


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one contact, before an import and after it; tags are a list."""

    field: str
    before: Value | list[str]
    after: Value | list[str]


def fields_changed(database: Database, number: ImportId) -> Mapping[str, int]:
    """Field → contacts in which the import of that number changed it, the most frequent first."""
    change = schema.import_change.c
    query = select(change.before).where(change.import_id == number, change.before.is_not(None))
    counts: Counter[str] = Counter()
    with database.reading() as connection:
        for row in connection.execution_options(yield_per=_PAGE).execute(query):
            counts.update(row.before.keys())
    return dict(counts.most_common())


def first_changed(
    database: Database, number: ImportId, count: int
) -> list[tuple[str, list[FieldChange]]]:
    """The first contacts on file that an import changed: what they are called, and how."""
    e, c, p = schema.event.c, schema.import_change.c, schema.contact.c
    query = (
        select(e.data, c.before, p.first_name, p.last_name, p.company, p.email, p.id)
        .join(
            schema.import_change,
            (c.import_id == e.import_id) & (c.contact_id == e.contact_id),
        )
        .join(schema.contact, p.id == e.contact_id)
        .where(e.import_id == number, e.kind == EventKind.CHANGED.value, c.before.is_not(None))
        .order_by(e.id)
        .limit(count)
    )
    with database.reading() as connection:
        return [
            (_called(row), _told(row.before, row.data.get("after", {}), database.catalogue))
            for row in connection.execute(query)
        ]


def _called(row: Any) -> str:
    name = " ".join(filter(None, (row.first_name, row.last_name)))
    return name or row.company or row.email or f"#{row.id}"


def _told(
    before: Mapping[str, Any], after: Mapping[str, Any], catalogue: Catalogue
) -> list[FieldChange]:
    return [_change(name, before.get(name), after[name], catalogue) for name in sorted(after)]


def changes_of(database: Database, contact: ContactId) -> Mapping[ImportId, list[FieldChange]]:
    """What each import changed in a contact; what was undone since is told all the same."""
    e, c = schema.event.c, schema.import_change.c
    query = (
        select(e.import_id, e.data, c.before)
        .join(
            schema.import_change,
            (c.import_id == e.import_id) & (c.contact_id == e.contact_id),
        )
        .where(e.contact_id == contact, e.kind == EventKind.CHANGED.value, c.before.is_not(None))
        .order_by(e.id)
    )
    after: dict[ImportId, dict[str, Any]] = {}
    before: dict[ImportId, dict[str, Any]] = {}
    with database.reading() as connection:
        for row in connection.execute(query):
            number = ImportId(row.import_id)
            before[number] = row.before
            after.setdefault(number, {}).update(row.data.get("after", {}))
    return {
        number: _told(before[number], told, database.catalogue) for number, told in after.items()
    }


def _change(name: str, before: Any, after: Any, catalogue: Catalogue) -> FieldChange:
    """Of a field that is gone by now what was written down is shown as it is."""
    field = field_of(name, catalogue)
    if field is None:
        return FieldChange(name, before, after)
    return FieldChange(field.name, value_of(before, field.type), value_of(after, field.type))
