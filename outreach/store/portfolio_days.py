"""Local days and months in SQL: whole numbers that both databases compare as such.

A day is the number of days since 1970-01-01 where the workspace is. The zone's changes of the
clock are few and known beforehand, so an offset is found by halving their list; neither
database's own notion of time zones is asked.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, case, literal

from outreach.store.types import Whole

_EPOCH = date(1970, 1, 1)
_DAY = 86400


def number_of(day: date) -> int:
    """A date as the statements write it."""
    return (day - _EPOCH).days


def date_of(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def end_of(day: date, zone: tzinfo) -> datetime:
    """The first instant that is not in the day any more."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The offsets of a zone between two instants: (from that second on, seconds east)."""

    changes: tuple[tuple[int, int], ...]

    def day(self, seconds: ColumnElement[Any]) -> ColumnElement[int]:
        """The local day of an instant given in seconds since 1970 in UTC."""
        return (seconds + self._offset(seconds, self.changes)) // _DAY

    def _offset(
        self, seconds: ColumnElement[Any], changes: Sequence[tuple[int, int]]
    ) -> ColumnElement[int]:
        if len(changes) == 1:
            return literal(changes[0][1], Whole)
        half = len(changes) // 2
        earlier = self._offset(seconds, changes[:half])
        later = self._offset(seconds, changes[half:])
        return case((seconds < changes[half][0], earlier), else_=later)


def clock_of(zone: tzinfo, first: datetime, last: datetime) -> Clock:
    """The clock of a zone, told from the first instant to the last."""
    at = int(first.timestamp()) - _DAY
    end = int(last.timestamp()) + _DAY
    found = [(at, _east(zone, at))]
    while at < end:
        if (after := _east(zone, at + _DAY)) != found[-1][1]:
            found.append((_change(zone, at, at + _DAY), after))
        at += _DAY
    return Clock(tuple(found))


def _east(zone: tzinfo, seconds: int) -> int:
    offset = datetime.fromtimestamp(seconds, zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _change(zone: tzinfo, low: int, high: int) -> int:
    """The first second of the new offset."""
    before = _east(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _east(zone, middle) == before else (low, middle)
    return high


@dataclass(frozen=True, slots=True)
class Months:
    """Calendar months in a row; the last one may be cut off in its middle."""

    spans: tuple[tuple[date, date], ...]

    @property
    def eve(self) -> date:
        """The day before the first one."""
        return self.spans[0][0] - timedelta(days=1)

    def place(self, day: ColumnElement[Any]) -> ColumnElement[int]:
        """Which month a day is in: 0 for the first; −1 before it, `len(spans)` after the last."""
        return _placed(day, [number_of(self.eve), *(number_of(end) for _, end in self.spans)], -1)


def _placed(day: ColumnElement[Any], ends: Sequence[int], lowest: int) -> ColumnElement[int]:
    if not ends:
        return literal(lowest, Whole)
    half = len(ends) // 2
    earlier = _placed(day, ends[:half], lowest)
    return case(
        (day <= ends[half], earlier), else_=_placed(day, ends[half + 1 :], lowest + half + 1)
    )


def months_to(on: date, count: int) -> Months:
    """So many months, the one that `on` is in last, and that one up to `on` only."""
    spans = [(on.replace(day=1), on)]
    for _ in range(count - 1):
        end = spans[0][0] - timedelta(days=1)
        spans.insert(0, (end.replace(day=1), end))
    return Months(tuple(spans))


def months_of_period(on: date, since: date, count: int) -> Months:
    """So many months and the one before them; the one that `since` is in, in two parts.

    The period of comparison begins with the day after `since`: what starts later than `since`
    is that period, neither a day more nor less.
    """
    spans: list[tuple[date, date]] = []
    for start, end in months_to(on, count + 1).spans:
        if start <= since < end:
            spans += [(start, since), (since + timedelta(days=1), end)]
        else:
            spans.append((start, end))
    return Months(tuple(spans))


def months_before(on: date, count: int) -> date:
    """The same day so many months earlier, or the last one of that month.

    The end of a month goes to the end of a month.
    """
    number = on.year * 12 + on.month - 1 - count
    year, month = divmod(number, 12)
    last = monthrange(year, month + 1)[1]
    at_end = on.day == monthrange(on.year, on.month)[1]
    return date(year, month + 1, last if at_end else min(on.day, last))
