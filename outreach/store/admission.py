"""Taking drafts into the base: matched, created or changed, written down, chunk by chunk.

A chunk is one transaction: contacts, their events, what the import changed and the
cells set aside are written together or not at all. Per chunk a fixed number of
queries finds the candidates; no query runs per row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, tuple_

from outreach.errors import Text
from outreach.model.admission import Admitted, ImportCounts, OnMatch, Rejection
from outreach.model.contact import Draft, Kind
from outreach.model.field import FieldType, Value
from outreach.model.ids import ContactId, ImportId
from outreach.model.money import to_minor
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.bulk import next_ids
from outreach.store.engine import Database
from outreach.store.fields import FieldsMoved
from outreach.store.matching import (
    ADDRESS,
    Known,
    Matcher,
    Rank,
    keys_of,
    lookup_of,
    shares_key,
)
from outreach.store.records import write_chunk
from outreach.store.rows import household, is_there, units
from outreach.store.turn import take_turn

#: What matching compares, besides the fields that the drafts fill.
_COMPARED = ("external_id", "email", "siret", "phone", "mobile", "first_name", "last_name",
             "company", "street", "postal_code", "city", "source", "kind")  # fmt: skip

#: Candidates whose tags are read together: a database takes so many parameters at once.
_PAGE = 10_000

#: How far a contact has come: filling in never takes a step back.
_STEPS = {kind.value: step for step, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Chunk:
    """What some drafts do to the base, decided and not yet written."""

    new: Sequence[Known]
    changed: Sequence[Known]
    #: Draft and the contact it became part of.
    kept: Sequence[tuple[Draft, Known]]
    admitted: Admitted


class Admission:
    """One import: its number, where its rows come from, what they may change."""

    def __init__(
        self,
        database: Database,
        *,
        import_id: ImportId,
        policy: OnMatch,
        policies: Mapping[str, OnMatch] | None = None,
        source: str | None,
        now: datetime,
    ) -> None:
        self.database = database
        self.import_id = import_id
        self.policy = policy
        self.policies = policies or {}
        self.source = source
        self.now = now

    def take(self, drafts: Sequence[Draft]) -> Admitted:
        """One chunk in one transaction. Raises `FieldsMoved`."""
        with self.database.writing() as connection:
            take_turn(connection)
            if self.database.fields_moved(connection):
                raise FieldsMoved
            chunk = self._decide(connection, drafts)
            write_chunk(connection, self.database, chunk, import_id=self.import_id, now=self.now)
        return chunk.admitted

    def doubles(self, connection: Connection, draft: Draft) -> list[ContactId]:
        """Who is on file under an identifier or an address of this draft, or whom it fits."""
        known = self._candidates(connection, [draft])
        names = lookup_of(draft.values)
        fitting = Matcher(known, {names} if names else ()).fitting(draft.values, source=self.source)
        same = [one for one in known if shares_key(draft.values, one, self.source)]
        return [ContactId(one.id) for one in known if one in fitting or one in same]

    # --- deciding --------------------------------------------------------------------------

    def _decide(self, connection: Connection, drafts: Sequence[Draft]) -> Chunk:
        lookups = {names for draft in drafts if (names := lookup_of(draft.values))}
        matcher = Matcher(self._candidates(connection, drafts), lookups)
        ids = iter(next_ids(connection, schema.contact, len(drafts)))
        new: list[Known] = []
        kept: list[tuple[Draft, Known]] = []
        rejected: list[Rejection] = []
        tally = {"created": 0, "updated": 0, "unchanged": 0, "merged": 0}
        for draft in drafts:
            values = self._with_source(draft)
            fitting = matcher.fitting(draft.values, source=self.source)
            if len(fitting) > 1:
                rejected.append(Rejection(draft.line, _two(fitting)))
                continue
            if fitting:
                known = fitting[0]
                became = self._meet(known, draft, values)
                tally[became] += 1
            else:
                known = newcomer(next(ids), draft, values)
                new.append(known)
                tally[became := "created"] += 1
            if became != "unchanged":
                matcher.add(known)
            kept.append((draft, known))
        met = {known.id: known for _, known in kept if not known.fresh}
        changed = [known for known in met.values() if known.before or known.new_tags]
        counts = ImportCounts(**tally, rejected=len(rejected))
        return Chunk(new, changed, kept, Admitted(counts, tuple(rejected)))

    def _with_source(self, draft: Draft) -> dict[str, Value]:
        values = dict(draft.values)
        if self.source:
            values.setdefault("source", self.source)
        return values

    def _meet(self, known: Known, draft: Draft, values: dict[str, Value]) -> str:
        """Let a row change a contact as far as the policy allows; the word for what it did."""
        changes = {
            name: value for name, value in values.items() if self._may_set(known, name, value)
        }
        for name, value in changes.items():
            if not known.fresh:
                known.before.setdefault(name, known.values.get(name))
            known.values[name] = value
        keeps = self._policy_of("tags") is OnMatch.KEEP
        tags = {} if keeps else _missing_tags(known, draft)
        known.tags |= tags
        known.new_tags |= tags
        if known.created_here:
            return "merged"
        return "updated" if changes or tags else "unchanged"

    def _may_set(self, known: Known, name: str, value: Value) -> bool:
        there, policy = known.values.get(name), self._policy_of(name)
        if there == value or policy is OnMatch.KEEP:
            return False
        if policy is OnMatch.REPLACE:
            # Where a contact first came from stays true.
            return name != "source" or there is None
        if name == "kind":
            return _step(value) > _step(there)
        return there is None

    def _policy_of(self, name: str) -> OnMatch:
        return self.policies.get(name, self.policy)

    # --- candidates ------------------------------------------------------------------------

    def _candidates(self, connection: Connection, drafts: Sequence[Draft]) -> list[Known]:
        """Everyone on file whom one of the drafts may speak of: a query per key, none per row."""
        table, catalogue = self.database.contact, self.database.catalogue
        filled = dict.fromkeys((*_COMPARED, *(n for d in drafts for n in d.values)))
        fields = [found for name in filled if (found := catalogue.find(name))]
        columns = [table.c[field.stored_in] for field in fields]
        names = [field.name for field in fields]
        money = [field.name for field in fields if field.type is FieldType.MONEY]
        query = select(table.c.id, table.c.import_id, *columns).where(is_there(self.database))
        known: dict[int, Known] = {}
        for condition in (*self._by_key(drafts), *self._by_words(drafts)):
            for number, import_id, *cells in connection.execute(query.where(condition)):
                if number not in known:
                    values = dict(zip(names, cells, strict=True))
                    for name in money:
                        values[name] = units(values[name], self.database.currency)
                    here = import_id == self.import_id
                    known[number] = Known(number, values, created_here=here)
        if any(draft.tags for draft in drafts):
            _read_tags(connection, known)
        return [known[number] for number in sorted(known)]

    def _by_key(self, drafts: Sequence[Draft]) -> Iterator[ColumnElement[bool]]:
        columns = self.database.contact.c
        keys: dict[Rank, set[str]] = {rank: set() for rank in Rank}
        for draft in drafts:
            for rank, key in keys_of(draft.values):
                keys[rank].add(key)
        prints = {self.database.fingerprint("phone", number) for number in keys[Rank.PHONE]}
        for column, wanted in (
            (columns.external_id_folded, keys[Rank.IDENTIFIER]),
            (columns.email_folded, keys[Rank.EMAIL]),
            (columns.siret, keys[Rank.SIRET]),
            (columns.phone_print, prints),
            (columns.mobile_print, prints),
        ):
            if wanted:
                yield column.in_(sorted(wanted))

    def _by_words(self, drafts: Sequence[Draft]) -> Iterator[ColumnElement[bool]]:
        """Rows without a key, looked for by what they say."""
        groups: dict[tuple[str, ...], list[Draft]] = {}
        for draft in drafts:
            if names := lookup_of(draft.values):
                groups.setdefault(names, []).append(draft)
        for names, members in groups.items():
            if names == ADDRESS:
                homes = {household(draft.values) for draft in members}
                yield self.database.contact.c.household.in_(homes)
            else:
                words = [tuple(self._compared(name, d) for name in names) for d in members]
                columns = [self._column(name) for name in names]
                one = len(columns) == 1
                yield columns[0].in_([w[0] for w in words]) if one else tuple_(*columns).in_(words)

    def _column(self, name: str) -> ColumnElement[Any]:
        field = self.database.catalogue.find(name)
        assert field is not None, name
        twin = f"{field.stored_in}_folded" if field.has_twin else field.stored_in
        return self.database.contact.c[twin]

    def _compared(self, name: str, draft: Draft) -> Value:
        field, value = self.database.catalogue.find(name), draft.values[name]
        if isinstance(value, Decimal) and field and field.type is FieldType.MONEY:
            return to_minor(value, self.database.currency)
        return fold(value) if field and field.has_twin and isinstance(value, str) else value


def _read_tags(connection: Connection, known: dict[int, Known]) -> None:
    tag = schema.tag
    query = select(tag.c.contact_id, tag.c.tag_folded, tag.c.tag)
    ids = sorted(known)
    for begin in range(0, len(ids), _PAGE):
        page = query.where(tag.c.contact_id.in_(ids[begin : begin + _PAGE]))
        for number, folded, tag_ in connection.execute(page):
            known[number].tags[folded] = tag_


def _missing_tags(known: Known, draft: Draft) -> dict[str, str]:
    return {fold(tag): tag for tag in draft.tags if fold(tag) not in known.tags}


def newcomer(number: int, draft: Draft, values: dict[str, Value]) -> Known:
    """A contact that a draft makes, not yet written."""
    values.setdefault("kind", Kind.SUSPECT.value)
    tags = {fold(tag): tag for tag in draft.tags}
    return Known(number, values, tags, fresh=True, created_here=True, new_tags=dict(tags))


def _step(kind: Value) -> int:
    return _STEPS.get(str(kind), -1)


def _two(found: Sequence[Known]) -> Text:
    return Text(
        "fits several contacts: {contacts}", contacts=", ".join(f"#{known.id}" for known in found)
    )
