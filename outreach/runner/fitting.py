"""Which steps of a campaign are not meant for whom, as far as it is known before they are due.

A calendar asks it (`runner/around.py`): two branches of a chain, one of which is for those who
have replied, do not both come to everybody. A run asks the conditions themselves
(`runner/conditions.py`) when a step is due.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from outreach.model.campaign import Campaign
from outreach.model.contact import Contact
from outreach.model.ids import CampaignId, ContactId
from outreach.model.settings import Settings
from outreach.runner.conditions import person_of, understood
from outreach.segmentation.foreseeing import foreseen
from outreach.segmentation.tree import Condition, Fact, Reached, leaves_of
from outreach.store.store import Store


@dataclass(slots=True)
class Fitting:
    """The conditions of one campaign; each is understood once."""

    store: Store
    settings: Settings
    campaign: Campaign
    #: None: it is not launched, nothing of it has happened to anybody.
    number: CampaignId | None
    now: datetime
    _conditions: Mapping[str, Condition] = field(init=False)

    def __post_init__(self) -> None:
        self._conditions = {
            step.name: understood(self.store, self.settings, self.campaign, step.when)
            for step in self.campaign.steps
            if step.when is not None
        }

    def _past(self, people: Collection[ContactId]) -> Mapping[ContactId, Sequence[Any]]:
        """What happened to them, as far as a condition asks for it."""
        leaves = [leaf for one in self._conditions.values() for leaf in leaves_of(one)]
        if any(isinstance(leaf, Reached) for leaf in leaves):
            return self.store.events.history(people)
        if self.number is None or not any(isinstance(leaf, Fact) for leaf in leaves):
            return {}
        return self.store.events.history(people, campaign=self.number)

    def unmet(self, people: Mapping[ContactId, Contact]) -> Mapping[ContactId, frozenset[str]]:
        """The steps by name whose condition will be false of them, if nobody answers."""
        if not self._conditions:
            return {}
        past = self._past(people)
        zone = self.settings.zone
        today = self.now.astimezone(zone).date()
        found: dict[ContactId, frozenset[str]] = {}
        for number, contact in people.items():
            person = person_of(contact, past.get(number, ()), self.number)
            found[number] = frozenset(
                step
                for step, condition in self._conditions.items()
                if foreseen(condition, person, today=today, now=self.now, zone=zone) is False
            )
        return found
