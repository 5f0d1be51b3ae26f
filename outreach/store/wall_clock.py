"""Instants as the clock on the wall shows them: whole seconds, the same in both databases.

Days, weeks and durations of a report are those of the workspace's zone. The databases know
no zone alike, so the few offsets in force over the base's years stand in the statement; which of
them, is found by halving their list. A day is a whole number, which both compare as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Text, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from outreach.store.types import Instant, Whole

DAY = 86_400
_FIRST_DAY = date(1970, 1, 1)
#: The Monday before 1 January 1970, which was a Thursday.
_FIRST_MONDAY = date(1969, 12, 29)
_SINCE_MONDAY = 3


class EpochSeconds(FunctionElement[int]):
    """Whole seconds since 1970, of an instant."""

    type = Whole
    inherit_cache = True


@compiles(EpochSeconds)
def _sqlite_seconds(element: EpochSeconds, compiler: SQLCompiler, **how: Any) -> str:
    return f"unixepoch({compiler.process(element.clauses, **how)})"


@compiles(EpochSeconds, "postgresql")
def _postgresql_seconds(element: EpochSeconds, compiler: SQLCompiler, **how: Any) -> str:
    instant = compiler.process(element.clauses, **how)
    # Not `extract`, whose exact decimals take much longer: microseconds fit in binary fractions.
    return f"floor(date_part('epoch', {instant}))::bigint"


class MonthOf(FunctionElement[str]):
    """`2027-03`, of seconds on the wall."""

    type = Text()
    inherit_cache = True


@compiles(MonthOf)
def _sqlite_month(element: MonthOf, compiler: SQLCompiler, **how: Any) -> str:
    return f"strftime('%Y-%m', {compiler.process(element.clauses, **how)}, 'unixepoch')"


@compiles(MonthOf, "postgresql")
def _postgresql_month(element: MonthOf, compiler: SQLCompiler, **how: Any) -> str:
    seconds = compiler.process(element.clauses, **how)
    return f"to_char(to_timestamp({seconds}) AT TIME ZONE 'UTC', 'YYYY-MM')"


class Unindexed(FunctionElement[Any]):
    """A column by which nothing is to be looked up.

    Without statistics SQLite takes an index of two columns for the better one, and would read
    a campaign's events again for every person.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Unindexed)
def _sqlite_unindexed(element: Unindexed, compiler: SQLCompiler, **how: Any) -> str:
    return f"+{compiler.process(element.clauses, **how)}"


@compiles(Unindexed, "postgresql")
def _postgresql_as_it_is(element: Unindexed, compiler: SQLCompiler, **how: Any) -> str:
    return compiler.process(element.clauses, **how)


@dataclass(frozen=True, slots=True)
class WallClock:
    """The offsets of a zone: (from which instant on, seconds east of UTC), in their order.

    Before the first instant its offset holds too.
    """

    changes: tuple[tuple[datetime, int], ...]

    def seconds(self, instant: ColumnElement[Any]) -> ColumnElement[int]:
        """Of an instant: seconds since 1970 on the wall. NULL stays NULL."""
        changes = [(literal(at, Instant()), east) for at, east in self.changes]
        return EpochSeconds(instant) + _in_force(instant, changes)

    def of_epoch(self, seconds: ColumnElement[Any]) -> ColumnElement[int]:
        """The same, of whole seconds since 1970: offsets change at a whole second."""
        changes = [(literal(int(at.timestamp()), Whole), east) for at, east in self.changes]
        return seconds + _in_force(seconds, changes)

    def day(self, instant: ColumnElement[Any]) -> ColumnElement[int]:
        """Of an instant: the local day, as its number."""
        return self.seconds(instant) // DAY


def last_second(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """Of seconds on the wall: a day without an hour is written as its midnight, and lasts.

    What was done on that day was done before what came of it.
    """
    return case((at % DAY == 0, at + DAY - 1), else_=at)


def _in_force(
    instant: ColumnElement[Any], changes: Sequence[tuple[ColumnElement[Any], int]]
) -> ColumnElement[int]:
    """The offset at an instant, found by halving the list of them."""
    if len(changes) == 1:
        return literal(changes[0][1], Whole)
    half = len(changes) // 2
    earlier, later = _in_force(instant, changes[:half]), _in_force(instant, changes[half:])
    return case((instant < changes[half][0], earlier), else_=later)


def wall_clock(zone: tzinfo, first: datetime | None, last: datetime | None) -> WallClock:
    """The offsets of a zone between two instants; None: nothing ever happened."""
    if first is None or last is None:
        return WallClock(((datetime(1970, 1, 1, tzinfo=UTC), 0),))
    changes = [(first, _offset(zone, first))]
    at = first
    while at < last:
        # Changes of a zone are weeks apart at the least, and none takes longer than a week.
        ahead = min(at + timedelta(days=7), last)
        if (offset := _offset(zone, ahead)) != changes[-1][1]:
            changes.append((_change(zone, at, ahead), offset))
        at = ahead
    return WallClock(tuple(changes))


def _offset(zone: tzinfo, at: datetime) -> int:
    found = at.astimezone(zone).utcoffset() or timedelta(0)
    return int(found.total_seconds())


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The first whole second with the later offset."""
    low, high = int(before.timestamp()), int(after.timestamp()) + 1
    old = _offset(zone, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def on_the_wall(at: datetime, zone: tzinfo) -> int:
    """The same seconds, of an instant in Python."""
    return int(at.timestamp() // 1) + _offset(zone, at)


def number_of(day: date) -> int:
    """A date as the statements write it: days since 1970."""
    return (day - _FIRST_DAY).days


def date_of(number: int) -> date:
    """The same date again."""
    return _FIRST_DAY + timedelta(days=number)


def week_of(seconds: ColumnElement[int]) -> ColumnElement[int]:
    """The number of the week, from Monday to Sunday."""
    return (seconds // DAY + _SINCE_MONDAY) // 7


def monday(week: int) -> date:
    """The day that a numbered week begins on."""
    return _FIRST_MONDAY + timedelta(weeks=week)
