"""When a person may be touched again, where the settings state a pressure.

Pure. Days are those of the workspace's zone. A touch is what reached the person: a message
sent, a letter posted, a call that somebody took.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from outreach.model.pressure import Pressure

#: What a month of touches is: any so many days, so that no turn of a month doubles them.
MONTH = 30


def reach_back(pressure: Pressure) -> int:
    """How many days of the past decide about a day."""
    months = MONTH if pressure.most_touches_per_month is not None else 0
    return max(pressure.min_days_between_touches or 0, months)


def free_on(touched: Iterable[date], pressure: Pressure, day: date) -> date:
    """The first day, not before `day`, on which one more touch is within the pressure.

    Touches after `day` count too: what is planned behind them must not crowd them.
    """
    days = sorted(touched)
    while (later := _pushed(days, pressure, day)) > day:
        day = later
    return day


def _pushed(days: list[date], pressure: Pressure, day: date) -> date:
    """`day`, or a later one that the last touches, or the many of a month, push it to."""
    rest, most = pressure.min_days_between_touches, pressure.most_touches_per_month
    if rest is not None and days:
        day = max(day, days[-1] + timedelta(days=rest))
    if most is not None:
        recent = [one for one in days if one > day - timedelta(days=MONTH)]
        if len(recent) >= most:
            day = max(day, recent[-most] + timedelta(days=MONTH))
    return day
