"""Small stand-ins that keep the rules of what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from outreach.errors import StoreError, Text
from outreach.model.campaign import Channel
from outreach.model.delivery import (
    Deferred,
    Delivery,
    DeliveryState,
    DueEmail,
    Held,
    Outcome,
    Refused,
    Sent,
    Skipped,
    Unknown,
)
from outreach.model.ids import CampaignId, ContactId, DeliveryId, RunId, StepId
from outreach.store.paces import KeptPace

_STATES: dict[type[Outcome], DeliveryState] = {
    Sent: DeliveryState.SENT,
    Deferred: DeliveryState.DUE,
    Refused: DeliveryState.REFUSED,
    Unknown: DeliveryState.UNKNOWN,
    Held: DeliveryState.HELD,
    Skipped: DeliveryState.SKIPPED,
}


class PaperLedger:
    """The delivery ledger on paper: `due → claimed → …`, and no other way."""

    def __init__(self) -> None:
        self.rows: dict[DeliveryId, DueEmail] = {}
        self.outcomes: dict[DeliveryId, list[Outcome]] = {}
        #: When each message was claimed and when it was settled as sent.
        self.claimed_at: dict[DeliveryId, datetime] = {}
        self.sent_at: dict[DeliveryId, datetime] = {}
        self.kept_paces: dict[str, KeptPace] = {}
        #: People who must not be written to any more: the claim says no.
        self.forbidden: set[DeliveryId] = set()
        #: The disk is full: nothing can be settled.
        self.full = False
        self.claims = 0

    def add(
        self,
        number: int,
        *,
        due: datetime,
        sender: str = "marie",
        domain: str = "example.org",
        campaign: int = 1,
        message_id: str | None = None,
        message_date: datetime | None = None,
    ) -> None:
        delivery = Delivery(
            id=DeliveryId(number),
            campaign=CampaignId(campaign),
            step_id=StepId(1),
            step="invitation",
            contact=ContactId(number),
            channel=Channel.EMAIL,
            state=DeliveryState.DUE,
            due_at=due,
            sender=sender,
            message_id=message_id,
            message_date=message_date,
        )
        self.rows[delivery.id] = DueEmail(delivery, sender, domain)

    def in_state(self, state: DeliveryState) -> list[int]:
        return [n for n, row in self.rows.items() if row.delivery.state is state]

    # --- what the sending loop asks ------------------------------------------------------------

    def senders(self, campaigns: Sequence[CampaignId] | None) -> list[str]:
        return sorted({row.sender for row in self.rows.values()})

    def due_emails(
        self,
        sender: str,
        *,
        now: datetime,
        campaigns: Sequence[CampaignId] | None,
        limit: int,
        after: Delivery | None = None,
    ) -> list[DueEmail]:
        due = [row for row in self._due(now, campaigns) if row.sender == sender]
        behind = (after.due_at, after.id) if after else None
        return [
            row for row in due if behind is None or (row.delivery.due_at, row.delivery.id) > behind
        ][:limit]

    def _due(self, now: datetime, campaigns: Sequence[CampaignId] | None) -> list[DueEmail]:
        due = [
            row
            for row in self.rows.values()
            if row.delivery.state is DeliveryState.DUE
            and row.delivery.due_at <= now
            and (campaigns is None or row.delivery.campaign in campaigns)
        ]
        return sorted(due, key=lambda row: (row.delivery.due_at, row.delivery.id))

    def count_due(self, *, now: datetime, campaigns: Sequence[CampaignId] | None) -> int:
        return len(self._due(now, campaigns))

    def exchange(
        self,
        finished: Sequence[tuple[Delivery, Outcome]],
        *,
        claim: Sequence[DueEmail],
        give_back: Sequence[DeliveryId],
        run: RunId,
        now: datetime,
    ) -> list[Delivery]:
        if finished:
            self._settle(finished, now)
        for number in give_back:
            assert self.rows[number].delivery.state is DeliveryState.CLAIMED
            self._change(number, state=DeliveryState.DUE)
            if not self.rows[number].delivery.attempts:
                self._change(number, message_date=None)
        return self._claim([email.delivery.id for email in claim], now) if claim else []

    def waits(self, number: DeliveryId) -> bool:
        return False

    def _claim(self, ids: Sequence[DeliveryId], now: datetime) -> list[Delivery]:
        self.claims += 1
        claimed = []
        for number in ids:
            delivery = self.rows[number].delivery
            if delivery.state is not DeliveryState.DUE or number in self.forbidden:
                continue
            self._change(
                number,
                state=DeliveryState.CLAIMED,
                message_id=delivery.message_id or f"<{number}@ledger.example>",
                message_date=delivery.message_date or now,
            )
            self.claimed_at[number] = now
            claimed.append(self.rows[number].delivery)
        return claimed

    def _settle(self, results: Sequence[tuple[Delivery, Outcome]], now: datetime) -> None:
        if self.full:
            raise StoreError(Text("database or disk is full"))
        for delivery, outcome in results:
            state = self.rows[delivery.id].delivery.state
            assert state is DeliveryState.CLAIMED, f"{delivery.id} is {state}"
            self._change(delivery.id, state=_STATES[type(outcome)])
            if isinstance(outcome, Sent | Refused | Unknown) or getattr(outcome, "counts", False):
                self._change(delivery.id, attempts=self.rows[delivery.id].delivery.attempts + 1)
            self.outcomes.setdefault(delivery.id, []).append(outcome)
            if isinstance(outcome, Sent):
                self.sent_at[delivery.id] = now
            if isinstance(outcome, Deferred):
                self._change(delivery.id, due_at=now + timedelta(minutes=7))

    def first_sent(
        self, sender: str | None = None, *, campaign: CampaignId | None = None
    ) -> datetime | None:
        log = self.sent_log(datetime.min.replace(tzinfo=UTC), sender=sender, campaign=campaign)
        return min((at for at, _ in log), default=None)

    def sent_log(
        self, since: datetime, *, sender: str | None = None, campaign: CampaignId | None = None
    ) -> list[tuple[datetime, int]]:
        rows = {number: self.rows[number] for number, at in self.sent_at.items() if at > since}
        chosen = [
            number
            for number, row in rows.items()
            if sender in (None, row.sender) and campaign in (None, row.delivery.campaign)
        ]
        return sorted((self.sent_at[number], 1) for number in chosen)

    def sent_by_domain(self, since: datetime) -> list[tuple[datetime, str, int]]:
        sent = ((at, self.rows[number].address_domain) for number, at in self.sent_at.items())
        return sorted((at, domain, 1) for at, domain in sent if at > since)

    def paces(self) -> list[KeptPace]:
        return list(self.kept_paces.values())

    def keep_paces(self, paces: Sequence[KeptPace], *, over: datetime | None = None) -> None:
        self.kept_paces |= {pace.key: pace for pace in paces}

    def _sent_by(self, sender: str) -> list[datetime]:
        return [at for number, at in self.sent_at.items() if self.rows[number].sender == sender]

    def _change(self, number: DeliveryId, **values: object) -> None:
        row = self.rows[number]
        self.rows[number] = replace(row, delivery=replace(row.delivery, **values))  # type: ignore[arg-type]
