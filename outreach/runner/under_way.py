"""What was let through and is not known to have left: it counts as if it left at any moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime

from outreach.model.delivery import DueEmail
from outreach.model.ids import CampaignId
from outreach.runner.gatekeeper import Gatekeeper
from outreach.scheduling.gates import Gate, to_microseconds


class UnderWay:
    """The gates that each message has passed, until it has left or is known not to leave."""

    def __init__(self, keeper: Gatekeeper) -> None:
        self._keeper = keeper
        self._limited = keeper.rules.limit
        self._gates: dict[int, tuple[Gate, ...]] = {}
        #: When they were let through, and who together; the oldest first.
        self._batches: deque[tuple[int, list[int]]] = deque()

    def __bool__(self) -> bool:
        """Whether anything is under way that a limit counts."""
        return bool(self._gates)

    def since(self) -> int:
        """When the oldest of them was let through; to be asked where there is one."""
        gates, batches = self._gates, self._batches
        while True:
            at, ids = batches[0]
            while ids and ids[-1] not in gates:
                ids.pop()
            if ids:
                return at
            batches.popleft()

    def passed(self, email: DueEmail, gates: tuple[Gate, ...]) -> None:
        """Those of its domain."""
        if self._limited:
            self._gates[email.delivery.id] = gates

    def begin(self, emails: Sequence[DueEmail], now: int) -> None:
        """They are let through; their senders' and campaigns' gates are theirs too."""
        if not (self._limited and emails):
            return
        #: By sender and campaign: there are few of them in thousands of messages.
        shared: dict[tuple[str, CampaignId], tuple[Gate, ...]] = {}
        gates = self._gates
        ids: list[int] = []
        for email in emails:
            delivery = email.delivery
            both = (email.sender, delivery.campaign)
            own = shared.get(both)
            if own is None:
                own = shared[both] = self._of(email, now)
            one: int = delivery.id
            ids.append(one)
            if one in gates:
                gates[one] += own
            elif own:
                gates[one] = own
        if self._gates:
            self._batches.append((now, ids))
        else:
            self._batches.clear()

    def _of(self, email: DueEmail, now: int) -> tuple[Gate, ...]:
        """Those of its sender and campaign."""
        keeper, campaign = self._keeper, email.delivery.campaign
        found = [keeper.sender(email.sender, now)]
        if campaign in keeper.rules.campaigns:
            found.append(keeper.campaign(campaign, now))
        return tuple(gate for gate in found if gate.rules)

    def left(self, ids: Iterable[int], at: datetime) -> None:
        """They have left by `at`; those that are not under way any more are nothing new."""
        if not self._gates:
            return
        counts: dict[Gate, int] = {}
        take, count_of = self._gates.pop, counts.get
        for one in ids:
            for gate in take(one, ()):
                counts[gate] = count_of(gate, 0) + 1
        if counts:
            self._keeper.gone(counts, to_microseconds(at))

    def not_left(self, email: DueEmail) -> None:
        """It does not leave: the hour and the day have room for another."""
        for gate in self._gates.pop(email.delivery.id, ()):
            gate.give_back(1)
