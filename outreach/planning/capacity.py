"""Does the effort fit: channels, people, weeks, the day it is done, what it costs.

    weeks = hours ÷ hours a week for prospecting, upwards (62.222 ÷ 8 = 7.78 → 8)

A person's week holds what his hours hold, and no more calls than he makes a day; the day on
which all is done is found by going through the working days. Which days those are comes in
as a function: the calendar is another room's. Money is in units of the currency. Source:
domain notes B1 (capacity check), B7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from outreach.model.channels import Channel
from outreach.model.settings import Costs
from outreach.planning.sharing import shared_out

IsWorkingDay = Callable[[date], bool]

#: Working days of a person who states none.
WEEK = 5
#: Beyond so many days an effort does not end.
_FAR = 3660


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one channel carries. `share` is of all touches, `minutes` those of one touch."""

    channel: Channel | None
    share: Fraction
    minutes: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A channel's part of an effort."""

    load: Load
    touches: Fraction
    hours: Fraction
    #: What one touch is counted at, minutes and for letters stamp and paper, so many times.
    cost: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Somebody who prospects. None is no limit; at least one of the two limits is stated."""

    key: str
    name: str
    hours_per_week: Fraction | None = None
    calls_per_day: int | None = None
    #: Days of the week, 0 = Monday; none: every working day.
    days: tuple[int, ...] = ()

    @property
    def days_per_week(self) -> int:
        return len(self.days) or WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one person does of it: whole touches, which add up over the people."""

    worker: Worker
    touches: int
    hours: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long it takes these people. Weeks are exact; `whole_weeks` is what to plan."""

    weeks: Fraction
    #: The last working day of it. None: not within ten years.
    ends_on: date | None
    shares: tuple[Share, ...]

    @property
    def whole_weeks(self) -> int:
        return ceil(self.weeks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What the working days until a deadline hold, against what is needed."""

    by: date
    possible_touches: Fraction
    possible_hours: Fraction
    fits: bool
    #: Hours that are missing, and those it needs every week until then. None: no day is left.
    missing_hours: Fraction
    hours_per_week: Fraction | None


def parts(touches: Fraction, loads: Sequence[Load], costs: Costs) -> tuple[Part, ...]:
    """The effort split over the channels, exact."""
    return tuple(_part(one, touches * one.share, costs) for one in loads)


def schedule(
    touches: Fraction,
    loads: Sequence[Load],
    workers: Sequence[Worker],
    start: date,
    is_working_day: IsWorkingDay,
) -> Schedule | None:
    """Weeks, last day and everybody's part; None where nobody's time is known."""
    by_week = [_a_day(one, loads) * one.days_per_week for one in workers]
    total = sum(by_week, Fraction(0))
    if not total:
        return None
    minutes = _minutes(loads)
    whole = shared_out(ceil(touches), dict(enumerate(by_week)))
    shares = tuple(
        Share(worker=one, touches=whole[place], hours=whole[place] * minutes / 60)
        for place, one in enumerate(workers)
    )
    ends_on = _last_day(touches, loads, workers, start, is_working_day)
    return Schedule(weeks=touches / total, ends_on=ends_on, shares=shares)


def fit(
    touches: Fraction,
    loads: Sequence[Load],
    workers: Sequence[Worker],
    *,
    start: date,
    by: date,
    is_working_day: IsWorkingDay,
) -> Fit:
    """Whether the working days from start to deadline, both included, hold the effort."""
    possible = Fraction(0)
    for ahead in range((by - start).days + 1):
        possible += _on(start + timedelta(days=ahead), loads, workers, is_working_day)
    minutes = _minutes(loads)
    days = (by - start).days + 1
    return Fit(
        by=by,
        possible_touches=possible,
        possible_hours=possible * minutes / 60,
        fits=possible >= touches,
        missing_hours=max(Fraction(0), touches - possible) * minutes / 60,
        hours_per_week=touches * minutes / 60 * 7 / days if days > 0 else None,
    )


def hours_in_weeks(weeks: Fraction, workers: Sequence[Worker], loads: Sequence[Load]) -> Fraction:
    """What these people's weeks hold, in hours of prospecting."""
    a_week = sum((_a_day(one, loads) * one.days_per_week for one in workers), Fraction(0))
    return weeks * a_week * _minutes(loads) / 60


def _part(load: Load, touches: Fraction, costs: Costs) -> Part:
    cost = touches * Fraction(costs.of_touch(load.channel, load.minutes))
    return Part(load=load, touches=touches, hours=touches * load.minutes / 60, cost=cost)


def _minutes(loads: Sequence[Load]) -> Fraction:
    return sum((one.share * one.minutes for one in loads), Fraction(0))


def _a_day(worker: Worker, loads: Sequence[Load]) -> Fraction:
    """Touches that one day of his holds: his hours, and no more calls than he makes."""
    minutes = _minutes(loads)
    # Without a split every touch is taken for a call: its minutes are a phone figure.
    calls = sum((one.share for one in loads if one.channel in (None, Channel.CALL)), Fraction(0))
    limits = []
    if worker.hours_per_week is not None and minutes:
        limits.append(worker.hours_per_week / worker.days_per_week * 60 / minutes)
    if worker.calls_per_day is not None and calls:
        limits.append(worker.calls_per_day / calls)
    return min(limits, default=Fraction(0))


def _on(
    day: date, loads: Sequence[Load], workers: Sequence[Worker], is_working_day: IsWorkingDay
) -> Fraction:
    """Touches that a day holds, over all who work on it."""
    if not is_working_day(day):
        return Fraction(0)
    at_work = [one for one in workers if not one.days or day.weekday() in one.days]
    return sum((_a_day(one, loads) for one in at_work), Fraction(0))


def _last_day(
    touches: Fraction,
    loads: Sequence[Load],
    workers: Sequence[Worker],
    start: date,
    is_working_day: IsWorkingDay,
) -> date | None:
    left = touches
    for ahead in range(_FAR):
        day = start + timedelta(days=ahead)
        left -= _on(day, loads, workers, is_working_day)
        if left <= 0:
            return day
    return None
