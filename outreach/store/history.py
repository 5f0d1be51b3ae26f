"""Campaigns that ran elsewhere, written down as if they had run here: all of a file, or nothing.

People, enrolments, deliveries and events are written set by set in one transaction; the
counters of everybody concerned are made anew from the events. A file that is read again adds
nothing: what is on record is told apart row by row. `history_undoing.py` takes it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from outreach.errors import OutreachError, Text
from outreach.model.admission import Rejection
from outreach.model.campaign import AudienceRule, Campaign, CampaignState, Channel, Step, Variant
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, ImportId, StepId
from outreach.model.past import PastCounts, PastRow
from outreach.model.stage import DEFAULT_STOP, FACTS
from outreach.store import schema
from outreach.store.contacts import Contacts, ImportStart
from outreach.store.definitions import as_json
from outreach.store.engine import Database, HeldDatabase
from outreach.store.folding import recount
from outreach.store.history_people import HistoryPeople
from outreach.store.history_standing import standings
from outreach.store.history_writing import Writing
from outreach.store.shelf import HISTORY
from outreach.store.turn import take_turn


class LaunchedHere(OutreachError):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("campaign {name!r} was launched here: its past is on record", name=name),
            hint=Text(
                "give the other one another name; what came of {name} since: "
                "outreach record --from FILE",
                name=name,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStart:
    """A file that is to be read into a campaign."""

    campaign: str
    title: str
    chain: tuple[str, ...]
    file: str
    sha256: str
    mapping: dict[str, str | None]
    create_contacts: bool
    now: datetime


class _RolledBack(Exception):
    """Ends a rehearsal, or an import of which no row could be used."""


class History:
    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def bringing_in(self, start: PastStart) -> Iterator[PastCampaign]:
        """One transaction, kept when the block ends well and `keep` was called, else as before.

        Raises `LaunchedHere`.
        """
        with suppress(_RolledBack), self.database.writing(by_rows=True) as connection:
            take_turn(connection)
            campaign = PastCampaign(connection, self.database, start)
            yield campaign
            if not campaign.kept:
                raise _RolledBack


class PastCampaign:
    """A campaign while a file is read into it."""

    def __init__(self, connection: Connection, database: Database, start: PastStart) -> None:
        self._connection = connection
        self._database = database
        self._start = start
        self.kept = False
        contacts = Contacts(HeldDatabase(database, connection))
        self.import_id: ImportId = contacts.begin_import(
            ImportStart(
                file=start.file, sha256=start.sha256, mapping=start.mapping, retyped={},
                now=start.now,
            )
        )  # fmt: skip
        self.id = self._campaign()
        self._steps = self._known_steps()
        self._people = HistoryPeople(
            database, self.import_id, create=start.create_contacts, now=start.now
        )
        self._writing = Writing(
            connection, database, campaign=self.id, import_id=self.import_id,
            chain=start.chain, now=start.now,
        )  # fmt: skip

    def take(self, rows: Sequence[PastRow]) -> tuple[PastCounts, list[Rejection]]:
        """Some rows: what became of them, and those that cannot be used."""
        found = self._people.of(self._connection, rows)
        steps = self._steps_of(rows)
        contacts = {ContactId(one.id) for one in found.people.values()}
        people = standings(self._connection, self.id, self.import_id, contacts)
        rejected = list(found.rejected)
        recorded = unchanged = 0
        for place, known in found.people.items():
            row = rows[place]
            step = steps[row.touch.step] if row.touch else None
            outcome = self._writing.add(row, known, people[ContactId(known.id)], step)
            if isinstance(outcome, Text):
                rejected.append(Rejection(row.line, outcome))
            elif outcome:
                recorded += 1
            else:
                unchanged += 1
        counts = self._writing.flush()
        recount(self._connection, self._database, people)
        counts += PastCounts(
            read=len(rows), recorded=recorded, unchanged=unchanged,
            rejected=len(rejected), created=found.created,
        )  # fmt: skip
        return counts, rejected

    def keep(self, counts: PastCounts) -> None:
        """All rows were read: say when the campaign was, and that it stays."""
        self._date()
        self._define()
        r = schema.import_run
        told = {name: getattr(counts, name) for name in counts.__slots__}
        self._connection.execute(
            update(r)
            .where(r.c.id == self.import_id)
            .values(finished_at=self._start.now, counts={**told, HISTORY: int(self.id)})
        )
        self.kept = True

    # --- the campaign and its steps ---------------------------------------------------------

    def _campaign(self) -> CampaignId:
        c, start = schema.campaign.c, self._start
        query = select(c.id, c.origin).where(c.name == start.campaign)
        there = self._connection.execute(query).first()
        if there is not None:
            if there.origin != HISTORY:
                raise LaunchedHere(start.campaign)
            again = update(schema.campaign).where(c.id == there.id).values(deleted_at=None)
            self._connection.execute(again)
            return CampaignId(there.id)
        row = {
            "name": start.campaign, "title": start.title, "state": CampaignState.FINISHED.value,
            "file": start.file, "definition": "", "fingerprint": start.sha256,
            "salt": start.campaign, "launched_at": start.now, "origin": HISTORY,
            "matched": 0, "selected": 0, "pilot": False,
        }  # fmt: skip
        made = schema.campaign.insert().returning(c.id)
        return CampaignId(self._connection.execute(made, row).scalar_one())

    def _known_steps(self) -> dict[str, StepId]:
        s = schema.step.c
        query = select(s.name, s.id).where(s.campaign_id == self.id)
        return {row.name: StepId(row.id) for row in self._connection.execute(query)}

    def _steps_of(self, rows: Iterable[PastRow]) -> dict[str, StepId]:
        """The steps, with those that these rows are the first to name."""
        for row in rows:
            if row.touch and row.touch.step not in self._steps:
                made = {
                    "campaign_id": self.id, "name": row.touch.step,
                    "channel": row.touch.channel.value, "position": len(self._steps),
                }  # fmt: skip
                insert = schema.step.insert().returning(schema.step.c.id)
                number = self._connection.execute(insert, made).scalar_one()
                self._steps[row.touch.step] = StepId(number)
        return self._steps

    def _date(self) -> None:
        """When it began and ended, by its events; who has no date of his own was in from then."""
        c, v, e = schema.campaign.c, schema.event.c, schema.enrolment.c
        dated = v.kind.in_([EventKind.TOUCHED.value, EventKind.REACHED.value])
        span = select(func.min(v.at), func.max(v.at)).where(v.campaign_id == self.id, dated)
        begun, ended = self._connection.execute(span).one()
        begun, ended = begun or self._start.now, ended or self._start.now
        people = select(func.count()).where(e.campaign_id == self.id).scalar_subquery()
        self._connection.execute(
            update(schema.campaign)
            .where(c.id == self.id)
            .values(
                launched_at=begun, finished_at=ended, state_at=ended,
                matched=people, selected=people,
            )
        )  # fmt: skip
        undated = update(schema.enrolment).where(
            e.campaign_id == self.id, e.enrolled_at == self._start.now
        )
        self._connection.execute(undated.values(enrolled_at=begun))
        told = update(schema.event).where(
            v.campaign_id == self.id, v.kind == EventKind.ENROLLED.value, v.at == self._start.now
        )
        self._connection.execute(told.values(at=begun))

    def _define(self) -> None:
        """The definition, as a file would have said it: its chain, its steps, their variants."""
        d, s = schema.delivery.c, schema.step.c
        drawn = select(d.step_id, d.variant).where(d.campaign_id == self.id, d.variant.is_not(None))
        variants: dict[int, list[str]] = {}
        for step, variant in self._connection.execute(drawn.distinct().order_by(d.variant)):
            variants.setdefault(step, []).append(variant)
        query = select(s.id, s.name, s.channel).where(s.campaign_id == self.id)
        steps = [
            Step(
                name=row.name,
                channel=Channel(row.channel),
                variants=tuple(Variant(name) for name in variants.get(row.id, ())),
            )
            for row in self._connection.execute(query.order_by(s.position))
        ]
        start = self._start
        definition = Campaign(
            name=start.campaign, title=start.title, chain=start.chain, steps=tuple(steps),
            # Nobody can be chosen for it any more.
            audience=AudienceRule(where="false"),
            stop_on=tuple(w for w in DEFAULT_STOP if w in start.chain or w in FACTS),
        )  # fmt: skip
        c = schema.campaign.c
        self._connection.execute(
            update(schema.campaign).where(c.id == self.id).values(definition=as_json(definition))
        )
