"""How far one campaign had come by several instants, counted in one reading of its events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, null, or_, select

from outreach.model.audience import Arm
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.model.milestone import Milestone
from outreach.model.money import from_minor
from outreach.store.engine import Database
from outreach.store.one_person import OnePerson, one_person
from outreach.store.schema import enrolment, event
from outreach.store.tally_queries import CONTACTED, ORDER, stands


class DashboardTallies:
    """What a dashboard's realised figures and their trend are made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def up_to(
        self, campaign: CampaignId, chain: Sequence[str], instants: Sequence[datetime]
    ) -> tuple[Milestone, ...]:
        """A milestone for each instant, in their order."""
        if not instants:
            return ()
        order = sorted(set(instants))
        found = dict(zip(order, self._in_order(campaign, chain, order), strict=True))
        return tuple(found[instant] for instant in instants)

    def _in_order(
        self, campaign: CampaignId, chain: Sequence[str], instants: Sequence[datetime]
    ) -> tuple[Milestone, ...]:
        with self._database.reading() as connection, one_person(connection, [campaign]) as one:
            row = connection.execute(_counted(campaign, chain, instants, one)).one()
        width = len(chain) + _SUMS
        return tuple(
            self._milestone(until, chain, row[place * width : (place + 1) * width])
            for place, until in enumerate(instants)
        )

    def _milestone(self, until: datetime, chain: Sequence[str], found: Sequence[Any]) -> Milestone:
        orders, revenue, spent = (int(each) for each in found[len(chain) :])
        currency = self._database.currency
        return Milestone(
            until=until,
            people=dict(zip(chain, map(int, found), strict=False)),
            orders=orders,
            revenue=from_minor(revenue, currency),
            spent=from_minor(spent, currency),
        )


#: Orders, revenue and what was spent stand behind the people of each stage.
_SUMS = 3


def _sum(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(amount), 0)


def _counted(
    campaign: CampaignId, chain: Sequence[str], instants: Sequence[datetime], one: OnePerson
) -> Any:
    """One row: for each instant the people of each stage, then the sums."""
    person = _by_person(campaign, chain, instants, one).subquery("person")
    e = enrolment.c
    members = (
        select(one.of(e.contact_id).label("contact_id"))
        .where(e.campaign_id == campaign, e.arm == Arm.ENROLLED.value)
        .distinct()
        .subquery("members")
    )
    p, enrolled = person.c, members.c.contact_id.is_not(None)
    asked: list[ColumnElement[Any]] = []
    for place in range(len(instants)):
        asked += [
            func.count(case((and_(enrolled, p[f"stage_{stage}"] <= literal(place)), 1)))
            for stage in range(len(chain))
        ]
        asked += [
            _sum(case((enrolled, p[f"orders_{place}"]))),
            _sum(case((enrolled, p[f"revenue_{place}"]))),
            # What a touch cost is spent, whoever got it: as in the report's total.
            _sum(p[f"spent_{place}"]),
        ]
    same = members.c.contact_id == p.contact_id
    return select(*asked).select_from(person.outerjoin(members, same))


def _by_person(
    campaign: CampaignId, chain: Sequence[str], instants: Sequence[datetime], one: OnePerson
) -> Any:
    """A row per person: by which instant he had come how far, and what he brought by each.

    Gathered before anybody asks who was enrolled: a join of every event would take longer.
    """
    v = event.c
    person = one.of(v.contact_id)
    reached = v.kind == EventKind.REACHED.value
    ordered = and_(reached, v.stage == ORDER)
    touched = v.kind == EventKind.TOUCHED.value
    places = {CONTACTED: 0} | {stage: place for place, stage in enumerate(chain)}
    rank = case(places, value=v.stage)
    # The first instant that the event lies before; none where it lies after all of them.
    bin_ = case(*((v.at < until, place) for place, until in enumerate(instants)), else_=null())
    columns: list[ColumnElement[Any]] = [
        func.min(case((and_(reached, rank >= stage), bin_))).label(f"stage_{stage}")
        for stage in range(len(chain))
    ]
    for place, until in enumerate(instants):
        here = v.at < until
        columns += [
            func.count(case((and_(ordered, here), 1))).label(f"orders_{place}"),
            func.sum(case((and_(ordered, here), v.amount_minor))).label(f"revenue_{place}"),
            func.sum(case((and_(touched, here), v.cost_minor))).label(f"spent_{place}"),
        ]
    told = or_(touched, and_(reached, v.stage.in_(sorted({*places, ORDER}))))
    return (
        select(person.label("contact_id"), *columns)
        .where(v.campaign_id == campaign, told, stands())
        .group_by(person)
    )
