"""Who drew which variant of a step, and how far the people of each variant came."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, Subquery, exists, func, select

from outreach.model.asked import Asked
from outreach.model.ids import CampaignId
from outreach.model.tally import VariantTally
from outreach.store.arms import arm_of
from outreach.store.engine import Database
from outreach.store.followed import Followed
from outreach.store.gathering import followed
from outreach.store.schema import delivery, step


def steps_drawn(campaign_id: CampaignId, names: Collection[str] | None = None) -> Select[Any]:
    """The steps, or those among these, of which somebody drew a variant."""
    drawn = exists().where(
        delivery.c.campaign_id == campaign_id,
        delivery.c.step_id == step.c.id,
        delivery.c.variant.is_not(None),
    )
    query = select(step.c.id, step.c.name).where(step.c.campaign_id == campaign_id, drawn)
    if names is not None:
        query = query.where(step.c.name.in_(sorted(names)))
    return query.order_by(step.c.position)


def draws(campaign_id: CampaignId, step_id: int, name: str) -> Subquery:
    """A row per record: what it drew at a step, at any of its occurrences, reached by it or not.

    A person of several records drew what the one that counts drew: `Followed.table.c.record`.
    """
    d = delivery.c
    return (
        select(d.contact_id, func.max(d.variant).label("variant"))
        .where(d.campaign_id == campaign_id, d.step_id == step_id, d.variant.is_not(None))
        .group_by(d.contact_id)
        .subquery(name)
    )


def variants_of(
    people: Followed, campaign_id: CampaignId, chain: Sequence[str]
) -> tuple[VariantTally, ...]:
    """The people of each variant, by step in the campaign's order."""
    tallies: list[VariantTally] = []
    for one in people.connection.execute(steps_drawn(campaign_id)).all():
        groups: dict[str, list[Row[Any]]] = {}
        for row in people.connection.execute(_by_variant(people, campaign_id, chain, one.id)):
            # Who drew none: asked for too, for SQLite would begin the join at the draws.
            if row.variant is not None:
                groups.setdefault(row.variant, []).append(row)
        tallies += [
            VariantTally(one.name, variant, arm_of(groups[variant], chain))
            for variant in sorted(groups)
        ]
    return tuple(tallies)


def _by_variant(
    people: Followed, campaign_id: CampaignId, chain: Sequence[str], step_id: int
) -> Select[Any]:
    p = people.table
    drawn = draws(campaign_id, step_id, "drawn")
    told = [drawn.c.variant, people.rank(chain).label("rank")]
    return (
        select(*told, func.count().label("people"))
        .select_from(p.outerjoin(drawn, drawn.c.contact_id == p.c.record))
        .where(people.of(campaign_id))
        .group_by(*told)
    )


def drawn_variants(
    connection: Connection, database: Database, chains: Mapping[CampaignId, Sequence[str]]
) -> Mapping[CampaignId, tuple[VariantTally, ...]]:
    """The variants of the few campaigns that have some, over the whole time, whatever is asked."""
    own = {
        id_: stages
        for id_, stages in chains.items()
        if connection.execute(steps_drawn(id_).limit(1)).first()
    }
    if not own:
        return {}
    with followed(connection, database, own, Asked()) as people:
        return {id_: variants_of(people, id_, stages) for id_, stages in own.items()}
