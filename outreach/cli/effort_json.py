"""The plan of an effort as JSON: the steps as ever, and beside them everything around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from outreach.language import Language
from outreach.planning.blending import LEVEL, Blend
from outreach.planning.capacity import Fit, Part, Schedule
from outreach.planning.effort import Effort, Quantity
from outreach.planning.habits import Coefficient, Habits
from outreach.planning.market import Market
from outreach.planning.ranges import Range
from outreach.runner.effort_asked import Plan, Progress


def as_json(plan: Plan, market: Market | None, language: Language) -> dict[str, Any]:
    """Every figure of the plan; what was not asked for is null or empty."""
    say = language.say
    asked = plan.asked
    return {
        **steps_json(plan.effort),
        "rounding": asked.rounding.value,
        "revenue": plan.revenue,
        "coefficients": {
            name: {"value": figure.value, "origin": figure.origin.value}
            for name, figure in figures(plan.habits)
        },
        "interval": LEVEL,
        "blending": {
            name: {"value": figure.value, **_blend(figure.blend, say)}
            for name, figure in figures(plan.habits)
            if figure.blend is not None
        },
        "ranges": {name: _range(one) for name, one in plan.ranges.items()},
        "what_if": [
            {"coefficient": change.coefficient, "value": change.value, **steps_json(effort)}
            for change, effort in plan.what_if
        ],
        "channels": [_part(one) for one in plan.parts],
        "cost": sum((one.cost for one in plan.parts), 0),
        "start": asked.start,
        "by": asked.by,
        "schedule": _schedule(plan.schedule),
        "fit": _fit(plan.fit),
        "checkpoints": _checkpoints(plan.progress),
        "catch_up": _catch_up(plan.progress),
        "smart": [
            {"criterion": one.criterion.value, "met": one.met, "said": say(one.said)}
            for one in plan.smart
        ],
        "market": _market(market),
    }


def steps_json(effort: Effort) -> dict[str, Any]:
    """The seven steps, each exact and rounded."""
    found: dict[str, Any] = {}
    for step in fields(effort):
        quantity: Quantity = getattr(effort, step.name)
        found[step.name] = {"exact": quantity.exact, "rounded": quantity.rounded}
    return found


def figures(habits: Habits) -> list[tuple[str, Coefficient]]:
    """The coefficients that are known, by name."""
    found = [(field.name, getattr(habits, field.name)) for field in fields(habits)]
    return [(name, figure) for name, figure in found if figure is not None]


def _blend(blend: Blend | None, say: Any) -> Mapping[str, Any]:
    assert blend is not None, "it was weighed"
    return {
        "history": blend.own,
        "default": blend.prior.default,
        "law": blend.prior.law.value,
        "history_weight": blend.share,
        "default_weight": 1 - blend.share,
        "seen": blend.seen.whole,
        "default_counts_as": blend.prior.weight,
        "of": say(blend.prior.of),
        "low": blend.low,
        "high": blend.high,
        "range_from": None if blend.low is None else ("history" if blend.seen.whole else "sources"),
    }


def _range(one: Range) -> dict[str, float]:
    return {"low": one[0], "high": one[1]}


def _part(one: Part) -> dict[str, Any]:
    return {
        "channel": one.load.channel.value if one.load.channel else None,
        "share": one.load.share,
        "minutes": one.load.minutes,
        "touches": one.touches,
        "hours": one.hours,
        "cost": one.cost,
    }


def _schedule(schedule: Schedule | None) -> dict[str, Any] | None:
    if schedule is None:
        return None
    return {
        "weeks": schedule.weeks,
        "whole_weeks": schedule.whole_weeks,
        "ends_on": schedule.ends_on,
        "people": [
            {
                "seller": one.worker.key or None,
                "name": one.worker.name or None,
                "hours_per_week": one.worker.hours_per_week,
                "calls_per_day": one.worker.calls_per_day,
                "touches": one.touches,
                "hours": one.hours,
            }
            for one in schedule.shares
        ],
    }


def _fit(fit: Fit | None) -> dict[str, Any] | None:
    if fit is None:
        return None
    return {
        "by": fit.by,
        "fits": fit.fits,
        "possible_touches": fit.possible_touches,
        "possible_hours": fit.possible_hours,
        "missing_hours": fit.missing_hours,
        "hours_per_week": fit.hours_per_week,
    }


def _checkpoints(progress: Progress | None) -> list[dict[str, Any]]:
    if progress is None:
        return []
    return [
        {
            "on": one.on,
            "expected": one.expected,
            "realised": one.realised,
            "variance": one.variance,
            "achievement": one.achievement,
        }
        for one in progress.comparisons
    ]


def _catch_up(progress: Progress | None) -> dict[str, Any] | None:
    if progress is None or progress.catch_up is None or progress.remaining is None:
        return None
    left, work, weeks = progress.catch_up, progress.work, progress.catch_up.weeks_left
    effort = progress.remaining
    return {
        "remaining": left.remaining,
        "weeks_left": weeks,
        "planned_pace": left.planned_pace,
        "pace": left.pace,
        "needed_pace": left.needed_pace,
        "reached_on": left.reached_on,
        "elapsed": progress.elapsed,
        "done": {field.name: getattr(work, field.name) for field in fields(work)},
        "effort": steps_json(effort),
        "per_week": {
            name: getattr(effort, name).exact / weeks if weeks else None
            for name in ("prospects", "touches", "hours")
        },
    }


def _market(market: Market | None) -> dict[str, Any] | None:
    if market is None:
        return None
    return {
        "ours": market.ours,
        "competitors": market.competitors,
        "non_consumers": market.non_consumers,
        "potential": market.potential,
        "share": market.share,
        "penetration": market.penetration,
    }
