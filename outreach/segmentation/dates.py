"""Dates as people type them, and where a day begins in a time zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo

from outreach.model.days import end_of, start_of

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TYPED = re.compile(r"(\d{1,4})([./ -])(\d{1,2})\2(\d{1,4})", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?", re.ASCII)

#: Years a date may have: outside them a slip is likelier, and zones cannot be applied.
YEARS = range(1001, 9000)


def read_date(text: str, locale: str) -> date | None:
    """`2027-01-31`, or `31/01/2027` in the locale's own order; None when it is no date."""
    text = text.strip()
    if _ISO.fullmatch(text):
        return _date(*(int(part) for part in text.split("-")))
    typed = _TYPED.fullmatch(text)
    if typed is None:
        return None
    parts = dict(zip(_order(locale), (typed[1], typed[3], typed[4]), strict=True))
    if len(parts["y"]) != 4:
        return None
    return _date(int(parts["y"]), int(parts["m"]), int(parts["d"]))


def read_instant(text: str) -> datetime | None:
    """`2027-01-31 14:30[:00]`, without a zone: the workspace's is meant."""
    text = text.strip()
    if not _INSTANT.fullmatch(text):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.year in YEARS else None


def example_date(locale: str) -> str:
    """31 January 2027 as the locale orders it."""
    return "/".join({"d": "31", "m": "01", "y": "2027"}[part] for part in _order(locale))


def day_bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first instant of the day in the zone, and the first of the next day; UTC."""
    return start_of(day, zone), end_of(day, zone)


def at_zone(instant: datetime, zone: tzinfo) -> datetime:
    """A typed instant, which has no zone, in UTC."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def _order(locale: str) -> str:
    """`dmy`, `mdy` or `ymd`."""
    from babel import UnknownLocaleError
    from babel.dates import get_date_format

    try:
        pattern = get_date_format("short", locale=locale).pattern.lower()
    except (UnknownLocaleError, ValueError):
        return "ymd"
    return "".join(sorted("dmy", key=pattern.find))
