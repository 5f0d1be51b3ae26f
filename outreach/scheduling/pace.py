"""How fast: a number in a window as a pace, and what a warm-up allows on a day.

Pure. `scheduling/gates.py` keeps the time by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from outreach.model.settings import Limits

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """One message per `interval`; after a rest up to `burst` of them back to back."""

    interval: timedelta
    burst: int = 1

    @property
    def microseconds(self) -> int:
        """The interval as a whole number."""
        return self.interval // _MICROSECOND

    @classmethod
    def at_most(cls, number: float, window: timedelta) -> Pace:
        """The pace that never lets more than `number` start in any `window`.

        A burst of b at an interval of T puts up to b - 1 + window / T into a window, hence T =
        window / (number - b + 1). A hundredth of the number as burst makes up for late wake-ups
        at the price of a hundredth of the speed; under 200 there is none. A fraction of a
        message per window counts as one in any window and as the fraction in the long run.
        """
        burst = max(1, floor(number / 100))
        microseconds = ceil(window / _MICROSECOND / (number - burst + 1))
        return cls(timedelta(microseconds=microseconds), burst)


@lru_cache(maxsize=64)
def warm_up_cap(start: int, growth: Fraction, days: int) -> int:
    """Messages allowed on a day of the ramp: 50 growing by 20 % gives 50, 60, 72, 86 …"""
    return floor(start * (1 + growth) ** days)


def day_cap(limits: Limits, first: datetime | None, now: datetime) -> int | None:
    """How many may leave within 24 hours: the smaller of the limit and the ramp."""
    caps = [] if limits.per_day is None else [limits.per_day]
    if limits.warm_up_start is not None:
        days = 0 if first is None else max(0, (now - first) // DAY)
        caps.append(warm_up_cap(limits.warm_up_start, limits.warm_up_growth, days))
    return min(caps) if caps else None
