"""`outreach plan effort`: from a goal to the work it asks for, and back from the time there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from fractions import Fraction
from typing import Any

import click

from outreach.application import Application
from outreach.cli import output
from outreach.cli.door import Command
from outreach.cli.effort_values import ChangesType, MarketType, MinutesType, SplitType
from outreach.cli.numbers import Amount, Rate
from outreach.cli.plan_values import coming_day_of
from outreach.errors import Text, WrongUsage
from outreach.model.channels import Channel
from outreach.planning.effort import Goal, Rounding
from outreach.planning.habits import Coefficients
from outreach.planning.market import Market
from outreach.planning.objective import Metric, Objective
from outreach.planning.what_if import Change
from outreach.runner.effort import plan
from outreach.runner.effort_asked import Asked

#: Counts of an objective that are money, and those that are deals.
_MONEY = frozenset({Metric.REVENUE, Metric.NEW_REVENUE})
_DEALS = frozenset({Metric.ORDERS, Metric.NEW_CUSTOMERS})

_OPTIONS = (
    click.option("--revenue", type=Amount(), help="The goal: revenue from new customers."),
    click.option("--deals", type=click.IntRange(min=0), help="The goal: a number of deals."),
    click.option("--objective", metavar="NAME", help="The goal: an objective of the plan."),
    click.option("--campaign", metavar="CAMPAIGN", help="The goal: what a campaign's file states."),
    click.option("--hours", type=Amount(), help="The other way round: what so much time brings."),
    click.option("--weeks", type=Amount(), help="What so many weeks of these people bring."),
    click.option("--average-deal", type=Amount(), help="What one deal brings."),
    click.option("--proposals-per-deal", type=Amount(), help="Proposals made for one deal."),
    click.option("--compensation", type=Amount(), help="Active prospects for one proposal."),
    click.option("--inbound", type=Amount(), help="Active prospects who come by themselves."),
    click.option("--accessibility", type=Rate(), help="Share of prospects who become active."),
    click.option("--touches", type=Amount(), help="Attempts for one prospect."),
    click.option("--minutes", type=MinutesType(), metavar="N or CHANNEL=N,…",
                 help="Minutes for one attempt: 2, or call=2,letter=3."),
    click.option("--split", type=SplitType(), metavar="CHANNEL=SHARE,…",
                 help="Attempts by channel: call=60%,letter=40%; or history."),
    click.option("--what-if", "changes", type=ChangesType(), multiple=True,
                 metavar="FIGURE=VALUE,…",
                 help="The effort if a figure were another: accessibility=3%,17%."),
    click.option("--weight", type=Amount(),
                 help="How much the sources weigh beside your history: 1 as stated, 0 nothing."),
    click.option("--people", multiple=True, metavar="SELLER,…", help="Who does it; else the team."),
    click.option("--hours-per-week", type=Amount(), help="Hours a week of each for it."),
    click.option("--start", metavar="DATE", help="Begin on that day; else today."),
    click.option("--by", metavar="DATE", help="By when."),
    click.option("--checkpoint", "checkpoints", metavar="DATE", multiple=True,
                 help="A day to compare planned and realised; several may be given."),
    click.option("--realised", type=Amount(),
                 help="Realised by today; else what the contact base counts."),
    click.option("--name", metavar="TEXT", help="The goal in words, for its SMART check."),
    click.option("--owner", metavar="SELLER", help="Who answers for it."),
    click.option("--market", type=MarketType(), metavar="OURS,THEIRS,NOT_YET",
                 help="Customers: ours, the competitors', who does not buy yet."),
    click.option("--rounding", type=click.Choice([mode.value for mode in Rounding]),
                 default=Rounding.UP.value, show_default=True,
                 help="Whole people upwards, not at all, or downwards."),
)  # fmt: skip


def _options(function: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("effort", cls=Command)
@_options
@click.pass_obj
def plan_effort(parts: Application, /, **given: Any) -> None:
    """From a goal to prospects, touches and hours, and back from the time there is.

    What is not given comes from the history of this contact base, weighed against what the
    sources observed; the answer says what comes from where.
    """
    from outreach.cli.document import show_section
    from outreach.cli.effort_json import as_json
    from outreach.cli.effort_sections import sections

    asked = _asked(parts, given)
    market: Market | None = given["market"]
    made = plan(parts.store, parts.settings, asked, now=parts.now())

    def lines() -> None:
        for section in sections(made, market, parts.settings.currency):
            show_section(parts, section)

    output.show(parts, as_json(made, market, parts.language), lines)


def _asked(parts: Application, given: dict[str, Any]) -> Asked:
    """What was typed, and what an objective or a campaign's file adds to it."""
    minutes = given["minutes"] or {}
    names = {field.name for field in fields(Coefficients)} - {"minutes"}
    changes: list[Change] = [one for some in given["changes"] for one in some]
    split = given["split"]
    asked = Asked(
        goal=_goal(given),
        hours=given["hours"],
        weeks=given["weeks"],
        given=Coefficients(minutes=minutes.get(None), **{name: given[name] for name in names}),
        rounding=Rounding(given["rounding"]),
        weight=given["weight"],
        changes=changes,
        split=None if split == "history" else split,
        split_of_history=split == "history",
        minutes={one: value for one, value in minutes.items() if isinstance(one, Channel)},
        people=_people(given["people"]),
        hours_per_week=given["hours_per_week"],
        start=coming_day_of(parts, given["start"]) or parts.today(),
        by=coming_day_of(parts, given["by"]),
        name=given["name"],
        owner=given["owner"],
        checkpoints=_days(parts, given["checkpoints"]),
        realised=given["realised"],
        compared=given["start"] is not None and given["by"] is not None,
    )
    if given["objective"] is not None:
        asked = _of_objective(parts, asked, given["objective"])
    if given["campaign"] is not None:
        asked = _of_campaign(parts, asked, given["campaign"])
    _check(asked)
    return asked


