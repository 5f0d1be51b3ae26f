"""The attempts of campaigns by step and channel, with what they cost: one statement for all.

Attempts are of the people enrolled; what it cost was spent, whoever it was done for, and on
our own work. Customers and others stand apart, so that what keeping a customer took is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from outreach.model.audience import Arm
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, StepId
from outreach.model.spending import Effort
from outreach.model.tally import TouchTally
from outreach.store.credits import TouchKind
from outreach.store.engine import Database
from outreach.store.followed import Followed
from outreach.store.sales import money_of
from outreach.store.schema import event, step
from outreach.store.tally_queries import is_customer, is_enrolment_of, not_own_work, stands
from outreach.store.types import decimal_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Touches:
    """Those of one step by one channel, on customers or on others."""

    campaign: CampaignId
    #: None of both: beside any step.
    step_id: StepId | None
    position: int | None
    step: str | None
    channel: str | None
    on_customers: bool
    people: int
    #: Only what was done in the period that was asked for.
    effort: Effort


_SUMMED = ("touches", "cost", "minutes", "km", "unpriced")


def touches_of(people: Followed, database: Database) -> list[Touches]:
    """All of them, in the order of each campaign's steps.

    What was done before the period only tells which kinds there are.
    """
    steps = _steps(people.connection, people.campaigns)
    found = []
    rows = [
        (campaign, row)
        for campaign in people.campaigns
        for row in people.connection.execute(_counted(people, campaign))
    ]
    for campaign, row in rows:
        number = row.place // 2 or None
        position, name = steps.get(number, (None, None))
        effort = Effort(
            touches=int(row.touches),
            cost=money_of(row.cost, database),
            minutes=decimal_of(row.minutes),
            km=decimal_of(row.km),
            unpriced=int(row.unpriced),
        )
        found.append(
            Touches(
                campaign=campaign,
                step_id=None if number is None else StepId(number),
                position=position,
                step=name,
                channel=row.channel,
                on_customers=bool(row.place % 2),
                people=row.people,
                effort=effort,
            )
        )
    return sorted(
        found, key=lambda one: (one.position is None, one.position or 0, one.channel or "")
    )


def _steps(
    connection: Connection, campaigns: Iterable[CampaignId]
) -> Mapping[int | None, tuple[int, str]]:
    s = step.c
    query = select(s.id, s.position, s.name).where(s.campaign_id.in_(campaigns))
    return {row.id: (row.position, row.name) for row in connection.execute(query)}


def _counted(people: Followed, campaign: CampaignId) -> Any:
    """Of one campaign: its attempts by their place, twice the step and one more for customers.

    First person by person: `count(DISTINCT …)` would have PostgreSQL sort all the attempts.
    """
    v, f = event.c, people.table.c
    since = people.since()
    ours = [not_own_work(), f.arm == Arm.ENROLLED.value, *since]
    # Whoever is followed in none of the campaigns may have been a customer all the same.
    else_was = select(is_customer()).where(is_enrolment_of(event)).scalar_subquery()
    customer = func.coalesce(f.is_customer, else_was, 0)
    keys = [(func.coalesce(v.step_id, 0) * 2 + customer).label("place"), v.channel]

    def taken(amount: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(case((since[0], amount)) if since else amount), 0)

    each = (
        select(
            *keys,
            func.count(case((and_(*ours), 1))).label("touches"),
            taken(v.cost_minor).label("cost"),
            taken(v.minutes).label("minutes"),
            taken(v.km).label("km"),
            func.count(case((and_(*ours, v.cost_minor.is_(None)), 1))).label("unpriced"),
        )
        .select_from(event.outerjoin(people.table, people.is_of(event)))
        .where(
            v.campaign_id == campaign,
            v.kind == EventKind.TOUCHED.value,
            stands(),
            *people.until(),
        )
        .group_by(*keys, f.contact_id)
        .subquery("each")
    )
    summed = [func.sum(each.c[name]).label(name) for name in _SUMMED]
    tried = func.count(case((each.c.touches > 0, 1))).label("people")
    return select(each.c.place, each.c.channel, tried, *summed).group_by(
        each.c.place, each.c.channel
    )


def by_step(touches: Iterable[Touches]) -> list[tuple[TouchKind, TouchTally]]:
    """Of one campaign: everybody's, by step and channel."""
    found: dict[TouchKind, TouchTally] = {}
    for one in touches:
        kind = TouchKind(one.step_id, one.step, one.channel)
        old = found.get(kind) or TouchTally(step=one.step, channel=one.channel, touches=0, people=0)
        found[kind] = replace(
            old,
            touches=old.touches + one.effort.touches,
            people=old.people + one.people,
            cost=old.cost + one.effort.cost,
            minutes=old.minutes + one.effort.minutes,
        )
    return list(found.items())


def channels(touches: Iterable[Touches]) -> list[TouchKind]:
    """Of several campaigns together: what earns is a channel; nobody asks for their touches."""
    known = dict.fromkeys(one.channel for one in touches)
    return [TouchKind(None, None, name) for name in sorted(known, key=lambda name: name or "")]


def tells(touch: TouchTally) -> bool:
    """Somebody was tried, or something was spent."""
    return bool(touch.touches or touch.cost or touch.minutes)
