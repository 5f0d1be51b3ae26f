"""Small stand-ins that keep the rules of what they stand for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from outreach.errors import StoreError, Text
from outreach.model.campaign import Channel
from outreach.model.delivery import (
    Claimed,
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

    def due_emails(
        self,
        *,
        now: datetime,
        campaigns: Sequence[CampaignId] | None,
        limit: int,
        excluding: Collection[DeliveryId] = (),
    ) -> list[DueEmail]:
        due = [
            row
            for number, row in self.rows.items()
            if row.delivery.state is DeliveryState.DUE
            and row.delivery.due_at <= now
            and number not in excluding
            and (campaigns is None or row.delivery.campaign in campaigns)
        ]
        return sorted(due, key=lambda row: (row.delivery.due_at, row.delivery.id))[:limit]

    def count_due(self, *, now: datetime, campaigns: Sequence[CampaignId] | None) -> int:
        return len(self.due_emails(now=now, campaigns=campaigns, limit=10**9))

    def claim(self, ids: Sequence[DeliveryId], *, run: RunId, now: datetime) -> list[Claimed]:
        self.claims += 1
        claimed = []
        for number in ids:
            delivery = self.rows[number].delivery
            if delivery.state is not DeliveryState.DUE or number in self.forbidden:
                continue
            self._change(
                number,
                state=DeliveryState.CLAIMED,
                attempts=delivery.attempts + 1,
                message_id=delivery.message_id or f"<{number}@ledger.example>",
                message_date=delivery.message_date or now,
            )
            self.claimed_at[number] = now
            claimed.append(Claimed(self.rows[number].delivery))
        return claimed

    def settle(self, results: Sequence[tuple[Delivery, Outcome]], *, now: datetime) -> None:
        if self.full:
            raise StoreError(Text("database or disk is full"))
        for delivery, outcome in results:
            state = self.rows[delivery.id].delivery.state
            at_rest = isinstance(outcome, Held | Skipped) and state is DeliveryState.DUE
            assert state is DeliveryState.CLAIMED or at_rest, f"{delivery.id} is {state}"
            self._change(delivery.id, state=_STATES[type(outcome)])
            self.outcomes.setdefault(delivery.id, []).append(outcome)
            if isinstance(outcome, Sent):
                self.sent_at[delivery.id] = now
            if isinstance(outcome, Deferred):
                self._change(delivery.id, due_at=now + timedelta(minutes=7))

    def give_back(self, ids: Sequence[DeliveryId]) -> None:
        for number in ids:
            assert self.rows[number].delivery.state is DeliveryState.CLAIMED
            self._change(number, state=DeliveryState.DUE)

    def sent_since(self, sender: str, since: datetime) -> tuple[int, datetime | None]:
        times = [at for at in self._sent_by(sender) if at > since]
        return len(times), min(times, default=None)

    def first_sent(self, sender: str) -> datetime | None:
        return min(self._sent_by(sender), default=None)

    def _sent_by(self, sender: str) -> list[datetime]:
        return [at for number, at in self.sent_at.items() if self.rows[number].sender == sender]

    def _change(self, number: DeliveryId, **values: object) -> None:
        row = self.rows[number]
        self.rows[number] = replace(row, delivery=replace(row.delivery, **values))  # type: ignore[arg-type]
