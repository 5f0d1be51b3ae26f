"""The plan of visits of a period: time, needs, the share of prospects, losses, areas.

What is asked is asked of the store by sets; what nobody says comes from history, and the plan
says which figure came from where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from outreach.evaluation.portfolio.loyalty import Movement
from outreach.model.market_tally import GroupTally, RetentionTally
from outreach.model.settings import Settings
from outreach.planning.areas import Surveyed, survey
from outreach.planning.habits import Origin
from outreach.planning.sharing import shared_out
from outreach.planning.visits import (
    Need,
    Prospecting,
    Sellers,
    Wish,
    check_retention,
    prospecting,
    sellers,
)
from outreach.runner.plan_book import selection
from outreach.runner.plan_losses import Coming, losses_ahead
from outreach.runner.portfolio import moved_in_a_year
from outreach.runner.visits_time import AskedVisits, OfSeller, need, team_of
from outreach.segmentation.vocabulary import Vocabulary
from outreach.store.plan_tallies import Period
from outreach.store.store import Store

_DAY = timedelta(days=1)
#: Visits that a customer in that stage asks for, against the others (B8: new, developing and
#: declining ones take effort, mature ones little, episodic and lost ones none). Ours.
STAGES: Mapping[str, int] = {"new": 3, "developing": 3, "declining": 3, "mature": 1}


@dataclass(frozen=True, slots=True)
class Known:
    """A figure, and where it comes from. `of`: how many observations history has of it."""

    value: Fraction
    origin: Origin
    of: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OfArea:
    """An area with the visits it gets: of prospects, and of the customers there."""

    surveyed: Surveyed
    prospects: int
    customers: int

    @property
    def prospecting_share(self) -> Fraction | None:
        """Of the visits there; 100 % where the firm has no customer."""
        total = self.prospects + self.customers
        return Fraction(self.prospects, total) if total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfClass:
    """A group of people, its weight, and the visits it gets."""

    name: str
    weight: int
    people: int
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPlan:
    """The whole plan of a period."""

    asked: AskedVisits
    team: Sequence[OfSeller]
    needs: Sequence[Need]
    #: None without needs, or without time.
    sellers: Sellers | None
    current: Known
    #: None: history does not tell, and nobody said.
    retention: Known | None
    #: Loyalty (who ordered again) and volatility: of last year's customers.
    loyalty: RetentionTally
    #: The same year by life stage, as the portfolio and the report tell it: who is slow to order
    #: again is not lost yet.
    moved: Movement
    visits_per_customer: Known | None
    #: None without a target, or without one of the figures above.
    prospecting: Prospecting | None
    losses: Sequence[Coming]
    areas: Sequence[OfArea]
    #: Prospects by potential and ease of conquest; empty where nobody was scored.
    classes: Sequence[OfClass]
    #: Customers by life stage, with what is left for them.
    stages: Sequence[OfClass]
    types: Mapping[str | None, GroupTally] = field(default_factory=dict)

    @property
    def visits(self) -> int:
        """What the team can make."""
        return sum(one.capacity.visits for one in self.team)

    @property
    def for_prospects(self) -> int:
        return min(self.prospecting.visits, self.visits) if self.prospecting else 0

    @property
    def for_customers(self) -> int:
        return self.prospecting.left if self.prospecting else self.visits


def visit_plan(
    store: Store, settings: Settings, words: Vocabulary, asked: AskedVisits, *, now: datetime
) -> VisitPlan:
    """The plan. Raises `NoVisitsPerDay`, `BadVisits`, and what an expression may."""
    today = store.database.day_of(now)
    team = team_of(settings, asked)
    visits = sum(one.capacity.visits for one in team)
    needs = [need(store, words, text, now=now) for text in asked.needs]
    last_year = Period(_years_before(today, 1) + _DAY, today + _DAY)
    loyalty = store.plan_tallies.retention(
        Period(_years_before(today, 2) + _DAY, last_year.since), last_year
    )
    current = _current(store, asked, last_year)
    retention = _retention(asked, loyalty)
    per_customer = _per_customer(store, asked, last_year)
    losses = [
        one
        for one in losses_ahead(
            store, settings.planning, now=now, average_deal=asked.average_deal,
            sales_delay=asked.sales_delay,
        )
        if asked.since <= one.loss.on <= asked.until
    ]  # fmt: skip
    share = _share(asked, visits, current, retention, per_customer, losses)
    areas = _areas(store, words, asked, share, visits, now=now)
    return VisitPlan(
        asked=asked,
        team=team,
        needs=needs,
        sellers=sellers(needs, team[0].capacity) if needs else None,
        current=current,
        retention=retention,
        loyalty=loyalty,
        moved=moved_in_a_year(store, on=today),
        visits_per_customer=per_customer,
        prospecting=share,
        losses=losses,
        areas=areas,
        classes=_classes(store, share, visits),
        stages=_stages(store, share.left if share else visits, today),
        types=_types(store),
    )


# --- the share of prospects -------------------------------------------------------------------


def _current(store: Store, asked: AskedVisits, last_year: Period) -> Known:
    if asked.current is not None:
        return Known(Fraction(asked.current), Origin.GIVEN)
    return Known(Fraction(store.plan_tallies.customers(last_year)), Origin.HISTORY)


def _retention(asked: AskedVisits, loyalty: RetentionTally) -> Known | None:
    if asked.retention is not None:
        check_retention(asked.retention)
        return Known(asked.retention, Origin.GIVEN)
    if not loyalty.at_start:
        return None
    rate = Fraction(loyalty.stayed, loyalty.at_start)
    return Known(rate, Origin.HISTORY, loyalty.at_start)


def _per_customer(store: Store, asked: AskedVisits, last_year: Period) -> Known | None:
    if asked.visits_per_customer is not None:
        return Known(asked.visits_per_customer, Origin.GIVEN)
    seen = store.plan_tallies.prospecting(last_year)
    if not seen.new_customers or not seen.prospect_visits:
        return None
    rate = Fraction(seen.prospect_visits, seen.new_customers)
    return Known(rate, Origin.HISTORY, seen.new_customers)


def _share(
    asked: AskedVisits,
    visits: int,
    current: Known,
    retention: Known | None,
    per_customer: Known | None,
    losses: Sequence[Coming],
) -> Prospecting | None:
    if asked.target is None or retention is None or per_customer is None:
        return None
    wish = Wish(
        target=asked.target,
        current=int(current.value),
        retention=retention.value,
        visits_per_customer=per_customer.value,
        for_losses=sum(one.deals or 0 for one in losses),
    )
    return prospecting(wish, visits)


# --- spread -----------------------------------------------------------------------------------


def surveyed(store: Store, words: Vocabulary, period: Period, *, now: datetime) -> list[Surveyed]:
    """Every area of the plan with what the base knows of it."""
    areas = store.market.areas()
    who = {one.name: selection(store, words, one.expression, now=now) for one in areas}
    groups = store.plan_tallies.groups(who, period)
    return [survey(one, groups[one.name]) for one in areas]


def _areas(
    store: Store,
    words: Vocabulary,
    asked: AskedVisits,
    share: Prospecting | None,
    visits: int,
    *,
    now: datetime,
) -> list[OfArea]:
    today = store.database.day_of(now)
    found = surveyed(store, words, Period(_years_before(today, 1), today + _DAY), now=now)
    for_prospects = min(share.visits, visits) if share else 0
    left = share.left if share else visits
    first = shared_out(for_prospects, {one.area.name: one.weight for one in found})
    rest = shared_out(left, {one.area.name: one.group.customers for one in found})
    return [
        OfArea(surveyed=one, prospects=first[one.area.name], customers=rest[one.area.name])
        for one in found
    ]


def _classes(store: Store, share: Prospecting | None, visits: int) -> list[OfClass]:
    people = store.plan_tallies.classes()
    weights = {str(weight): weight if count else 0 for weight, count in people.items()}
    shares = shared_out(min(share.visits, visits) if share else 0, weights)
    return [
        OfClass(name=str(weight), weight=weight, people=count, visits=shares[str(weight)])
        for weight, count in people.items()
    ]


def _stages(store: Store, left: int, today: date) -> list[OfClass]:
    people = store.plan_tallies.life_stages(today)
    weights = {stage: STAGES.get(stage, 0) * count for stage, count in people.items()}
    shares = shared_out(left, weights)
    return [
        OfClass(name=stage, weight=STAGES.get(stage, 0), people=count, visits=shares[stage])
        for stage, count in people.items()
    ]


def _types(store: Store) -> Mapping[str | None, GroupTally]:
    """People by type, where anybody has one."""
    found = store.plan_tallies.types()
    return found if set(found) - {None} else {}


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
