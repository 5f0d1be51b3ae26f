"""How much is due on a day, by step and by who is to do it: counted, never listed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select

from outreach.model.campaign import CampaignState, Channel
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.permission import obstacle


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is due of one step for one person of the team."""

    campaign: CampaignId
    step: str
    channel: Channel
    #: Keys of the settings' `team`: who was given it, and whose the person is.
    assignee: str | None
    owner: str | None
    count: int
    #: Of these, what was due before the day began.
    late: int
    #: Letters that lie printed and wait for the post.
    printed: int


def load(
    database: Database, *, day_start: datetime, day_end: datetime, channels: Collection[Channel]
) -> list[Load]:
    """What is due before `day_end` in running campaigns, but for who may not be contacted."""
    d, e, c = schema.delivery.c, schema.enrolment.c, database.contact.c
    owner = func.coalesce(e.owner, c.owner)
    in_bundle = and_(d.batch_id.is_not(None), d.channel == Channel.LETTER.value)
    query = (
        select(
            d.campaign_id,
            schema.step.c.name,
            d.channel,
            d.assignee,
            owner,
            func.count(),
            func.sum(case((d.due_at < day_start, 1), else_=0)),
            func.sum(case((in_bundle, 1), else_=0)),
        )
        .join(schema.step, schema.step.c.id == d.step_id)
        .join(schema.campaign, schema.campaign.c.id == d.campaign_id)
        .join(database.contact, c.id == d.contact_id)
        .outerjoin(
            schema.enrolment,
            and_(e.campaign_id == d.campaign_id, e.contact_id == d.contact_id),
        )
        .where(
            d.state == DeliveryState.DUE.value,
            d.due_at < day_end,
            d.channel.in_([channel.value for channel in channels]),
            schema.campaign.c.state == CampaignState.RUNNING.value,
            obstacle(database.contact, channels).is_(None),
        )
        .group_by(d.campaign_id, schema.step.c.name, d.channel, d.assignee, owner)
        .order_by(d.campaign_id, schema.step.c.name)
    )
    with database.reading() as connection:
        return [
            Load(
                campaign=CampaignId(campaign),
                step=step,
                channel=Channel(channel),
                assignee=who,
                owner=theirs,
                count=count,
                late=int(late),
                printed=int(printed),
            )
            for campaign, step, channel, who, theirs, count, late, printed in connection.execute(
                query
            )
        ]


def stuck(database: Database) -> dict[DeliveryState, int]:
    """How many messages wait for somebody: for a value that is missing, or to be settled."""
    d, k = schema.delivery.c, schema.campaign.c
    states = [DeliveryState.HELD, DeliveryState.UNKNOWN]
    query = (
        select(d.state, func.count())
        .join(schema.campaign, k.id == d.campaign_id)
        .where(d.state.in_([state.value for state in states]), k.deleted_at.is_(None))
        .group_by(d.state)
    )
    with database.reading() as connection:
        counted = {DeliveryState(state): count for state, count in connection.execute(query)}
    return {state: counted.get(state, 0) for state in states}
