"""The new customers that prospecting won, and what others bought by themselves.

By person: where a campaign touched people, an order of somebody whom it had nothing to do with,
such as one of a shop that was read in, makes no new customer of prospecting. A campaign that cost
something and touched nobody (an advertisement) won whoever ordered in it.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, distinct, func, or_, select

from outreach.model.audience import Arm
from outreach.model.ids import CampaignId
from outreach.model.spending import Sales, Won
from outreach.store.engine import Database
from outreach.store.followed import Followed
from outreach.store.sales import sales_in, sold_of
from outreach.store.schema import event
from outreach.store.tally_queries import ORDER, QUOTE, reached


def won_of(
    people: Followed,
    database: Database,
    campaigns: Collection[CampaignId],
    by_person: Collection[CampaignId],
) -> Won:
    """The new customers of these campaigns, each once: merged records are one person.

    A new customer is who ordered in one of them and was none at the launch of one of them;
    `by_person`: those of them in which it takes that the campaign had to do with the person.
    """
    c = people.table.c
    theirs = c.campaign_id.in_(campaigns) & (c.arm == Arm.ENROLLED.value)
    new = func.coalesce(c.is_customer, 0) == 0
    alone = and_(c.campaign_id.in_(by_person), ~_dealt_with(people))
    ordered = select(c.contact_id).where(theirs, c.orders > 0, ~alone)
    query = select(func.count(distinct(c.contact_id))).where(theirs, new, c.contact_id.in_(ordered))
    customers = people.connection.execute(query).scalar_one()
    by_themselves = and_(theirs, new, alone, c.orders > 0)
    return Won(customers=int(customers), apart=_sales(people, database, by_themselves))


def _dealt_with(people: Followed) -> ColumnElement[bool]:
    """A message, a call, or a stage that is neither a quote nor an order tells of it."""
    c = people.table.c
    stages = [
        c[f"at_{place}"].is_not(None)
        for word, place in people.words.places.items()
        if word not in (QUOTE, ORDER)
    ]
    return or_(people.attempts() > 0, *stages)


def _sales(
    people: Followed, database: Database, whose: ColumnElement[bool]
) -> dict[CampaignId, Sales]:
    """The orders of these people, by campaign; that there is nobody is found at once."""
    c = people.table.c
    if people.connection.execute(select(c.contact_id).where(whose).limit(1)).first() is None:
        return {}
    query = (
        select(c.campaign_id, *sold_of(event.c.amount_minor, event.c.margin_minor))
        .select_from(event.join(people.table, people.is_of(event)))
        .where(whose, reached(), event.c.stage == ORDER, *people.in_time())
        .group_by(c.campaign_id)
    )
    rows = people.connection.execute(query).all()
    return {CampaignId(row.campaign_id): sales_in(row, database) for row in rows}
