"""Everything a report counts of some campaigns: each one's tally, and that of all together.

Their people are gathered once (`store/gathering.py`); what follows are small statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Table, case, func, select

from outreach.evaluation.comparison import outcome_of
from outreach.model.asked import Asked
from outreach.model.audience import Arm
from outreach.model.experiment import ExperimentTally
from outreach.model.ids import CampaignId
from outreach.model.money import from_minor
from outreach.model.path import CreditTally, PathTally, YieldTally
from outreach.model.spending import Kept, Spending, Won
from outreach.model.stage import DEFAULT_CHAIN
from outreach.model.tally import CampaignTally, OrderTally, TouchTally, VariantTally
from outreach.store.arms import arm_of
from outreach.store.breakdowns import Breakdown
from outreach.store.conditions import Selection
from outreach.store.cost_tallies import cost_anything, kept_of, spending_of, touching
from outreach.store.credits import Credited, TouchKind, credited
from outreach.store.engine import Database
from outreach.store.experiment_tallies import groups_of
from outreach.store.followed import APPOINTMENT, MET, TOGETHER, Followed
from outreach.store.gathering import followed
from outreach.store.path_tallies import cohorts, times
from outreach.store.sales import money_of
from outreach.store.schema import campaign
from outreach.store.touch_tallies import by_step, channels, tells, touches_of
from outreach.store.trail import trail_of
from outreach.store.variant_tallies import drawn_variants
from outreach.store.wall_clock import on_the_wall
from outreach.store.won import won_of


@dataclass(frozen=True, slots=True)
class Counted:
    """One campaign's counts, or those of several together."""

    tally: CampaignTally
    path: PathTally
    #: What its money went to; of several together nothing.
    spending: Spending = field(default_factory=Spending)
    #: The groups drawn by lot, from the launch on; None where nothing was drawn, and of a period
    #: that begins later: it would compare people by what the campaign had done to them before.
    groups: ExperimentTally | None = None


@dataclass(frozen=True, slots=True)
class ChainTallies:
    """The counts of each campaign, and of the people of all of them, each person once."""

    campaigns: Mapping[CampaignId, Counted]
    together: Counted | None = None
    #: The customers of all of them, each once.
    kept: Kept = field(default_factory=Kept)
    #: Those that touched anybody or cost anything; the orders of a shop that were read in did not.
    prospecting: frozenset[CampaignId] = frozenset()
    #: The new customers of these, each once.
    won: Won = field(default_factory=Won)


def count_chains(
    database: Database,
    chains: Mapping[CampaignId, Sequence[str]],
    asked: Asked,
    *,
    now: datetime,
    segments: Mapping[str, Selection] | None = None,
    variants: Mapping[CampaignId, Collection[str]] | None = None,
    paid: Collection[CampaignId] = (),
) -> ChainTallies:
    """What these campaigns came to.

    Several are counted together along the chain they share, or along the default one.
    `variants`: the steps of each campaign whose variants are compared. `paid`: those with costs
    that do not depend on the number of people.
    """
    if not chains:
        return ChainTallies({})
    shared = _shared(chains)
    with database.reading() as connection:
        drawn = drawn_variants(connection, database, chains)
        with (
            followed(connection, database, chains, asked) as people,
            trail_of(people, _earned([*chains.values(), shared])) as trail,
        ):
            counting = _Counting(
                people, trail, database, now, segments or {}, variants or {}, drawn
            )
            each = {id_: counting.counted(id_, stages) for id_, stages in chains.items()}
            together = counting.counted(TOGETHER, shared) if len(chains) > 1 else None
            priced = {id_ for id_, one in each.items() if cost_anything(one.spending)}
            touched = touching(people)
            prospecting = touched | priced | frozenset(paid)
            won = won_of(people, database, prospecting, touched - frozenset(paid))
            return ChainTallies(each, together, kept_of(people), prospecting, won)


def _shared(chains: Mapping[CampaignId, Sequence[str]]) -> Sequence[str]:
    """The chain that all of them have; else the default one."""
    different = {tuple(stages) for stages in chains.values()}
    return different.pop() if len(different) == 1 else DEFAULT_CHAIN


def _earned(chains: Iterable[Sequence[str]]) -> set[str]:
    """The stages that a touch may have earned."""
    return {word for stages in chains for word in (*stages[1:], outcome_of(stages))}


