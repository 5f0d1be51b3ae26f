"""What the sending loop asks of the store, with the consequences of every outcome decided.

`runner/send.py` says what it needs (`Ledger`); this is the one that is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery, DeliveryState, DueEmail, Outcome, Skipped
from outreach.model.ids import CampaignId, DeliveryId, RunId, StepId
from outreach.model.settings import First, Settings
from outreach.runner.bars import Bars
from outreach.runner.compose import Mailroom
from outreach.runner.outcomes import Situation, changes_for
from outreach.runner.peace import resting
from outreach.runner.windows import Windows
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.due import Due
from outreach.store.pressure import Claim, Resting
from outreach.store.store import Store

_EMAIL = (Channel.EMAIL,)


def ranks_of(
    settings: Settings, campaigns: Iterable[Launched]
) -> tuple[frozenset[StepId], frozenset[StepId]]:
    """The e-mail steps that go first, and those that go later."""
    opening: set[StepId] = set()
    following: set[StepId] = set()
    for launched in campaigns:
        for step in launched.definition.steps:
            if step.channel is Channel.EMAIL:
                opens = step in launched.definition.following(None)
                (opening if opens else following).add(launched.steps[step.name])
    if settings.first is First.NEW_PEOPLE:
        return frozenset(opening), frozenset(following)
    return frozenset(following), frozenset(opening)


@dataclass(slots=True)
class SendLedger:
    """The ledger of e-mails of one workspace, for one run."""

    store: Store
    settings: Settings
    mailroom: Mailroom
    calendar: Calendar
    #: The campaigns this run may serve, by number.
    campaigns: Mapping[CampaignId, Launched]
    #: How many were settled as skipped because their people must not be written to.
    passed_over: int = 0
    windows: Windows = field(init=False)
    #: Whom the law speaks against, where the settings are strict.
    _bars: Bars = field(init=False)
    #: Who must be left in peace, where the settings state a pressure on e-mails.
    _resting: Resting | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.settings.pressure and self.settings.pressure.covers(Channel.EMAIL):
            self._resting = resting(self.settings, self.campaigns)
        self.windows = Windows(self.store, self.calendar)
        self._bars = Bars(self.store, self.settings, self.campaigns)

    def senders(self, campaigns: Sequence[CampaignId] | None) -> list[str]:
        """Whose e-mails may be due, by the campaigns as they were launched."""
        found: dict[str, None] = {}
        for number in list(self.campaigns) if campaigns is None else campaigns:
            definition = self.campaigns[number].definition
            for step in definition.steps:
                if step.channel is Channel.EMAIL:
                    found |= dict.fromkeys(definition.senders_of(step) or ("",))
        return list(found)

    def due_emails(
        self,
        sender: str,
        *,
        now: datetime,
        campaigns: Sequence[CampaignId] | None,
        limit: int,
        after: Delivery | None = None,
    ) -> list[DueEmail]:
        """Due e-mails of people whose window is open; who may not be written to is settled.

        Those go first whom the settings name `first`; of them, who has waited longest.
        """
        chosen = list(self.campaigns) if campaigns is None else list(campaigns)
        closed = {number: self.windows.closed(self.campaigns[number], now) for number in chosen}
        ranks = ranks_of(self.settings, [self.campaigns[number] for number in chosen])
        if after is not None and after.step_id in ranks[1]:
            ranks = (frozenset(), ranks[1])
        for later, steps in enumerate(ranks):
            behind = after if after is not None and after.step_id in steps else None
            while steps and (
                due := self.store.deliveries.due(
                    now=now,
                    channels=_EMAIL,
                    campaigns=chosen,
                    sender=sender,
                    steps=steps,
                    closed={number: zones for number, zones in closed.items() if zones},
                    limit=limit,
                    after=behind,
                )
            ):
                if allowed := self._permitted(due, now):
                    return [self._email(one, sender, bool(later), now) for one in allowed]
                behind = due[-1].delivery
        return []

    def _permitted(self, due: Sequence[Due], now: datetime) -> Sequence[Due]:
        """Those who may be written to; the others are settled as passed over."""
        gone = [(one.delivery, Skipped(one.obstacle)) for one in due if one.obstacle]
        barred = self._bars.of([one.delivery for one in due if not one.obstacle], now)
        gone += barred.values()
        if gone:
            self.exchange(gone, now=now)
            self.passed_over += len(gone)
        may = [one for one in due if not one.obstacle and one.delivery.id not in barred]
        return self._not_at_rest(may, now)

    def _not_at_rest(self, due: Sequence[Due], now: datetime) -> Sequence[Due]:
        """Without those whose person must be left in peace: they are due again when they may."""
        if self._resting is None or not due:
            return due
        claims = [
            Claim(d.id, d.contact, d.campaign, d.due_at) for d in (one.delivery for one in due)
        ]
        # Two campaigns may hold the same person at once: which goes is settled at the claim.
        waits = self.store.deliveries.hold_back(claims, self._resting, now=now)
        return [one for one in due if one.delivery.id not in waits]

    def waits(self, number: DeliveryId) -> bool:
        """Whether it was put off for the sake of its person."""
        return self._resting is not None and number in self._resting.put_off

    def _email(self, one: Due, sender: str, later: bool, now: datetime) -> DueEmail:
        launched = self.campaigns[one.delivery.campaign]
        closes = self.windows.closing(launched, one.zone, now)
        return DueEmail(one.delivery, sender, one.domain or "", later, closes)

    def count_due(self, *, now: datetime, campaigns: Sequence[CampaignId] | None) -> int:
        chosen = list(self.campaigns) if campaigns is None else list(campaigns)
        return self.store.deliveries.count_due(now=now, channels=_EMAIL, campaigns=chosen)

    def _message_ids(self, emails: Sequence[DueEmail]) -> dict[DeliveryId, str]:
        """Those they have, or those they get with their first claim."""
        named: dict[DeliveryId, str] = {}
        nameless: dict[tuple[CampaignId, str, str], list[Delivery]] = {}
        for email in emails:
            delivery = email.delivery
            named[delivery.id] = delivery.message_id or ""
            if not delivery.message_id:
                alike = (delivery.campaign, delivery.step, email.sender)
                nameless.setdefault(alike, []).append(delivery)
        for (campaign, step, sender), deliveries in nameless.items():
            names = self.mailroom.threads.message_ids(
                self.campaigns[campaign].definition,
                step,
                [(delivery.occurrence, delivery.contact) for delivery in deliveries],
                self.settings.senders[sender],
            )
            ids = [delivery.id for delivery in deliveries]
            named.update(zip(ids, names, strict=True))
        return named

    def exchange(
        self,
        finished: Sequence[tuple[Delivery, Outcome]],
        *,
        now: datetime,
        claim: Sequence[DueEmail] = (),
        give_back: Sequence[DeliveryId] = (),
        run: RunId | None = None,
    ) -> list[Delivery]:
        """Settle, give back and claim, in one transaction; what was claimed."""
        situations = {
            campaign: self._situation(campaign, now)
            for campaign in {delivery.campaign for delivery, _ in finished}
        }
        changes = changes_for(finished, situations)
        if run is None:
            claim, run = (), RunId(0)
        named = self._message_ids(claim)
        claimed = self.store.deliveries.exchange(
            changes,
            named,
            give_back=give_back,
            run=run,
            now=now,
            resting=self._resting,
        )
        seen = {email.delivery.id: email.delivery for email in claim}
        return [seen[one.id].promised(one) for one in claimed]

    def _situation(self, campaign: CampaignId, now: datetime) -> Situation:
        return Situation(
            launched=self.campaigns[campaign],
            calendar=self.calendar,
            costs=self.settings.costs,
            now=now,
            # Whoever claimed it knows; another machine, which had the lock meanwhile, did not.
            expected=(DeliveryState.CLAIMED, DeliveryState.UNKNOWN),
        )
