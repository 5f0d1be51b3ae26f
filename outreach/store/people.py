"""Contacts one by one, by hand: added, changed, noted, tagged, with the events that tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from outreach.errors import OutreachError, Text
from outreach.model.admission import Admitted, OnMatch
from outreach.model.contact import Contact, Draft
from outreach.model.event import EventKind
from outreach.model.field import Value
from outreach.model.ids import ContactId, ImportId
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.admission import Admission, Chunk, newcomer
from outreach.store.bulk import insert_rows, next_ids
from outreach.store.contacts import Contacts
from outreach.store.engine import Database, HeldDatabase
from outreach.store.matching import Known
from outreach.store.records import write_chunk
from outreach.store.turn import take_turn

#: Contacts tagged in one transaction.
_PAGE = 2000


class AlreadyThere(OutreachError):
    """Somebody on file has an identifier, an address or a number of the newcomer's."""

    def __init__(self, people: Sequence[Contact]) -> None:
        self.people = tuple(people)
        names = ", ".join(f"{p.name} (#{p.id})" for p in people[:5])
        super().__init__(
            Text("on file already: {names}", names=names),
            hint=Text("change that contact with `outreach contacts set`, or add with --force"),
        )


class People:
    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, draft: Draft, *, force: bool = False, now: datetime) -> ContactId:
        """A new contact. Raises `AlreadyThere` for a double, unless forced."""
        source = draft.values.get("source")
        admission = Admission(
            self.database, import_id=ImportId(0), policy=OnMatch.KEEP,
            source=str(source) if source else None, now=now,
        )  # fmt: skip
        with self.database.writing() as connection:
            take_turn(connection)
            doubles = [] if force else admission.doubles(connection, draft)
            if doubles:
                raise AlreadyThere(list(self._read(connection, doubles).values()))
            (number,) = next_ids(connection, schema.contact, 1)
            known = newcomer(number, draft, dict(draft.values))
            chunk = Chunk([known], [], [(draft, known)], Admitted())
            write_chunk(connection, self.database, chunk, import_id=None, now=now)
        return ContactId(number)

    def set(
        self, contact: ContactId, draft: Draft, *, now: datetime
    ) -> Mapping[str, tuple[Value, Value]]:
        """Change what the draft names, None empties a field; before and after of what changed.

        Cells that an import set aside for these fields are mended by it.
        """
        with self.database.writing() as connection:
            take_turn(connection)
            known = self._known(connection, contact)
            for name, value in draft.values.items():
                if known.values.get(name) != value:
                    known.before[name] = known.values.get(name)
                    known.values[name] = value
            aside = schema.set_aside
            connection.execute(
                delete(aside).where(
                    aside.c.contact_id == contact, aside.c.field.in_(list(draft.values))
                )
            )
            changed = [known] if known.before else []
            chunk = Chunk([], changed, [(draft, known)], Admitted())
            write_chunk(connection, self.database, chunk, import_id=None, now=now)
        return {name: (old, known.values[name]) for name, old in known.before.items()}

    def note(self, contact: ContactId, text: str, *, author: str | None, now: datetime) -> None:
        """A free note about a person."""
        row = _event(contact, EventKind.NOTED, now) | {"note": text, "author": author}
        with self.database.writing() as connection:
            connection.execute(schema.event.insert(), row)

    def tag(self, contacts: Sequence[ContactId], tags: Sequence[str], *, now: datetime) -> int:
        """Put tags on people; how many got one that they had not."""
        return sum(self._tag(page, tags, now) for page in _pages(contacts))

    def untag(self, contacts: Sequence[ContactId], tags: Sequence[str], *, now: datetime) -> int:
        """Take tags off people; how many had one."""
        return sum(self._untag(page, tags, now) for page in _pages(contacts))

    def _tag(self, page: Sequence[ContactId], tags: Sequence[str], now: datetime) -> int:
        with self.database.writing() as connection:
            there = _tagged(connection, page, tags)
            added: dict[ContactId, list[str]] = {}
            for one in page:
                for tag in tags:
                    if fold(tag) not in there.get(one, ()):
                        added.setdefault(one, []).append(tag)
            rows = [
                {"contact_id": one, "tag_folded": fold(tag), "tag": tag}
                for one, names in added.items()
                for tag in names
            ]
            insert_rows(connection, schema.tag, rows, once=True)
            _tell(connection, {one: {"added": names} for one, names in added.items()}, now)
        return len(added)

    def _untag(self, page: Sequence[ContactId], tags: Sequence[str], now: datetime) -> int:
        t = schema.tag.c
        with self.database.writing() as connection:
            there = _tagged(connection, page, tags)
            folded = [fold(tag) for tag in tags]
            connection.execute(
                delete(schema.tag).where(t.contact_id.in_(list(there)), t.tag_folded.in_(folded))
            )
            gone = {one: {"removed": sorted(names.values())} for one, names in there.items()}
            _tell(connection, gone, now)
        return len(there)

    def _known(self, connection: Connection, contact: ContactId) -> Known:
        (found,) = self._read(connection, [contact]).values()
        return Known(contact, dict(found.values), {fold(tag): tag for tag in found.tags})

    def _read(self, connection: Connection, ids: Sequence[ContactId]) -> dict[ContactId, Contact]:
        return Contacts(HeldDatabase(self.database, connection)).get_many(ids)


def _pages(contacts: Sequence[ContactId]) -> Iterator[Sequence[ContactId]]:
    for begin in range(0, len(contacts), _PAGE):
        yield contacts[begin : begin + _PAGE]


def _tagged(
    connection: Connection, contacts: Sequence[ContactId], tags: Sequence[str]
) -> dict[ContactId, dict[str, str]]:
    """Contact → those of the tags that it has, folded → as written."""
    t = schema.tag.c
    query = select(t.contact_id, t.tag_folded, t.tag).where(
        t.contact_id.in_(contacts), t.tag_folded.in_([fold(tag) for tag in tags])
    )
    found: dict[ContactId, dict[str, str]] = {}
    for row in connection.execute(query):
        found.setdefault(ContactId(row.contact_id), {})[row.tag_folded] = row.tag
    return found


def _tell(
    connection: Connection, changes: Mapping[ContactId, Mapping[str, object]], now: datetime
) -> None:
    """The events of changed tags."""
    rows = [
        _event(one, EventKind.CHANGED, now) | {"data": {"fields": ["tags"], **what}}
        for one, what in changes.items()
    ]
    insert_rows(connection, schema.event, rows)
    c = schema.contact.c
    if changes:
        connection.execute(
            update(schema.contact).where(c.id.in_(list(changes))).values(updated_at=now)
        )


def _event(contact: ContactId, kind: EventKind, now: datetime) -> dict[str, Any]:
    return {"at": now, "recorded_at": now, "kind": kind.value, "contact_id": contact}
