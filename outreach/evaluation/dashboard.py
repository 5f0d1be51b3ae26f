"""The dashboard (tableau de bord) of one campaign: objective, realised, variance, trend.

    variance = realised − objective,  variance rate = variance ÷ objective,
    achievement = realised ÷ objective

An indicator of cost is favourable at or below its objective, every other one at or above it.
What is due by a checkpoint is the share of the objective that the days gone by are of all
days, from the launch to the objective's date; a budget is compared whole. The trend sets the
last four weeks beside the four before. Source: domain notes B14; the even pace and the four
weeks are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from outreach.errors import Text
from outreach.evaluation.document import Number, Unit
from outreach.evaluation.json_numbers import as_count
from outreach.model.campaign import Campaign
from outreach.model.milestone import Milestone
from outreach.model.value import value

#: What a trend compares: the last so many days, and as many before.
TREND = timedelta(days=28)


class Trend(StrEnum):
    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


@value(kw_only=True)
class Standing:
    """One figure that was wanted, and what came of it."""

    objective: Number
    realised: Number
    #: Whether less is better.
    is_cost: bool = False

    @property
    def variance(self) -> Fraction:
        return Fraction(self.realised) - Fraction(self.objective)

    @property
    def variance_rate(self) -> Fraction | None:
        return self.variance / Fraction(self.objective) if self.objective else None

    @property
    def achievement(self) -> Fraction | None:
        return Fraction(self.realised) / Fraction(self.objective) if self.objective else None

    @property
    def favourable(self) -> bool:
        return self.variance <= 0 if self.is_cost else self.variance >= 0


@value(kw_only=True)
class Checkpoint:
    """How far an indicator was, or will have to be, at the end of a day."""

    on: date
    #: What is due by then; the realised figure is unknown (None) of days to come.
    due: Fraction
    standing: Standing | None


@value(kw_only=True)
class Indicator:
    """A line of the dashboard."""

    key: str
    title: Text
    unit: Unit
    standing: Standing
    #: None: it has not run for eight weeks yet, there is nothing to compare with.
    trend: Trend | None
    checkpoints: tuple[Checkpoint, ...] = ()


def instants_of(
    campaign: Campaign, *, days: Callable[[date], datetime], now: datetime
) -> list[datetime]:
    """The instants whose milestones the dashboard needs, in order; none without a goal.

    `days` tells the end of a day in the workspace's zone. The last three are the trend's.
    """
    goal = campaign.objective
    if goal is None and campaign.budget is None:
        return []
    past = [end for day in _days(campaign) if (end := days(day)) <= now]
    return [*past, now - 2 * TREND, now - TREND, now]


def dashboard(
    campaign: Campaign,
    milestones: Sequence[Milestone],
    *,
    launched: date,
    launched_at: datetime,
) -> tuple[Indicator, ...]:
    """Every figure that the campaign's file wants, from the milestones of `instants_of`."""
    if not milestones:
        return ()
    found: list[Indicator] = []
    for key, title, unit, wanted in _wanted(campaign):
        reached = [_reached(one, key, campaign) for one in milestones]
        is_cost = key == "cost"
        found.append(
            Indicator(
                key=key,
                title=title,
                unit=unit,
                standing=Standing(objective=wanted, realised=reached[-1], is_cost=is_cost),
                trend=_trend(*reached[-3:]) if launched_at <= milestones[-3].until else None,
                checkpoints=()
                if is_cost
                else _checkpoints(campaign, wanted, reached[:-3], launched),
            )
        )
    return tuple(found)


def _wanted(campaign: Campaign) -> list[tuple[str, Text, Unit, Number]]:
    goal = campaign.objective
    found: list[tuple[str, Text, Unit, Number | None]] = []
    if goal is not None:
        found = [
            ("appointment", Text("appointments"), Unit.COUNT, goal.appointments),
            ("quote", Text("quotes"), Unit.COUNT, goal.quotes),
            ("orders", Text("orders"), Unit.COUNT, goal.orders),
            ("revenue", Text("revenue"), Unit.MONEY, goal.revenue),
        ]
    found.append(("cost", Text("cost"), Unit.MONEY, campaign.budget))
    return [(key, title, unit, wanted) for key, title, unit, wanted in found if wanted is not None]


def _reached(one: Milestone, key: str, campaign: Campaign) -> Fraction:
    """An indicator at a milestone; what is fixed was spent from the first day on."""
    match key:
        case "orders":
            return Fraction(one.orders)
        case "revenue":
            return Fraction(one.revenue)
        case "cost":
            return Fraction(one.spent) + sum(map(Fraction, campaign.fixed_costs.values()))
        case _:
            return Fraction(one.people.get(key, 0))


def _days(campaign: Campaign) -> list[date]:
    """The checkpoints and the last day, in order."""
    goal = campaign.objective
    if goal is None:
        return []
    return sorted({*goal.checkpoints, *([goal.by] if goal.by else [])})


def _checkpoints(
    campaign: Campaign, wanted: Number, realised: Sequence[Fraction], launched: date
) -> tuple[Checkpoint, ...]:
    goal = campaign.objective
    if goal is None or goal.by is None or goal.by <= launched:
        return ()
    found = []
    for place, day in enumerate(_days(campaign)):
        gone = min(max((day - launched).days, 0), (goal.by - launched).days)
        due = Fraction(wanted) * Fraction(gone, (goal.by - launched).days)
        standing = None
        if place < len(realised):
            standing = Standing(objective=due, realised=realised[place])
        found.append(Checkpoint(on=day, due=due, standing=standing))
    return tuple(found)


def _trend(before: Fraction, recent: Fraction, last: Fraction) -> Trend:
    """What came in the last four weeks against the four before."""
    lately, earlier = last - recent, recent - before
    if lately == earlier:
        return Trend.STEADY
    return Trend.RISING if lately > earlier else Trend.FALLING


# --- as JSON ----------------------------------------------------------------------------------


def dashboard_json(
    indicators: Sequence[Indicator], within: Mapping[str, Number | None] | None = None
) -> list[dict[str, object]]:
    """`within`: what came in the days of the report alone, where they begin after the launch."""
    return [
        {
            "indicator": one.key,
            **_standing(one.standing),
            **({} if within is None else {"in_period": as_count(within.get(one.key))}),
            "trend": one.trend.value if one.trend else None,
            "checkpoints": [
                {"on": each.on.isoformat(), "due": float(each.due), **_realised(each)}
                for each in one.checkpoints
            ],
        }
        for one in indicators
    ]


def _standing(one: Standing) -> dict[str, object]:
    return {"objective": as_count(one.objective), **_compared(one)}


def _realised(one: Checkpoint) -> dict[str, object]:
    names = ("realised", "variance", "variance_rate", "achievement", "favourable")
    return dict.fromkeys(names) if one.standing is None else _compared(one.standing)


def _compared(one: Standing) -> dict[str, object]:
    return {
        "realised": as_count(one.realised),
        "variance": as_count(one.variance),
        "variance_rate": as_count(one.variance_rate),
        "achievement": as_count(one.achievement),
        "favourable": one.favourable,
    }
