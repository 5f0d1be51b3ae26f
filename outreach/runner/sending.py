"""What the sending loop asks for and what it tells: its ledger, its messages, its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from outreach.errors import OutreachError, Text
from outreach.model.delivery import Delivery, DueEmail, Held, Outcome, Skipped
from outreach.model.ids import CampaignId, DeliveryId, RunId
from outreach.model.message import Message


class Ledger(Protocol):
    """What the sending loop asks of the store. Every act is one committed transaction."""

    def senders(self, campaigns: Sequence[CampaignId] | None) -> Sequence[str]:
        """Whose e-mails may be due: the keys of the senders; None is every running campaign."""
        ...

    def due_emails(
        self,
        sender: str,
        *,
        now: datetime,
        campaigns: Sequence[CampaignId] | None,
        limit: int,
        after: Delivery | None = None,
    ) -> Sequence[DueEmail]:
        """Due and not claimed, in the order they are to leave; from behind `after`, the last seen.

        It may give fewer than `limit`; giving none means that there are no more.
        """
        ...

    def count_due(self, *, now: datetime, campaigns: Sequence[CampaignId] | None) -> int:
        """How many `due_emails` would give in all."""
        ...

    def exchange(
        self,
        finished: Sequence[tuple[Delivery, Outcome]],
        *,
        claim: Sequence[DueEmail],
        give_back: Sequence[DeliveryId],
        run: RunId,
        now: datetime,
    ) -> Sequence[Delivery]:
        """Settle, give back and claim, all together or not at all.

        What is `finished` is written down with what follows from it; what is given back is due
        again, as nothing of it left this machine. Only what is still due and permitted is
        claimed: it comes back with its Message-ID and date, promised to this run.
        """
        ...

    def waits(self, number: DeliveryId) -> bool:
        """Whether a claim put it off, for the sake of its person: it is not passed over."""
        ...


#: Makes the bytes of a claimed delivery, just before they leave; or says why nothing leaves.
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
    #: Claimed, and neither settled nor given back: on the wire, or about to be.
    under_way: int
    #: When the next message may leave, where that is why nothing moves; and what it waits for.
    waits_until: datetime | None = None
    why: Text | None = None
    #: How many e-mails were due when the run began.
    total: int | None = None
    #: It was told to stop, and only waits for the answers about what is on the wire.
    landing: bool = False


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
    #: What it waits for until then.
    why: Text | None
    interrupted: bool
    #: What stopped a sender or a campaign, each told once.
    errors: tuple[OutreachError, ...]
