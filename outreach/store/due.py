"""What is due: one statement says what its turn depends on, and what keeps it from leaving.

The sending loop asks it page by page, so each form of it is made once and kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Integer, Table, func, or_, select
from sqlalchemy.engine import Dialect

from outreach.model.campaign import CampaignState, Channel
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import CampaignId, StepId
from outreach.model.value import value
from outreach.store import schema
from outreach.store.delivery_rows import COLUMNS, delivery_of
from outreach.store.engine import Database
from outreach.store.permission import obstacle
from outreach.store.prepared import Query, given


@value
class Due:
    """A delivery whose time has come, with what its turn depends on."""

    delivery: Delivery
    #: The part of the address after @; None for other channels.
    domain: str | None
    #: Where the person's clock stands; "" is the workspace's zone.
    zone: str = ""
    #: Why it must not be made after all, in a word.
    obstacle: str | None = None


class _Form(NamedTuple):
    """What is asked, but for the instant and the place of a page."""

    channels: tuple[Channel, ...]
    campaigns: tuple[CampaignId, ...] | None
    sender: str | None
    steps: tuple[StepId, ...] | None
    closed: tuple[tuple[CampaignId, tuple[str, ...]], ...]
    limited: bool
    behind: bool


def due(
    database: Database,
    *,
    now: datetime,
    channels: Collection[Channel],
    campaigns: Collection[CampaignId] | None,
    sender: str | None,
    steps: Collection[StepId] | None,
    closed: Mapping[CampaignId, Collection[str]],
    limit: int | None,
    after: Delivery | None,
) -> list[Due]:
    """See `Deliveries.due`."""
    form = _Form(
        channels=tuple(channels),
        campaigns=None if campaigns is None else tuple(sorted(campaigns)),
        sender=sender,
        steps=None if steps is None else tuple(sorted(steps)),
        closed=tuple((campaign, tuple(sorted(zones))) for campaign, zones in closed.items()),
        limited=limit is not None,
        behind=after is not None,
    )
    place: dict[str, object] = {} if limit is None else {"most": limit}
    if after is not None:
        place |= {"after_at": after.due_at, "after_id": after.id}
    query = _query(database.engine.dialect, database.contact, form)
    with database.reading() as connection:
        rows = query.rows(connection, now=now, **place)
    cells = len(COLUMNS)
    return [Due(delivery_of(row[:cells]), *row[cells:]) for row in rows]


@lru_cache(maxsize=64)
def _query(dialect: Dialect, contact: Table, form: _Form) -> Query:
    d = schema.delivery.c
    zone = func.coalesce(contact.c.timezone, "")
    query = (
        select(*COLUMNS, contact.c.email_domain, zone, obstacle(contact, form.channels))
        .join(schema.step, schema.step.c.id == d.step_id)
        .join(schema.campaign, schema.campaign.c.id == d.campaign_id)
        .join(contact, contact.c.id == d.contact_id)
        .where(
            d.state == DeliveryState.DUE.value,
            d.due_at <= given("now", d.due_at.type),
            d.channel.in_([channel.value for channel in form.channels]),
            schema.campaign.c.state == CampaignState.RUNNING.value,
        )
        .order_by(d.due_at, d.id)
    )
    if form.campaigns is not None:
        query = query.where(d.campaign_id.in_(form.campaigns))
    if form.sender:
        query = query.where(d.sender == form.sender)
    elif form.sender is not None:
        query = query.where(or_(d.sender.is_(None), d.sender == ""))
    if form.steps is not None:
        query = query.where(d.step_id.in_(form.steps))
    for campaign, zones in form.closed:
        query = query.where(or_(d.campaign_id != campaign, zone.not_in(zones)))
    if form.behind:
        at = given("after_at", d.due_at.type)
        behind = or_(d.due_at > at, d.id > given("after_id", d.id.type))
        query = query.where(d.due_at >= at, behind)
    if form.limited:
        query = query.limit(given("most", Integer()))
    return Query(query, dialect)
