"""What a base that was put back learns of what was sent since its copy was made.

The Message-ID of a delivery derives from the base's secret, the campaign, the step and the
person, so a base that knows nothing of a message can still recognise it, in a Sent or Bcc
mailbox or in a server's log. What is found was sent (or refused); the steps that follow it
are planned, and looked for as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from outreach.files.evidence import read_evidence
from outreach.model.campaign import Channel
from outreach.model.change import Change
from outreach.model.delivery import Delivery, DeliveryState, Sent
from outreach.model.ids import CampaignId, DeliveryId
from outreach.model.settings import Settings
from outreach.rendering.tokens import message_id
from outreach.runner.outcomes import Situation, change_for
from outreach.runner.settle import Settlement, outcome_of
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.store import Store
from outreach.store.unknown import name_messages


def learn(store: Store, settings: Settings, paths: Sequence[Path], *, now: datetime) -> Settlement:
    """Settle what is due and was sent already. Raises `NoEvidence`."""
    known = {campaign.id: campaign for campaign in store.campaigns.all()}
    calendar = Calendar(settings.country, settings.zone, settings.region)
    asked: set[DeliveryId] = set()
    learnt = Settlement()
    while True:
        due = [
            delivery
            for delivery in store.deliveries.in_state(DeliveryState.DUE)
            if delivery.channel is Channel.EMAIL and delivery.id not in asked
        ]
        asked.update(delivery.id for delivery in due)
        named = {name: one for one in due for name in _names(store, settings, known, one)}
        traces = read_evidence(paths, named.keys()).traces if named else {}
        if not traces:
            return learnt
        change = Change()
        for name, trace in traces.items():
            delivery = named[name]
            here = Situation(
                launched=known[delivery.campaign],
                calendar=calendar,
                costs=settings.costs,
                now=now,
                expected=(DeliveryState.DUE,),
            )
            outcome = outcome_of(trace)
            change += change_for(delivery, outcome, here)
            arrived = isinstance(outcome, Sent)
            learnt += Settlement(sent=int(arrived), refused=int(not arrived))
        name_messages(store.database, {named[name].id: name for name in traces}, at=now)
        store.deliveries.write(change)


def _names(
    store: Store, settings: Settings, known: Mapping[CampaignId, Launched], delivery: Delivery
) -> Iterator[str]:
    """The Message-IDs it may have left with: one for each domain of those who may write it."""
    if delivery.message_id:
        yield delivery.message_id
        return
    definition = known[delivery.campaign].definition
    step = definition.step(delivery.step)
    keys = (delivery.sender,) if delivery.sender else definition.senders_of(step)
    senders = [settings.senders[key] for key in keys if key in settings.senders]
    for domain in {sender.address.rpartition("@")[2] for sender in senders}:
        yield message_id(
            store.database.secret,
            definition.name,
            step.name,
            delivery.occurrence,
            int(delivery.contact),
            domain=domain.encode("idna").decode("ascii"),
        )
