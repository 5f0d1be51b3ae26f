"""Counts over the events: people per stage, attempts, orders, money. No rate is made here.

Every figure is one aggregate that the database computes over one campaign's events and
enrolments; what was taken back (`corrects`) does not count. People are distinct, so two
replies of one person are one; orders and touches are events.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from outreach.model.asked import Asked
from outreach.model.ids import CampaignId
from outreach.model.money import from_minor
from outreach.model.tally import HistoryTally
from outreach.store.chain_tallies import ChainTallies, count_chains
from outreach.store.conditions import Selection
from outreach.store.engine import Database
from outreach.store.tally_queries import (
    CONTACTED,
    history_orders,
    history_people,
    history_touches,
)
from outreach.store.types import decimal_of


class Tallies:
    """What the evaluation and the planning are made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def chains(
        self,
        chains: Mapping[CampaignId, Sequence[str]],
        asked: Asked,
        *,
        now: datetime,
        segments: Mapping[str, Selection] | None = None,
        variants: Mapping[CampaignId, Collection[str]] | None = None,
        paid: Collection[CampaignId] = (),
    ) -> ChainTallies:
        """Everything that is counted of these campaigns, and of their people together."""
        return count_chains(
            self._database,
            chains,
            asked,
            now=now,
            segments=segments,
            variants=variants,
            paid=paid,
        )

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
