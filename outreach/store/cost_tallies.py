"""What the money of a campaign went to, and what came between one step and the next.

Counted by the database over the standing events of one campaign: touches with their cost,
people really reached, orders by the step that was the last one before. Only answers and
orders ask for their last touch, one look into an index each; touches are read once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    case,
    distinct,
    func,
    literal,
    select,
)

from outreach.model.audience import Arm
from outreach.model.ids import CampaignId
from outreach.model.money import from_minor
from outreach.model.spending import Effort, Loyalty, Sales, Spending, StepGain
from outreach.store.cost_queries import (
    MET,
    SOLD,
    CampaignEvents,
    LastTouch,
    Period,
    is_customer,
    sold,
    sold_of,
)
from outreach.store.engine import Database
from outreach.store.schema import contact, enrolment, event, step
from outreach.store.tally_queries import ORDER, is_enrolment_of, reached
from outreach.store.types import decimal_of


class CostTallies:
    """What the figures of money are made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def campaign(
        self, campaign_id: CampaignId, chain: Sequence[str], period: Period | None = None
    ) -> Spending:
        """What one campaign spent and gained, by step. `chain`: its stages, the contact first."""
        here = CampaignEvents(campaign_id, tuple(chain), period or Period())
        with self._database.reading() as connection:
            split = _has_customers(connection, campaign_id)
            efforts, customers = self._touches(connection, here, split=split)
            answers, met = _answers(connection, here)
            sold, of_customers, ordering = self._sales(connection, here)
            names = _step_names(connection, campaign_id)
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

    def bought(self, *, since: datetime, until: datetime) -> Loyalty:
        """Who ordered in that time, in any campaign or in none, and what; merged people are one.

        Who stayed is counted by life stages, in `portfolio_tallies.py`.
        """
        c = contact.c
        person = (
            select(*sold())
            .select_from(event.join(contact, c.id == event.c.contact_id))
            .where(reached(), event.c.stage == ORDER, event.c.at >= since, event.c.at < until)
            .group_by(func.coalesce(c.merged_into, c.id))
            .subquery()
        )
        sums = [func.coalesce(func.sum(person.c[name]), 0).label(name) for name in SOLD]
        with self._database.reading() as connection:
            row = connection.execute(select(func.count().label("active"), *sums)).one()
        return Loyalty(active=int(row.active), sales=self._sale(row))

    # --- the parts of one campaign --------------------------------------------------------------

    def _touches(
        self, connection: Connection, here: CampaignEvents, *, split: bool
    ) -> tuple[dict[int | None, Effort], Effort]:
        """The touches by the number of their step; and those of customers, all steps together.

        One reading of them. People by step are in the campaign's own tally (`tallies.py`); whether
        somebody was a customer is looked up only where there is one.
        """
        source = event.join(enrolment, is_enrolment_of(event)) if split else event
        kind = case((is_customer(), 1), else_=0) if split else literal(0)
        one = (
            select(event.c.step_id, kind.label("is_customer"), *here.taken())
            .select_from(source)
            .where(*here.touches())
            .group_by(event.c.step_id, "is_customer")
        )
        efforts: dict[int | None, Effort] = {}
        customers = Effort()
        for row in connection.execute(one):
            effort = self._effort(row)
            if effort == Effort():
                continue
            efforts[row.step_id] = efforts.get(row.step_id, Effort()) + effort
            if row.is_customer:
                customers += effort
        if customers.touches:
            people = connection.execute(here.touched_customers()).scalar_one()
            customers = replace(customers, people=int(people))
        return efforts, customers

    def _sales(
        self, connection: Connection, here: CampaignEvents
    ) -> tuple[dict[LastTouch, Sales], Sales, int]:
        """Sales by the touch before; those to customers, and how many these were."""
        one = (
            select(
                here.last_touch(event.c.contact_id, event.c.at).label("touch"),
                case((is_customer(), 1), else_=0).label("is_customer"),
                event.c.contact_id,
                event.c.amount_minor,
                event.c.margin_minor,
            )
            .select_from(event.join(enrolment, is_enrolment_of(event)))
            .where(*here.facts(), event.c.stage == ORDER)
            .subquery()
        )
        query = select(
            one.c.touch,
            one.c.is_customer,
            *sold_of(one.c.amount_minor, one.c.margin_minor),
        ).group_by(one.c.touch, one.c.is_customer)
        buyers = select(
            func.count(distinct(case((one.c.is_customer == 1, one.c.contact_id))))
        ).select_from(one)
        by_touch: dict[LastTouch, Sales] = {}
        of_customers = Sales()
        for row in connection.execute(query):
            sale, touch = self._sale(row), LastTouch.of(row.touch)
            by_touch[touch] = by_touch.get(touch, Sales()) + sale
            if row.is_customer:
                of_customers += sale
        people = connection.execute(buyers).scalar_one() if of_customers.orders else 0
        return by_touch, of_customers, int(people)

    def _effort(self, row: Any) -> Effort:
        return Effort(
            touches=row.touches,
            cost=self._money(row.cost),
            minutes=decimal_of(row.minutes),
            km=decimal_of(row.km),
            unpriced=row.unpriced,
        )

    def _sale(self, row: Any) -> Sales:
        return Sales(
            orders=int(row.orders),
            revenue=self._money(row.revenue),
            with_amount=int(row.with_amount),
            margin=self._money(row.margin),
            with_margin=int(row.with_margin),
            priced_revenue=self._money(row.priced_revenue),
            priced_margin=self._money(row.priced_margin),
        )

    def _money(self, minor: Any) -> Decimal:
        """Sums come back as int (SQLite) or Decimal (PostgreSQL)."""
        return from_minor(int(minor), self._database.currency)


def _has_customers(connection: Connection, campaign_id: CampaignId) -> bool:
    e = enrolment.c
    query = select(e.contact_id).where(
        e.campaign_id == campaign_id, e.arm == Arm.ENROLLED.value, is_customer()
    )
    return connection.execute(query.limit(1)).first() is not None


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


def _answers(connection: Connection, here: CampaignEvents) -> tuple[dict[LastTouch, int], int]:
    """People by the touch their first answer came after; and how many were met."""
    first = (
        select(
            event.c.contact_id,
            func.min(event.c.at).label("at"),
            func.max(case((event.c.stage == MET, 1), else_=0)).label("met"),
        )
        .select_from(event.join(enrolment, is_enrolment_of(event)))
        .where(*here.facts(), here.is_answer())
        .group_by(event.c.contact_id)
        .subquery("first")
    )
    placed = select(
        here.last_touch(first.c.contact_id, first.c.at).label("touch"), first.c.met
    ).subquery("placed")
    query: Select[Any] = select(
        placed.c.touch, func.count().label("people"), func.sum(placed.c.met).label("met")
    ).group_by(placed.c.touch)
    rows = connection.execute(query).all()
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
