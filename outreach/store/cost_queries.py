"""Which events the figures of money are made of, and the columns they are summed into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, literal, or_, select

from outreach.model.audience import Arm
from outreach.model.campaign import Channel
from outreach.model.contact import Kind
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.model.stage import INTERESTS
from outreach.store.schema import enrolment, event
from outreach.store.tally_queries import (
    CONTACTED,
    not_own_work,
    of_enrolled,
    reached,
    stands,
)

#: Facts of somebody who was really reached, beside the stages after the first: he answered,
#: argued, said no, asked to be called back, or told what he thinks of the offer (domain B9).
USEFUL = frozenset({"replied", "spoken", "met", "refused", "lost", "call_back", *INTERESTS})

#: An appointment that was kept.
MET = "met"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Only what happened from `since` on, and before `until`; None: no bound."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self) -> list[ColumnElement[bool]]:
        conditions = []
        if self.since is not None:
            conditions.append(event.c.at >= self.since)
        if self.until is not None:
            conditions.append(event.c.at < self.until)
        return conditions


@dataclass(frozen=True, slots=True)
class CampaignEvents:
    """Which events of one campaign are asked for."""

    id: CampaignId
    chain: tuple[str, ...]
    asked: Period

    @property
    def period(self) -> list[ColumnElement[bool]]:
        return self.asked.holds()

    def touches(self) -> list[ColumnElement[bool]]:
        """All that something may have been spent on: own work, and the control group, too."""
        kind = event.c.kind == EventKind.TOUCHED.value
        return [event.c.campaign_id == self.id, kind, stands(), *self.period]

    def taken(self) -> list[ColumnElement[Any]]:
        """The columns of `Effort`: attempts on the people enrolled, and all that was spent."""
        v = event.c
        ours = and_(not_own_work(), of_enrolled([self.id]))
        return [
            func.count(case((ours, 1))).label("touches"),
            func.coalesce(func.sum(v.cost_minor), 0).label("cost"),
            func.coalesce(func.sum(v.minutes), 0).label("minutes"),
            func.coalesce(func.sum(v.km), 0).label("km"),
            func.count(case((and_(v.cost_minor.is_(None), ours), 1))).label("unpriced"),
        ]

    def facts(self) -> list[ColumnElement[bool]]:
        """What was reached by people enrolled in it, the control group left out."""
        enrolled = enrolment.c.arm == Arm.ENROLLED.value
        return [event.c.campaign_id == self.id, enrolled, reached(), *self.period]

    def touched_customers(self) -> Select[Any]:
        """How many customers were touched: each is looked up, there are fewer than touches."""
        e = enrolment.c
        touched = (
            select(event.c.id)
            .where(event.c.contact_id == e.contact_id, *self._hidden(event), *self.period)
            .where(not_own_work(), stands())
        )
        return select(func.count()).where(
            e.campaign_id == self.id,
            e.arm == Arm.ENROLLED.value,
            is_customer(),
            touched.correlate(enrolment).exists(),
        )

    def _hidden(self, table: Any) -> list[ColumnElement[bool]]:
        """The touches of the campaign, asked in a way that no index answers.

        SQLite without statistics would take that of the campaign, and read all its touches anew
        for each person; that of the person is meant.
        """
        return [
            func.coalesce(table.c.campaign_id, 0) == self.id,
            func.coalesce(table.c.kind, "") == EventKind.TOUCHED.value,
        ]

    def is_answer(self) -> ColumnElement[bool]:
        """The person was really reached: a later stage, an answer, a call that got through."""
        words = {*self.chain[1:], *USEFUL}
        first = event.c.stage.in_(sorted({CONTACTED, self.chain[0]}))
        spoken = event.c.channel.in_((Channel.CALL.value, Channel.VISIT.value))
        return or_(event.c.stage.in_(sorted(words)), and_(first, spoken))

    def last_touch(
        self, contact: ColumnElement[Any], at: ColumnElement[Any]
    ) -> ScalarSelect[int | None]:
        """The last touch of a person until an instant, of before the period too; see `LastTouch`.

        Both of its facts come in one number, for it is looked up once for each order.
        """
        touch, undone = event.alias("touch"), event.alias("undone")
        since = self.asked.since
        earlier = literal(0) if since is None else case((touch.c.at < since, 1), else_=0)
        taken_back = select(undone.c.id).where(undone.c.corrects == touch.c.id).exists()
        return (
            select(func.coalesce(touch.c.step_id, 0) * 2 + earlier)
            .where(
                touch.c.contact_id == contact,
                touch.c.at <= at,
                *self._hidden(touch),
                not_own_work(touch),
                ~taken_back,
            )
            .order_by(touch.c.at.desc(), touch.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )


@dataclass(frozen=True, slots=True)
class LastTouch:
    """What was done last before an answer or an order."""

    #: The number of its step; None: beside all steps, or nothing had been done.
    step: int | None
    #: It was done before the period that is asked for.
    earlier: bool

    @classmethod
    def of(cls, number: int | None) -> LastTouch:
        """As `CampaignEvents.last_touch` tells it."""
        if number is None:
            return cls(None, earlier=False)
        return cls(number // 2 or None, earlier=bool(number % 2))


def sold_of(
    amount: ColumnElement[Any],
    margin: ColumnElement[Any],
) -> list[ColumnElement[Any]]:
    """The columns of `Sales`, each row an order."""
    both = and_(amount.is_not(None), margin.is_not(None))

    def total(what: Any) -> ColumnElement[Any]:
        return func.coalesce(func.sum(what), 0)

    return [
        func.count().label("orders"),
        total(amount).label("revenue"),
        func.count(amount).label("with_amount"),
        total(margin).label("margin"),
        func.count(margin).label("with_margin"),
        total(case((both, amount))).label("priced_revenue"),
        total(case((both, margin))).label("priced_margin"),
    ]


def sold() -> list[ColumnElement[Any]]:
    return sold_of(event.c.amount_minor, event.c.margin_minor)


SOLD = (
    "orders", "revenue", "with_amount", "margin", "with_margin", "priced_revenue", "priced_margin",
)  # fmt: skip


def is_customer() -> ColumnElement[bool]:
    return enrolment.c.kind == Kind.CUSTOMER.value
