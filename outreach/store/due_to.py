"""What else falls due to the same people: asked before one of their steps is done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache, partial

from sqlalchemy import Connection, and_, case, func, select
from sqlalchemy.engine import Dialect

from outreach.model.campaign import CampaignState, Channel
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId, ContactId, DeliveryId
from outreach.model.pressure import Pressure
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import among, listed, packed
from outreach.store.prepared import Query, given

#: How long a step of a weightier campaign that nobody does holds back the others, where the
#: pressure states no days of rest.
_A_WEEK = 7
#: The `detail` of what has waited for something else of its day, and stands on the next one.
WAITED = "waited"


@dataclass(frozen=True, slots=True)
class Writing:
    """What goes first on a day: whoever may still get something of it is not touched before."""

    channels: tuple[Channel, ...] = ()
    #: When an e-mail of a campaign leaves to people of a zone that is due at an instant: its window
    #: may be shut. "" is the workspace's zone, None stands for who has no address.
    opens: Callable[[CampaignId, str | None, datetime], datetime] = lambda _, __, at: at
    #: The channels of which more of what is due and may leave now will do so today.
    more: tuple[Channel, ...] = ()
    #: The e-mails that the limits let go today; None: all. The others hold nothing back.
    leaving: Collection[DeliveryId] | None = None
    #: What might have left before today and did not holds back what has waited for a day, too: else
    #: what does not leave for long would do so as long.
    overdue: bool = True
    #: What waits for this is put off until tomorrow: nobody asks again today.
    last: bool = False
    #: The campaigns whose e-mails and letters leave; None: all that run.
    only: tuple[CampaignId, ...] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What may still be written to people today: by e-mail, and for whom in which campaign."""

    #: Of these e-mails: the weight of the campaign, and whether it might have left before today.
    by_mail: Mapping[ContactId, Sequence[tuple[int, bool]]] = field(default_factory=dict)
    #: Of these letters: whether it might have left before today.
    by_post: Mapping[tuple[ContactId, CampaignId], Sequence[bool]] = field(default_factory=dict)

    def before(
        self, contact: ContactId, campaign: CampaignId, weight: int, *, overdue: bool
    ) -> int:
        """How much of it goes before a step of that campaign and weight.

        Of letters of another campaign it is not known on which day they are posted. `overdue`: what
        might have left before today goes before it, too.
        """
        mails = self.by_mail.get(contact, ())
        letters = self.by_post.get((contact, campaign), ())
        first = [late for heavy, late in mails if heavy >= weight]
        return sum(overdue or not late for late in (*first, *letters))


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
    dialect, day = connection.dialect, database.day_of(now)
    today = datetime.combine(day, time(), database.zone)
    tomorrow = datetime.combine(day + timedelta(days=1), time(), database.zone)
    rows = _due_before(dialect, writing.channels).rows(
        connection,
        people=packed(dialect, sorted(people)),
        campaigns=packed(dialect, sorted(weights if writing.only is None else writing.only)),
        before=tomorrow,
    )
    by_mail: dict[ContactId, list[tuple[int, bool]]] = {}
    by_post: dict[tuple[ContactId, CampaignId], list[bool]] = {}
    for number, contact, campaign, channel, due_at, zone in rows:
        mail = channel == Channel.EMAIL.value
        opens = partial(writing.opens, campaign, zone) if mail else _as_it_falls_due
        at = opens(max(due_at, now))
        if at >= tomorrow or (at <= now and channel not in writing.more):
            continue
        if mail and writing.leaving is not None and number not in writing.leaving:
            continue
        late = due_at < today and opens(due_at) < today
        if mail:
            by_mail.setdefault(contact, []).append((weights[campaign], late))
        else:
            by_post.setdefault((contact, campaign), []).append(late)
    return Written(by_mail, by_post)


def waited(
    connection: Connection, numbers: Collection[DeliveryId], writing: Writing
) -> frozenset[DeliveryId]:
    """Which of them have waited for a day already."""
    if not writing.channels:
        return frozenset()
    d = schema.delivery.c
    query = select(d.id).where(among(connection, d.id, numbers), d.detail == WAITED)
    return frozenset(DeliveryId(number) for number in connection.execute(query).scalars())


def _as_it_falls_due(at: datetime) -> datetime:
    """A letter waits for no window."""
    return at


def weightier(
    connection: Connection,
    people: Collection[ContactId],
    pressure: Pressure,
    priorities: Mapping[CampaignId, int],
    *,
    now: datetime,
    above: int,
) -> dict[ContactId, int]:
    """The greatest weight, `above` that one, of a campaign that has a step due for each of them."""
    weighty = {number: weight for number, weight in priorities.items() if weight > above}
    if not weighty:
        return {}
    rest = pressure.min_days_between_touches or _A_WEEK
    dialect = connection.dialect
    rows = _due_in(dialect, pressure.covered).rows(
        connection,
        people=packed(dialect, sorted(people)),
        campaigns=packed(dialect, sorted(weighty)),
        now=now,
        since=now - timedelta(days=rest),
    )
    most: dict[ContactId, int] = {}
    for contact, campaign in rows:
        most[contact] = max(most.get(contact, 0), weighty[campaign])
    return most


@lru_cache(maxsize=8)
def _due_in(dialect: Dialect, channels: tuple[str, ...]) -> Query:
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
    d, k, c = schema.delivery.c, schema.campaign.c, schema.contact.c
    zone = case((c.email.is_not(None), func.coalesce(c.timezone, "")))
    is_due = and_(
        d.state == DeliveryState.DUE.value,
        d.batch_id.is_(None),
        d.due_at < given("before", d.due_at.type),
    )
    query = (
        select(d.id, d.contact_id, d.campaign_id, d.channel, d.due_at, zone)
        .join(schema.campaign, k.id == d.campaign_id)
        .join(schema.contact, c.id == d.contact_id)
        .where(
            listed(dialect, d.contact_id, "people"),
            # Asked of each row, as in `_due_in`.
            case((is_due, 1), else_=0) == 1,
            d.channel.in_([channel.value for channel in channels]),
            listed(dialect, d.campaign_id, "campaigns"),
            k.state == CampaignState.RUNNING.value,
        )
    )
    return Query(query, dialect)
