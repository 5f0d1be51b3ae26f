"""What the sending loop asks for and what it tells: its ledger, its messages, its report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from outreach.errors import OutreachError
from outreach.model.delivery import Claimed, Delivery, DueEmail, Held, Outcome, Skipped
from outreach.model.ids import CampaignId, DeliveryId, RunId
from outreach.model.message import Message
from outreach.model.settings import Limits
from outreach.scheduling.pace import DAY, HOUR, Counts


class Past(Protocol):
    """What a sender has sent: what its limits go by."""

    def sent_since(self, sender: str, since: datetime) -> tuple[int, datetime | None]:
        """How many a sender has sent since an instant, and when the oldest of them."""
        ...

    def first_sent(self, sender: str) -> datetime | None:
        """When the sender sent its first message ever."""
        ...


class Ledger(Past, Protocol):
    """What the sending loop asks of the store. Every act is one committed transaction."""

    def due_emails(
        self,
        *,
        now: datetime,
        campaigns: Sequence[CampaignId] | None,
        limit: int,
        excluding: Collection[DeliveryId] = (),
    ) -> Sequence[DueEmail]:
        """Due and not claimed, oldest first; None is every running campaign.

        It may give fewer than `limit`; giving none means that there are no more.
        """
        ...

    def count_due(self, *, now: datetime, campaigns: Sequence[CampaignId] | None) -> int:
        """How many `due_emails` would give in all."""
        ...

    def claim(self, ids: Sequence[DeliveryId], *, run: RunId, now: datetime) -> Sequence[Claimed]:
        """Promise them to this run. Only what is still due and permitted comes back."""
        ...

    def settle(self, results: Sequence[tuple[Delivery, Outcome]], *, now: datetime) -> None:
        """Write down what became of them, and what follows from it."""
        ...

    def give_back(self, ids: Sequence[DeliveryId]) -> None:
        """Claimed → due: nothing of them left this machine."""
        ...


#: Makes the bytes of a delivery. It is asked before the claim, with `message_date` set to now
#: and `message_id` perhaps not yet written down (it derives from the delivery), so that nothing
#: is claimed that cannot be sent; and again after it, should the claim say otherwise.
Compose = Callable[[Delivery], Message | Held | Skipped]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where the run stands: for a progress bar."""

    sent: int
    deferred: int
    refused: int
    unknown: int
    held: int
    skipped: int
    #: On the wire now.
    under_way: int
    #: The instant the next message may leave, when that is why nothing moves.
    waits_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """What a run has done."""

    sent: int
    deferred: int
    refused: int
    unknown: int
    held: int
    skipped: int
    #: Due and not handed over in this run.
    remaining: int
    #: When the limits let the next one leave, if that is why the run ended.
    not_before: datetime | None
    interrupted: bool
    #: What stopped a sender or a campaign, each told once.
    errors: tuple[OutreachError, ...]


def sent_so_far(past: Past, sender: str, limits: Limits, now: datetime, *, pending: int) -> Counts:
    """What the quotas of hours and days need: the ledger's numbers, and what is not in it yet.

    Nothing is asked for that no limit needs.
    """
    counts = Counts()
    if limits.per_hour is not None:
        sent, oldest = past.sent_since(sender, now - HOUR)
        counts = replace(counts, hour=sent + pending, hour_oldest=oldest)
    if limits.per_day is not None or limits.warm_up_start is not None:
        sent, oldest = past.sent_since(sender, now - DAY)
        first = past.first_sent(sender)
        counts = replace(counts, day=sent + pending, day_oldest=oldest, first=first)
    return counts
