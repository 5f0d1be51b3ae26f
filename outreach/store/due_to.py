"""What else falls due to the same people: asked before one of their steps is done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache

from sqlalchemy import Connection, and_, case, select
from sqlalchemy.engine import Dialect

from outreach.model.campaign import CampaignState, Channel
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId, ContactId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import listed, packed
from outreach.store.prepared import Query, given


@dataclass(frozen=True, slots=True)
class Writing:
    """What goes first on a day: whoever may still get something of it is not touched before."""

    channels: tuple[Channel, ...] = ()
    #: When an e-mail of a campaign leaves that is due at an instant: its window may be shut.
    opens: Callable[[CampaignId, datetime], datetime] = lambda _, at: at
    #: The channels of which more of what is due and may leave now will do so today.
    more: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What may still be written to people today: by e-mail, and for whom in which campaign."""

    #: The greatest weight of the campaigns of these e-mails.
    by_mail: Mapping[ContactId, int] = field(default_factory=dict)
    by_post: Set[tuple[ContactId, CampaignId]] = frozenset()

    def before(self, contact: ContactId, campaign: CampaignId, weight: int) -> bool:
        """Whether it goes before a step of that campaign and weight.

        Of letters of another campaign it is not known on which day they are posted.
        """
        heavy = self.by_mail.get(contact)
        return (heavy is not None and heavy >= weight) or (contact, campaign) in self.by_post


def written_today(
    connection: Connection,
    database: Database,
    people: Collection[ContactId],
    writing: Writing,
    weights: Mapping[CampaignId, int],
    *,
    now: datetime,
) -> Written:
    """What may still be written to them today; `weights` are those of the campaigns that run."""
    if not writing.channels:
        return Written()
    dialect = connection.dialect
    day = database.day_of(now) + timedelta(days=1)
    tomorrow = datetime.combine(day, time(), database.zone)
    rows = _due_before(dialect, writing.channels).rows(
        connection,
        people=packed(dialect, sorted(people)),
        campaigns=packed(dialect, sorted(weights)),
        before=tomorrow,
    )
    by_mail: dict[ContactId, int] = {}
    by_post: set[tuple[ContactId, CampaignId]] = set()
    for contact, campaign, channel, due_at in rows:
        mail = channel == Channel.EMAIL.value
        at = max(due_at, now)
        at = writing.opens(campaign, at) if mail else at
        if at >= tomorrow or (at <= now and channel not in writing.more):
            continue
        if mail:
            weight = weights[campaign]
            by_mail[contact] = max(by_mail.get(contact, weight), weight)
        else:
            by_post.add((contact, campaign))
    return Written(by_mail, by_post)


@lru_cache(maxsize=8)
def due_in(dialect: Dialect, channels: tuple[str, ...]) -> Query:
    """For whom a step is due in which of some campaigns."""
    d, k = schema.delivery.c, schema.campaign.c
    # Asked of each row of these people: as plain conditions SQLite would go through all that is
    # due, for every page of a run.
    is_due = and_(
        d.state == DeliveryState.DUE.value,
        d.due_at <= given("now", d.due_at.type),
        d.due_at > given("since", d.due_at.type),
    )
    query = (
        select(d.contact_id, d.campaign_id)
        .join(schema.campaign, k.id == d.campaign_id)
        .where(
            listed(dialect, d.contact_id, "people"),
            case((is_due, 1), else_=0) == 1,
            listed(dialect, d.campaign_id, "campaigns"),
            k.state == CampaignState.RUNNING.value,
        )
    )
    if channels:
        query = query.where(d.channel.in_(channels))
    return Query(query, dialect)


@lru_cache(maxsize=4)
def _due_before(dialect: Dialect, channels: tuple[Channel, ...]) -> Query:
    """What is due to people before an instant, of campaigns that run; not what is printed."""
    d, k = schema.delivery.c, schema.campaign.c
    is_due = and_(
        d.state == DeliveryState.DUE.value,
        d.batch_id.is_(None),
        d.due_at < given("before", d.due_at.type),
    )
    query = (
        select(d.contact_id, d.campaign_id, d.channel, d.due_at)
        .join(schema.campaign, k.id == d.campaign_id)
        .where(
            listed(dialect, d.contact_id, "people"),
            # Asked of each row, as in `due_in`.
            case((is_due, 1), else_=0) == 1,
            d.channel.in_([channel.value for channel in channels]),
            listed(dialect, d.campaign_id, "campaigns"),
            k.state == CampaignState.RUNNING.value,
        )
    )
    return Query(query, dialect)
