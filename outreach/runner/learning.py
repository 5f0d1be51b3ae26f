"""What a base that was put back learns of what was sent since its copy was made.

The Message-ID of a delivery derives from the base's secret, the campaign, the step and the
person, so a base that knows nothing of a message can still recognise it, in a Sent or Bcc
mailbox or in a server's log. What is found was sent (or refused); the steps that follow it
are planned, and looked for as well. The domain behind it is the sender's: it may be any that
the settings name now, or that the base has used.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from outreach.files.evidence import read_evidence
from outreach.model.campaign import Channel
from outreach.model.change import Change
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import CampaignId, DeliveryId
from outreach.model.settings import Settings
from outreach.runner.outcomes import Situation, change_for
from outreach.runner.settle import Settlement, counted, outcome_of
from outreach.runner.threads import domain_of, message_names
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.store import Store
from outreach.store.unknown import domains_named, name_messages

#: What a copy may hold of a message that left: not begun, or on its way when it was made.
_OPEN = (DeliveryState.DUE, DeliveryState.CLAIMED)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was found, and how many messages may have left under a name that nobody knows."""

    found: Settlement
    #: Not found, and of senders who are not in the settings (any more).
    nameless: int


def learn(store: Store, settings: Settings, paths: Sequence[Path], *, now: datetime) -> Learnt:
    """Settle what is due, or was claimed when the copy was made, and was sent already.

    No run is under way. Raises `NoEvidence`.
    """
    known = {campaign.id: campaign for campaign in store.campaigns.all()}
    calendar = Calendar.of(settings)
    domains = {domain_of(sender.address) for sender in settings.senders.values()}
    domains |= domains_named(store.database)
    asked: set[DeliveryId] = set()
    nameless: set[DeliveryId] = set()
    learnt = Settlement()
    while True:
        due = [
            delivery
            for state in _OPEN
            for delivery in store.deliveries.in_state(state)
            if delivery.channel is Channel.EMAIL and delivery.id not in asked
        ]
        asked.update(delivery.id for delivery in due)
        nameless |= {one.id for one in due if _is_nameless(settings, known, one)}
        named = {name: one for one in due for name in _names(store, known, one, domains)}
        traces = read_evidence(paths, named.keys()).traces if named else {}
        if not traces:
            return Learnt(learnt, len(nameless))
        nameless -= {named[name].id for name in traces}
        change = Change()
        for name, trace in traces.items():
            delivery = named[name]
            left = trace.at or delivery.message_date
            here = Situation(
                launched=known[delivery.campaign],
                calendar=calendar,
                costs=settings.costs,
                now=now,
                at=left if left and left <= now else None,
                expected=_OPEN,
            )
            outcome = outcome_of(trace)
            change += change_for(delivery, outcome, here)
            learnt += counted(outcome)
        name_messages(store.database, {named[name].id: name for name in traces}, at=now)
        store.deliveries.write(change)


def _names(
    store: Store,
    known: Mapping[CampaignId, Launched],
    delivery: Delivery,
    domains: Collection[str],
) -> list[str]:
    """The Message-IDs it may have left with."""
    if delivery.message_id:
        return [delivery.message_id]
    campaign = known[delivery.campaign].definition.name
    each = [(delivery.occurrence, delivery.contact)]
    return [
        name
        for domain in domains
        for name in message_names(store, campaign, delivery.step, each, domain=domain)
    ]


def _is_nameless(
    settings: Settings, known: Mapping[CampaignId, Launched], delivery: Delivery
) -> bool:
    """Whether it may have left from an address that the settings do not name."""
    if delivery.message_id:
        return False
    definition = known[delivery.campaign].definition
    writers = definition.senders_of(definition.step(delivery.step))
    keys = {delivery.sender} if delivery.sender else set(writers)
    return not settings.senders.keys() >= keys
