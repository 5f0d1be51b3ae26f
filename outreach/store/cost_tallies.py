"""What the money of a campaign went to, and what came between one step and the next.

Counted by the database over the standing events of one campaign: touches with their cost,
people really reached, orders by the step that was the last one before. Only answers and
orders ask for their last touch, one look into an index each; touches are read once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, case, distinct, exists, func, select

from outreach.model.audience import Arm
from outreach.model.ids import CampaignId
from outreach.model.spending import Effort, Kept, Sales, Spending, StepGain
from outreach.store.cost_queries import MET, CampaignEvents, LastTouch
from outreach.store.engine import Database
from outreach.store.followed import Followed
from outreach.store.sales import sales_in, sold_of
from outreach.store.schema import event, step
from outreach.store.tally_queries import ORDER
from outreach.store.touch_tallies import Touches


def spending_of(
    people: Followed,
    database: Database,
    campaign_id: CampaignId,
    chain: Sequence[str],
    touches: Sequence[Touches],
) -> Spending:
    """What a campaign spent and gained; `touches` are its own."""
    here = CampaignEvents(people, campaign_id, tuple(chain))
    efforts, customers = _efforts(people, campaign_id, touches)
    answers, met = _answers(here)
    sold, of_customers, ordering = _sales(here, database)
    names = _step_names(people.connection, campaign_id)
    order = [number for number in names if number is not None]
    gains = tuple(
        _gain(names.get(number), number, answers, sold)
        for number in (*order, None)
        if any(touch.step == number for touch in (*answers, *sold))
    )
    return Spending(
        steps=tuple((names.get(n), efforts[n]) for n in (*order, None) if n in efforts),
        customers=customers,
        gains=gains,
        useful=sum(answers.values()),
        met=met,
        customer_sales=of_customers,
        customers_ordering=ordering,
    )


def kept_of(people: Followed) -> Kept:
    """The customers of all the campaigns, each once: merged records are one person.

    A customer is who was one at the launch of the campaign that touched him, or that he
    ordered in.
    """
    c = people.table.c
    person = c.contact_id
    query = select(
        func.count(distinct(case((c.touches > 0, person)))).label("customers"),
        func.count(distinct(case((c.orders > 0, person)))).label("ordering"),
    ).where(c.campaign_id.in_(people.campaigns), c.arm == Arm.ENROLLED.value, c.is_customer == 1)
    row = people.connection.execute(query).one()
    return Kept(customers=row.customers, ordering=row.ordering)


def touching(people: Followed) -> frozenset[CampaignId]:
    """The campaigns that touched anybody, before the period that is asked for too."""
    tried = [
        one for one in people.campaigns
        if people.connection.scalar(select(exists().where(people.of(one), people.attempts() > 0)))
    ]  # fmt: skip
    return frozenset(tried)


def cost_anything(spending: Spending) -> bool:
    return any(effort.cost for _, effort in spending.steps)


def _efforts(
    people: Followed, campaign_id: CampaignId, touches: Iterable[Touches]
) -> tuple[dict[int | None, Effort], Effort]:
    """The touches by the number of their step; and those of customers, all steps together.

    People by step are in the campaign's own tally (`touch_tallies.py`).
    """
    efforts: dict[int | None, Effort] = {}
    on_customers = Effort()
    for one in touches:
        if one.effort == Effort():
            continue
        efforts[one.step_id] = efforts.get(one.step_id, Effort()) + one.effort
        if one.on_customers:
            on_customers += one.effort
    c = people.table.c
    query = select(func.count(), func.count(case((c.touches > 0, 1)))).where(
        people.of(campaign_id), c.is_customer == 1
    )
    customers, touched = people.connection.execute(query).one()
    if not customers:
        return efforts, Effort()
    return efforts, replace(on_customers, people=touched if on_customers.touches else 0)


def _sales(here: CampaignEvents, database: Database) -> tuple[dict[LastTouch, Sales], Sales, int]:
    """Sales by the touch before; those to customers, and how many these were."""
    person = here.people.table.c
    one = (
        select(
            here.last_touch(person.contact_id, event.c.at).label("touch"),
            person.is_customer,
            person.contact_id,
            event.c.amount_minor,
            event.c.margin_minor,
        )
        .select_from(here.of_people())
        .where(*here.facts(), event.c.stage == ORDER)
        .subquery()
    )
    query = select(
        one.c.touch,
        one.c.is_customer,
        *sold_of(one.c.amount_minor, one.c.margin_minor),
    ).group_by(one.c.touch, one.c.is_customer)
    connection = here.people.connection
    by_touch: dict[LastTouch, Sales] = {}
    of_customers = Sales()
    for row in connection.execute(query):
        sale, touch = sales_in(row, database), LastTouch.of(row.touch)
        by_touch[touch] = by_touch.get(touch, Sales()) + sale
        if row.is_customer:
            of_customers += sale
    if not of_customers.orders:
        return by_touch, of_customers, 0
    buyers = select(func.count()).where(
        here.people.of(here.id), person.is_customer == 1, person.orders > 0
    )
    return by_touch, of_customers, int(connection.execute(buyers).scalar_one())


def _gain(
    name: str | None,
    number: int | None,
    answers: Mapping[LastTouch, int],
    sold: Mapping[LastTouch, Sales],
) -> StepGain:
    """What came after one step, in the period or before it."""
    late, early = LastTouch(number, earlier=False), LastTouch(number, earlier=True)
    none = Sales()
    return StepGain(
        step=name,
        answers=answers.get(late, 0) + answers.get(early, 0),
        sales=sold.get(late, none) + sold.get(early, none),
        earlier_answers=answers.get(early, 0),
        earlier_orders=sold.get(early, none).orders,
    )


def _answers(here: CampaignEvents) -> tuple[dict[LastTouch, int], int]:
    """People by the touch their first answer came after; and how many were met."""
    person = here.people.table.c.contact_id
    first = (
        select(
            person,
            func.min(event.c.at).label("at"),
            func.max(case((event.c.stage == MET, 1), else_=0)).label("met"),
        )
        .select_from(here.of_people())
        .where(*here.facts(), here.is_answer())
        .group_by(person)
        .subquery("first")
    )
    placed = select(
        here.last_touch(first.c.contact_id, first.c.at).label("touch"), first.c.met
    ).subquery("placed")
    query: Select[Any] = select(
        placed.c.touch, func.count().label("people"), func.sum(placed.c.met).label("met")
    ).group_by(placed.c.touch)
    rows = here.people.connection.execute(query).all()
    people: Counter[LastTouch] = Counter()
    for row in rows:
        people[LastTouch.of(row.touch)] += row.people
    return people, sum(int(row.met) for row in rows)


def _step_names(connection: Connection, campaign_id: CampaignId) -> dict[int | None, str]:
    query = (
        select(step.c.id, step.c.name)
        .where(step.c.campaign_id == campaign_id)
        .order_by(step.c.position)
    )
    return {row.id: row.name for row in connection.execute(query)}
