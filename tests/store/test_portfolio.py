"""The counts of the portfolio against a naive Python that reads every event, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from outreach.evaluation.portfolio.classes import bounds, cuts, scores
from outreach.model.event import EventKind
from outreach.model.ids import ContactId
from outreach.model.life import LifeRules, Order, life_stage
from outreach.model.portfolio import MonthTally, PortfolioTally
from outreach.store import schema
from outreach.store.contacts import Contacts
from outreach.store.engine import Database
from outreach.store.life_choice import LifeChoice
from outreach.store.portfolio_days import months_before, months_of_period
from outreach.store.portfolio_tallies import PortfolioTallies

PARIS = ZoneInfo("Europe/Paris")
ON = date(2027, 3, 15)
MONTHS = 12
FOREVER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass
class Person:
    """What the oracle knows of one contact; days are local."""

    created: date
    kind: str = "suspect"
    orders: list[tuple[datetime, int | None]] = field(default_factory=list)
    touches: list[datetime] = field(default_factory=list)
    #: When he became a prospect and a customer by an event.
    contacted: datetime | None = None
    customer: datetime | None = None
    arid: tuple[datetime, datetime | None] | None = None
    #: When he opted out, or complained.
    opposed: datetime | None = None
    potential: int | None = None
    source: str | None = None


def day_of(at: datetime) -> date:
    return at.astimezone(PARIS).date()


def count(
    database: Database, *, on: date = ON, average: bool = False, most: int = 1000
) -> PortfolioTally:
    database.zone = PARIS
    return PortfolioTallies(database).count(
        on=on,
        since=months_before(on, MONTHS),
        months=MONTHS,
        average=average,
        cuts=partial(cuts, classes=5),
        bounds=partial(bounds, a=Fraction(4, 5), b=Fraction(19, 20)),
        most=most,
    )


# --- a base -----------------------------------------------------------------------------------


def people(seed: int, size: int) -> list[Person]:
    """Orders at any hour of any day, midnights and changes of the clock among them."""
    draw = random.Random(seed)

    def instant(first: date, last: date) -> datetime:
        day = first + timedelta(days=draw.randrange((last - first).days + 1))
        clock = draw.choice([time(0, 0), time(0, 30), time(23, 59), time(9, 0), time(22, 30)])
        return datetime.combine(day, clock, PARIS).astimezone(UTC)

    made = []
    for _ in range(size):
        created = date(2024, 1, 1) + timedelta(days=draw.randrange(1150))
        one = Person(created, potential=draw.choice([None, 10_000, 50_000, 90_000]),
                     source=draw.choice([None, "fair", "list"]))  # fmt: skip
        if draw.random() < 0.6:
            one.contacted = instant(created, date(2027, 3, 31))
            one.kind = "prospect"
            one.touches = [one.contacted, instant(created, date(2027, 3, 31))]
        if draw.random() < 0.6:
            gap = draw.choice([7, 30, 90, 400])
            at = instant(created, date(2027, 2, 28))
            for _ in range(draw.choice([1, 1, 2, 3, 8])):
                one.orders.append((at, draw.choice([None, 5_000, 5_000, 12_345, 99_000])))
                at += timedelta(days=draw.randrange(gap + 1), hours=draw.choice([0, 0, 1]))
            one.kind, one.customer = "customer", one.orders[0][0]
        # Customers say so too, before their first order and after it.
        if draw.random() < 0.3:
            begun = instant(created, date(2027, 3, 1))
            over = begun + timedelta(days=40) if draw.random() < 0.5 else None
            if not any(begun <= at for at, _ in one.orders):
                one.arid = (begun, over)
        if draw.random() < 0.2:
            one.opposed = instant(created, date(2027, 3, 31))
        made.append(one)
    return made


def fill(database: Database, made: list[Person]) -> None:
    now = datetime(2027, 4, 1, tzinfo=UTC)
    contacts, events = [], []

    def event(contact: int, kind: EventKind, at: datetime, **more: object) -> None:
        blank = {"stage": None, "amount_minor": None, "margin_minor": None, "data": None}
        events.append({**blank, "kind": kind.value, "contact_id": contact, "at": at,
                       "recorded_at": now, **more})  # fmt: skip

    for number, one in enumerate(made, 1):
        at = datetime.combine(one.created, time(0, 15), PARIS).astimezone(UTC)
        days = [day_of(when) for when, _ in one.orders]
        contacts.append({
            "id": number, "kind": one.kind, "created_at": at, "updated_at": at,
            "potential_minor": one.potential, "source": one.source,
            "interest": "arid" if one.arid else None,
            "first_order_on": min(days, default=None), "last_order_on": max(days, default=None),
        })  # fmt: skip
        for when, amount in one.orders:
            margin = None if amount is None else amount // 4
            event(number, EventKind.REACHED, when, stage="order", amount_minor=amount,
                  margin_minor=margin)  # fmt: skip
        for when in one.touches:
            event(number, EventKind.TOUCHED, when)
        if one.contacted:
            moved = {"from": "suspect", "to": "prospect"}
            event(number, EventKind.BECAME, one.contacted, data=moved)
        if one.customer:
            moved = {"from": "prospect", "to": "customer"}
            event(number, EventKind.BECAME, one.customer, data=moved)
        if one.arid:
            event(number, EventKind.REACHED, one.arid[0], stage="arid")
            if one.arid[1]:
                event(number, EventKind.REACHED, one.arid[1], stage="latent")
        if one.opposed:
            word = "complained" if number % 3 else "opted_out"
            event(number, EventKind.REACHED, one.opposed, stage=word)
    with database.writing() as connection:
        connection.execute(schema.contact.insert(), contacts)
        connection.execute(schema.event.insert(), events)


# --- the oracle ---------------------------------------------------------------------------------


def stage_on(one: Person, on: date) -> str | None:
    orders = [Order(at, amount or 0) for at, amount in one.orders if day_of(at) <= on]
    days = [day_of(order.at) for order in orders]
    return life_stage(
        orders,
        first_on=min(days, default=None),
        last_on=max(days, default=None),
        today=on,
        zone=PARIS,
    )


def month_by_hand(made: list[Person], start: date, end: date) -> MonthTally:
    suspects = prospects = arid = opposed = aside = customers = 0
    buyers = new = won = touches = orders = revenue = 0
    sources: Counter[str] = Counter()
    for one in made:
        ordered = [(day_of(at), amount or 0) for at, amount in one.orders]
        first = min((day for day, _ in ordered), default=None)
        known = min(filter(None, [one.created, first]))
        moves = [day_of(at) for at in (one.contacted, one.customer) if at]
        contacted = min(moves, default=None)
        customer = day_of(one.customer) if one.customer else None
        if known <= end:
            if customer and customer <= end:
                customers += 1
            elif contacted and contacted <= end:
                prospects += 1
            else:
                suspects += 1
        at_once = customer is not None and customer <= known
        if start <= known <= end and not at_once:
            new += 1
            sources[one.source or ""] += 1
        if customer and start <= customer <= end and not at_once:
            won += 1
        if known <= end and not (customer and customer <= end):
            if one.opposed and day_of(one.opposed) <= end:
                opposed += 1
                aside += contacted is None or contacted > end
            elif one.arid and day_of(one.arid[0]) <= end < day_of(one.arid[1] or FOREVER):
                arid += 1
                aside += contacted is None or contacted > end
        buyers += any(end - timedelta(days=364) <= day <= end for day, _ in ordered)
        for day, amount in ordered:
            if start <= day <= end:
                orders += 1
                revenue += amount
        touches += sum(
            start <= day_of(at) <= end and (customer is None or day_of(at) < customer)
            for at in one.touches
        )
    return MonthTally(
        start=start, end=end, suspects=suspects, prospects=prospects, arid=arid,
        opposed=opposed, suspects_aside=aside,
        customers=customers, buyers=buyers, new_prospects=new, conversions=won,
        touches=touches, orders=orders, revenue=revenue, by_source=dict(sources),
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_stages_and_months_are_what_reading_every_event_gives(
    database: Database, seed: int
) -> None:
    made = people(seed, 250)
    fill(database, made)
    found = count(database)

    since = months_before(ON, MONTHS)
    expected = Counter((stage_on(one, since), stage_on(one, ON)) for one in made)
    expected = Counter({pair: n for pair, n in expected.items() if pair[1] is not None})
    assert Counter({(row.before, row.stage): row.customers for row in found.stages}) == expected
    assert len({stage for _, stage in expected}) == 6

    spans = months_of_period(ON, since, MONTHS).spans
    for month, (start, end) in zip(found.months, spans, strict=True):
        assert month == month_by_hand(made, start, end)


def test_the_months_after_the_start_are_the_period_to_the_day() -> None:
    """Twelve months up to 15 March begin on 16 March, in the middle of a month of theirs."""
    since = date(2026, 3, 15)
    spans = months_of_period(ON, since, MONTHS).spans
    assert spans[:3] == (
        (date(2026, 3, 1), since),
        (date(2026, 3, 16), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 4, 30)),
    )
    assert (len(spans), spans[-1]) == (14, (date(2027, 3, 1), ON))
    # Whole months to the end of one need no parting.
    whole = months_of_period(date(2027, 3, 31), date(2026, 3, 31), MONTHS).spans
    assert (len(whole), whole[0]) == (13, (date(2026, 3, 1), date(2026, 3, 31)))


def test_a_past_day_is_told_as_it_was(database: Database) -> None:
    made = people(3, 150)
    fill(database, made)
    day = date(2026, 10, 25)  # the clock changes that night

    found = count(database, on=day)

    expected = Counter(stage for one in made if (stage := stage_on(one, day)))
    told = Counter[str]()
    for row in found.stages:
        told[row.stage] += row.customers
    assert told == expected
    start, end = months_of_period(day, months_before(day, MONTHS), MONTHS).spans[-1]
    assert found.months[-1] == month_by_hand(made, start, end)


@pytest.mark.parametrize("average", [False, True])
def test_scores_and_classes_are_those_of_the_values_one_by_one(
    database: Database, average: bool
) -> None:
    made = people(4, 200)
    fill(database, made)
    found = count(database, average=average)

    lines = []
    for one in made:
        orders = [(day_of(at), amount or 0) for at, amount in one.orders if day_of(at) <= ON]
        recent = [amount for day, amount in orders if day >= ON - timedelta(days=364)]
        if recent:
            last = max(day for day, _ in orders)
            money = Fraction(sum(recent), len(recent) if average else 1)
            lines.append((-(ON - last).days, len(recent), money, sum(recent), one))
    cells = Counter(
        zip(*(scores([line[place] for line in lines]) for place in range(3)), strict=True)
    )
    assert {(c.recency, c.frequency, c.monetary): c.customers for c in found.scores} == cells
    assert sum(found.amount_counts) == len(lines)
    assert list(found.amounts) == sorted({line[3] for line in lines}, reverse=True)

    stages = {id(one): stage_on(one, ON) for one in made}
    total = sum(line[3] for line in lines)
    before, least = 0, 0
    for value in sorted((line[3] for line in lines), reverse=True):
        least = value if before < Fraction(4, 5) * total else least
        before += value
    assert found.bounds["a"] == least
    big = sum(line[3] >= least and stages[id(line[4])] != "lost" for line in lines)
    assert sum(cell.contacts for cell in found.cells if cell.turnover == "A") == big
    prospects = [
        one
        for one in made
        if one.created <= ON and not (one.customer and day_of(one.customer) <= ON)
    ]
    assert sum(cell.contacts for cell in found.cells if cell.turnover is None) == len(prospects)


def test_what_was_taken_back_merged_or_erased_counts_as_it_should(database: Database) -> None:
    """Two records of one person are one customer; an order taken back was never placed."""
    day = datetime(2027, 1, 10, 12, tzinfo=UTC)
    made = [
        Person(date(2026, 1, 1), "customer", [(day, 10_000)], customer=day),
        Person(date(2026, 1, 1), "customer", [(day + timedelta(days=5), 20_000)], customer=day),
        Person(date(2026, 1, 1), "customer", [(day, 40_000)], customer=day),
        Person(date(2026, 1, 1), "prospect", [(day, 80_000)]),
    ]
    fill(database, made)
    with database.writing() as connection:
        c, e = schema.contact, schema.event
        connection.execute(c.update().where(c.c.id == 2).values(merged_into=1))
        connection.execute(c.update().where(c.c.id == 3).values(erased_at=day))
        wrong = connection.execute(select(e.c.id).where(e.c.contact_id == 4)).scalar_one()
        connection.execute(e.insert().values(
            at=day, recorded_at=day, kind=EventKind.CORRECTED.value, contact_id=4, corrects=wrong,
        ))  # fmt: skip

    found = count(database)

    assert [(row.stage, row.customers, row.orders) for row in found.stages] == [("new", 1, 2)]
    # The turnover of who was erased stays in that of the firm.
    assert (found.orders, found.revenue, found.months[-3].orders) == (3, 70_000, 3)
    assert found.months[-1].prospects + found.months[-1].suspects == 1


def test_a_stage_set_by_hand_holds_from_its_day_until_it_is_taken_back(database: Database) -> None:
    made = [Person(date(2025, 1, 1), "customer", [(datetime(2025, 6, 2, 9, tzinfo=UTC), 100)])]
    fill(database, made)
    choice = LifeChoice(database)
    one = ContactId(1)

    def stage(on: date) -> str:
        (row,) = count(database, on=on).stages
        return row.stage

    assert stage(ON) == "declining"
    choice.choose(one, "mature", reason="a yearly contract", author=None,
                  now=datetime(2027, 1, 1, 12, tzinfo=UTC))  # fmt: skip
    assert [stage(date(2026, 12, 31)), stage(date(2027, 1, 1)), stage(ON)] == [
        "declining", "mature", "mature",
    ]  # fmt: skip
    choice.choose(one, None, reason=None, author=None, now=datetime(2027, 3, 1, 12, tzinfo=UTC))
    assert [stage(date(2027, 2, 28)), stage(ON)] == ["mature", "declining"]
    assert choice.of(one).reason is None


@pytest.mark.parametrize(("after", "stage"), [(300, "lost"), (400, "episodic")])
def test_the_firms_own_rules_hold_for_the_portfolio_and_for_selections(
    database: Database, after: int, stage: str
) -> None:
    """348 days without an order: the field of a contact and the portfolio say the same."""
    fill(database, [Person(date(2026, 1, 1), "customer",
                           [(datetime(2026, 4, 1, 9, tzinfo=UTC), 100)])])  # fmt: skip
    database.now = lambda: datetime(2027, 3, 15, 12, tzinfo=PARIS)
    database.life = LifeRules(lost_after=after)

    (row,) = count(database).stages
    (contact,) = Contacts(database).matching()

    assert (row.stage, contact.values["life_stage"]) == (stage, stage)


def test_the_models_are_fitted_to_an_even_part_of_many_customers(database: Database) -> None:
    fill(database, people(5, 300))
    some = count(database, most=50)

    assert some.buying is not None
    assert some.buying.of > 100
    assert 20 <= len(some.buying.repeats) <= 50


def test_an_empty_base_has_an_empty_portfolio(database: Database) -> None:
    found = count(database)

    assert (found.stages, found.orders, found.scores, found.buying) == ((), 0, (), None)
    assert found.begun is None
