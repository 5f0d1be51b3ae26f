"""Counts of the groups drawn by lot: how far they came, what they ordered, what they are like.

One statement per campaign, over the people it follows (`gathering.py`): people who are alike
are counted together. Everyone drawn counts, whether or not a message reached him: the lot made
the groups alike, what happened afterwards did not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from outreach.model.asked import Asked
from outreach.model.audience import Arm
from outreach.model.experiment import Cell, ExperimentTally
from outreach.model.ids import CampaignId, ContactId
from outreach.store.engine import Database
from outreach.store.followed import Followed
from outreach.store.gathering import followed
from outreach.store.sales import money_of
from outreach.store.schema import delivery, enrolment, import_run, step
from outreach.store.schema import source as came_by
from outreach.store.variant_tallies import draws, steps_drawn

_DRAWN = (Arm.ENROLLED.value, Arm.CONTROL.value)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the people of a launched campaign drew: their stratum, their variant by step."""

    strata: Mapping[ContactId, str | None] = field(default_factory=dict)
    variants: Mapping[str, Mapping[ContactId, str]] = field(default_factory=dict)


class ExperimentTallies:
    """What a comparison of groups is made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def campaign(
        self,
        campaign_id: CampaignId,
        chain: Sequence[str],
        *,
        variants: Collection[str],
        control: bool,
        until: datetime | None = None,
        among: ColumnElement[bool] | None = None,
    ) -> ExperimentTally | None:
        """The groups of a campaign; None where nothing was drawn: no control, no variants.

        `variants`: the steps that have some; `control`: whether there is such a group.
        `until`: only what had happened before that instant. `among`: only people for whom
        that condition on `contact` holds.
        """
        database, asked = self._database, Asked(until=until)
        with (
            database.reading() as connection,
            followed(connection, database, {campaign_id: chain}, asked) as people,
        ):
            return groups_of(people, database, campaign_id, chain, variants=variants,
                             control=control, among=among)  # fmt: skip

    def drawn(self, campaign_id: CampaignId) -> Drawn:
        """What each person of a campaign drew: one entry per person and step with variants."""
        e, d = enrolment.c, delivery.c
        strata = select(e.contact_id, e.stratum).where(
            e.campaign_id == campaign_id, e.arm.in_(_DRAWN)
        )
        variants = (
            select(d.contact_id, step.c.name, d.variant)
            .select_from(delivery.join(step, step.c.id == d.step_id))
            .where(d.campaign_id == campaign_id, d.variant.is_not(None))
        )
        by_step: dict[str, dict[ContactId, str]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(variants):
                by_step.setdefault(row.name, {})[ContactId(row.contact_id)] = row.variant
            people = {ContactId(row.contact_id): row.stratum for row in connection.execute(strata)}
        return Drawn(people, by_step)


def groups_of(
    people: Followed,
    database: Database,
    campaign_id: CampaignId,
    chain: Sequence[str],
    *,
    variants: Collection[str],
    control: bool,
    among: ColumnElement[bool] | None = None,
) -> ExperimentTally | None:
    """The same, of people gathered from the launch of the campaign on."""
    connection = people.connection
    steps = connection.execute(steps_drawn(campaign_id, variants)).all() if variants else []
    if not steps and not control:
        return None
    query = _cells(people, database, campaign_id, chain, [one.id for one in steps])
    rows = connection.execute(query if among is None else query.where(among)).all()
    return ExperimentTally(
        chain=tuple(chain),
        steps=tuple(one.name for one in steps),
        cells=tuple(_cell(row, len(steps), database) for row in rows),
    )


def _cell(row: Any, steps: int, database: Database) -> Cell:
    return Cell(
        arm=Arm(row.arm),
        variants=tuple(getattr(row, f"variant{place}") for place in range(steps)),
        kind=row.kind,
        stratum=row.stratum,
        source=row.source,
        origin=row.origin,
        rank=row.rank,
        orders=int(row.orders or 0),
        revenue=money_of(row.revenue or 0, database),
        people=row.people,
    )


def _cells(
    people: Followed,
    database: Database,
    campaign_id: CampaignId,
    chain: Sequence[str],
    steps: Sequence[int],
) -> Select[Any]:
    p, contact = people.table, database.contact
    found = p.join(contact, contact.c.id == p.c.contact_id)
    found = found.outerjoin(import_run, import_run.c.id == contact.c.import_id)
    found = found.outerjoin(came_by, came_by.c.id == import_run.c.source_id)
    told: list[ColumnElement[Any]] = [
        p.c.arm,
        p.c.kind,
        p.c.stratum,
        people.rank(chain).label("rank"),
        p.c.orders,
        p.c.revenue_minor.label("revenue"),
    ]
    for place, number in enumerate(steps):
        drawn = draws(campaign_id, number, f"drawn{place}")
        found = found.outerjoin(drawn, drawn.c.contact_id == p.c.record)
        told.append(drawn.c.variant.label(f"variant{place}"))
    told += [contact.c.source, came_by.c.name.label("origin")]
    here = people.of(campaign_id, None)
    counted = func.count().label("people")
    return select(*told, counted).select_from(found).where(here).group_by(*told)
