"""Calls, visits and tasks on somebody's day: what is to be placed, what stands there already."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, and_, case, exists, func, literal, or_, select, update
from sqlalchemy.engine import Dialect

from outreach.model.campaign import CampaignState, Channel
from outreach.model.delivery import DeliveryState
from outreach.model.follow_up import FollowUpKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.model.value import value
from outreach.store import schema
from outreach.store.by_hand import HOLD
from outreach.store.engine import Database
from outreach.store.lists import among
from outreach.store.prepared import ForEach

#: What somebody has put off to a day of his choice stays on it.
LATER = "later"

_BY_HAND = [channel.value for channel in Channel if channel.by_hand]


@value(kw_only=True)
class ToPlace:
    """A step that has fallen due and stands in nobody's day, or in one that is over."""

    id: DeliveryId
    campaign: CampaignId
    step: StepId
    contact: ContactId
    due_at: datetime
    #: In whose day it stands; None: in nobody's yet.
    assignee: str | None
    #: Whose person it is in this campaign, and in the base.
    owners: tuple[str | None, str | None]


@value(kw_only=True)
class Standing:
    """So many steps of one kind that stand in somebody's day, or were done on it."""

    assignee: str
    campaign: CampaignId
    step: StepId
    at: datetime
    #: It was done then; else it waits for its day.
    done: bool
    count: int


@value(kw_only=True)
class ToCome:
    """Somebody's step of a campaign that will come if nothing happens."""

    contact: ContactId
    step: StepId
    due_at: datetime
    #: In whose day it stands; None: in nobody's.
    member: str | None
    #: Nothing moves it any more: it is on its way, or somebody has begun with it or promised it.
    fixed: bool
    owner: str | None
    #: Of a campaign that repeats: with which of its firings.
    occurrence: int = 1


@value(kw_only=True)
class Elsewhere:
    """So many steps of other campaigns that will want a day of somebody's."""

    campaign: CampaignId
    step: StepId
    due_at: datetime
    #: In whose day it stands; whose person it is in the campaign, and in the base.
    owners: Sequence[str | None]
    count: int


@value(kw_only=True)
class Placed:
    """Where a step stands from now on."""

    id: DeliveryId
    campaign: CampaignId
    contact: ContactId
    #: None: nobody's day holds it any more.
    assignee: str | None
    due_at: datetime
    #: When it was due as it was read: who has dated it anew since knows better.
    was_due: datetime


