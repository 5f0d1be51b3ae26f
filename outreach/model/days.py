"""Days where the workspace is, as instants: no database and no clock is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def start_of(day: date, zone: tzinfo) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def end_of(day: date, zone: tzinfo) -> datetime:
    """The first instant that is not in the day any more."""
    return start_of(day + timedelta(days=1), zone)
