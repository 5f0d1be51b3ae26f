"""When a repeated campaign fires: cron expressions, read in the zone of the calendar.

Pure. Debian's cron is followed where clocks change: a time that summer time leaves out fires
just after it, an hour that winter time repeats fires once. Source: the `cronsim` library.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from outreach.scheduling.calendar import Calendar

#: minute hour day-of-month month day-of-week
FIELDS = 5
#: So far ahead a campaign that has no end of its own is shown and played.
_HORIZON = timedelta(days=400)


class NoCron(ValueError):
    """A text that is no cron expression, or one that never fires. The message is cronsim's."""


def check_cron(text: str) -> None:
    """Raises `NoCron` for what cannot be repeated by."""
    if len(text.split()) != FIELDS:
        raise NoCron("five fields")
    _next(text, datetime(2027, 1, 1, tzinfo=UTC))


def firing_after(
    cron: str, at: datetime, *, calendar: Calendar, last: date | None = None
) -> datetime | None:
    """The first firing later than `at`; None where it lies behind the `last` day.

    However many were missed since, this is one instant: nothing is made up for.
    """
    fires = _next(cron, at.astimezone(calendar.zone)).astimezone(UTC)
    if last is not None and calendar.day_of(fires) > last:
        return None
    return fires


def firing_from(
    cron: str, at: datetime, *, calendar: Calendar, last: date | None = None
) -> datetime | None:
    """The same, `at` itself included."""
    return firing_after(cron, at - timedelta(seconds=1), calendar=calendar, last=last)


def fires_a_day(cron: str) -> int:
    """How often at the most on a day, looked at over a month: more than once is rarely meant."""
    from collections import Counter

    from cronsim import CronSim

    counted: Counter[date] = Counter()
    start = datetime(2027, 1, 1, tzinfo=UTC) - timedelta(seconds=1)
    for fires in CronSim(cron, start):
        if fires >= start + timedelta(days=31) or max(counted.values(), default=0) > 24:
            break
        counted[fires.date()] += 1
    return max(counted.values(), default=0)


def horizon(cron: str | None) -> timedelta:
    """How far ahead it is worth looking: less far where it fires all day long."""
    return _HORIZON / max(1, fires_a_day(cron)) if cron else _HORIZON


def _next(cron: str, at: datetime) -> datetime:
    from cronsim import CronSim, CronSimError

    try:
        return next(CronSim(cron, at))
    except (CronSimError, ValueError) as error:
        raise NoCron(str(error)) from None
    except StopIteration:
        raise NoCron("it never fires") from None
