"""The attempts of a campaign by step and channel, with what they cost: one statement."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, distinct, func, select

from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, StepId
from outreach.model.tally import TouchTally
from outreach.store.credits import TouchKind
from outreach.store.followed import TOGETHER, Followed
from outreach.store.schema import event, step
from outreach.store.tally_queries import not_own_work, of_enrolled, stands
from outreach.store.types import decimal_of


def touches_of(
    people: Followed, campaign: CampaignId, money: Callable[[Any], Decimal]
) -> list[tuple[TouchKind, TouchTally]]:
    """The attempts by step in the campaign's order; of several campaigns by channel.

    Attempts are of the people enrolled; what it cost was spent, whoever it was done for, and
    on our own work. What was done before the period only tells which kinds there are.
    `money` makes an amount of minor units.
    """
    together = campaign == TOGETHER
    v, s = event.c, step.c
    keys = [v.channel] if together else [s.position, s.name, v.step_id, v.channel]
    ids = people.campaigns if together else (campaign,)
    since = people.since()
    ours = case((and_(not_own_work(), of_enrolled(ids), *since), v.contact_id))

    def taken(amount: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(case((since[0], amount)) if since else amount), 0)

    query = (
        select(
            *keys,
            func.count(ours).label("touches"),
            func.count(distinct(ours)).label("people"),
            taken(v.cost_minor).label("cost"),
            taken(v.minutes).label("minutes"),
        )
        .select_from(event if together else event.outerjoin(step, s.id == v.step_id))
        .where(
            v.campaign_id.in_(ids),
            v.kind == EventKind.TOUCHED.value,
            stands(),
            *people.until(),
        )
        .group_by(*keys)
    )
    order = [v.channel] if together else [s.position.is_(None), s.position, v.channel]
    found = []
    for row in people.connection.execute(query.order_by(*order)):
        number = None if together else row.step_id
        kind = TouchKind(
            None if number is None else StepId(number), None if together else row.name, row.channel
        )
        tally = TouchTally(
            step=kind.step,
            channel=kind.channel,
            touches=row.touches,
            people=row.people,
            cost=money(row.cost),
            minutes=decimal_of(row.minutes),
        )
        found.append((kind, tally))
    return found


def tells(touch: TouchTally) -> bool:
    """Somebody was tried, or something was spent."""
    return bool(touch.touches or touch.cost or touch.minutes)
