"""What objectives come to: one figure of a period, over everybody or over a part of the market.

Each is one aggregate; the events of merged records count for who they are now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, and_, distinct, func, or_, select

from outreach.model.campaign import Channel
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.model.money import from_minor
from outreach.planning.objective import Metric
from outreach.store import schema
from outreach.store.conditions import Selection
from outreach.store.engine import Database
from outreach.store.tally_queries import (
    CONTACTED,
    attempt,
    got_through,
    no_customer_before,
    of_enrolled,
    reached,
    reached_somebody,
    stands,
)

_STAGES = {
    Metric.REVENUE: "order",
    Metric.NEW_REVENUE: "order",
    Metric.MARGIN: "order",
    Metric.ORDERS: "order",
    Metric.NEW_CUSTOMERS: "order",
    Metric.QUOTES: "quote",
    Metric.APPOINTMENTS: "appointment",
}
_CHANNELS = {
    Metric.CALLS: Channel.CALL,
    Metric.VISITS: Channel.VISIT,
    Metric.PROSPECT_VISITS: Channel.VISIT,
}
_MONEY = frozenset({Metric.REVENUE, Metric.NEW_REVENUE, Metric.MARGIN})
_PEOPLE = frozenset({Metric.NEW_CUSTOMERS, Metric.CONTACTED})
#: Of people who were no customers when the period began.
_NEW = frozenset({Metric.NEW_REVENUE, Metric.NEW_CUSTOMERS, Metric.PROSPECT_VISITS})


def realised(
    database: Database,
    metric: Metric,
    *,
    since: date,
    until: date,
    who: Selection | None = None,
    campaign: CampaignId | None = None,
    chain: Sequence[str] = (),
) -> Fraction:
    """The figure from `since` to `until`, both days included; money in units of the currency.

    With a campaign goes its chain: whom its report counts as contacted is who reached any stage
    of it, or was reached by a touch then. Without one it is whom somebody got through to.
    """
    e, c = schema.event.c, database.contact.c
    of = schema.contact.alias("of")
    start: Any = schema.event.join(of, of.c.id == e.contact_id)
    start = start.join(database.contact, c.id == func.coalesce(of.c.merged_into, of.c.id))
    tests = [_happened(metric), e.at >= _begins(database, since), e.at < _ends(database, until)]
    if metric in _NEW:
        tests.append(no_customer_before(database, c, _begins(database, since)))
    if who is not None:
        tests.append(who)
    if campaign is not None:
        tests += [e.campaign_id == campaign, of_enrolled(campaign)]
        if metric is Metric.CONTACTED:
            told = and_(reached(), e.stage.in_(sorted({CONTACTED, *chain})))
            tests[0] = or_(told, and_(reached_somebody(), stands()))
    query = select(_figure(metric, c.id)).select_from(start).where(*tests)
    with database.reading() as connection:
        found = connection.execute(query).scalar() or 0
    if metric in _MONEY:
        return Fraction(from_minor(int(found), database.currency))
    return Fraction(Decimal(str(found)))


def _figure(metric: Metric, person: ColumnElement[int]) -> ColumnElement[Any]:
    e = schema.event.c
    if metric in _MONEY:
        return func.sum(e.margin_minor if metric is Metric.MARGIN else e.amount_minor)
    return func.count(distinct(person)) if metric in _PEOPLE else func.count()


def _happened(metric: Metric) -> ColumnElement[bool]:
    e = schema.event.c
    if (stage := _STAGES.get(metric)) is not None:
        return and_(e.kind == EventKind.REACHED.value, e.stage == stage, stands())
    if (channel := _CHANNELS.get(metric)) is not None:
        return and_(attempt(), e.channel == channel.value)
    return and_(got_through(), stands()) if metric is Metric.CONTACTED else attempt()


def _begins(database: Database, day: date) -> datetime:
    return datetime.combine(day, time(), database.zone).astimezone(UTC)


def _ends(database: Database, day: date) -> datetime:
    return _begins(database, date.fromordinal(day.toordinal() + 1))
