"""How far one is with a goal, what is left of it, and whether it is SMART."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from outreach.model.days import start_of
from outreach.model.effort_tally import WorkTally
from outreach.model.settings import Settings
from outreach.planning.capacity import Fit
from outreach.planning.checkpoints import Frame, catch_up, compare
from outreach.planning.effort import Effort, Goal, Rounding, effort
from outreach.planning.habits import Habits
from outreach.planning.objective import Checkpoint, Metric, Objective, ObjectiveKind
from outreach.planning.smart import Answer, Around, smart
from outreach.runner.effort_asked import Asked, Progress
from outreach.runner.habits import chains_of
from outreach.store.store import Store

_DAY = timedelta(days=1)


def progress_of(
    store: Store, settings: Settings, asked: Asked, habits: Habits, now: datetime
) -> Progress | None:
    """Planned against realised; None where nothing was asked, or no time is stated."""
    wanted = asked.compared or asked.checkpoints or asked.realised is not None
    if asked.by is None or asked.goal is None or not wanted:
        return None
    today = now.astimezone(settings.zone).date()
    frame = Frame(target=_target(asked.goal), start=asked.start, deadline=asked.by)
    chains = chains_of(store)

    def work(day: date) -> WorkTally:
        since, until = start_of(asked.start, settings.zone), start_of(day + _DAY, settings.zone)
        return store.effort_tallies.work(since, max(since, until), chains, asked.campaign)

    done = work(today)
    counted = _counted(asked.goal, done) if asked.realised is None else asked.realised
    days = sorted({*asked.checkpoints, today} if asked.start <= today else asked.checkpoints)

    def realised(day: date) -> Fraction | None:
        if day == today:
            return counted
        return _counted(asked.goal, work(day)) if day < today else None

    left = catch_up(frame, today, counted) if asked.start <= today else None
    elapsed = compare(replace(frame, target=Fraction(1)), today, None).expected
    ahead = inbound_of(habits, 1 - elapsed)
    still = _rest(asked.goal, left.remaining, ahead, asked.rounding) if left else None
    return Progress(
        comparisons=tuple(compare(frame, day, realised(day)) for day in days),
        catch_up=left,
        work=done,
        remaining=still,
        elapsed=elapsed,
    )


def _rest(goal: Goal, remaining: Fraction, habits: Habits, rounding: Rounding) -> Effort:
    """What the rest of the goal asks for."""
    if goal.revenue is not None:
        return effort(Goal(revenue=remaining), habits, rounding)
    return effort(Goal(deals=-(-remaining.numerator // remaining.denominator)), habits, rounding)


def inbound_of(habits: Habits, share: Fraction) -> Habits:
    """The same habits for a part of the time: inbound prospects come evenly over all of it.

    On the first day the rest is the whole effort; on the last none come any more.
    """
    coming = habits.inbound.value * max(Fraction(0), share)
    return replace(habits, inbound=replace(habits.inbound, value=coming))


def _target(goal: Goal) -> Fraction:
    return goal.revenue if goal.revenue is not None else Fraction(goal.deals or 0)


def _counted(goal: Goal | None, work: WorkTally) -> Fraction:
    money = goal is not None and goal.revenue is not None
    return Fraction(work.revenue) if money else Fraction(work.orders)


def checked(
    store: Store, settings: Settings, asked: Asked, fitted: Fit | None, now: datetime
) -> tuple[Answer, ...]:
    assert asked.goal is not None, "there is something to check"
    money = asked.goal.revenue is not None
    objective = Objective(
        name=asked.name or ("win new revenue" if money else "win new deals"),
        kind=ObjectiveKind.RESULT,
        metric=Metric.NEW_REVENUE if money else Metric.ORDERS,
        target=_target(asked.goal),
        start=asked.start,
        deadline=asked.by,
        owner=asked.owner or (asked.people[0] if len(asked.people) == 1 else None),
        checkpoints=tuple(Checkpoint(on=day) for day in asked.checkpoints),
    )
    today = now.astimezone(settings.zone).date()
    fits = fitted.fits if fitted else None
    usual = _usual(store, settings, asked)
    return smart(objective, Around(today=today, fits=fits, usual=usual or None))


def _usual(store: Store, settings: Settings, asked: Asked) -> Fraction | None:
    """What the same time brought before; None for a goal without an end."""
    if asked.by is None:
        return None
    before = asked.start - (asked.by - asked.start + _DAY)
    work = store.effort_tallies.work(
        start_of(before, settings.zone),
        start_of(asked.start, settings.zone),
        chains_of(store),
        asked.campaign,
    )
    return _counted(asked.goal, work)
