"""Everyone whom some campaigns follow, a row each: gathered in one reading of the events.

What a report counts of people (how far they came, when, after how many attempts, what they
ordered) is all there, in a table of this connection alone; every figure is then a small
statement over it. Reading a million events once and counting ten times takes half of what
ten statements over the events take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    case,
    func,
    select,
)

from outreach.model.asked import Asked
from outreach.model.audience import Arm
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.model.stage import DEFAULT_CHAIN
from outreach.store.engine import Database
from outreach.store.one_person import OnePerson
from outreach.store.schema import event
from outreach.store.tally_queries import (
    CONTACTED,
    ORDER,
)
from outreach.store.wall_clock import WallClock, wall_clock

APPOINTMENT = "appointment"
MET = "met"
#: The row of a person over all the campaigns.
TOGETHER = CampaignId(0)

#: What happened: attempts, and stages reached.
TOLD = (EventKind.TOUCHED.value, EventKind.REACHED.value)


@dataclass(frozen=True, slots=True)
class Words:
    """The stages that are looked for: a number each, 0 for whatever a chain begins with."""

    places: Mapping[str, int]
    #: Words that some campaigns begin with: these campaigns.
    firsts: Mapping[str, tuple[CampaignId, ...]]

    def number(self) -> ColumnElement[Any]:
        """Of an event: which stage it tells of; NULL for any other."""
        firsts = [
            (and_(event.c.stage == word, event.c.campaign_id.in_(ids)), 0)
            for word, ids in self.firsts.items()
        ]
        others = [(event.c.stage == word, place) for word, place in self.places.items()]
        return case(*firsts, *others)

    def first(self, campaign: CampaignId) -> list[str]:
        """What tells of the first stage of a campaign."""
        own = [word for word, ids in self.firsts.items() if campaign in ids]
        return sorted({CONTACTED, *own})

    def later(self) -> list[str]:
        return sorted({*self.places} - {CONTACTED})


def words_of(chains: Mapping[CampaignId, Sequence[str]]) -> Words:
    """A number for every word of these chains, and for what reports ask beside them."""
    firsts: dict[str, tuple[CampaignId, ...]] = {}
    for id_, stages in chains.items():
        if stages[0] != CONTACTED:
            firsts[stages[0]] = (*firsts.get(stages[0], ()), id_)
    later = [word for stages in chains.values() for word in stages[1:]]
    # Campaigns with other chains are counted together along the default one.
    shared = DEFAULT_CHAIN if len(chains) > 1 else ()
    words = dict.fromkeys([*later, *shared, APPOINTMENT, MET, ORDER])
    words.pop(CONTACTED, None)
    return Words({CONTACTED: 0} | {word: n for n, word in enumerate(words, 1)}, firsts)


@dataclass(frozen=True, slots=True)
class Followed:
    """The table of the people, and how to read it."""

    connection: Connection
    table: Table
    words: Words
    clock: WallClock
    asked: Asked
    campaigns: tuple[CampaignId, ...]
    zone: tzinfo
    one: OnePerson

    def is_of(self, told: Any) -> ColumnElement[bool]:
        """Whether a row is about whom an event or an enrolment is about, in that campaign."""
        c = self.table.c
        same: ColumnElement[bool] = c.contact_id == self.one.of(told.c.contact_id)
        return and_(c.campaign_id == told.c.campaign_id, same)

    def reached_at(self, chain: Sequence[str]) -> list[ColumnElement[Any]]:
        """When each stage of a chain was first reached, in seconds on the wall."""
        c = self.table.c
        return [c.at_0, *(c[f"at_{self.words.places[word]}"] for word in chain[1:])]

    def at(self, word: str) -> ColumnElement[Any]:
        return self.table.c[f"at_{self.words.places[word]}"]

    def rank(self, chain: Sequence[str]) -> ColumnElement[Any]:
        """The furthest place in the chain; NULL for who reached none.

        In a period whom a touch of it got through to was contacted, be it not for the first time.
        """
        first, *later = self.reached_at(chain)
        if self.asked.since is not None:
            through = self.table.c.through
            first = func.coalesce(first, case((through > 0, through)))
        return furthest([first, *later])

    def of(self, campaign: CampaignId, arm: Arm | None = Arm.ENROLLED) -> ColumnElement[bool]:
        """The people of a campaign, or of all of them together."""
        c = self.table.c
        here = c.campaign_id == campaign
        return here if arm is None else and_(here, c.arm == arm.value)

    def attempts(self) -> ColumnElement[Any]:
        """All on a person until the end of the period, those before it too."""
        c = self.table.c
        return c.touches if self.asked.since is None else c.touches + c.earlier

    def in_time(self) -> list[ColumnElement[bool]]:
        """Events of the period that was asked for."""
        return [*self.since(), *self.until()]

    def since(self) -> list[ColumnElement[bool]]:
        return [] if self.asked.since is None else [event.c.at >= self.asked.since]

    def until(self) -> list[ColumnElement[bool]]:
        """Events of the period and of what was before it: its history."""
        return [] if self.asked.until is None else [event.c.at < self.asked.until]


def furthest(instants: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    """The last place of a list of instants that is known."""
    places = reversed(list(enumerate(instants)))
    return case(*[(at.is_not(None), place) for place, at in places])


def clock_of_events(connection: Connection, database: Database) -> WallClock:
    """The workspace's clock from the first to the last of them, each from the end of an index."""
    v = event.c
    found = [
        connection.execute(select(bound(v.at)).where(v.kind == kind)).scalar()
        for kind in TOLD
        for bound in (func.min, func.max)
    ]
    known = [at for at in found if at is not None]
    return wall_clock(database.zone, min(known, default=None), max(known, default=None))
