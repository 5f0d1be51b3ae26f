"""`outreach plan`: how much to do next. Each command has a module of its own."""

from __future__ import annotations

import click

from outreach.cli.door import Group

#: verb → module:function, in this room; imported when it is asked for.
VERBS = {
    "vision": "plan_objectives:plan_vision",
    "objectives": "plan_objectives:plan_objectives",
    "actions": "plan_actions:plan_actions",
    "visits": "plan_visits:plan_visits",
    "areas": "plan_areas:plan_areas",
    "losses": "plan_losses:plan_losses",
    "sources": "plan_sources:plan_sources",
    "score": "plan_areas:plan_score",
    "effort": "plan_effort:plan_effort",
    "forecast": "plan_forecast:plan_forecast",
    "sample": "plan_sample:plan_sample",
}


@click.group(cls=Group, elsewhere=VERBS)
def plan() -> None:
    """How much to do for a goal, and when."""
