"""Whether the `when` of a step holds for a person now: the predicate, on what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from outreach.model.delivery import Delivery
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
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

    def hold(self, delivery: Delivery, *, now: datetime) -> bool:
        """Whether this step is to be done; a step without `when` always is."""
        launched = self.campaigns[delivery.campaign]
        step = launched.definition.step(delivery.step)
        if step.when is None:
            return True
        key = (delivery.campaign, step.name)
        if key not in self._understood:
            self._understood[key] = self._understand(step.when, launched)
        today = now.astimezone(self.settings.zone).date()
        person = self._person(delivery)
        zone = self.settings.zone
        return holds(self._understood[key], person, today=today, now=now, zone=zone)

    def _understand(self, when: str, launched: Launched) -> Condition:
        stages = (*launched.definition.chain, *FACTS)
        words = words_of(self.store, self.settings, stages=stages, own=launched.definition)
        try:
            return understand(when, words)
        except ExpressionError:
            # What was launched goes on, though a campaign it names was never launched and its
            # file is gone: nobody received that one.
            return understand(when, replace(words, told=()))

    def _person(self, delivery: Delivery) -> Person:
        contact = self.store.contacts.get(delivery.contact)
        rows = self.store.events.history([delivery.contact])[delivery.contact]
        here = [row for row in rows if row.campaign_id == delivery.campaign]
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
