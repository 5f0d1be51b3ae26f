"""The whole plan of an effort: from a goal, or from the time there is, to everything around it.

One act: the coefficients of this firm (`runner/habits.py`), the effort or what the time can
bring, its ranges, what if, the people and the calendar, and how far one is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial

from outreach.errors import Text, WrongUsage, did_you_mean
from outreach.model.settings import Settings
from outreach.planning.capacity import Load, Worker, fit, hours_in_weeks, parts, schedule
from outreach.planning.checkpoints import months_between
from outreach.planning.effort import Effort, effort, on_arrays
from outreach.planning.expectation import back_on_arrays, within
from outreach.planning.habits import Coefficient, Habits, Origin
from outreach.planning.ranges import carried
from outreach.planning.what_if import changed, what_if
from outreach.runner.effort_asked import Asked, Plan
from outreach.runner.effort_progress import checked, progress_of
from outreach.runner.habits import habits_of, minutes_by_channel, priors_of, shares_of_history
from outreach.scheduling.calendar import Calendar
from outreach.store.store import Store

_DAY = timedelta(days=1)


def plan(store: Store, settings: Settings, asked: Asked, *, now: datetime) -> Plan:
    """The plan that is asked for. Raises `WrongUsage` where it does not say for what."""
    calendar = Calendar.of(settings)
    workers = workers_of(settings, asked)
    habits, loads = _figures(store, settings, asked, now)
    if asked.goal is not None:
        found = effort(asked.goal, habits, asked.rounding)
        chain = partial(on_arrays, asked.goal)
        others = what_if(asked.goal, habits, asked.changes, asked.rounding)
    else:
        hours = _hours(asked, workers, loads)
        found = within(hours, habits, asked.rounding)
        chain = partial(back_on_arrays, hours)
        others = [
            (one, within(hours, changed(habits, one), asked.rounding)) for one in asked.changes
        ]
    touches = found.touches.exact
    working = calendar.is_working_day
    fitted = None
    if asked.by is not None and workers:
        fitted = fit(
            touches, loads, workers, start=asked.start, by=asked.by, is_working_day=working
        )
    progress = progress_of(store, settings, asked, habits, now) if asked.goal else None
    return Plan(
        asked=asked,
        habits=habits,
        effort=found,
        revenue=_revenue(asked, found, habits),
        ranges=carried(habits, chain),
        parts=parts(touches, loads, settings.costs),
        schedule=schedule(touches, loads, workers, asked.start, working) if workers else None,
        fit=fitted,
        what_if=others,
        progress=progress,
        smart=checked(store, settings, asked, fitted, now) if _is_said(asked) else (),
    )


def _is_said(asked: Asked) -> bool:
    """Whether there is a goal to check: one with its time, its words or its owner.

    Bare figures are a calculation, and nobody asks whether it is SMART.
    """
    return asked.goal is not None and bool(asked.by or asked.name or asked.owner)


def workers_of(settings: Settings, asked: Asked) -> tuple[Worker, ...]:
    """Who prospects: the people named, else everybody of the team whose time is known."""
    for key in asked.people:
        if key not in settings.team:
            raise WrongUsage(
                Text("{name!r} is not of the team", name=key),
                hint=did_you_mean(key, settings.team) or _team_of(settings),
            )
    if asked.hours_per_week is not None and not asked.people:
        return (Worker(key="", name="", hours_per_week=asked.hours_per_week),)
    team = [settings.team[key] for key in asked.people or settings.team]
    hours = asked.hours_per_week
    found = [
        Worker(
            key=one.key,
            name=one.name,
            hours_per_week=hours
            if hours is not None
            else (None if one.hours_per_week is None else Fraction(one.hours_per_week)),
            calls_per_day=one.calls_per_day,
            days=one.days,
        )
        for one in team
    ]
    return tuple(one for one in found if one.hours_per_week or one.calls_per_day)


def _team_of(settings: Settings) -> Text:
    if not settings.team:
        return Text("the settings name no `team`; without names: --hours-per-week 8")
    return Text("the settings name: {words}", words=", ".join(settings.team))


def _figures(
    store: Store, settings: Settings, asked: Asked, now: datetime
) -> tuple[Habits, tuple[Load, ...]]:
    """The coefficients, and the channels with the minutes of each."""
    months = months_between(asked.start, asked.by + _DAY) if asked.by else None
    habits = habits_of(
        store, settings.planning, asked.given, factor=asked.weight, now=now, months=months
    )
    shares = shares_of_history(store) if asked.split_of_history else asked.split
    if asked.split_of_history and not shares:
        raise WrongUsage(
            Text("there is no touch in the history yet whose channels could be gone by"),
            hint=Text("say the shares: --split call=60%,letter=40%"),
        )
    if not shares:
        single = Load(channel=None, share=Fraction(1), minutes=habits.minutes.value)
        return habits, (single,)
    prior = priors_of(settings.planning, asked.weight)["minutes"]
    minutes = minutes_by_channel(store, settings.planning, asked.minutes or {}, prior)
    if asked.given.minutes is not None:
        minutes = dict.fromkeys(minutes, asked.given.minutes) | dict(asked.minutes or {})
    loads = tuple(
        Load(channel=channel, share=share, minutes=minutes[channel])
        for channel, share in shares.items()
    )
    mean = sum((one.share * one.minutes for one in loads), Fraction(0))
    told = asked.given.minutes is not None or set(shares) <= set(asked.minutes or {})
    origin = Origin.GIVEN if told else habits.minutes.origin
    return replace(habits, minutes=Coefficient(mean, origin)), loads


def _hours(asked: Asked, workers: Sequence[Worker], loads: Sequence[Load]) -> Fraction:
    """The time there is: stated, or so many weeks of these people."""
    if asked.hours is not None:
        return asked.hours
    if asked.weeks is None:
        raise WrongUsage(
            Text("the goal is either a revenue or a number of deals"),
            hint=Text("for example --revenue 60000, or --deals 3; or the time: --hours 62"),
        )
    if not workers:
        raise WrongUsage(
            Text("nobody's hours a week are known"),
            hint=Text("say them, --hours-per-week 8, or under `team` in the settings"),
        )
    return hours_in_weeks(asked.weeks, workers, loads)


def _revenue(asked: Asked, found: Effort, habits: Habits) -> Fraction | None:
    if asked.goal is not None and asked.goal.revenue is not None:
        return asked.goal.revenue
    average = habits.average_deal
    return found.deals.exact * average.value if average else None
