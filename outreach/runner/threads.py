"""Message-IDs, and which messages a follow-up continues: one thread in the reader's mailbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from outreach.model.campaign import Campaign, Step
from outreach.model.delivery import Delivery
from outreach.model.ids import CampaignId, ContactId
from outreach.model.settings import Sender, Settings
from outreach.rendering.tokens import message_ids
from outreach.runner.steps import emails_before
from outreach.store.campaigns import Launched
from outreach.store.store import Store


@lru_cache(maxsize=64)
def domain_of(address: str) -> str:
    """What stands behind the @ of the Message-IDs of a sender with this address, in ASCII."""
    return address.rpartition("@")[2].encode("idna").decode("ascii")


def message_names(
    store: Store,
    campaign: str,
    step: str,
    each: Sequence[tuple[int, ContactId]],
    *,
    domain: str,
) -> list[str]:
    """The Message-IDs of deliveries of a step, each given by its occurrence and its contact."""
    return message_ids(store.database.secret, campaign, step, each, domain=domain)


class Threads:
    """The threads of the people of a workspace."""

    def __init__(
        self, store: Store, settings: Settings, launched: Callable[[CampaignId], Launched]
    ) -> None:
        self._store = store
        self._settings = settings
        self._launched = launched
        #: What the people of the group in hand got before in their chain.
        self._earlier: Mapping[tuple[CampaignId, str, int, ContactId], Sequence[str]] = {}
        self._names: dict[tuple[CampaignId, str], Sequence[str]] = {}

    def prepare(self, deliveries: Sequence[Delivery]) -> None:
        """Read at once what is asked about a group; earlier groups are forgotten."""
        steps: dict[tuple[CampaignId, str, int], list[ContactId]] = {}
        for delivery in deliveries:
            firing = (delivery.campaign, delivery.step, delivery.occurrence)
            steps.setdefault(firing, []).append(delivery.contact)
        self._earlier = {
            (campaign, step, occurrence, contact): ids
            for (campaign, step, occurrence), contacts in steps.items()
            if self._names_before(campaign, step)
            for contact, ids in self._sent(campaign, step, occurrence, contacts)
        }

    def before(self, delivery: Delivery) -> Sequence[str]:
        """The Message-IDs of what this person got before this step, oldest first."""
        if not self._names_before(delivery.campaign, delivery.step):
            return ()
        firing = (delivery.campaign, delivery.step, delivery.occurrence)
        key = (*firing, delivery.contact)
        if key not in self._earlier:
            found = self._sent(*firing, [delivery.contact])
            return next((ids for _, ids in found), ())
        return self._earlier[key]

    def as_if_sent(self, definition: Campaign, step: Step, contact: ContactId) -> Sequence[str]:
        """The same for somebody who got every e-mail before this one: of a preview."""
        return tuple(
            self.message_id(definition, earlier, contact, self._sender(definition, earlier))
            for earlier in emails_before(definition, step)
        )

    def message_id(
        self,
        definition: Campaign,
        step: Step,
        contact: ContactId,
        sender: Sender,
        occurrence: int = 1,
    ) -> str:
        """The Message-ID of a delivery: the same on every attempt."""
        return self.message_ids(definition, step.name, [(occurrence, contact)], sender)[0]

    def message_ids(
        self,
        definition: Campaign,
        step: str,
        each: Sequence[tuple[int, ContactId]],
        sender: Sender,
    ) -> list[str]:
        """The same of many, each given by its occurrence and its contact."""
        domain = domain_of(sender.address)
        return message_names(self._store, definition.name, step, each, domain=domain)

    def _sender(self, definition: Campaign, step: Step) -> Sender:
        return self._settings.senders[definition.sender_of(step) or ""]

    def _sent(
        self, campaign: CampaignId, step: str, occurrence: int, contacts: Sequence[ContactId]
    ) -> Iterator[tuple[ContactId, Sequence[str]]]:
        names = self._names_before(campaign, step)
        sent = self._store.deliveries.sent_ids_of(contacts, campaign, names, occurrence)
        yield from ((contact, sent.get(contact, ())) for contact in contacts)

    def _names_before(self, campaign: CampaignId, step: str) -> Sequence[str]:
        """The e-mails of a launched campaign that a step continues."""
        key = (campaign, step)
        if key not in self._names:
            definition = self._launched(campaign).definition
            earlier = emails_before(definition, definition.step(step))
            self._names[key] = [one.name for one in earlier]
        return self._names[key]
