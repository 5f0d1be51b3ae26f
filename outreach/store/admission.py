"""Taking drafts into the base: matched, created or changed, written down, chunk by chunk.

A chunk is one transaction: contacts, their events, what the import changed and the
cells set aside are written together or not at all. Per chunk a fixed number of
queries finds the candidates; no query runs per row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from outreach.model.admission import Admitted, ImportCounts, OnMatch, Rejection
from outreach.model.contact import Draft, Kind
from outreach.model.field import Value
from outreach.model.ids import ContactId, ImportId
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.bulk import next_ids
from outreach.store.candidates import candidates
from outreach.store.doubts import several
from outreach.store.engine import Database
from outreach.store.fields import FieldsMoved
from outreach.store.matching import Known, Matcher, lookup_of, shares_key
from outreach.store.records import write_chunk
from outreach.store.turn import take_turn

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
    #: Contacts that came by another list first, and the one they were met in now.
    met_again: Sequence[tuple[int, str]] = ()


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
        known = candidates(connection, self.database, [draft], self.import_id)
        names = lookup_of(draft.values)
        fitting = Matcher(known, {names} if names else ()).fitting(draft.values, source=self.source)
        same = [one for one in known if shares_key(draft.values, one, self.source)]
        return [ContactId(one.id) for one in known if one in fitting or one in same]

    # --- deciding --------------------------------------------------------------------------

    def _decide(self, connection: Connection, drafts: Sequence[Draft]) -> Chunk:
        lookups = {names for draft in drafts if (names := lookup_of(draft.values))}
        matcher = Matcher(candidates(connection, self.database, drafts, self.import_id), lookups)
        ids = iter(next_ids(connection, schema.contact, len(drafts)))
        new: list[Known] = []
        kept: list[tuple[Draft, Known]] = []
        rejected: list[Rejection] = []
        tally = {"created": 0, "updated": 0, "unchanged": 0, "merged": 0}
        for draft in drafts:
            values = self._with_source(draft)
            fitting = matcher.fitting(draft.values, source=self.source)
            if len(fitting) > 1:
                rejected.append(Rejection(draft.line, several(draft.values, fitting)))
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
        return Chunk(new, changed, kept, Admitted(counts, tuple(rejected)), self._again(kept))

    def _again(self, kept: Sequence[tuple[Draft, Known]]) -> list[tuple[int, str]]:
        """Who stands in two lists: how much they overlap is told from it."""
        named = ((known, self._with_source(draft).get("source")) for draft, known in kept)
        return [
            (known.id, str(name))
            for known, name in named
            if name is not None and known.values.get("source") not in (None, name)
        ]

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


def _missing_tags(known: Known, draft: Draft) -> dict[str, str]:
    return {fold(tag): tag for tag in draft.tags if fold(tag) not in known.tags}


def newcomer(number: int, draft: Draft, values: dict[str, Value]) -> Known:
    """A contact that a draft makes, not yet written."""
    values.setdefault("kind", Kind.SUSPECT.value)
    tags = {fold(tag): tag for tag in draft.tags}
    return Known(number, values, tags, fresh=True, created_here=True, same_file=True,
                 new_tags=dict(tags))  # fmt: skip


def _step(kind: Value) -> int:
    return _STEPS.get(str(kind), -1)
