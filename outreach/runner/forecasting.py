"""The forecast of a day, and how wrong forecasts of past days were.

The counts of the past (`store/forecast_tallies.py`) go through the flow along the chain
(`planning/flow.py`) to orders and cash by month. A forecast of a past day sees what was known
then, and what came afterwards is set beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from outreach.model.days import start_of
from outreach.model.settings import Settings
from outreach.planning.blending import Seen, blend
from outreach.planning.flow import Flow, flow, states
from outreach.planning.forecast import (
    DELAYS,
    BackTest,
    Forecast,
    Money,
    Tried,
    back_dates,
    delay_by_day,
    forecast,
    month_starts,
)
from outreach.planning.habits import DEFAULTS, Coefficients
from outreach.runner.habits import chains_of, priors_of
from outreach.store.store import Store

#: How far forecasts of past days look ahead, in months: what came of them must be known.
BACK_MONTHS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAhead:
    """What somebody asks the forecast for. None: from history, the settings, or the sources."""

    on: date
    months: int = 12
    average_deal: Fraction | None = None
    payment_days: int | None = None
    delays: Sequence[Fraction] = ()
    weight: Fraction | None = None
    given: Coefficients | None = None
    #: Prospects who will be contacted each month, beside those known.
    new_per_month: Fraction = Fraction(0)
    #: Past forecasts to make again; 0: none.
    tries: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The forecast with what it was made of, and how wrong it was."""

    forecast: Forecast
    money: Money
    delays: tuple[Fraction, ...]
    weight: Fraction
    back_test: BackTest


def look_ahead(store: Store, settings: Settings, asked: AskedAhead, *, now: datetime) -> Outlook:
    """Orders and cash by month from `asked.on` on, and forecasts of the past beside what came."""
    planning = settings.planning
    weight = Fraction(planning.weight) if asked.weight is None else asked.weight
    delays = tuple(asked.delays or planning.delays or DELAYS)
    payment = planning.payment_days if asked.payment_days is None else asked.payment_days
    money = _money(store, settings, asked, payment)
    at = _end_of(settings, asked.on, now)
    today = forecast(
        _flow(store, asked, at, asked.on, asked.months, delays, weight),
        money,
        on=asked.on,
        months=asked.months,
        due=store.forecast_tallies.due(at - timedelta(days=payment + 1), at),
        new_per_month=asked.new_per_month,
        weight=weight,
    )
    return Outlook(
        forecast=today,
        money=money,
        delays=delays,
        weight=weight,
        back_test=_tried(store, settings, asked, delays, weight, now),
    )


def _flow(
    store: Store,
    asked: AskedAhead,
    at: datetime,
    on: date,
    months: int,
    delays: Sequence[Fraction],
    weight: Fraction,
) -> Flow:
    """What is to be expected of everybody along the chain, as known at an instant."""
    spells = store.forecast_tallies.spells(at, chains_of(store))
    given = asked.given or Coefficients()
    known = states(
        _known(given, "accessibility"),
        _known(given, "compensation"),
        _known(given, "proposals_per_deal"),
        weight,
    )
    return flow(spells, known, delay_by_day(on, months, delays))


def _known(given: Coefficients, name: str) -> Fraction:
    """A figure as given, else the sources': the firm's own is in the flow already."""
    stated: Fraction | None = getattr(given, name)
    default: Fraction = getattr(DEFAULTS, name)
    return default if stated is None else stated


def _money(store: Store, settings: Settings, asked: AskedAhead, payment_days: int) -> Money:
    amounts = store.effort_tallies.amounts()
    if asked.average_deal is not None:
        return Money(
            average=asked.average_deal, spread=_each(amounts.orders, amounts.spread),
            payment_days=payment_days,
        )  # fmt: skip
    seen = Seen(Fraction(amounts.total), amounts.orders, amounts.spread)
    blended = blend(seen, priors_of(settings.planning)["average_deal"])
    return Money(
        average=blended.value if blended else None,
        blended=blended,
        spread=_each(amounts.orders, amounts.spread),
        payment_days=payment_days,
    )


def _each(orders: int, spread: Fraction) -> Fraction:
    """The spread of single amounts; where no two are known they are taken as equal."""
    return spread if orders > 1 else Fraction(0)


def _tried(
    store: Store,
    settings: Settings,
    asked: AskedAhead,
    delays: Sequence[Fraction],
    weight: Fraction,
    now: datetime,
) -> BackTest:
    """Forecasts of past days, a month apart, each of the months after it."""
    since = store.forecast_tallies.since()
    if since is None or not asked.tries:
        return BackTest(tried=())
    months = min(BACK_MONTHS, asked.months)
    first = since.astimezone(settings.zone).date()
    days = back_dates(asked.on, months, asked.tries, first)
    return BackTest(
        tried=tuple(
            found
            for day in days
            if (found := _of_a_day(store, settings, asked, day, months, delays, weight, now))
        )
    )


def _of_a_day(
    store: Store,
    settings: Settings,
    asked: AskedAhead,
    day: date,
    months: int,
    delays: Sequence[Fraction],
    weight: Fraction,
    now: datetime,
) -> Tried | None:
    """One past forecast beside what came of the stock of that day; None without any stock."""
    at = _end_of(settings, day, now)
    then = _flow(store, asked, at, day, months, delays, weight)
    if not sum(then.people):
        return None
    ahead = forecast(then, Money(average=None), on=day, months=months, weight=weight)
    until = month_starts(day, months)[-1]
    firsts = store.forecast_tallies.firsts(at, (until - day).days, chains_of(store))
    return Tried(
        on=day,
        until=until - timedelta(days=1),
        orders=ahead.orders,
        came=sum(one.people for one in firsts if one.from_stock),
        of_others=sum(one.people for one in firsts if not one.from_stock),
    )


def _end_of(settings: Settings, day: date, now: datetime) -> datetime:
    """Up to when things were known: now, or of a past day the last instant before it.

    What is noted for a day without its hour stands at its first instant, and is of that day.
    """
    begins = start_of(day, settings.zone)
    today = now.astimezone(settings.zone).date()
    return now if today == day else begins - timedelta(microseconds=1)
