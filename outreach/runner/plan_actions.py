"""The commercial action plan as it stands: actions with what their campaigns cost and brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from outreach.model.asked import Asked
from outreach.model.campaign import CampaignState
from outreach.model.plan import Vision
from outreach.model.settings import Settings
from outreach.planning.actions import Carried, Judged, improvised, judge
from outreach.planning.objective import Objective
from outreach.runner.reporting import evaluate
from outreach.store.campaigns import Launched
from outreach.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPlan:
    """The whole plan on a day."""

    vision: Vision | None
    objectives: Sequence[Objective]
    actions: Sequence[Judged]
    #: Campaigns that stand in no action, with the day of their launch.
    improvised: Sequence[tuple[str, date]]


def action_plan(store: Store, settings: Settings, *, now: datetime) -> ActionPlan:
    """The plan, each action judged as of `now`; campaigns imported as history are no actions."""
    actions = store.actions.all()
    objectives = store.objectives.all()
    by_name = {one.name: one for one in objectives}
    launched = {one.name: one for one in store.campaigns.all(hidden_too=True)}
    named = {one.campaign for one in actions}
    carried = {
        name: _carried(store, settings, one, now=now)
        for name, one in launched.items()
        if name in named
    }
    day_of = store.database.day_of
    judged = [
        judge(
            one,
            created_on=day_of(one.created_at),
            objective=by_name.get(one.objective or ""),
            carried=carried.get(one.campaign or ""),
            today=day_of(now),
        )
        for one in actions
    ]
    days = {n: day_of(one.launched_at) for n, one in launched.items() if not one.elsewhere}
    return ActionPlan(
        vision=store.objectives.vision(),
        objectives=objectives,
        actions=judged,
        improvised=improvised(days, actions),
    )


def _carried(store: Store, settings: Settings, launched: Launched, *, now: datetime) -> Carried:
    """What a report says of the campaign, in the figures of the plan."""
    found = evaluate(store, launched, settings, now=now, asked=Asked())
    return Carried(
        campaign=launched.name,
        launched_on=store.database.day_of(launched.launched_at),
        offer=launched.definition.offer,
        over=launched.state in (CampaignState.FINISHED, CampaignState.STOPPED),
        cost=found.cost.total,
        orders=found.result.orders,
        revenue=found.result.revenue,
        profit=found.result.profit,
    )
