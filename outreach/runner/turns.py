"""The e-mails in hand, and whose turn it is: first come, first served, within the limits.

A domain whose slots are taken is parked, so that it holds up nobody else and is not
looked at again before its time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from heapq import heappop, heappush

from outreach.model.delivery import DueEmail
from outreach.model.ids import DeliveryId
from outreach.model.settings import Limits
from outreach.scheduling.pace import Counts, Pacer


class _Line:
    """What one sender has to send: a queue, and the parked domains."""

    def __init__(self) -> None:
        self.queue: deque[DueEmail] = deque()
        self.parked: dict[str, deque[DueEmail]] = {}
        #: When each parked domain is worth another look.
        self.looks: list[tuple[datetime, str]] = []

    def emails(self) -> list[DueEmail]:
        return [*self.queue, *(email for line in self.parked.values() for email in line)]

    def park(self, email: DueEmail, until: datetime) -> None:
        self.parked[email.address_domain] = deque([email])
        heappush(self.looks, (until, email.address_domain))


class Turns:
    """Hands out e-mails one by one, when they may leave."""

    def __init__(self, limits: Mapping[str, Limits]) -> None:
        self.pacer = Pacer(limits)
        self._lines: dict[str, _Line] = {}
        #: Everything in hand.
        self.ids: set[DeliveryId] = set()

    def add(self, emails: Iterable[DueEmail]) -> None:
        for email in emails:
            self._lines.setdefault(email.sender, _Line()).queue.append(email)
            self.ids.add(email.delivery.id)

    def senders(self) -> list[str]:
        return list(self._lines)

    def drop(self, sender: str) -> list[DueEmail]:
        """Give up everything of one sender."""
        line = self._lines.pop(sender, None)
        emails = line.emails() if line else []
        self.ids.difference_update(email.delivery.id for email in emails)
        return emails

    def next(self, sender: str, now: datetime, counts: Counts) -> DueEmail | datetime | None:
        """The e-mail that may leave now, else the instant one may, else None: nothing left.

        An e-mail handed out is no longer in hand; `taken` counts it once it really leaves.
        """
        line = self._lines.get(sender)
        if line is None or not (line.queue or line.parked):
            return None
        start = self.pacer.sender_start(sender, now, counts)
        if start > now:
            return start
        email = self._from_parked(line, now) or self._from_queue(line, now)
        if email:
            self.ids.discard(email.delivery.id)
            return email
        return line.looks[0][0] if line.looks else None

    def taken(self, email: DueEmail, now: datetime) -> None:
        """It leaves now."""
        self.pacer.take(email.sender, email.address_domain, now)

    def _from_parked(self, line: _Line, now: datetime) -> DueEmail | None:
        while line.looks and line.looks[0][0] <= now:
            _, domain = heappop(line.looks)
            waiting = line.parked[domain]
            start = self.pacer.next_start(waiting[0].sender, domain, now)
            if start > now:
                heappush(line.looks, (start, domain))
                continue
            email = waiting.popleft()
            if waiting:
                heappush(line.looks, (now, domain))
            else:
                del line.parked[domain]
            return email
        return None

    def _from_queue(self, line: _Line, now: datetime) -> DueEmail | None:
        while line.queue:
            email = line.queue.popleft()
            if email.address_domain in line.parked:
                line.parked[email.address_domain].append(email)
                continue
            start = self.pacer.next_start(email.sender, email.address_domain, now)
            if start <= now:
                return email
            line.park(email, start)
        return None
