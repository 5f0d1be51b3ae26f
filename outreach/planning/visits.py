"""Visits of a year: how many can be made, how many customers need, how many are for prospects.

    days = (weeks − weeks away) × days a week − public holidays on such days
    visits = days × visits a day, whole ones
    sellers = visits needed ÷ visits of one, upwards
    new customers = wanted − customers × retention, upwards, + what programmed losses ask for
    visits for prospects = new customers × visits for one new customer

Pure and exact. What is left after the prospects is for customers, in that order, never the
other way round. Source: domain notes B7, whose document gives the factors and no formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from outreach.errors import Text, WrongUsage


class BadVisits(WrongUsage):
    """A figure of the calculation cannot be what it is said to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """The time one seller has for visits in a period. Days are days on which he visits."""

    weeks: Fraction
    #: Weeks away: leave, conventions, training.
    leave: Fraction = Fraction(0)
    conventions: Fraction = Fraction(0)
    training: Fraction = Fraction(0)
    days_per_week: Fraction
    #: Public holidays that fall on such days; only those of weeks worked are lost.
    holidays: Fraction = Fraction(0)
    visits_per_day: Fraction

    @property
    def away(self) -> Fraction:
        return self.leave + self.conventions + self.training

    @property
    def holidays_lost(self) -> Fraction:
        """Those of weeks worked, in proportion."""
        worked = self.weeks - self.away
        return self.holidays * worked / self.weeks if self.weeks else Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What one seller can do: weeks and days worked, whole visits."""

    weeks: Fraction
    days: Fraction
    visits: int


@dataclass(frozen=True, slots=True)
class Need:
    """So many people who are to be visited so often in the period."""

    name: str
    people: int
    each: int

    @property
    def visits(self) -> int:
        return self.people * self.each


@dataclass(frozen=True, slots=True, kw_only=True)
class Sellers:
    """Who is needed for all the visits: exactly, in whole people, and visits of each."""

    visits: int
    exact: Fraction
    whole: int
    each: Fraction
    #: Upwards: nobody makes a part of a visit.
    each_whole: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How many customers there are and shall be, and what keeps and wins one."""

    target: int
    current: int
    #: Share of the customers who stay, of those at the start.
    retention: Fraction
    visits_per_customer: Fraction
    #: Deals that replace what is known to be lost, beyond the ordinary attrition.
    for_losses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospecting:
    """The visits that are for prospects."""

    #: Customers of today who will be gone by attrition.
    leaving: Fraction
    #: New customers asked for, exact; without those for programmed losses.
    asked: Fraction
    #: Whole ones, with those for programmed losses.
    new_customers: int
    visits: int
    #: Of all visits that can be made; None where none can.
    share: Fraction | None
    #: For customers, never below 0.
    left: int
    #: Visits that nobody has time for.
    beyond: int


def capacity(time: Time) -> Capacity:
    """What fits into a seller's time. Raises `BadVisits`. Source: domain notes B7 (540)."""
    figures = (time.weeks, time.away, time.days_per_week, time.visits_per_day, time.holidays)
    if min(figures) < 0:
        raise BadVisits(Text("weeks, days and visits are not below 0"))
    if time.days_per_week > 7:
        raise BadVisits(Text("a week has no more than 7 days"))
    weeks = time.weeks - time.away
    if weeks < 0:
        raise BadVisits(
            Text("more weeks away than there are: {away} of {weeks}",
                 away=str(time.away), weeks=str(time.weeks)),
            hint=Text("see --weeks, --leave, --conventions, --training"),
        )  # fmt: skip
    days = max(Fraction(0), weeks * time.days_per_week - time.holidays_lost)
    return Capacity(weeks=weeks, days=days, visits=floor(days * time.visits_per_day))


def sellers(needs: Sequence[Need], one: Capacity) -> Sellers | None:
    """How many sellers the needs ask for; None where one can make no visit at all."""
    total = sum(need.visits for need in needs)
    if not one.visits:
        return None
    exact = Fraction(total, one.visits)
    whole = ceil(exact)
    each = Fraction(total, whole) if whole else Fraction(0)
    return Sellers(visits=total, exact=exact, whole=whole, each=each, each_whole=ceil(each))


def check_retention(rate: Fraction) -> None:
    """Raise `BadVisits` where it is no share."""
    if not 0 <= rate <= 1:
        raise BadVisits(
            Text("retention is a share of the customers, between 0 and 100 %"),
            hint=Text("write it 90% or 0.9"),
        )


def prospecting(wish: Wish, visits: int) -> Prospecting:
    """The share of `visits` that goes to prospects, from losses, retention and the goal."""
    check_retention(wish.retention)
    if min(wish.target, wish.current, wish.for_losses) < 0 or wish.visits_per_customer < 0:
        raise BadVisits(Text("customers and visits are not below 0"))
    stay = wish.current * wish.retention
    asked = max(Fraction(0), wish.target - stay)
    new = ceil(asked) + wish.for_losses
    needed = ceil(new * wish.visits_per_customer)
    return Prospecting(
        leaving=wish.current - stay,
        asked=asked,
        new_customers=new,
        visits=needed,
        share=Fraction(needed, visits) if visits else None,
        left=max(0, visits - needed),
        beyond=max(0, needed - visits),
    )


def start_by(lost_on: date, delay: Fraction | None) -> date | None:
    """The last day to begin prospecting for a loss: a mean sale before it, in days.

    None where the delay is not known.
    """
    return None if delay is None else lost_on - timedelta(days=ceil(delay))