class Placing:
    def __init__(self, database: Database) -> None:
        self.database = database

    def to_place(
        self, campaigns: Collection[CampaignId], *, before: datetime, now: datetime
    ) -> list[ToPlace]:
        """What falls due before an instant and may still be moved.

        Not what somebody has begun with, holds at this moment or has promised for a day.
        """
        d, e, c = schema.delivery.c, schema.enrolment.c, schema.contact.c
        here = and_(e.campaign_id == d.campaign_id, e.contact_id == d.contact_id)
        query = (
            select(d.id, d.campaign_id, d.step_id, d.contact_id, d.due_at, d.assignee,
                   e.owner, c.owner)
            .join(schema.contact, c.id == d.contact_id)
            .outerjoin(schema.enrolment, here)
            .where(
                d.state == DeliveryState.DUE.value,
                d.due_at < before,
                d.channel.in_(_BY_HAND),
                d.campaign_id.in_(campaigns),
                _may_be_moved(now),
            )
            .order_by(d.due_at, d.id)
        )  # fmt: skip
        with self.database.reading() as connection:
            return [
                ToPlace(id=number, campaign=campaign, step=step, contact=contact, due_at=due_at,
                        assignee=assignee, owners=(owner, keeper))
                for number, campaign, step, contact, due_at, assignee, owner, keeper
                in connection.execute(query)
            ]  # fmt: skip

    def standing(self, *, since: datetime, before: datetime, now: datetime) -> list[Standing]:
        """What stands in somebody's days and is not `to_place`, and what was done `since`.

        Of campaigns that run or pause: a pause passes.
        """
        d, k = schema.delivery.c, schema.campaign.c
        fixed = or_(d.due_at >= before, ~_may_be_moved(now))
        unfinished = [CampaignState.RUNNING.value, CampaignState.PAUSED.value]
        waits = and_(d.state == DeliveryState.DUE.value, fixed, k.state.in_(unfinished))
        was_done = and_(d.state == DeliveryState.SENT.value, d.settled_at >= since)
        is_done = d.state == DeliveryState.SENT.value
        at = case((is_done, d.settled_at), else_=d.due_at)
        query = (
            select(d.assignee, d.campaign_id, d.step_id, at, is_done, func.count())
            .join(schema.campaign, k.id == d.campaign_id)
            .where(d.assignee.is_not(None), d.channel.in_(_BY_HAND), or_(waits, was_done))
            .group_by(d.assignee, d.campaign_id, d.step_id, at, is_done)
        )
        with self.database.reading() as connection:
            return [
                Standing(
                    assignee=who,
                    campaign=campaign,
                    step=step,
                    at=when,
                    done=bool(done),
                    count=count,
                )
                for who, campaign, step, when, done, count in connection.execute(query)
            ]

    def waiting(self, campaign: CampaignId, *, now: datetime) -> Iterator[ToCome]:
        """Everything of a campaign that will leave if nothing happens, person by person; a stream.

        A letter that is printed goes to the post any day now: it is on its way.
        """
        d, e = schema.delivery.c, schema.enrolment.c
        here = and_(e.campaign_id == d.campaign_id, e.contact_id == d.contact_id)
        on_its_way = or_(d.state == DeliveryState.CLAIMED.value, d.batch_id.is_not(None))
        fixed = or_(on_its_way, and_(d.channel.in_(_BY_HAND), ~_may_be_moved(now)))
        query = (
            select(d.contact_id, d.step_id, d.due_at, d.assignee, case((fixed, 1), else_=0),
                   e.owner, d.occurrence)
            .outerjoin(schema.enrolment, here)
            .where(
                d.campaign_id == campaign,
                d.state.in_([DeliveryState.DUE.value, DeliveryState.CLAIMED.value]),
            )
            .order_by(d.contact_id, d.id)
            .execution_options(yield_per=2000)
        )  # fmt: skip
        with self.database.reading() as connection:
            rows = connection.execute(query)
            for contact, step, due_at, member, fixed_too, owner, occurrence in rows:
                yield ToCome(contact=contact, step=step, due_at=due_at, member=member,
                             fixed=bool(fixed_too), owner=owner, occurrence=occurrence)  # fmt: skip

    def elsewhere(
        self, campaign: CampaignId | None, *, before: datetime, now: datetime
    ) -> list[Elsewhere]:
        """What other running campaigns have for the team that is not `standing`."""
        d, e, c, k = schema.delivery.c, schema.enrolment.c, schema.contact.c, schema.campaign.c
        here = and_(e.campaign_id == d.campaign_id, e.contact_id == d.contact_id)
        what = (d.campaign_id, d.step_id, d.due_at, d.assignee, e.owner, c.owner)
        still_open = or_(d.assignee.is_(None), and_(d.due_at < before, _may_be_moved(now)))
        query = (
            select(*what, func.count())
            .join(schema.campaign, k.id == d.campaign_id)
            .join(schema.contact, c.id == d.contact_id)
            .outerjoin(schema.enrolment, here)
            .where(
                d.state == DeliveryState.DUE.value,
                d.channel.in_(_BY_HAND),
                still_open,
                k.state == CampaignState.RUNNING.value,
                d.campaign_id != (campaign or 0),
            )
            .group_by(*what)
            .order_by(*what[2::-1])
        )
        with self.database.reading() as connection:
            return [
                Elsewhere(campaign=number, step=step, due_at=due_at, owners=owners, count=count)
                for number, step, due_at, *owners, count in connection.execute(query)
            ]

    def keepers(self, contacts: Collection[ContactId]) -> dict[ContactId, str]:
        """Whose contacts they are, of those that are somebody's."""
        c = schema.contact.c
        with self.database.reading() as connection:
            query = select(c.id, c.owner).where(
                among(connection, c.id, contacts), c.owner.is_not(None)
            )
            return {ContactId(contact): owner for contact, owner in connection.execute(query)}

    def place(self, placed: Sequence[Placed]) -> None:
        """Write where they stand; the first one who is given a person keeps him.

        What somebody has begun with or promised for a day meanwhile stays where it is.
        """
        with self.database.writing() as connection:
            _moving(connection.dialect).run(
                connection,
                {
                    "id": [one.id for one in placed],
                    "assignee": [one.assignee for one in placed],
                    "due_at": [one.due_at for one in placed],
                    "was_due": [one.was_due for one in placed],
                },
            )
            _keep(connection, placed)


def _keep(connection: Connection, placed: Sequence[Placed]) -> None:
    owners = {(one.campaign, one.contact): one.assignee for one in reversed(placed) if one.assignee}
    _owning(connection.dialect).run(
        connection,
        {
            "campaign": [campaign for campaign, _ in owners],
            "contact": [contact for _, contact in owners],
            "owner": list(owners.values()),
        },
    )


def _may_be_moved(now: datetime) -> Any:
    """Nobody has begun with it, holds it, or promised it for that day."""
    d, f = schema.delivery.c, schema.follow_up.c
    promised = exists(
        select(literal(1))
        .where(f.delivery_id == d.id, f.done_at.is_(None), f.kind == FollowUpKind.CALL_BACK.value)
        .correlate(schema.delivery)
    )
    free = or_(d.claimed_at.is_(None), d.claimed_at <= now - HOLD)
    return and_(_is_untouched(), free, ~promised)


def _is_untouched() -> Any:
    """Nobody has tried it, was promised it for its day when he was reached, or put it off."""
    d = schema.delivery.c
    fixed = (FollowUpKind.CALL_BACK.value, LATER)
    return and_(d.attempts == 0, *(d.detail.is_distinct_from(word) for word in fixed))


@lru_cache(maxsize=4)
def _moving(dialect: Dialect) -> ForEach:
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        return (
            update(schema.delivery)
            .where(
                d.id == given["id"],
                d.state == DeliveryState.DUE.value,
                d.due_at == given["was_due"],
                _is_untouched(),
            )
            .values(assignee=given["assignee"], due_at=given["due_at"])
        )

    each = {"id": d.id, "assignee": d.assignee, "due_at": d.due_at, "was_due": d.due_at}
    return ForEach(statement, dialect, each=each)


@lru_cache(maxsize=4)
def _owning(dialect: Dialect) -> ForEach:
    e = schema.enrolment.c

    def statement(given: Any) -> Any:
        return (
            update(schema.enrolment)
            .where(
                e.campaign_id == given["campaign"],
                e.contact_id == given["contact"],
                e.owner.is_(None),
            )
            .values(owner=given["owner"])
        )

    each = {"campaign": e.campaign_id, "contact": e.contact_id, "owner": e.owner}
    return ForEach(statement, dialect, each=each)
