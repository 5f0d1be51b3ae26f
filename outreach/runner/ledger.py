"""What the sending loop asks of the store, with the consequences of every outcome decided.

`runner/send.py` says what it needs (`Ledger`); this is the one that is used.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outreach.model.campaign import Channel
from outreach.model.change import Change
from outreach.model.delivery import Claimed, Delivery, DueEmail, Outcome, Skipped
from outreach.model.ids import CampaignId, DeliveryId, RunId
from outreach.model.settings import Settings
from outreach.runner.compose import Mailroom
from outreach.runner.outcomes import Situation, change_for
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.permission import obstacles
from outreach.store.store import Store

_EMAIL = (Channel.EMAIL,)


@dataclass(slots=True)
class SendLedger:
    """The ledger of e-mails of one workspace, for one run."""

    store: Store
    settings: Settings
    mailroom: Mailroom
    calendar: Calendar
    #: The campaigns this run may serve, by number.
    campaigns: Mapping[CampaignId, Launched]
    #: Message-IDs of what was looked at, given to the claim.
    _ids: dict[DeliveryId, str] = field(default_factory=dict)
    #: When the next closed window opens, of the campaigns that wait for one.
    opens_at: datetime | None = None
    #: How many were settled as skipped because their people must not be written to.
    passed_over: int = 0

    def due_emails(
        self,
        *,
        now: datetime,
        campaigns: Sequence[CampaignId] | None,
        limit: int,
        excluding: Collection[DeliveryId] = (),
    ) -> list[DueEmail]:
        """Due e-mails of campaigns whose window is open; who may not be written to is settled."""
        going = self._open(now, campaigns)
        while due := self.store.deliveries.due(
            now=now, channels=_EMAIL, campaigns=going, limit=limit, excluding=excluding
        ):
            blocked = obstacles(self.store.database, [d.delivery for d in due])
            gone = [
                (d.delivery, Skipped(blocked[d.delivery.id]))
                for d in due
                if d.delivery.id in blocked
            ]
            if gone:
                self.settle(gone, now=now)
                self.passed_over += len(gone)
            if len(gone) < len(due):
                return [
                    DueEmail(d.delivery, self._remember(d.delivery), d.domain or "")
                    for d in due
                    if d.delivery.id not in blocked
                ]
        return []

    def count_due(self, *, now: datetime, campaigns: Sequence[CampaignId] | None) -> int:
        chosen = list(self.campaigns) if campaigns is None else list(campaigns)
        return self.store.deliveries.count_due(now=now, channels=_EMAIL, campaigns=chosen)

    def _open(self, now: datetime, campaigns: Sequence[CampaignId] | None) -> list[CampaignId]:
        """The campaigns that may send now; when the first of the others may is noted."""
        chosen = list(self.campaigns) if campaigns is None else list(campaigns)
        may: list[CampaignId] = []
        for campaign in chosen:
            opening = self.calendar.opening(self.campaigns[campaign].definition.window, now)
            if opening <= now:
                may.append(campaign)
            elif self._waits(campaign, now):
                self.opens_at = min(self.opens_at or opening, opening)
        return may

    def _waits(self, campaign: CampaignId, now: datetime) -> bool:
        return bool(self.store.deliveries.count_due(now=now, channels=_EMAIL, campaigns=[campaign]))

    def _remember(self, delivery: Delivery) -> str:
        """Note the Message-ID it will carry; the key of its sender."""
        launched = self.campaigns[delivery.campaign]
        step = launched.definition.step(delivery.step)
        key = delivery.sender or launched.definition.sender_of(step) or ""
        sender = self.settings.senders.get(key)
        if sender is not None:
            self._ids[delivery.id] = delivery.message_id or self.mailroom.message_id(
                launched.definition, step, delivery.contact, sender, delivery.occurrence
            )
        return key

    def claim(self, ids: Sequence[DeliveryId], *, run: RunId, now: datetime) -> list[Claimed]:
        """Promise them to this run, each with its Message-ID; committed."""
        named = {number: self._ids.pop(number) for number in ids}
        return [Claimed(d) for d in self.store.deliveries.claim(named, run=run, now=now)]

    def settle(self, results: Sequence[tuple[Delivery, Outcome]], *, now: datetime) -> None:
        """Write down what became of them and everything that follows, in one transaction."""
        change = Change()
        for delivery, outcome in results:
            here = Situation(
                launched=self.campaigns[delivery.campaign],
                calendar=self.calendar,
                costs=self.settings.costs,
                now=now,
            )
            change += change_for(delivery, outcome, here)
        self.store.deliveries.write(change)

    def give_back(self, ids: Sequence[DeliveryId]) -> None:
        self.store.deliveries.give_back(ids)

    def sent_since(self, sender: str, since: datetime) -> tuple[int, datetime | None]:
        return self.store.deliveries.sent_since(sender, since)

    def first_sent(self, sender: str) -> datetime | None:
        return self.store.deliveries.first_sent(sender)
