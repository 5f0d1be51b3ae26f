"""Counts over the events: people per stage, attempts, orders, money. No rate is made here.

Every figure is one aggregate that the database computes over one campaign's events and
enrolments; what was taken back (`corrects`) does not count. People are distinct, so two
replies of one person are one; orders and touches are events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, distinct, exists, func, select

from outreach.model.audience import Arm
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.model.money import from_minor
from outreach.model.tally import (
    ArmTally,
    CampaignTally,
    HistoryTally,
    OrderTally,
    TouchTally,
    VariantTally,
)
from outreach.store.engine import Database
from outreach.store.schema import campaign, delivery, enrolment, event, step
from outreach.store.tally_queries import (
    CONTACTED,
    ORDER,
    history_orders,
    history_people,
    history_touches,
    is_enrolment_of,
    people_of,
    reached,
    stands,
)


class Tallies:
    """What the evaluation and the planning are made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def campaign(self, campaign_id: CampaignId, chain: Sequence[str]) -> CampaignTally:
        """The counts of one campaign along its chain, whose first stage is the contact itself."""
        stages = tuple(chain)
        with self._database.reading() as connection:
            rows = connection.execute(people_of(campaign_id, stages)).all()
            enrolled = [row for row in rows if row.arm == Arm.ENROLLED.value]
            contacted = [row for row in enrolled if row.rank is not None]
            prospects = [row for row in contacted if not row.is_customer]
            return CampaignTally(
                chain=stages,
                enrolled=_arm(enrolled, stages),
                control=_arm((r for r in rows if r.arm == Arm.CONTROL.value), stages),
                variants=_variants(connection, campaign_id, stages),
                prospects_contacted=_sum(prospects),
                customers_contacted=_sum(contacted) - _sum(prospects),
                prospects_interested=_sum(row for row in prospects if row.rank > 0),
                prospects_won=_sum(row for row in prospects if row.ordered),
                touches=self._touches(connection, campaign_id),
                orders=self._orders(connection, campaign_id),
                prospects_on_file=connection.execute(
                    select(campaign.c.prospects_on_file).where(campaign.c.id == campaign_id)
                ).scalar_one_or_none(),
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
            call_minutes=_decimal(touches.call_minutes),
        )

    def _touches(self, connection: Connection, campaign_id: CampaignId) -> tuple[TouchTally, ...]:
        query = (
            select(
                step.c.name,
                event.c.channel,
                func.count().label("touches"),
                func.count(distinct(event.c.contact_id)).label("people"),
                func.coalesce(func.sum(event.c.cost_minor), 0).label("cost"),
                func.coalesce(func.sum(event.c.minutes), 0).label("minutes"),
            )
            .select_from(event.outerjoin(step, step.c.id == event.c.step_id))
            .where(
                event.c.campaign_id == campaign_id,
                event.c.kind == EventKind.TOUCHED.value,
                stands(),
            )
            .group_by(step.c.position, step.c.name, event.c.channel)
            .order_by(step.c.position.is_(None), step.c.position, event.c.channel)
        )
        return tuple(
            TouchTally(
                step=row.name,
                channel=row.channel,
                touches=row.touches,
                people=row.people,
                cost=self._money(row.cost),
                minutes=_decimal(row.minutes),
            )
            for row in connection.execute(query)
        )

    def _orders(self, connection: Connection, campaign_id: CampaignId) -> OrderTally:
        query = (
            select(
                func.count().label("orders"),
                func.coalesce(func.sum(event.c.amount_minor), 0).label("revenue"),
                func.coalesce(func.sum(event.c.margin_minor), 0).label("margin"),
                func.count(event.c.amount_minor).label("with_amount"),
                func.count(event.c.margin_minor).label("with_margin"),
            )
            .select_from(event.join(enrolment, is_enrolment_of(event)))
            .where(
                event.c.campaign_id == campaign_id,
                enrolment.c.arm == Arm.ENROLLED.value,
                reached(),
                event.c.stage == ORDER,
            )
        )
        row = connection.execute(query).one()
        return OrderTally(
            orders=row.orders,
            revenue=self._money(row.revenue),
            margin=self._money(row.margin),
            without_amount=row.orders - row.with_amount,
            without_margin=row.orders - row.with_margin,
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
            VariantTally(one.name, variant, _arm(groups[variant], stages))
            for variant in sorted(groups)
        ]
    return tuple(tallies)


def _arm(rows: Iterable[Row[Any]], stages: Sequence[str]) -> ArmTally:
    people = 0
    furthest: dict[str, int] = {}
    for row in rows:
        people += row.people
        if row.rank is not None:
            stage = stages[row.rank]
            furthest[stage] = furthest.get(stage, 0) + row.people
    return ArmTally(people, furthest)


def _sum(rows: Iterable[Row[Any]]) -> int:
    return sum(row.people for row in rows)


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
