"""Whom the rows of a past campaign speak of: found as an import finds people, made when asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from outreach.errors import Text
from outreach.model.admission import Admitted, Rejection
from outreach.model.contact import Draft
from outreach.model.ids import ContactId, ImportId
from outreach.model.past import PastRow
from outreach.store import schema
from outreach.store.admission import Chunk, newcomer
from outreach.store.bulk import next_ids
from outreach.store.candidates import candidates
from outreach.store.contacts import Contacts
from outreach.store.doubts import several
from outreach.store.engine import Database, HeldDatabase
from outreach.store.lists import among
from outreach.store.matching import Known, Matcher, lookup_of
from outreach.store.records import write_chunk

#: Names that are remembered with whom they mean.
_NAMES = 4096


@dataclass(slots=True)
class Found:
    """Who the rows are about, by the place of the row; the rows that are about nobody."""

    people: dict[int, Known]
    rejected: list[Rejection]
    created: int


class HistoryPeople:
    """Looks people up for the rows of one file."""

    def __init__(
        self, database: Database, import_id: ImportId, *, create: bool, now: datetime
    ) -> None:
        self._database = database
        self._import = import_id
        self._create = create
        self._now = now
        #: Text of a cell → the person of that name, or why there is none.
        self._named: dict[str, ContactId | Text] = {}

    def of(self, connection: Connection, rows: Sequence[PastRow]) -> Found:
        """The person of each row; whoever is new is written down at once."""
        drafts = [row.draft for row in rows]
        lookups = {names for draft in drafts if (names := lookup_of(draft.values))}
        known = candidates(connection, self._database, drafts, self._import)
        matcher = Matcher(known, lookups)
        numbered = self._numbered(connection, rows)
        ids = iter(next_ids(connection, schema.contact, len(rows) if self._create else 0))
        found, new = Found({}, [], 0), list[tuple[Draft, Known]]()
        for place, row in enumerate(rows):
            fitting = matcher.fitting(row.draft.values, source=None) if row.draft.values else []
            if row.number is not None:
                fitting = [numbered[row.number]] if row.number in numbered else []
            if len(fitting) > 1:
                reason: Text = several(row.draft.values, fitting)
                found.rejected.append(Rejection(row.line, reason))
                continue
            one = fitting[0] if fitting else self._other(connection, row)
            if isinstance(one, Text):
                if not self._may_be_made(row):
                    found.rejected.append(Rejection(row.line, one))
                    continue
                one = newcomer(next(ids), row.draft, dict(row.draft.values))
                matcher.add(one)
                new.append((row.draft, one))
            found.people[place] = one
        self._write(connection, new)
        found.created = len(new)
        return found

    def _numbered(
        self, connection: Connection, rows: Sequence[PastRow]
    ) -> Mapping[ContactId, Known]:
        wanted = {row.number for row in rows if row.number is not None}
        if not wanted:
            return {}
        c = schema.contact.c
        query = select(c.id, c.kind).where(
            among(connection, c.id, wanted), c.merged_into.is_(None), c.erased_at.is_(None)
        )
        return {
            ContactId(row.id): Known(row.id, {"kind": row.kind})
            for row in connection.execute(query)
        }

    def _other(self, connection: Connection, row: PastRow) -> Known | Text:
        """Somebody of that name; else why the row is about nobody."""
        if row.name is None:
            return Text("nobody on file is meant by this row")
        if row.name not in self._named:
            if len(self._named) >= _NAMES:
                self._named.clear()
            self._named[row.name] = self._look_up(connection, row.name)
        found = self._named[row.name]
        return found if isinstance(found, Text) else Known(found, {})

    def _look_up(self, connection: Connection, name: str) -> ContactId | Text:
        if name.isdigit():
            # A number of ours would be written #12: this one is of the other list.
            return Text("nobody on file is called {name!r}", name=name)
        people = Contacts(HeldDatabase(self._database, connection)).find(name)
        if len(people) == 1:
            return people[0].id
        if people:
            return Text("{name!r} may be {count} people", name=name, count=len(people))
        return Text("nobody on file is called {name!r}", name=name)

    def _may_be_made(self, row: PastRow) -> bool:
        """A name of several words says neither which is the first nor whether it is a firm."""
        if not self._create or row.number is not None:
            return False
        return row.name is None or " " not in row.name

    def _write(self, connection: Connection, new: Sequence[tuple[Draft, Known]]) -> None:
        if new:
            chunk = Chunk([one for _, one in new], [], list(new), Admitted())
            write_chunk(connection, self._database, chunk, import_id=self._import, now=self._now)
