"""The contact base: people and sites, in, out and one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice
from operator import itemgetter
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select
from sqlalchemy.engine import Dialect

from outreach.model.admission import Admitted, ImportCounts, OnMatch
from outreach.model.contact import Contact, Draft, SetAside
from outreach.model.field import Field, FieldType
from outreach.model.ids import ContactId, ImportId
from outreach.model.source import Source
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.engine import Database, HeldDatabase
from outreach.store.fields import FieldsMoved, add_fields, is_empty, retype
from outreach.store.lists import listed, packed
from outreach.store.patience import PATIENCE
from outreach.store.patience import patience as patience_of
from outreach.store.prepared import Query
from outreach.store.rows import Fields, contact_query, is_gone, is_there, people_query, to_contact
from outreach.store.sources import note_source
from outreach.store.turn import take_turn

#: Rows per transaction of an import: some tens of megabytes, few enough keys for one query each,
#: and enough that the pages of the indexes are not written again for every few rows.
CHUNK = 4000

#: Contacts whose tags are fetched together while streaming.
_PAGE = 500
#: Contacts that are asked for by their ids in one query.
_AT_ONCE = 5000
_first = itemgetter(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStart:
    """What an import is, before its first row."""

    file: str
    sha256: str | None = None
    source: str | None = None
    #: What is known of that list: origin, licence, uses left.
    provenance: Source | None = None
    #: Header → field, as it was understood.
    mapping: Mapping[str, str | None]
    new_fields: Sequence[Field] = ()
    #: Fields of the base that take another type (see `store/fields.py`).
    retyped: Mapping[str, FieldType]
    now: datetime


class _RolledBack(Exception):
    """Ends a rehearsal."""


class Contacts:
    def __init__(
        self,
        database: Database,
        *,
        patience: float = PATIENCE,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.database = database
        #: After how many seconds of that clock a selection is given up.
        self._patient = partial(patience_of, seconds=patience, clock=clock)

    # --- in --------------------------------------------------------------------------------

    def begin_import(self, start: ImportStart) -> ImportId:
        """Note a new import and make the fields it needs, in one transaction."""
        try:
            with self.database.writing() as connection:
                take_turn(connection)
                if start.retyped and self.database.fields_moved(connection):
                    raise FieldsMoved
                for name, type_ in start.retyped.items():
                    field = self.database.catalogue.find(name)
                    assert field is not None, name
                    retype(connection, self.database, field, type_)
                add_fields(connection, self.database, start.new_fields, start.now)
                return self._note_import(connection, start)
        except BaseException:
            self.database.forget_fields()
            raise

    def _note_import(self, connection: Connection, start: ImportStart) -> ImportId:
        row = schema.import_run.insert().values(
            source_id=self._source_id(connection, start),
            file=start.file,
            sha256=start.sha256,
            started_at=start.now,
            mapping=dict(start.mapping),
        )
        return ImportId(connection.execute(row).inserted_primary_key[0])  # type: ignore[index]

    def _source_id(self, connection: Connection, start: ImportStart) -> int | None:
        source = start.provenance or (Source(name=start.source) if start.source else None)
        if source is None:
            return None
        return note_source(connection, source, self.database.day_of(start.now))

    def put(
        self,
        drafts: Iterable[Draft],
        *,
        import_id: ImportId,
        policy: OnMatch = OnMatch.FILL,
        policies: Mapping[str, OnMatch] | None = None,
        source: str | None = None,
        now: datetime,
    ) -> Admitted:
        """Take drafts in, a transaction per `CHUNK` of them; says what became of every one.

        An interruption leaves whole chunks. Every field that a draft names must exist.
        `policies`: fields that `policy` is not for, by name.
        """
        # Imports are rare beside looking: what they need is imported with them.
        from outreach.store.admission import Admission

        admission = Admission(
            self.database, import_id=import_id, policy=policy, policies=policies or {},
            source=source, now=now,
        )  # fmt: skip
        rows, admitted = iter(drafts), Admitted()
        while chunk := list(islice(rows, CHUNK)):
            admitted += admission.take(chunk)
        return admitted

    @contextmanager
    def rehearsal(self) -> Iterator[Contacts]:
        """The same base, where everything can be done and nothing is kept.

        All of it happens in one transaction that is rolled back: a dry run says
        exactly what the real one would.
        """
        with suppress(_RolledBack), self.database.writing() as connection:
            yield Contacts(HeldDatabase(self.database, connection))
            raise _RolledBack

    def finish_import(self, import_id: ImportId, counts: ImportCounts, *, now: datetime) -> None:
        """Note how an import ended."""
        run = schema.import_run
        with self.database.writing() as connection:
            connection.execute(
                run.update()
                .where(run.c.id == import_id)
                .values(finished_at=now, counts=dict(counts.as_mapping()))
            )

    def field_is_empty(self, field: Field) -> bool:
        """Whether no contact has a value in this field of the user's."""
        with self.database.reading() as connection:
            return is_empty(connection, self.database, field)

    # --- out -------------------------------------------------------------------------------

    def matching(
        self,
        condition: ColumnElement[bool] | None = None,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[Contact]:
        """Contacts that fit, streamed in the order of their ids."""
        query = contact_query(self.database).where(self._where(condition))
        query = query.order_by(self.database.contact.c.id).limit(limit).offset(offset)
        with self.database.reading() as connection, self._patient(connection) as answered:
            streaming = connection.execution_options(yield_per=_PAGE)
            for page in streaming.execute(query).partitions():
                answered()
                yield from self._contacts(connection, page)

    def count(
        self, condition: ColumnElement[bool] | None = None, *, at_most: int | None = None
    ) -> int:
        """How many contacts fit; counting ends at `at_most`."""
        if condition is None:
            return self._count_all()
        table = self.database.contact
        query = select(func.count()).select_from(table).where(self._where(condition))
        if at_most is not None:
            found = select(table.c.id).where(self._where(condition)).limit(at_most)
            query = select(func.count()).select_from(found.subquery())
        with self.database.reading() as connection, self._patient(connection):
            return int(connection.execute(query).scalar_one())

    def _count_all(self) -> int:
        """Everybody but those who are gone: both are counted in indexes, not in rows."""
        table = self.database.contact
        everybody = select(func.count()).select_from(table).scalar_subquery()
        gone = select(func.count()).select_from(table).where(is_gone(self.database))
        with self.database.reading() as connection:
            return int(connection.execute(select(everybody - gone.scalar_subquery())).scalar_one())

    def count_lacking(
        self, fields: Sequence[str], condition: ColumnElement[bool] | None = None
    ) -> int:
        """How many contacts have no value in one of the fields; derived ones are not asked."""
        contact, catalogue = self.database.contact, self.database.catalogue
        found = [field for name in fields if (field := catalogue.find(name))]
        columns = [contact.c[field.stored_in] for field in found if field.stored_in in contact.c]
        missing = or_(false(), *(column.is_(None) for column in columns))
        return self.count(missing if condition is None else and_(condition, missing))

    def get(self, contact: ContactId) -> Contact:
        """The contact of that id, merged or erased ones too. Raises `LookupError`."""
        found = self.get_many([contact])
        if contact not in found:
            raise LookupError(f"no contact {contact}")
        return found[contact]

    def get_many(
        self, ids: Collection[ContactId], fields: Fields = None
    ) -> dict[ContactId, Contact]:
        """Several contacts at once, by id, in the order of the ids; unknown ones are left out.

        With `fields` these alone are read of them.
        """
        query, dialect = people_query(self.database, fields), self.database.engine.dialect
        catalogue, currency = self.database.catalogue, self.database.currency
        wanted = sorted(set(ids))
        found: dict[ContactId, Contact] = {}
        with self.database.reading() as connection:
            for begin in range(0, len(wanted), _AT_ONCE):
                page = wanted[begin : begin + _AT_ONCE]
                rows = query.rows(connection, ids=packed(dialect, page))
                tags = _tags(connection, page)
                for row in sorted(rows, key=_first):
                    contact = to_contact(row, catalogue, currency, tags.get(row[0], ()), fields)
                    found[contact.id] = contact
        return found

    def find(self, who: str) -> list[Contact]:
        """Everyone whom `who` names: an id, an e-mail address, an identifier, or a name.

        `#12` is an id of ours; `12` may be one, and may be the number that somebody's own list
        gave him: where these are two people, both are named.
        """
        who = who.strip()
        number = who.removeprefix("#")
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return list(self.matching(self._named(who))) if who else []
        ours = self.database.contact.c.id == int(number)
        either = ours if who != number else or_(ours, self._named(who))
        return list(self.matching(either))

    def set_aside_of(self, contact: ContactId) -> list[SetAside]:
        """The cells of this contact that could not be used or that cleaning changed."""
        from outreach.store.records import from_json

        table = schema.set_aside
        query = select(table.c.field, table.c.original, table.c.reason)
        with self.database.reading() as connection:
            rows = connection.execute(
                query.where(table.c.contact_id == contact).order_by(table.c.id)
            )
            return [from_json(row) for row in rows]

    # --- conditions ------------------------------------------------------------------------

    def _where(self, condition: ColumnElement[bool] | None) -> ColumnElement[bool]:
        there = is_there(self.database)
        # Last: its columns stand at the end of a row, and few rows are left to be read so far.
        return there if condition is None else and_(condition, there)

    def _named(self, who: str) -> ColumnElement[bool]:
        columns = self.database.contact.c
        name = fold(who)
        if "@" in name:
            return columns.email_folded == name
        exact = [columns.external_id_folded == name, columns.company_folded == name]
        return or_(*exact, *self._as_person(name))

    def _as_person(self, name: str) -> list[ColumnElement[bool]]:
        """`jean pierre le goff` may part anywhere, and may begin with the last name."""
        columns = self.database.contact.c
        words = name.split()
        ways = [columns.last_name_folded == name]
        for cut in range(1, min(len(words), 8)):
            left, right = " ".join(words[:cut]), " ".join(words[cut:])
            for first, last in ((left, right), (right, left)):
                ways.append(
                    and_(columns.last_name_folded == last, columns.first_name_folded == first)
                )
        return ways

    def _contacts(self, connection: Connection, rows: Sequence[Any]) -> Iterator[Contact]:
        tags = _tags(connection, [row.id for row in rows])
        catalogue, currency = self.database.catalogue, self.database.currency
        for row in rows:
            yield to_contact(row, catalogue, currency, tags.get(row.id, ()))


def _tags(connection: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    dialect = connection.dialect
    for contact, tag in _tag_query(dialect).rows(connection, ids=packed(dialect, ids)):
        found.setdefault(contact, []).append(tag)
    return found


@lru_cache(maxsize=4)
def _tag_query(dialect: Dialect) -> Query:
    t = schema.tag.c
    return Query(select(t.contact_id, t.tag).where(listed(dialect, t.contact_id, "ids")), dialect)