class _Counting:
    def __init__(
        self,
        people: Followed,
        trail: Table,
        database: Database,
        now: datetime,
        segments: Mapping[str, Selection],
        variants: Mapping[CampaignId, Collection[str]],
        drawn: Mapping[CampaignId, tuple[VariantTally, ...]],
    ) -> None:
        self._people = people
        self._trail = trail
        self._database = database
        self._now = now
        self._segments = segments
        self._variants = variants
        self._tallied = drawn
        self._touches = touches_of(people, database)

    def counted(self, id_: CampaignId, chain: Sequence[str]) -> Counted:
        chain = tuple(chain)
        rows = self._groups(id_, chain)
        if id_ == TOGETHER:
            tally = self._tally(id_, chain, rows, ())
            return Counted(tally, self._path(id_, chain, rows, channels(self._touches)))
        own = [one for one in self._touches if one.campaign == id_]
        touches = by_step(own)
        tally = self._tally(id_, chain, rows, [touch for _, touch in touches if tells(touch)])
        path = self._path(id_, chain, rows, [kind for kind, _ in touches])
        spending = spending_of(self._people, self._database, id_, chain, own)
        return Counted(tally, path, spending, self._drawn(id_, chain, tally))

    def _drawn(
        self, id_: CampaignId, chain: tuple[str, ...], tally: CampaignTally
    ) -> ExperimentTally | None:
        if self._people.asked.since is not None:
            return None
        variants, control = self._variants.get(id_, ()), bool(tally.control.people)
        return groups_of(
            self._people, self._database, id_, chain, variants=variants, control=control
        )

    # --- how many ----------------------------------------------------------------------------

    def _groups(self, id_: CampaignId, chain: Sequence[str]) -> list[Row[Any]]:
        """People by arm, kind, furthest place and whether they ordered: a few dozen rows."""
        people, c = self._people, self._people.table.c
        at = people.reached_at(chain)
        rank = people.rank(chain)
        groups = [
            c.arm.label("arm"),
            func.coalesce(c.is_customer, 0).label("is_customer"),
            rank.label("rank"),
            case((c.orders > 0, 1), else_=0).label("ordered"),
        ]
        sums = ("touches", "visits", "orders", "revenue_minor", "margin_minor", "with_amount",
                "with_margin")  # fmt: skip
        appointment, met = people.at(APPOINTMENT), people.at(MET)
        nowhere = appointment.is_(None) & met.is_(None)
        query = select(
            *groups,
            func.count().label("people"),
            func.count(case((c.touches > 0, 1))).label("touched"),
            func.count(appointment).label("appointments"),
            func.count(met).label("met"),
            func.count(case((nowhere, 1))).label("without_meeting"),
            *(func.coalesce(func.sum(c[name]), 0).label(name) for name in sums),
            *(
                func.count(case((one.is_(None), 1))).label(f"unrecorded_{place}")
                for place, one in enumerate(at)
            ),
        )
        query = query.where(people.of(id_, None)).group_by(*groups)
        rows: Iterable[Row[Any]] = people.connection.execute(query)
        return list(rows)

    def _tally(
        self,
        id_: CampaignId,
        chain: tuple[str, ...],
        rows: Sequence[Row[Any]],
        touches: Sequence[TouchTally],
    ) -> CampaignTally:
        enrolled = [row for row in rows if row.arm == Arm.ENROLLED.value]
        contacted = [row for row in enrolled if row.rank is not None]
        prospects = [row for row in contacted if not row.is_customer]
        return CampaignTally(
            chain=chain,
            enrolled=arm_of(enrolled, chain),
            control=arm_of((r for r in rows if r.arm == Arm.CONTROL.value), chain),
            prospects_contacted=_sum(prospects),
            customers_contacted=_sum(contacted) - _sum(prospects),
            prospects_interested=_sum(row for row in prospects if row.rank > 0),
            prospects_won=_sum(row for row in prospects if row.ordered),
            touches=tuple(touches),
            orders=self._orders(enrolled),
            prospects_on_file=self._on_file(id_),
            variants=self._tallied.get(id_, ()),
        )

    def _orders(self, rows: Sequence[Row[Any]]) -> OrderTally:
        orders = _sum(rows, "orders")
        return OrderTally(
            orders=orders,
            revenue=money_of(_sum(rows, "revenue_minor"), self._database),
            margin=money_of(_sum(rows, "margin_minor"), self._database),
            without_amount=orders - _sum(rows, "with_amount"),
            without_margin=orders - _sum(rows, "with_margin"),
        )

    def _on_file(self, id_: CampaignId) -> int | None:
        """At the launch; of several campaigns, the most there were at any."""
        here = campaign.c.id == id_
        if id_ == TOGETHER:
            here = campaign.c.id.in_(self._people.campaigns)
        query = select(func.max(campaign.c.prospects_on_file)).where(here)
        found: int | None = self._people.connection.execute(query).scalar_one()
        return found

    # --- how they went along -----------------------------------------------------------------

    def _path(
        self,
        id_: CampaignId,
        chain: tuple[str, ...],
        rows: Sequence[Row[Any]],
        kinds: Sequence[TouchKind],
    ) -> PathTally:
        people, asked = self._people, self._people.asked
        enrolled = [row for row in rows if row.arm == Arm.ENROLLED.value]
        ordered = [row for row in enrolled if row.ordered]
        prospects = [row for row in enrolled if not row.is_customer]
        outcome = outcome_of(chain)
        earned = credited(people, self._trail, id_, chain, kinds, outcome)
        now = on_the_wall(asked.last(self._now), self._database.zone)
        breakdown = Breakdown(people, self._database, id_, chain, self._segments)
        return PathTally(
            touch_count=_sum(enrolled, "touches"),
            touched=_sum(enrolled, "touched"),
            unrecorded=_unrecorded(enrolled, chain),
            appointments=_sum(enrolled, "appointments"),
            met=_sum(enrolled, "met"),
            orders_without_meeting=_sum(ordered, "without_meeting"),
            visits=_sum(enrolled, "visits"),
            prospect_visits=_sum(prospects, "visits"),
            customers=_sum(row for row in enrolled if row.is_customer or row.ordered),
            times=times(people, id_, chain, _sum(enrolled) - _sum(enrolled, "unrecorded_0")),
            cohorts=cohorts(people, id_, outcome=outcome, at_once=asked.at_once, now=now),
            outcome=outcome,
            at_once=asked.at_once,
            yields=self._yields(id_, outcome, earned),
            rule=asked.rule,
            credits=tuple(self._in_units(earned)),
            by={dimension: breakdown.by(dimension) for dimension in asked.by},
            since=self._database.day_of(asked.since) if asked.since else None,
        )

    def _yields(self, id_: CampaignId, outcome: str, earned: Credited) -> tuple[YieldTally, ...]:
        """Who ordered by the attempts made before; who did not, by all that were made.

        Of a period: who got an attempt or ordered in it, by his attempts since the first one.
        """
        c, attempts = self._people.table.c, self._people.attempts().label("attempts")
        query = (
            select(attempts, func.count().label("people"))
            .where(self._people.of(id_), self._people.at(outcome).is_(None), c.touches > 0)
            .group_by(attempts)
        )
        contacts = Counter({r.attempts: r.people for r in self._people.connection.execute(query)})
        contacts.update(earned.attempts)
        return tuple(
            YieldTally(touches=n, contacts=contacts[n], orders=earned.attempts.get(n, 0))
            for n in sorted(contacts)
        )

    def _in_units(self, earned: Credited) -> Iterable[CreditTally]:
        for one in earned.credits:
            margin = None if one.margin is None else self._units(one.margin)
            yield replace(one, revenue=self._units(one.revenue), margin=margin)

    def _units(self, minor: Decimal) -> Decimal:
        """Parts of an amount stay parts, so that they add up to it."""
        return minor * from_minor(1, self._database.currency)


def _unrecorded(rows: Sequence[Row[Any]], chain: Sequence[str]) -> dict[str, int]:
    """Of each stage: people who are counted at it though only a later one is on record."""
    found = {
        stage: _sum(
            (row for row in rows if row.rank is not None and row.rank > place),
            f"unrecorded_{place}",
        )
        for place, stage in enumerate(chain)
    }
    return {stage: count for stage, count in found.items() if count}


def _sum(rows: Iterable[Row[Any]], name: str = "people") -> int:
    return sum(int(row._mapping[name]) for row in rows)
