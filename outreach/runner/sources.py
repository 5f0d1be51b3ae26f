"""What is due, looked at page by page, and which of it may leave now.

Each sender is read on its own and only as far as its turns need, so that a slow one holds
up no other, and nothing grows with the number due. Who may not be written to any more was
passed over by the ledger before anything here sees it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from outreach.errors import Text
from outreach.model.delivery import Delivery, DueEmail
from outreach.model.ids import CampaignId
from outreach.runner.lanes import MOST_PARKED
from outreach.runner.sending import Ledger
from outreach.runner.turns import Turns

#: E-mails of a sender looked at in one reading, and at most waiting for their turn at a time.
READING = 500
LOOKAHEAD = 5_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """What leaves now; when more may, and what it waits for."""

    emails: Sequence[DueEmail]
    wake: datetime | None
    why: Text | None


@dataclass(slots=True)
class _Source:
    """How far the due e-mails of one sender have been looked at."""

    last: Delivery | None = None
    #: Nothing more is due.
    dry: bool = False
    #: Looked at, and waiting for their turn.
    waiting: int = 0
    #: Some were let go, as too many wait for one provider: they are looked at again.
    again: bool = False


class Sources:
    """The due e-mails of every sender."""

    def __init__(
        self,
        ledger: Ledger,
        turns: Turns,
        campaigns: Sequence[CampaignId] | None,
        closed: Container[object],
    ) -> None:
        """`closed` are the senders and campaigns of which nothing leaves in this run."""
        self._ledger = ledger
        self._turns = turns
        self._campaigns = campaigns
        self._closed = closed
        self._sources = {sender: _Source() for sender in ledger.senders(campaigns)}

    def senders(self) -> list[str]:
        """Who may have something to send."""
        return [
            sender
            for sender, source in self._sources.items()
            if (source.waiting or not source.dry) and sender not in self._closed
        ]

    def any_due(self, sender: str, now: datetime) -> bool:
        """Whether the sender has anything due now."""
        found = self._ledger.due_emails(sender, now=now, campaigns=self._campaigns, limit=1)
        return bool(found)

    def choose(self, now: datetime, rooms: Mapping[str, int], most: int) -> Chosen:
        """What may leave now: of each sender what there is room for, and at most `most`."""
        emails: list[DueEmail] = []
        rooms = dict(rooms)
        while True:
            leaving = self._turns.leave(now, rooms, most - len(emails))
            for email in leaving.emails:
                rooms[email.sender] -= 1
                self._sources[email.sender].waiting -= 1
            for sender, gone in (*leaving.lapsed.items(), *leaving.crowded.items()):
                self._sources[sender].waiting -= gone
            for sender in leaving.crowded:
                self._sources[sender].again = True
            emails += self._open(leaving.emails)
            # All of them are read: no sender waits until another has been served.
            if not sum([self._read(sender, now) for sender in leaving.hungry]):
                return Chosen(emails, leaving.wake, leaving.why)

    def drop(self, sender: str) -> None:
        """Nothing more of it in this run."""
        self._turns.drop(sender)
        self._sources[sender] = _Source(dry=True)

    def drop_campaign(self, campaign: CampaignId) -> None:
        """The same of one campaign."""
        for email in self._turns.drop_campaign(campaign):
            self._sources[email.sender].waiting -= 1

    def _read(self, sender: str, now: datetime) -> bool:
        """Look at more of what a sender has due; whether there was any."""
        source = self._sources[sender]
        if source.dry and source.again and source.waiting <= MOST_PARKED // 2:
            source = self._sources[sender] = _Source(waiting=source.waiting)
        if source.dry or source.waiting >= LOOKAHEAD:
            return False
        found = self._ledger.due_emails(
            sender, now=now, campaigns=self._campaigns, limit=READING, after=source.last
        )
        if not found:
            source.dry = True
            return False
        source.last = found[-1].delivery
        new = [email for email in found if email.delivery.id not in self._turns.ids]
        source.waiting += len(new)
        self._turns.add(new)
        return True

    def _open(self, emails: Sequence[DueEmail]) -> list[DueEmail]:
        """Those whose campaign has not been closed since they were looked at."""
        stay = [email for email in emails if email.delivery.campaign in self._closed]
        self._turns.not_left(stay)
        return [email for email in emails if email.delivery.campaign not in self._closed]