def _goal(given: dict[str, Any]) -> Goal | None:
    """The goal that was typed; none where the time or a name says what is wanted."""
    named = [given["objective"], given["campaign"], given["hours"], given["weeks"]]
    if (
        given["revenue"] is None
        and given["deals"] is None
        and any(one is not None for one in named)
    ):
        return None
    return Goal(revenue=given["revenue"], deals=given["deals"])


def _check(asked: Asked) -> None:
    said = [asked.goal, asked.hours, asked.weeks]
    if sum(one is not None for one in said) != 1:
        raise WrongUsage(
            Text("say one of them: a goal, or the time there is"),
            hint=Text("--revenue 60000, --deals 3, --hours 62, or --weeks 8"),
        )
    if (asked.hours or 0) < 0 or (asked.weeks or 0) < 0 or (asked.hours_per_week or 1) <= 0:
        raise WrongUsage(Text("a time is above 0"))
    if asked.weight is not None and asked.weight < 0:
        raise WrongUsage(Text("a weight is not below 0"), hint=Text("0: your own history alone"))
    if asked.realised is not None and asked.realised < 0:
        raise WrongUsage(Text("what was realised is not below 0"))
    if asked.by is not None and asked.by < asked.start:
        raise WrongUsage(
            Text("{by} lies before the start, {start}", by=asked.by, start=asked.start),
            hint=Text("give a later --by, or an earlier --start"),
        )


def _of_objective(parts: Application, asked: Asked, name: str) -> Asked:
    """The goal, the time and the checkpoints of an objective of the plan."""
    from outreach.runner.plan_book import the_objective

    one = the_objective(parts.store, name)
    return replace(
        asked,
        goal=asked.goal or _goal_of(one),
        start=one.start or asked.start,
        by=asked.by or one.deadline,
        name=asked.name or one.name,
        owner=asked.owner or one.owner,
        checkpoints=asked.checkpoints or tuple(point.on for point in one.checkpoints),
        compared=True,
    )


def _goal_of(one: Objective) -> Goal:
    if one.target is None or one.measured not in _MONEY | _DEALS:
        raise WrongUsage(
            Text("the objective {name!r} is neither a revenue nor a number of deals",
                 name=one.name),
            hint=Text("its metric would be one of: {words}",
                      words=", ".join(sorted(_MONEY | _DEALS))),
        )  # fmt: skip
    wanted = one.target - (one.baseline or 0)
    if one.measured in _MONEY:
        return Goal(revenue=wanted)
    return Goal(deals=-(-wanted.numerator // wanted.denominator))


def _of_campaign(parts: Application, asked: Asked, name: str) -> Asked:
    """The goal that a campaign's file states, from its launch on, with what came of it."""
    launched = parts.launched(name)
    wanted = launched.definition.objective
    if wanted is None or (wanted.revenue is None and wanted.orders is None):
        raise WrongUsage(
            Text(
                "{campaign} states no objective in orders or revenue",
                campaign=launched.definition.name,
            ),
            hint=Text("in its file: objective: {orders: 5, revenue: 60000, by: 2027-06-30}"),
        )
    goal = (
        Goal(revenue=Fraction(wanted.revenue))
        if wanted.revenue is not None
        else Goal(deals=wanted.orders)
    )
    return replace(
        asked,
        goal=asked.goal or goal,
        start=launched.launched_at.astimezone(parts.settings.zone).date(),
        by=asked.by or wanted.by,
        name=asked.name or launched.definition.title or None,
        checkpoints=asked.checkpoints or wanted.checkpoints,
        campaign=launched.id,
        compared=True,
    )


def _people(typed: tuple[str, ...]) -> tuple[str, ...]:
    words = [word.strip() for some in typed for word in some.split(",")]
    return tuple(dict.fromkeys(word for word in words if word))


def _days(parts: Application, typed: tuple[str, ...]) -> tuple[date, ...]:
    words = [word.strip() for some in typed for word in some.split(",")]
    found = [day for word in words if word and (day := coming_day_of(parts, word)) is not None]
    return tuple(sorted(set(found)))
