"""The calls, visits and tasks that wait for somebody, each with what one must know before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach.errors import OutreachError, Text
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery
from outreach.model.message import Guide
from outreach.runner.compose import Mailroom
from outreach.runner.guides import guide_for
from outreach.runner.wording import stage_text
from outreach.store.campaigns import Launched
from outreach.store.store import Store

#: How much of the past is shown before a call (issue of the three lines).
HISTORY_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to make."""

    contact: Contact
    campaign: str
    step: str
    number: str | None
    due_at: datetime
    attempts: int
    by: str | None
    history: tuple[Text, ...]
    guide: Guide | None
    #: Why the guide cannot be shown: a value is missing.
    problem: Text | None


def due_calls(
    store: Store,
    mailroom: Mailroom,
    campaigns: Sequence[Launched],
    *,
    channels: Collection[Channel],
    now: datetime,
    limit: int | None,
    guides: bool,
) -> list[Call]:
    """What is due now on these channels, longest waiting first, but for who may not be called."""
    by_id = {campaign.id: campaign for campaign in campaigns}
    due = store.deliveries.due(now=now, channels=channels, campaigns=list(by_id))
    permitted = [one.delivery for one in due if not one.obstacle]
    wanted = [d for d in permitted if not mailroom.not_meant(d, now)][:limit]
    people = store.contacts.get_many([delivery.contact for delivery in wanted])
    histories = store.events.history([delivery.contact for delivery in wanted])
    calls = []
    for delivery in wanted:
        contact = people[delivery.contact]
        past = tuple(_line(row, mailroom) for row in histories[delivery.contact][-HISTORY_LINES:])
        calls.append(
            _call(delivery, by_id[delivery.campaign], contact, past, mailroom, now, guides)
        )
    return calls


def _call(
    delivery: Delivery,
    launched: Launched,
    contact: Contact,
    history: tuple[Text, ...],
    mailroom: Mailroom,
    now: datetime,
    guides: bool,
) -> Call:
    step = launched.definition.step(delivery.step)
    guide, problem = None, None
    if guides and step.guide:
        try:
            guide = guide_for(step.guide, launched.definition, contact, mailroom, at=now)
        except OutreachError as error:
            problem = error.what
    return Call(
        contact=contact,
        campaign=launched.name,
        step=step.name,
        number=contact.text("phone") or contact.text("mobile"),
        due_at=delivery.due_at,
        attempts=delivery.attempts,
        by=step.by,
        history=history,
        guide=guide,
        problem=problem,
    )


def _line(row: Any, mailroom: Mailroom) -> Text:
    return Text(
        "{day}  {campaign}  {what}",
        day=row.at.astimezone(mailroom.settings.zone).date(),
        campaign=row.campaign_name or "–",
        what=stage_text(row.stage) if row.stage else row.step_name or Text("a touch"),
    )
