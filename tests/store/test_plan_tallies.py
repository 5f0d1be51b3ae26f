"""What the plan counts, against the same figures made person by person."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import insert

from outreach.model.contact import LifeStage
from outreach.model.life import Order, life_stage
from outreach.model.market_tally import GroupTally, RetentionTally, SourceTally, VisitTally
from outreach.planning.objective import Metric
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.objective_tallies import realised
from outreach.store.plan_tallies import Period, PlanTallies
from outreach.store.source_tallies import in_common, source_tallies

DAY = timedelta(days=1)
TODAY = date(2027, 3, 1)
YEAR = Period(TODAY - 365 * DAY, TODAY + DAY)
BEFORE = Period(TODAY - 730 * DAY, YEAR.since)
CITIES = ("Lille", "Brest", "Rennes")


@dataclass
class Person:
    id: int
    city: str
    orders: list[date] = field(default_factory=list)
    #: Day, channel.
    touches: list[tuple[date, str]] = field(default_factory=list)
    potential: int | None = None
    ease: int | None = None
    kind: str | None = None
    source: str | None = None


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def people(database: Database) -> list[Person]:
    """300 people with up to four orders and visits over three years, seeded."""
    draw = random.Random(7)
    found = []
    for number in range(1, 301):
        person = Person(number, draw.choice(CITIES))
        for _ in range(draw.choice((0, 0, 0, 1, 2, 4))):
            person.orders.append(TODAY - draw.randrange(1095) * DAY)
        for _ in range(draw.choice((0, 1, 3))):
            channel = draw.choice(("visit", "call", "email"))
            person.touches.append((TODAY - draw.randrange(1095) * DAY, channel))
        person.orders.sort()
        if draw.random() < 0.5:
            person.potential = draw.randrange(100) * 1000
            person.ease = draw.choice((None, 2, 4, 5))
        person.kind = draw.choice((None, "school", "garage"))
        found.append(person)
    _write(database, found)
    return found


def _write(database: Database, found: list[Person]) -> None:
    events: list[dict[str, Any]] = []
    for one in found:
        money = {"stage": "order", "amount_minor": 1000, "margin_minor": 250}
        events += [_event(one.id, day, "reached", **money) for day in one.orders]
        events += [_event(one.id, day, "touched", channel=channel) for day, channel in one.touches]
    with database.writing() as connection:
        for one in found:
            connection.execute(
                insert(schema.contact).values(
                    id=one.id, city=one.city, order_count=len(one.orders),
                    revenue_minor=1000 * len(one.orders), customer_type=one.kind,
                    customer_type_folded=one.kind,
                    first_order_on=one.orders[0] if one.orders else None,
                    last_order_on=one.orders[-1] if one.orders else None,
                    potential_minor=one.potential, ease_of_conquest=one.ease,
                    source=one.source, created_at=noon(TODAY), updated_at=noon(TODAY),
                )
            )  # fmt: skip
        for row in events:
            connection.execute(insert(schema.event).values(**row))


def _event(contact: int, day: date, kind: str, **more: Any) -> dict[str, Any]:
    return {"contact_id": contact, "at": noon(day), "recorded_at": noon(day), "kind": kind, **more}


def within(day: date, period: Period) -> bool:
    return period.since <= day < period.until


def is_lost(person: Person) -> bool:
    """By the life stage on the last day of the year."""
    days = person.orders
    stage = life_stage(
        [Order(noon(day), 1000) for day in days], first_on=days[0], last_on=days[-1], today=TODAY
    )
    return stage == LifeStage.LOST


def test_groups_count_customers_prospects_money_and_visits(
    database: Database, people: list[Person]
) -> None:
    who = {city: database.contact.c.city == city for city in CITIES}
    expected = {}
    for city in CITIES:
        mine = [one for one in people if one.city == city]
        ordered = [one for one in mine if one.orders]
        customers = [one for one in ordered if not is_lost(one)]
        visits = [day for one in mine for day, channel in one.touches if channel == "visit"]
        expected[city] = GroupTally(
            customers=len(customers),
            prospects=len(mine) - len(ordered),
            revenue=Decimal(10 * sum(len(one.orders) for one in mine)),
            visits=sum(within(day, YEAR) for day in visits),
            first_order_on=min(one.orders[0] for one in ordered),
        )
        assert 0 < len(customers) < len(ordered)
    assert PlanTallies(database).groups(who, YEAR) == expected
    assert PlanTallies(database).groups({}, YEAR) == {}


def test_retention_is_of_the_customers_of_the_year_before(
    database: Database, people: list[Person]
) -> None:
    bought = [one for one in people if any(within(day, BEFORE) for day in one.orders)]
    again = [one for one in bought if any(within(day, YEAR) for day in one.orders)]
    found = PlanTallies(database).retention(BEFORE, YEAR)
    assert found == RetentionTally(at_start=len(bought), stayed=len(again))
    assert 0 < found.stayed < found.at_start


def test_prospect_visits_are_those_of_people_who_were_no_customers_as_the_year_began(
    database: Database, people: list[Person]
) -> None:
    visits = prospects = new = 0
    for one in people:
        mine = sum(within(day, YEAR) and channel == "visit" for day, channel in one.touches)
        fresh = not one.orders or one.orders[0] >= YEAR.since
        visits += mine
        prospects += mine if fresh else 0
        new += bool(one.orders) and within(one.orders[0], YEAR)
    assert PlanTallies(database).prospecting(YEAR) == VisitTally(
        prospect_visits=prospects, visits=visits, new_customers=new
    )


def test_a_sale_lasts_from_the_first_touch_to_the_first_order(
    database: Database, people: list[Person]
) -> None:
    delays = [
        (one.orders[0] - min(day for day, _ in one.touches)).days
        for one in people
        if one.orders and one.touches and one.orders[0] >= BEFORE.since
    ]
    delays = [days for days in delays if days >= 0]
    expected = (Fraction(sum(delays), len(delays)), len(delays))
    assert PlanTallies(database).sales_delay(BEFORE.since) == expected
    assert PlanTallies(database).sales_delay(TODAY + DAY) == (None, 0)


def test_prospects_fall_into_three_classes_by_potential_and_ease(
    database: Database, people: list[Person]
) -> None:
    prospects = [one for one in people if not one.orders]
    known = [one.potential for one in prospects if one.potential is not None]
    mean = Fraction(sum(known), len(known))
    expected = {3: 0, 2: 0, 1: 0}
    for one in prospects:
        big = one.potential is not None and one.potential >= mean
        expected[1 + big + (one.ease is not None and one.ease >= 4)] += 1
    assert PlanTallies(database).classes() == expected


def test_nobody_scored_is_no_class(database: Database) -> None:
    _write(database, [Person(1, "Lille")])
    assert PlanTallies(database).classes() == {}


def test_types_count_prospects_and_the_customers_to_name_to_them(
    database: Database, people: list[Person]
) -> None:
    found = PlanTallies(database).types()
    schools = [one for one in people if one.kind == "school"]
    assert found["school"].customers == sum(bool(one.orders) for one in schools)
    assert found["school"].prospects == sum(not one.orders for one in schools)
    assert list(found) == ["garage", "school", None]


@pytest.mark.parametrize("metric", list(Metric))
def test_each_metric_is_the_sum_over_people(
    database: Database, people: list[Person], metric: Metric
) -> None:
    """Two quotes and an appointment stand beside the orders and touches."""
    since, until = date(2026, 6, 1), date(2026, 12, 31)
    with database.writing() as connection:
        for stage in ("quote", "quote", "appointment"):
            row = _event(1, since, "reached", stage=stage)
            connection.execute(insert(schema.event).values(**row))
    orders = [(one, day) for one in people for day in one.orders if since <= day <= until]
    touched = [(one, day, how) for one in people for day, how in one.touches
               if since <= day <= until]  # fmt: skip

    def fresh(one: Person) -> bool:
        return not one.orders or one.orders[0] >= since

    expected = {
        Metric.REVENUE: 10 * len(orders),
        Metric.NEW_REVENUE: 10 * sum(fresh(one) for one, _ in orders),
        Metric.MARGIN: Fraction(5, 2) * len(orders),
        Metric.ORDERS: len(orders),
        Metric.NEW_CUSTOMERS: len({one.id for one, _ in orders if fresh(one)}),
        Metric.QUOTES: 2,
        Metric.APPOINTMENTS: 1,
        Metric.CONTACTED: len({one.id for one, _, _ in touched}),
        Metric.TOUCHES: len(touched),
        Metric.CALLS: sum(how == "call" for _, _, how in touched),
        Metric.VISITS: sum(how == "visit" for _, _, how in touched),
        Metric.PROSPECT_VISITS: sum(how == "visit" and fresh(one) for one, _, how in touched),
    }
    assert realised(database, metric, since=since, until=until) == expected[metric]


def test_lists_count_what_they_added_and_what_came_of_it(database: Database) -> None:
    """Ada was there before the list `loue` named her; Bob came by it, and is in `pages` too."""
    ada = Person(1, "Lille", orders=[TODAY], source="loue")
    bob = Person(2, "Lille", orders=[TODAY, TODAY], source="loue")
    eve = Person(3, "Lille", source="ours")
    with database.writing() as connection:
        for number, name in ((1, "ours"), (2, "loue"), (3, "pages")):
            connection.execute(insert(schema.source).values(id=number, name=name))
            connection.execute(
                insert(schema.import_run).values(
                    id=number, source_id=number, file="x.csv", started_at=noon(TODAY)
                )
            )
    _write(database, [ada, bob, eve])
    contact, aside = schema.contact, schema.set_aside
    with database.writing() as connection:
        for person, run in ((1, 1), (2, 2), (3, 1)):
            connection.execute(
                contact.update().where(contact.c.id == person)
                .values(import_id=run, last_contacted_on=TODAY)
            )  # fmt: skip
        for person, name in ((2, "pages"), (3, "pages"), (3, "loue")):
            connection.execute(
                insert(aside).values(contact_id=person, field="source", original=name)
            )
        connection.execute(insert(schema.event).values(
            **_event(2, TODAY, "reached", stage="appointment")))  # fmt: skip
        connection.execute(insert(schema.campaign).values(
            id=9, name="c", state="running", definition="", fingerprint="", salt="",
            launched_at=noon(TODAY), matched=1, selected=1))  # fmt: skip
        connection.execute(insert(schema.enrolment).values(
            campaign_id=9, contact_id=2, arm="enrolled", enrolled_at=noon(TODAY)))  # fmt: skip
    assert source_tallies(database, ["loue"]) == {
        "ours": SourceTally(people=1, added=1, contacted=1),
        "loue": SourceTally(people=3, added=1, contacted=1, appointments=1, customers=1, orders=2,
                            revenue=Decimal(20), uses=1),
        "pages": SourceTally(people=2),
    }  # fmt: skip
    assert in_common(database) == {
        ("loue", "pages"): 2, ("ours", "pages"): 1, ("loue", "ours"): 1,
    }  # fmt: skip
