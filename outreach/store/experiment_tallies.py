"""Counts of the groups drawn by lot: how far they came, what they ordered, what they are like.

One statement per campaign: enrolments, stages, orders and draws are laid one under the other,
gathered by person, and people who are alike are counted together. Everyone drawn counts,
whether or not a message reached him: the lot made the groups alike, what happened afterwards
did not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, literal, null, select
from sqlalchemy import union_all as laid_under
from sqlalchemy.types import TypeEngine

from outreach.model.audience import Arm
from outreach.model.experiment import Cell, ExperimentTally
from outreach.model.ids import CampaignId, ContactId
from outreach.model.money import from_minor
from outreach.store.engine import Database
from outreach.store.schema import delivery, enrolment, event, step
from outreach.store.tally_queries import CONTACTED, ORDER, reached
from outreach.store.types import Whole

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
        with self._database.reading() as connection:
            steps = (
                connection.execute(_steps_drawn(campaign_id, variants)).all() if variants else []
            )
            if not steps and not control:
                return None
            numbers = [one.id for one in steps]
            query = _cells(self._database, campaign_id, tuple(chain), numbers, until, among)
            rows = connection.execute(query).all()
        return ExperimentTally(
            chain=tuple(chain),
            steps=tuple(one.name for one in steps),
            cells=tuple(self._cell(row, len(steps)) for row in rows),
        )

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

    def _cell(self, row: Any, steps: int) -> Cell:
        return Cell(
            arm=Arm(row.arm),
            variants=tuple(getattr(row, f"variant{place}") for place in range(steps)),
            kind=row.kind,
            stratum=row.stratum,
            source=row.source,
            rank=row.rank,
            orders=int(row.orders or 0),
            revenue=from_minor(int(row.revenue or 0), self._database.currency),
            people=row.people,
        )


def _steps_drawn(campaign_id: CampaignId, names: Collection[str]) -> Select[Any]:
    """The steps among these of which somebody drew a variant."""
    drawn = (
        select(literal(1))
        .where(
            delivery.c.campaign_id == campaign_id,
            delivery.c.step_id == step.c.id,
            delivery.c.variant.is_not(None),
        )
        .exists()
    )
    return (
        select(step.c.id, step.c.name)
        .where(step.c.campaign_id == campaign_id, step.c.name.in_(sorted(names)), drawn)
        .order_by(step.c.position)
    )


def _cells(
    database: Database,
    campaign_id: CampaignId,
    stages: tuple[str, ...],
    steps: Sequence[int],
    until: datetime | None,
    among: ColumnElement[bool] | None,
) -> Select[Any]:
    columns = _columns(len(steps))
    parts = [_enrolled(campaign_id, columns), _reached(campaign_id, stages, until, columns)]
    parts += [_drawn(campaign_id, number, place, columns) for place, number in enumerate(steps)]
    laid = laid_under(*parts).subquery("laid")
    summed = ("orders", "revenue")
    person = (
        select(
            laid.c.contact_id,
            *(
                (func.sum if name in summed else func.max)(laid.c[name]).label(name)
                for name in columns
            ),
        )
        .group_by(laid.c.contact_id)
        .having(func.max(laid.c.arm).is_not(None))
        .subquery("person")
    )
    contact = database.contact
    told = [person.c[name] for name in columns]
    query = (
        select(*told, contact.c.source, func.count().label("people"))
        .select_from(person.join(contact, contact.c.id == person.c.contact_id))
        .group_by(*told, contact.c.source)
    )
    return query if among is None else query.where(among)


def _columns(steps: int) -> dict[str, TypeEngine[Any]]:
    """What is known of a person, with its type: a NULL must have one for PostgreSQL."""
    return {
        "arm": Text(),
        "kind": Text(),
        "stratum": Text(),
        "rank": Whole,
        "orders": Whole,
        "revenue": Whole,
        **{f"variant{place}": Text() for place in range(steps)},
    }


def _row(
    contact: ColumnElement[int],
    columns: dict[str, TypeEngine[Any]],
    **known: ColumnElement[Any],
) -> tuple[ColumnElement[Any], ...]:
    """What one table says of a person; NULL where it says nothing."""
    return (
        contact.label("contact_id"),
        *(known.get(name, cast(null(), type_)).label(name) for name, type_ in columns.items()),
    )


def _enrolled(campaign_id: CampaignId, columns: dict[str, TypeEngine[Any]]) -> Select[Any]:
    e = enrolment.c
    told = _row(e.contact_id, columns, arm=e.arm, kind=e.kind, stratum=e.stratum)
    return select(*told).where(e.campaign_id == campaign_id, e.arm.in_(_DRAWN))


def _reached(
    campaign_id: CampaignId,
    stages: tuple[str, ...],
    until: datetime | None,
    columns: dict[str, TypeEngine[Any]],
) -> Select[Any]:
    """Each stage that someone reached, as its place in the chain; each order with its amount."""
    places = {CONTACTED: 0} | {stage: place for place, stage in enumerate(stages)}
    is_order = event.c.stage == ORDER
    known = {
        "rank": case(places, value=event.c.stage),
        "orders": case((is_order, 1)),
        "revenue": case((is_order, event.c.amount_minor)),
    }
    time = [] if until is None else [event.c.at < until]
    return select(*_row(event.c.contact_id, columns, **known)).where(
        and_(
            event.c.campaign_id == campaign_id,
            reached(),
            event.c.stage.in_(sorted({*places, ORDER})),
            *time,
        )
    )


def _drawn(
    campaign_id: CampaignId, number: int, place: int, columns: dict[str, TypeEngine[Any]]
) -> Select[Any]:
    """Who drew which variant of a step, at any of its occurrences."""
    d = delivery.c
    return select(*_row(d.contact_id, columns, **{f"variant{place}": d.variant})).where(
        d.campaign_id == campaign_id, d.step_id == number, d.variant.is_not(None)
    )
