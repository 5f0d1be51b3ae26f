"""What money went to and what each step gained, against a plain reading of every event."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import Table, insert, update

from outreach.model.asked import Asked
from outreach.model.ids import CampaignId
from outreach.model.spending import Effort, Loyalty, Sales, Spending, StepGain
from outreach.model.stage import DEFAULT_CHAIN
from outreach.store import schema
from outreach.store.cost_tallies import spending_of
from outreach.store.engine import Database
from outreach.store.gathering import followed
from outreach.store.portfolio_tallies import PortfolioTallies
from outreach.store.touch_tallies import touches_of

MARCH = datetime(2027, 3, 1, 12, tzinfo=UTC)
SPRING = CampaignId(1)
STEPS = {10: "letter", 11: "call", 12: "visit"}
CHANNELS = {10: "letter", 11: "call", 12: "visit", None: "task"}
ANSWERS = ("replied", "appointment", "quote", "order", "spoken", "met", "refused", "latent")
STAGES = (*ANSWERS, "contacted", "no_answer", "bounced")


def spent(database: Database, asked: Asked | None = None) -> Spending:
    """What the campaign of these tests spent and gained, by step."""
    with (
        database.reading() as connection,
        followed(connection, database, {SPRING: DEFAULT_CHAIN}, asked or Asked()) as people,
    ):
        touches = touches_of(people, database)
        return spending_of(people, database, SPRING, DEFAULT_CHAIN, touches)


Row = dict[str, Any]


def campaign(database: Database) -> None:
    rows: list[tuple[Table, list[Row]]] = [
        (
            schema.campaign,
            [
                {
                    "id": number, "name": name, "state": "running", "definition": "",
                    "fingerprint": "", "salt": "", "launched_at": MARCH, "matched": 0,
                    "selected": 0,
                }
                for number, name in ((1, "spring"), (2, "autumn"))
            ],
        ),
        (
            schema.step,
            [
                {
                    "id": number, "campaign_id": 1, "name": name, "channel": name,
                    "position": number - 10,
                }
                for number, name in STEPS.items()
            ],
        ),
    ]  # fmt: skip
    write(database, rows)


def write(database: Database, rows: list[tuple[Table, list[Row]]]) -> None:
    with database.writing() as connection:
        for table, some in rows:
            if some:
                connection.execute(insert(table), some)


def people(database: Database, enrolments: list[Row]) -> None:
    numbers = [one["contact_id"] for one in enrolments]
    contacts = [{"id": n, "created_at": MARCH, "updated_at": MARCH} for n in numbers]
    filled = [{"campaign_id": 1, "enrolled_at": MARCH, **one} for one in enrolments]
    write(database, [(schema.contact, contacts), (schema.enrolment, filled)])


def event(number: int, **values: object) -> Row:
    """Every column, so that many go in by one statement."""
    row: Row = dict.fromkeys(
        ("step_id", "channel", "stage", "amount_minor", "margin_minor", "cost_minor", "minutes",
         "km", "corrects")
    )  # fmt: skip
    row |= {"id": number, "campaign_id": 1, "recorded_at": MARCH, "at": MARCH}
    return row | values


def drawn(random: Random) -> tuple[list[Row], list[Row]]:
    """Sixty people and their events: touches by step, answers, orders, some taken back."""
    enrolments: list[Row] = [
        {
            "contact_id": number,
            "arm": random.choice(("enrolled",) * 5 + ("control", "excluded")),
            "kind": random.choice(("prospect", "customer", None)),
        }
        for number in range(1, 61)
    ]
    events: list[Row] = []
    for number in range(1, 500):
        who = random.choice(enrolments)["contact_id"]
        at = MARCH + timedelta(days=random.randrange(40))
        common = {"contact_id": who, "at": at, "campaign_id": random.choice((1, 1, 1, 1, 2))}
        if random.random() < 0.5:
            step = random.choice((10, 11, 12, None))
            events.append(
                event(
                    number, kind="touched", step_id=step, channel=CHANNELS[step],
                    stage=random.choice((None, None, "no_answer", "done")),
                    cost_minor=random.choice((None, 150, 275)),
                    minutes=random.choice((None, Decimal(2), Decimal("2.5"))),
                    km=random.choice((None, Decimal(10))), **common,
                )
            )  # fmt: skip
        elif random.random() < 0.9:
            stage = random.choice(STAGES)
            sold = stage == "order"
            events.append(
                event(
                    number, kind="reached", stage=stage,
                    channel=random.choice((None, "call", "letter")),
                    amount_minor=random.choice((None, 5000, 9900)) if sold else None,
                    margin_minor=random.choice((None, 1500)) if sold else None, **common,
                )
            )  # fmt: skip
        elif events:
            wrong = random.choice(events)
            events.append(event(number, kind="corrected", corrects=wrong["id"], **common))
    return enrolments, events


# --- the plain reading ------------------------------------------------------------------------


def plainly(enrolments: list[Row], events: list[Row], period: Asked) -> Spending:
    arms = {one["contact_id"]: one for one in enrolments}
    gone = {one["corrects"] for one in events}
    standing = [one for one in events if one["campaign_id"] == 1 and one["id"] not in gone]
    inside = [
        one for one in standing
        if (period.since is None or one["at"] >= period.since)
        and (period.until is None or one["at"] < period.until)
    ]  # fmt: skip
    touches = [one for one in inside if one["kind"] == "touched"]
    attempts = [one for one in standing if one["kind"] == "touched" and one["stage"] != "done"]
    ours = {who for who, one in arms.items() if one["arm"] == "enrolled"}

    def before(who: int, at: datetime) -> tuple[str | None, bool]:
        """The step of the last attempt, and whether it was made before the period."""
        made = [t for t in attempts if t["contact_id"] == who and t["at"] <= at]
        if not made:
            return None, False
        last = max(made, key=lambda t: (t["at"], t["id"]))
        earlier = period.since is not None and last["at"] < period.since
        return STEPS.get(last["step_id"]), earlier

    facts = [
        one for one in inside
        if one["kind"] == "reached" and arms[one["contact_id"]]["arm"] == "enrolled"
    ]  # fmt: skip
    answers = [
        one for one in facts
        if one["stage"] in ANSWERS or (one["stage"] == "contacted" and one["channel"] == "call")
    ]  # fmt: skip
    first: dict[int, datetime] = {}
    for one in answers:
        who = one["contact_id"]
        first[who] = min(one["at"], first.get(who, one["at"]))
    gained: dict[str | None, list[bool]] = defaultdict(list)
    for who, at in first.items():
        step, earlier = before(who, at)
        gained[step].append(earlier)
    orders = [one for one in facts if one["stage"] == "order"]
    sold: dict[str | None, list[Row]] = defaultdict(list)
    late: Counter[str | None] = Counter()
    for one in orders:
        step, earlier = before(one["contact_id"], one["at"])
        sold[step].append(one)
        late[step] += earlier
    of_customers = [one for one in orders if arms[one["contact_id"]]["kind"] == "customer"]
    names = [*STEPS.values(), None]
    return Spending(
        steps=tuple(
            (
                name,
                replace(
                    effort([t for t in touches if STEPS.get(t["step_id"]) == name], ours), people=0
                ),
            )
            for name in names
            if any(STEPS.get(t["step_id"]) == name for t in touches)
        ),
        customers=effort([t for t in touches if arms[t["contact_id"]]["kind"] == "customer"], ours),
        gains=tuple(
            StepGain(
                step=name,
                answers=len(gained[name]),
                sales=sales(sold[name]),
                earlier_answers=sum(gained[name]),
                earlier_orders=late[name],
            )
            for name in names
            if gained[name] or sold[name]
        ),
        useful=len(first),
        met=len({one["contact_id"] for one in answers if one["stage"] == "met"}),
        customer_sales=sales(of_customers),
        customers_ordering=len({one["contact_id"] for one in of_customers}),
    )


def effort(touches: list[Row], ours: set[int]) -> Effort:
    """Attempts are of the enrolled; what was spent was spent, on own work and anybody, too."""
    attempts = [one for one in touches if one["stage"] != "done" and one["contact_id"] in ours]
    return Effort(
        touches=len(attempts),
        people=len({one["contact_id"] for one in attempts}),
        cost=Decimal(sum(one["cost_minor"] or 0 for one in touches)) / 100,
        minutes=sum((one["minutes"] or Decimal(0) for one in touches), Decimal(0)),
        km=sum((one["km"] or Decimal(0) for one in touches), Decimal(0)),
        unpriced=sum(one["cost_minor"] is None for one in attempts),
    )


def sales(orders: list[Row]) -> Sales:
    def total(name: str, some: list[Row]) -> Decimal:
        return Decimal(sum(one[name] or 0 for one in some)) / 100

    both = [o for o in orders if o["amount_minor"] is not None and o["margin_minor"] is not None]
    return Sales(
        orders=len(orders),
        revenue=total("amount_minor", orders),
        with_amount=sum(one["amount_minor"] is not None for one in orders),
        margin=total("margin_minor", orders),
        with_margin=sum(one["margin_minor"] is not None for one in orders),
        priced_revenue=total("amount_minor", both),
        priced_margin=total("margin_minor", both),
    )


@pytest.mark.parametrize(
    "period",
    [Asked(), Asked(since=MARCH + timedelta(days=10), until=MARCH + timedelta(days=30))],
    ids=["always", "some days"],
)
def test_every_figure_is_what_a_plain_reading_finds(database: Database, period: Asked) -> None:
    """Distinct people, standing events, the control group left out; the last touch before."""
    enrolments, events = drawn(Random(7))
    campaign(database)
    people(database, enrolments)
    write(database, [(schema.event, events)])
    told = spent(database, period)
    plain = plainly(enrolments, events, period)
    assert told == plain
    # The draw has something of everything.
    assert plain.customers.touches
    assert plain.met
    assert plain.customer_sales.orders
    assert {gain.step for gain in plain.gains} == {"letter", "call", "visit", None}


def test_a_campaign_in_which_nothing_happened(database: Database) -> None:
    campaign(database)
    assert spent(database) == Spending()


def test_what_was_bought_in_a_year(database: Database) -> None:
    """2 and 3 ordered; 6 is 2 under another number; 4 took his order back, 5 ordered long ago."""
    campaign(database)
    people(database, [{"contact_id": n, "arm": "enrolled", "kind": None} for n in range(1, 7)])
    with database.writing() as connection:
        merged = update(schema.contact).where(schema.contact.c.id == 6).values(merged_into=2)
        connection.execute(merged)
    day = timedelta(days=1)
    lately, long_ago = MARCH - 100 * day, MARCH - 500 * day
    sold = {"kind": "reached", "stage": "order", "amount_minor": 10000, "margin_minor": 3000}
    told = [(1, long_ago), (2, lately), (6, lately), (3, lately), (4, lately), (5, long_ago)]
    events = [
        event(number, contact_id=who, **{**sold, "at": at})
        for number, (who, at) in enumerate(told, start=1)
    ]
    events.append(event(9, contact_id=4, kind="corrected", corrects=5))
    write(database, [(schema.event, events)])
    store, today = PortfolioTallies(database), MARCH.date()
    _, bought = store.year(on=today, since=today - 365 * day, until=MARCH + day)
    assert bought == Loyalty(
        active=2,
        sales=Sales(
            orders=3, revenue=Decimal(300), with_amount=3, margin=Decimal(90), with_margin=3,
            priced_revenue=Decimal(300), priced_margin=Decimal(90),
        ),
    )  # fmt: skip


def test_the_control_group_and_own_work_are_no_attempts_and_cost_all_the_same(
    database: Database,
) -> None:
    """A control person was called, a task was ticked off, one was called: one attempt, 9 €."""
    campaign(database)
    people(
        database,
        [
            {"contact_id": 1, "arm": "control", "kind": "customer"},
            {"contact_id": 2, "arm": "enrolled", "kind": "customer"},
            {"contact_id": 3, "arm": "enrolled", "kind": "customer"},
        ],
    )
    touch = {"kind": "touched", "step_id": 11, "channel": "call", "cost_minor": 300}
    day = timedelta(days=1)
    told = [
        event(1, contact_id=1, **touch),
        event(2, contact_id=2, **{**touch, "stage": "done"}),
        event(3, contact_id=3, **touch),
        event(4, contact_id=2, kind="reached", stage="order", at=MARCH + day),
    ]
    write(database, [(schema.event, told)])
    found = spent(database)
    assert found.steps == (("call", Effort(touches=1, cost=Decimal(9))),)
    assert found.customers == Effort(touches=1, people=1, cost=Decimal(9))
    # A task that was ticked off brought about no order.
    (gain,) = found.gains
    assert (gain.step, gain.sales.orders) == (None, 1)


def test_a_touch_before_the_period_is_remembered_and_told_apart(database: Database) -> None:
    """Letters on the 1st, the period from the 10th on: 1 orders of it, 2 of a call in it."""
    campaign(database)
    people(database, [{"contact_id": n, "arm": "enrolled", "kind": None} for n in (1, 2)])
    day = timedelta(days=1)
    told = [
        event(1, contact_id=1, kind="touched", step_id=10, at=MARCH),
        event(2, contact_id=2, kind="touched", step_id=10, at=MARCH),
        event(3, contact_id=2, kind="touched", step_id=11, at=MARCH + 12 * day),
        event(4, contact_id=1, kind="reached", stage="order", at=MARCH + 15 * day),
        event(5, contact_id=2, kind="reached", stage="order", at=MARCH + 15 * day),
    ]
    write(database, [(schema.event, told)])
    period = Asked(since=MARCH + 10 * day)
    found = spent(database, period)
    assert [name for name, _ in found.steps] == ["call"]
    assert [
        (one.step, one.answers, one.earlier_answers, one.sales.orders, one.earlier_orders)
        for one in found.gains
    ] == [("letter", 1, 1, 1, 1), ("call", 1, 0, 1, 0)]


def test_a_touch_that_was_taken_back_earned_nothing(database: Database) -> None:
    """A letter, then a call that was none: the order came after the letter."""
    campaign(database)
    people(database, [{"contact_id": 1, "arm": "enrolled", "kind": "prospect"}])
    day = timedelta(days=1)
    told = [
        event(1, contact_id=1, kind="touched", step_id=10, at=MARCH),
        event(2, contact_id=1, kind="touched", step_id=11, at=MARCH + day),
        event(3, contact_id=1, kind="reached", stage="order", at=MARCH + 2 * day),
        event(4, contact_id=1, kind="corrected", corrects=2, at=MARCH + 3 * day),
    ]
    write(database, [(schema.event, told)])
    (gain,) = spent(database).gains
    assert (gain.step, gain.answers, gain.sales.orders) == ("letter", 1, 1)
