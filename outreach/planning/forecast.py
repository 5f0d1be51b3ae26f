"""Orders and cash by month from the stock of prospects by stage, age and history.

    orders = Σ over the states of (people there × what becomes of them × when)

What becomes of them comes from the firm's own past (`flow.py`), weighed against the sources':
1 deal of 12 active prospects, half of the orders within a month, 30 % in the next, the rest
within the year. 24 actives → 2 orders × 20,000 = 40,000; by month 1.0, 0.6, 0.4. An
expectation, never rounded up. Months run from the day of the forecast.

The range holds 19 of 20 futures: the rates were measured on so many orders only (a Gamma of
that shape), orders come by chance (Poisson), and amounts vary. Draws are seeded. Not in it:
further orders of present customers. Source: domain notes B0.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from outreach.model.effort_tally import Due
from outreach.planning.blending import LEVEL, Blend, quantile
from outreach.planning.flow import Flow

#: When orders come, by the sources' example: this month, the next, the rest of the year.
DELAYS = (Fraction(50, 100), Fraction(30, 100), Fraction(20, 100))
#: The last of them is spread up to the end of so many months.
YEAR = 12
DRAWS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What an order brings, and when. `average` is None where nobody knows it."""

    average: Fraction | None
    #: How the average was weighed together; None: it was given.
    blended: Blend | None = None
    #: The squared coefficient of variation of single amounts.
    spread: Fraction = Fraction(1)
    payment_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A figure with its range."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthAhead:
    """One month of the forecast, both days included. Money is None without an average deal."""

    start: date
    end: date
    orders: Expected
    revenue: Expected | None
    #: What comes in: of the orders forecast, and of those already placed (`due`).
    cash: Expected | None
    due: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The months ahead, and what they add up to. `total` is over all of them."""

    on: date
    months: tuple[MonthAhead, ...]
    orders: Expected
    revenue: Expected | None
    flow: Flow
    #: Orders expected of prospects who are still to be contacted, where some were foreseen.
    from_new: float


def month_starts(on: date, months: int) -> list[date]:
    """The first day of each month of the forecast, and the day after the last."""
    return [_later(on, number) for number in range(months + 1)]


def _later(on: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(12 * on.year + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def delay_by_day(on: date, months: int, delays: Sequence[Fraction] = DELAYS) -> Any:
    """The share of the orders that falls on each day ahead, over so many months.

    All but the last delay are those of a month; the last is spread over what is left of a
    year (over its own month, where the list is longer).
    """
    from numpy import concatenate, full

    shares = [Fraction(one) for one in delays]
    last = max(YEAR, len(shares))
    starts = month_starts(on, last)
    lengths = [(after - first).days for first, after in pairwise(starts)]
    head = [full(n, float(s) / n) for s, n in zip(shares[:-1], lengths, strict=False)]
    rest = sum(lengths[len(shares) - 1 :])
    whole = concatenate([*head, full(rest, float(shares[-1]) / rest)])
    days = (month_starts(on, months)[-1] - on).days
    return concatenate([whole, full(max(0, days - len(whole)), 0.0)])[:days]


def forecast(
    flow: Flow,
    money: Money,
    *,
    on: date,
    months: int,
    due: Sequence[Due] = (),
    new_per_month: Fraction = Fraction(0),
    weight: Fraction = Fraction(1),
    seed: int = 0,
) -> Forecast:
    """The months ahead. `flow` must reach as far as they do."""
    from numpy import convolve, zeros

    starts = month_starts(on, months)
    days = (starts[-1] - on).days
    daily = sum((one for one in flow.stock), zeros(days))
    fresh = zeros(days)
    if new_per_month:
        a_day = zeros(days) + float(new_per_month) * months / days
        fresh[1:] = convolve(a_day, flow.arrivals[0])[: days - 1]
    drawn = _draws(daily + fresh, money, max(1.0, flow.orders + float(weight)), seed)
    ahead = [
        _month(starts, number, on, daily + fresh, drawn, money, due) for number in range(months)
    ]
    orders_drawn, money_drawn = drawn
    total = float((daily + fresh).sum())
    revenue = None
    if money.average is not None:
        revenue = _expected(total * float(money.average), money_drawn.sum(axis=1))
    return Forecast(
        on=on,
        months=tuple(ahead),
        orders=_expected(total, orders_drawn.sum(axis=1)),
        revenue=revenue,
        flow=flow,
        from_new=float(fresh.sum()),
    )


def _draws(daily: Any, money: Money, shape: float, seed: int) -> tuple[Any, Any]:
    """Orders and their amounts on each day, in so many futures."""
    from numpy import arange, maximum
    from numpy.random import default_rng

    generator = default_rng(seed)
    # The rates may all be too high or too low together.
    error = generator.gamma(shape, 1 / shape, size=(DRAWS, 1))
    orders = generator.poisson(error * daily)
    if money.average is None:
        return orders, orders * 0.0
    average: Any = float(money.average)
    if money.blended is not None and money.blended.low is not None:
        places = generator.permutation((arange(DRAWS) + 0.5) / DRAWS)
        average = quantile(money.blended.seen, money.blended.prior, places)[:, None]
    each = max(float(money.spread), 1e-6)
    amounts = generator.gamma(maximum(orders, 1e-9) / each) * each * average
    return orders, amounts * (orders > 0)


def _month(
    starts: Sequence[date],
    number: int,
    on: date,
    daily: Any,
    drawn: tuple[Any, Any],
    money: Money,
    due: Sequence[Due],
) -> MonthAhead:
    first, after = starts[number], starts[number + 1]
    window = _window(first, after, on, 0)
    paid = _window(first, after, on, money.payment_days)
    orders = _expected(float(daily[window].sum()), drawn[0][:, window].sum(axis=1))
    later = timedelta(days=money.payment_days)
    placed = [Fraction(one.amount) for one in due if first <= one.on + later < after]
    owed = sum(placed, Fraction(0))
    revenue = cash = None
    if money.average is not None:
        average = float(money.average)
        sums = drawn[1][:, window].sum(axis=1)
        revenue = _expected(float(daily[window].sum()) * average, sums)
        came = drawn[1][:, paid].sum(axis=1) + float(owed)
        cash = _expected(float(daily[paid].sum()) * average + float(owed), came)
    return MonthAhead(
        start=first,
        end=after - timedelta(days=1),
        orders=orders,
        revenue=revenue,
        cash=cash,
        due=owed,
    )


def _window(first: date, after: date, on: date, later: int) -> slice:
    """The days whose orders fall into a month, or are paid in it, so many days later."""
    start, end = (first - on).days - later, (after - on).days - later
    return slice(max(0, start), max(0, end))


def _expected(value: float, draws: Any) -> Expected:
    from numpy import quantile as quantiles

    tail = float((1 - LEVEL) / 2)
    low, high = quantiles(draws, (tail, 1 - tail))
    return Expected(value=value, low=float(low), high=float(high))


# --- how wrong it was -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A forecast made on a past day, with what was known then, and what came of that stock."""

    on: date
    until: date
    orders: Expected
    came: int
    #: First orders of people nobody knew as prospects on that day.
    of_others: int

    @property
    def error(self) -> float:
        return self.orders.value - self.came

    @property
    def within(self) -> bool:
        return self.orders.low <= self.came <= self.orders.high


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """Forecasts of the past beside what came."""

    tried: tuple[Tried, ...]

    @property
    def bias(self) -> float | None:
        """(all that was forecast − all that came) ÷ all that came: above 0 it said too much."""
        came = sum(one.came for one in self.tried)
        return sum(one.error for one in self.tried) / came if came else None

    @property
    def mean_error(self) -> float | None:
        """Mean absolute error, in orders."""
        errors = [abs(one.error) for one in self.tried]
        return sum(errors) / len(errors) if errors else None

    @property
    def relative_error(self) -> float | None:
        """The sum of the absolute errors ÷ all that came."""
        came = sum(one.came for one in self.tried)
        return sum(abs(one.error) for one in self.tried) / came if came else None

    @property
    def within(self) -> int:
        """Forecasts whose range held what came."""
        return sum(one.within for one in self.tried)


def back_dates(on: date, months: int, count: int, since: date) -> list[date]:
    """Past days to forecast from, oldest first: a month apart, each with its whole future."""
    found = [_later(on, -months - number) for number in range(count)]
    return sorted(one for one in found if one > since)
