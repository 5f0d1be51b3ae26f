"""Which events the figures of money are made of, and which touch came before one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, literal, or_, select

from outreach.model.audience import Arm
from outreach.model.campaign import Channel
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.model.stage import INTERESTS
from outreach.store.followed import Followed
from outreach.store.schema import event
from outreach.store.tally_queries import CONTACTED, not_own_work, reached
from outreach.store.wall_clock import last_second

#: Facts of somebody who was really reached, beside the stages after the first: he answered,
#: argued, said no, asked to be called back, or told what he thinks of the offer (domain B9).
USEFUL = frozenset({"replied", "spoken", "met", "refused", "lost", "call_back", *INTERESTS})

#: An appointment that was kept.
MET = "met"


@dataclass(frozen=True, slots=True)
class CampaignEvents:
    """Which events of one campaign are asked for, of the people it follows."""

    people: Followed
    id: CampaignId
    chain: tuple[str, ...]

    def of_people(self) -> Any:
        """The events beside those they are of: each is looked up."""
        return event.join(self.people.table, self.people.is_of(event))

    def facts(self) -> list[ColumnElement[bool]]:
        """What was reached by people enrolled in it, the control group left out."""
        enrolled = self.people.table.c.arm == Arm.ENROLLED.value
        return [event.c.campaign_id == self.id, enrolled, reached(), *self.people.in_time()]

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
        clock, since = self.people.clock, self.people.asked.since
        earlier = literal(0) if since is None else case((touch.c.at < since, 1), else_=0)
        taken_back = select(undone.c.id).where(undone.c.corrects == touch.c.id).exists()
        return (
            select(func.coalesce(touch.c.step_id, 0) * 2 + earlier)
            .where(
                self.people.one.are_of(touch.c.contact_id, contact),
                clock.seconds(touch.c.at) <= last_second(clock.seconds(at)),
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
