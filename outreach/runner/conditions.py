"""Whether the `when` of a step holds for a person now: the predicate, on what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from outreach.model.campaign import Campaign
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId
from outreach.model.settings import Settings
from outreach.model.stage import FACTS
from outreach.runner.vocabulary import words_of
from outreach.segmentation.checking import understand
from outreach.segmentation.errors import ExpressionError
from outreach.segmentation.predicate import Past, Person, holds
from outreach.segmentation.tree import Condition
from outreach.store.campaigns import Launched
from outreach.store.store import Store


class Conditions:
    """The conditions of launched campaigns; each is understood once."""

    def __init__(
        self, store: Store, settings: Settings, campaigns: Mapping[CampaignId, Launched]
    ) -> None:
        self.store = store
        self.settings = settings
        self.campaigns = campaigns
        self._understood: dict[tuple[CampaignId, str], Condition] = {}
        #: Of the group in hand: its people, and what happened to them.
        self._people: Mapping[ContactId, Contact] = {}
        self._happened: Mapping[ContactId, Sequence[Any]] = {}

    def prepare(self, deliveries: Sequence[Delivery], people: Mapping[ContactId, Contact]) -> None:
        """Read at once what is asked about a group; those of earlier groups are forgotten."""
        steps = {(delivery.campaign, delivery.step) for delivery in deliveries}
        asking = {key for key in steps if self._when(*key) is not None}
        asked = {d.contact for d in deliveries if (d.campaign, d.step) in asking} if asking else ()
        self._people = people
        self._happened = self.store.events.history(asked) if asked else {}

    def hold(self, delivery: Delivery, *, now: datetime) -> bool:
        """Whether this step is to be done; a step without `when` always is."""
        when = self._when(delivery.campaign, delivery.step)
        if when is None:
            return True
        key = (delivery.campaign, delivery.step)
        if key not in self._understood:
            definition = self.campaigns[delivery.campaign].definition
            self._understood[key] = understood(self.store, self.settings, definition, when)
        today = now.astimezone(self.settings.zone).date()
        person = self._person(delivery)
        zone = self.settings.zone
        return holds(self._understood[key], person, today=today, now=now, zone=zone)

    def _when(self, campaign: CampaignId, step: str) -> str | None:
        return self.campaigns[campaign].definition.step(step).when

    def _person(self, delivery: Delivery) -> Person:
        who = delivery.contact
        contact = self._people.get(who) or self.store.contacts.get(who)
        rows = self._happened.get(who)
        if rows is None:
            rows = self.store.events.history([who])[who]
        return person_of(contact, rows, delivery.campaign)


def understood(store: Store, settings: Settings, campaign: Campaign, when: str) -> Condition:
    """The condition of a step of that campaign. Raises `ExpressionError`."""
    stages = (*campaign.chain, *FACTS)
    words = words_of(store, settings, stages=stages, own=campaign)
    try:
        return understand(when, words)
    except ExpressionError:
        # What was launched goes on, though a campaign it names was never launched and its
        # file is gone: nobody received that one.
        return understand(when, replace(words, told=()))


def person_of(contact: Contact, rows: Sequence[Any], campaign: CampaignId | None) -> Person:
    """All that is known of somebody, `rows` being what happened to him, on any campaign."""
    here = [row for row in rows if campaign is not None and row.campaign_id == campaign]
    facts = {row.stage for row in here if row.stage}
    if any(row.kind == EventKind.TOUCHED.value and row.stage is None for row in here):
        facts.add("contacted")
    return Person(
        values=contact.values,
        tags=contact.tags,
        facts=frozenset(facts),
        history=tuple(
            Past(
                kind=EventKind(row.kind),
                at=row.at,
                campaign=row.campaign_name,
                step=row.step_name,
                stage=row.stage,
            )
            for row in rows
        ),
    )
