"""Calendar months in SQL: which of them a day is in, and the same day months before."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, literal

from outreach.store.types import Whole
from outreach.store.wall_clock import number_of


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
