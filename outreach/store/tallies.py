"""Counts over the events: people per stage, attempts, orders, money. No rate is made here.

Every figure is one aggregate that the database computes over one campaign's events and
enrolments; what was taken back (`corrects`) does not count. People are distinct, so two
replies of one person are one; orders and touches are events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from outreach.model.asked import Asked
from outreach.model.audience import Arm
from outreach.model.ids import CampaignId
from outreach.model.money import from_minor
from outreach.model.tally import CampaignTally, HistoryTally, VariantTally
from outreach.store.chain_tallies import ChainTallies, arm_of, count_chains
from outreach.store.conditions import Selection
from outreach.store.engine import Database
from outreach.store.schema import delivery, step
from outreach.store.tally_queries import (
    CONTACTED,
    history_orders,
    history_people,
    history_touches,
    people_of,
)
from outreach.store.types import decimal_of


class Tallies:
    """What the evaluation and the planning are made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def campaign(self, campaign_id: CampaignId, chain: Sequence[str]) -> CampaignTally:
        """The counts of one campaign along its chain, whose first stage is the contact itself."""
        counted = count_chains(self._database, {campaign_id: chain}, Asked(), now=None)
        return self._with_variants(campaign_id, counted.campaigns[campaign_id].tally)

    def chains(
        self,
        chains: Mapping[CampaignId, Sequence[str]],
        asked: Asked,
        *,
        now: datetime,
        segments: Mapping[str, Selection] | None = None,
    ) -> ChainTallies:
        """Everything that is counted of these campaigns, and of their people together."""
        found = count_chains(self._database, chains, asked, now=now, segments=segments)
        each = {
            id_: replace(one, tally=self._with_variants(id_, one.tally))
            for id_, one in found.campaigns.items()
        }
        return replace(found, campaigns=each)

    def _with_variants(self, campaign_id: CampaignId, tally: CampaignTally) -> CampaignTally:
        with self._database.reading() as connection:
            found = _variants(connection, campaign_id, tally.chain)
        return replace(tally, variants=found)

    def habits(self, chains: Mapping[CampaignId, Sequence[str]] | None = None) -> HistoryTally:
        """What prospecting took so far, over all campaigns.

        `chains` tells the campaigns' own words: a first stage that is not called `contacted`.
        """
        firsts = {id_: chain[0] for id_, chain in (chains or {}).items() if chain[0] != CONTACTED}
        with self._database.reading() as connection:
            people = connection.execute(history_people(firsts)).one()
            orders = connection.execute(history_orders()).one()
            touches = connection.execute(history_touches()).one()
        return HistoryTally(
            prospects_contacted=int(people.contacted),
            touches=int(touches.touches),
            actives=int(people.actives),
            quotes=int(people.quotes),
            deals=int(people.deals),
            orders=int(orders.orders),
            revenue=self._money(orders.revenue),
            calls=int(touches.calls),
            call_minutes=decimal_of(touches.call_minutes),
        )

    def _money(self, minor: Any) -> Decimal:
        """Sums come back as int (SQLite) or Decimal (PostgreSQL)."""
        return from_minor(int(minor), self._database.currency)


def _variants(
    connection: Connection, campaign_id: CampaignId, stages: Sequence[str]
) -> tuple[VariantTally, ...]:
    """The people of each variant, by step in the campaign's order."""
    has_variants = (
        exists()
        .where(delivery.c.campaign_id == campaign_id, delivery.c.step_id == step.c.id)
        .where(delivery.c.variant.is_not(None))
    )
    steps = connection.execute(
        select(step.c.id, step.c.name)
        .where(step.c.campaign_id == campaign_id, has_variants)
        .order_by(step.c.position)
    ).all()
    tallies: list[VariantTally] = []
    for one in steps:
        groups: dict[str, list[Row[Any]]] = {}
        for row in connection.execute(people_of(campaign_id, stages, one.id)):
            if row.variant is not None and row.arm == Arm.ENROLLED.value:
                groups.setdefault(row.variant, []).append(row)
        tallies += [
            VariantTally(one.name, variant, arm_of(groups[variant], stages))
            for variant in sorted(groups)
        ]
    return tuple(tallies)
