"""The stock of prospects: the first line of the dashboard, ahead of the day's sales.

The number of prospects decides the coming months; turnover that rises and falls like a saw
says that there were too few. Source: domain notes B0.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from fractions import Fraction
from math import sqrt

from outreach.evaluation.chain import share
from outreach.model.portfolio import Boundary, MonthTally, PortfolioRules, PortfolioTally

#: Fewer pairs than that show no relation.
_FEWEST = 4
#: From that many months on a lack is a warning, then an alarm.
_WARNING, _ALARM = 3, 12


class Level(IntEnum):
    """How loud an alarm is: the longer it lasts, the louder."""

    NONE = 0
    NOTICE = 1
    #: For three months.
    WARNING = 2
    #: For a year.
    ALARM = 3


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is short: since how many months' ends, this one included."""

    level: Level
    months: int
    #: It would be one, but the firm has only begun.
    start_up: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """Prospects at the start of a month beside the conversions so many months later."""

    lag: int
    months: int
    #: Pearson's coefficient; None where one of the two never changes, or months are few.
    correlation: float | None
    #: Conversions ÷ prospects at the start of the month, all months together.
    rate: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospects:
    """The stock and what moves it."""

    stock: int
    #: At the start of the period: at the end of the day before its first.
    stock_before: int
    #: At the ends of its months.
    months: tuple[int, ...]
    wanted: int | None
    alarm: Alarm
    new: int
    by_source: tuple[tuple[str, int], ...]
    conversions: int
    #: Conversions ÷ new prospects: buyers ÷ entrants, as a shop counts.
    conversion_rate: Fraction | None
    relation: tuple[Relation, ...]
    sawtooth: float | None
    #: Days since the last touch of a prospect; None: there is none on record.
    silent_days: int | None
    #: Prospecting has stopped while orders come in.
    stopped: bool


def prospects(
    tally: PortfolioTally,
    rules: PortfolioRules,
    known: Sequence[MonthTally] | None = None,
    before: MonthTally | None = None,
) -> Prospects:
    """`known` may be more months than those shown: all tell how long a lack has lasted.

    `before` ends where the period begins; None: nothing was there.
    """
    stocks = [stock_of(month, rules.prospect) for month in tally.months]
    whole = whole_months(tally)
    new = sum(month.new_prospects for month in tally.months)
    won = sum(month.conversions for month in tally.months)
    silent = (tally.on - tally.last_touch).days if tally.last_touch else None
    delivered = (tally.on - tally.last_order).days if tally.last_order else None
    return Prospects(
        stock=stocks[-1],
        stock_before=stock_of(before, rules.prospect) if before else 0,
        months=tuple(stocks),
        wanted=rules.prospects,
        alarm=alarm(
            [
                rules.prospects is not None and stock_of(month, rules.prospect) < rules.prospects
                for month in lived(known or tally.months, tally.begun)
            ],
            tally,
            rules,
        ),
        new=new,
        by_source=_by_source(tally.months),
        conversions=won,
        conversion_rate=share(won, new),
        relation=tuple(relation(whole, rules.prospect, lag) for lag in range(4)),
        sawtooth=sawtooth([month.revenue for month in whole]),
        silent_days=silent,
        stopped=(
            silent is not None
            and silent > rules.quiet
            and delivered is not None
            and delivered <= rules.quiet
        ),
    )


def stock_of(month: MonthTally, boundary: Boundary) -> int:
    """Prospects in portfolio at the end of a month.

    Who was set aside as arid is none, nor is who opted out or complained: nobody may write to
    him.
    """
    contacted = month.prospects - (month.arid + month.opposed - month.suspects_aside)
    if boundary is Boundary.CONTACTED:
        return contacted
    return contacted + month.suspects - month.suspects_aside


def whole_months(tally: PortfolioTally) -> tuple[MonthTally, ...]:
    """The months that are over and in which the firm was at work from the first day on."""
    begun = tally.begun or date.max
    return tuple(
        month
        for month in tally.months
        if begun <= month.start and _is_whole(month)
    )  # fmt: skip


def _is_whole(month: MonthTally) -> bool:
    return month.start.day == 1 and is_at_end(month)


def is_at_end(month: MonthTally) -> bool:
    """Whether it ends with its calendar month, though it may have begun in its middle."""
    return month.end.day == monthrange(month.end.year, month.end.month)[1]


def lived(months: Sequence[MonthTally], begun: date | None) -> list[MonthTally]:
    """The months that the firm has seen, the last one in any case: before it nothing lacked."""
    return [
        month
        for month in months
        if month is months[-1] or (begun is not None and begun <= month.end)
    ]


def alarm(short: Sequence[bool], tally: PortfolioTally, rules: PortfolioRules) -> Alarm:
    """How loud: by the months, up to now, at whose end something was short. None at start-up."""
    months = 0
    for one in reversed(short):
        if not one:
            break
        months += 1
    if not months:
        return Alarm(Level.NONE, 0)
    if _age(tally) < rules.start_up:
        return Alarm(Level.NONE, months, start_up=True)
    if months >= _ALARM:
        return Alarm(Level.ALARM, months)
    return Alarm(Level.WARNING if months >= _WARNING else Level.NOTICE, months)


def _age(tally: PortfolioTally) -> int:
    """Whole months since anything began."""
    if tally.begun is None:
        return 0
    on, begun = tally.on, tally.begun
    months = (on.year - begun.year) * 12 + on.month - begun.month
    return months - (on.day < begun.day)


def relation(months: Sequence[MonthTally], boundary: Boundary, lag: int) -> Relation:
    """The stock at the end of a month beside the conversions `lag` + 1 months on."""
    stocks = [stock_of(month, boundary) for month in months]
    pairs = [
        (stocks[place], months[place + 1 + lag].conversions)
        for place in range(len(months) - 1 - lag)
    ]
    return Relation(
        lag=lag,
        months=len(pairs),
        correlation=correlation(pairs),
        rate=share(sum(won for _, won in pairs), sum(stock for stock, _ in pairs)),
    )


def correlation(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Pearson's coefficient, from sums that are exact."""
    n = len(pairs)
    if n < _FEWEST:
        return None
    sum_x, sum_y = sum(x for x, _ in pairs), sum(y for _, y in pairs)
    spread_x = n * sum(x * x for x, _ in pairs) - sum_x**2
    spread_y = n * sum(y * y for _, y in pairs) - sum_y**2
    if not spread_x or not spread_y:
        return None
    together = n * sum(x * y for x, y in pairs) - sum_x * sum_y
    return together / sqrt(spread_x) / sqrt(spread_y)


def sawtooth(turnovers: Sequence[int | Fraction]) -> float | None:
    """Standard deviation ÷ mean of monthly turnover: 0, 10, 0, 10 → 1; always the same → 0."""
    n = len(turnovers)
    whole = sum(turnovers)
    if n < 2 or whole <= 0:
        return None
    return sqrt(Fraction(n * sum(x * x for x in turnovers) - whole**2) / whole**2)


def _by_source(months: Sequence[MonthTally]) -> tuple[tuple[str, int], ...]:
    """New prospects by source, the most first; the empty source is one that is not known."""
    found: dict[str, int] = {}
    for month in months:
        for source, count in month.by_source.items():
            found[source] = found.get(source, 0) + count
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
