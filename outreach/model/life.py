"""The life stage of a customer, worked out from his orders (B8).

No source fixes thresholds; these are ours, all named here. `store/life.py` says the
same in SQL and reads the same thresholds; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from fractions import Fraction
from itertools import pairwise

from outreach.model.contact import LifeStage
from outreach.model.days import start_of

#: The period in days whose turnover is compared with the period before it (12 months).
YEAR = 365
#: Fewest gaps between orders that make a habit: three days with orders.
FEWEST_GAPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeRules:
    """The thresholds between the stages; a firm may state its own (`portfolio:` of the settings).

    Shares are fractions of 1.
    """

    #: Without an order for longer than that many days (24 months) a customer is lost.
    lost_after: int = 730
    #: For so many days after the first order (6 months) a customer is new.
    new_for: int = 183
    #: How many median gaps without an order make a customer lost, and declining.
    lost_gaps: Fraction = Fraction(3)
    declining_gaps: Fraction = Fraction(3, 2)
    #: Turnover of a year beside the year before: down by more he declines, up by more he develops.
    decline: Fraction = Fraction(1, 5)
    growth: Fraction = Fraction(1, 5)
    #: Fewer orders in a year, without a known gap, are an episode.
    regular: int = 2


_DAY = 86400


@dataclass(frozen=True, slots=True)
class Order:
    """One order that stands: when, and for how much, in minor units of the currency."""

    at: datetime
    amount: int = 0


def life_stage(
    orders: Sequence[Order],
    *,
    first_on: date | None,
    last_on: date | None,
    today: date,
    zone: tzinfo = UTC,
    override: str | None = None,
    rules: LifeRules | None = None,
) -> str | None:
    """The stage today, None of somebody who never ordered; a stage set by hand wins.

    `first_on` and `last_on` are the days of the first and of the last order, which may be
    known without their events. Source: domain.md B8, "Computed stage".
    """
    if override is not None or last_on is None or first_on is None:
        return override
    rules = rules or LifeRules()
    silent = (today - last_on).days
    gaps = twice_median_gap([order.at for order in orders])
    this_year, year_before, count = _turnovers(orders, today, zone)
    if silent > rules.lost_after or (gaps is not None and 2 * silent > rules.lost_gaps * gaps):
        return LifeStage.LOST
    if (today - first_on).days < rules.new_for:
        return LifeStage.NEW
    if gaps is not None and 2 * silent > rules.declining_gaps * gaps:
        return LifeStage.DECLINING
    if year_before > 0 and this_year < year_before * (1 - rules.decline):
        return LifeStage.DECLINING
    if year_before > 0 and this_year > year_before * (1 + rules.growth):
        return LifeStage.DEVELOPING
    return LifeStage.EPISODIC if gaps is None and count < rules.regular else LifeStage.MATURE


def twice_median_gap(instants: Sequence[datetime]) -> int | None:
    """Twice the median of the days between an order and the next: whole, whatever the parity.

    A gap is rounded to whole days, so that a change to summer time is none; orders of one
    day are one order. None with fewer than `FEWEST_GAPS` gaps.
    """
    seconds = sorted(int(at.timestamp()) for at in instants)
    gaps = sorted(gap for a, b in pairwise(seconds) if (gap := (b - a + _DAY // 2) // _DAY) > 0)
    if len(gaps) < FEWEST_GAPS:
        return None
    return gaps[(len(gaps) - 1) // 2] + gaps[len(gaps) // 2]


def years_start(today: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first instants of the last `YEAR` days, today included, and of those before them.

    So that the twelve months up to the end of a month are its twelve months. Those before them
    reach to the last day on which nobody is lost yet: the last order of whoever has a stage to
    be judged by lies in one of the two.
    """

    def start(days: int) -> datetime:
        return start_of(today - timedelta(days=days), zone)

    return start(YEAR - 1), start(2 * YEAR)


def _turnovers(orders: Sequence[Order], today: date, zone: tzinfo) -> tuple[int, int, int]:
    """Turnover of the last year and of the year before, and the orders of the last year."""
    last, before = years_start(today, zone)
    recent = [order.amount for order in orders if order.at >= last]
    older = [order.amount for order in orders if before <= order.at < last]
    return sum(recent), sum(older), len(recent)
