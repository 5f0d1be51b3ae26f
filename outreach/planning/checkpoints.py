"""Planned against realised on a day (point à date), and what it takes to catch up.

    expected = baseline + (target − baseline) × months elapsed ÷ months in all
    variance = realised − expected,  achievement = realised ÷ expected

Months are counted exactly, a part of one as its share of that month's days: at the end of
March a year that began in January is a quarter over, leap year or not. Both days of a time
frame, and the day looked at, count as a whole. 60,000 over 12 months → 15,000 after 3;
12,000 realised → −3,000, 80 %. Source: domain notes B5, B14.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

#: Later than that a date at this pace is no forecast but a figure of speech.
_FAR = 100 * 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is to grow from `baseline` to `target` between two days, both included."""

    target: Fraction
    start: date
    deadline: date
    baseline: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Planned and realised at the end of a day. `realised` is None where nobody knows it."""

    on: date
    expected: Fraction
    realised: Fraction | None

    @property
    def variance(self) -> Fraction | None:
        return None if self.realised is None else self.realised - self.expected

    @property
    def achievement(self) -> Fraction | None:
        """Realised ÷ expected; undefined where nothing was expected yet."""
        if self.realised is None or not self.expected:
            return None
        return self.realised / self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """What is left to do, and how fast, from the day after the one looked at."""

    remaining: Fraction
    #: To the end of the time frame; 0 when it is over.
    weeks_left: Fraction
    #: Per week, as it was planned from the start.
    planned_pace: Fraction
    #: Per week, so far.
    pace: Fraction
    #: Per week, to reach the target in time. None: there is no time left.
    needed_pace: Fraction | None
    #: When the target is reached at the pace so far. None: never, or in more than 100 years.
    reached_on: date | None


def elapsed(frame: Frame, on: date) -> Fraction:
    """The share of the time frame that is over at the end of that day, from 0 to 1."""
    end = frame.deadline + timedelta(days=1)
    whole = months_between(frame.start, end)
    if whole <= 0:
        return Fraction(1)
    over = months_between(frame.start, on + timedelta(days=1)) / whole
    return min(Fraction(1), max(Fraction(0), over))


def expected(frame: Frame, on: date) -> Fraction:
    """What should be there at the end of that day."""
    return frame.baseline + (frame.target - frame.baseline) * elapsed(frame, on)


def compare(frame: Frame, on: date, realised: Fraction | None) -> Comparison:
    """Planned against realised at the end of that day."""
    return Comparison(on=on, expected=expected(frame, on), realised=realised)


def catch_up(frame: Frame, on: date, realised: Fraction) -> CatchUp:
    """What is left, the pace it needs, and where the pace so far leads."""
    days = (frame.deadline - frame.start).days + 1
    past = min(days, max(0, (on - frame.start).days + 1))
    left = days - past
    gained, remaining = realised - frame.baseline, max(Fraction(0), frame.target - realised)
    return CatchUp(
        remaining=remaining,
        weeks_left=Fraction(left, 7),
        planned_pace=(frame.target - frame.baseline) * 7 / days,
        pace=gained * 7 / past if past else Fraction(0),
        needed_pace=remaining * 7 / left if left else None,
        reached_on=_reached(frame, on, gained),
    )


def months_between(start: date, end: date) -> Fraction:
    """Months from the beginning of one day to that of another, exact."""
    return _position(end) - _position(start)


def after_months(start: date, months: Fraction) -> date:
    """The day in which so many months from the beginning of `start` are over."""
    position = _position(start) + months
    year, month = divmod(int(position), 12)
    length = monthrange(year, month + 1)[1]
    part = (position - int(position)) * length
    return date(year, month + 1, int(part) + 1)


def _position(day: date) -> Fraction:
    """Months since the year 0."""
    length = monthrange(day.year, day.month)[1]
    return 12 * day.year + day.month - 1 + Fraction(day.day - 1, length)


def _reached(frame: Frame, on: date, gained: Fraction) -> date | None:
    """The day on which a straight line from the start through today meets the target."""
    over = months_between(frame.start, on + timedelta(days=1))
    wanted = frame.target - frame.baseline
    if gained >= wanted:
        return on
    if over <= 0 or gained <= 0:
        return None
    months = wanted / gained * over
    return after_months(frame.start, months) if months <= _FAR else None
