"""What waits of one sender and campaign: in a queue, and parked before gates that are shut."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify
from typing import Any

from outreach.errors import Text
from outreach.model.delivery import DueEmail
from outreach.model.ids import CampaignId
from outreach.scheduling.gates import Gate, to_instant

#: E-mails that wait before one gate; the others are let go, to be looked at again later.
MOST_PARKED = 250


@dataclass(frozen=True, slots=True)
class Departure:
    """What leaves now, and what is to be expected of the rest."""

    #: In this order; each is counted and no longer in hand.
    emails: list[DueEmail]
    #: When the next one in hand may leave, where a limit is what keeps it; and which limit.
    wake: datetime | None
    why: Text | None
    #: Senders with room for more than what is in hand may fill now.
    hungry: tuple[str, ...]
    #: By sender: those that are no longer in hand because their window has closed.
    lapsed: Mapping[str, int] = field(default_factory=dict)
    #: By sender: those that are no longer in hand because too many wait before one gate.
    crowded: Mapping[str, int] = field(default_factory=dict)


def first_to_open(
    waits: Sequence[tuple[int, Gate]], now: int
) -> tuple[datetime | None, Text | None]:
    """When the first of these gates opens, not before its instant, and why it is shut."""
    if not waits:
        return None, None
    # A gate may have been passed since it was asked: it says again when it opens.
    opens = [(max(at, gate.opens(now)), gate) for at, gate in waits]
    wake, gate = min(opens, key=lambda one: one[0])
    return to_instant(wake), gate.why(now)


class Lane:
    """The e-mails of one line that pass the same gates, waiting for them."""

    __slots__ = ("asks", "gates", "parked", "waiting")

    def __init__(self, gates: tuple[Gate, ...], *, asks: str = "") -> None:
        self.gates = gates
        #: The domain that only waits until it is known whose it is.
        self.asks = asks
        #: At most `MOST_PARKED`, and in most of thousands of lanes none: an empty deque takes 600
        #: bytes.
        self.waiting: list[DueEmail] = []
        self.parked = False

    def room(self, now: int, most: int) -> int:
        for gate in self.gates:
            left = gate.left(now)
            if left < most:
                most = left
        return most

    def opens(self, now: int) -> tuple[int, Gate]:
        """When the next one may leave, and the gate that opens last."""
        return max(((gate.opens(now), gate) for gate in self.gates), key=lambda one: one[0])


class Line:
    """What one sender has to send of one campaign: a queue, and the lanes that are parked."""

    __slots__ = ("campaign", "lanes", "limited", "looks", "queue", "shared")

    def __init__(self, campaign: CampaignId, *, limited: bool) -> None:
        self.campaign = campaign
        #: Whether the campaign has limits of its own.
        self.limited = limited
        self.queue: deque[DueEmail] = deque()
        #: By the domain of the address; by the gates, which several domains may share.
        self.lanes: dict[str, Lane] = {}
        self.shared: dict[tuple[str, ...], Lane] = {}
        #: When each parked lane is worth another look, in which order, and what it waits for.
        self.looks: list[tuple[int, int, Lane, Gate]] = []

    def __bool__(self) -> bool:
        """Whether it has anything in hand."""
        return bool(self.queue or self.looks)

    def emails(self) -> Iterator[DueEmail]:
        yield from self.queue
        for _, _, lane, _ in self.looks:
            yield from lane.waiting

    def first_due(self) -> datetime:
        """Since when the first of those that may be looked at is due."""
        first = self.queue[0] if self.queue else self.looks[0][2].waiting[0]
        return first.delivery.due_at

    def forget_ways(self) -> None:
        """Which gates a domain passes is asked anew, but for those that are parked."""
        self.lanes = {domain: lane for domain, lane in self.lanes.items() if lane.parked}
        self.shared = {keys: lane for keys, lane in self.shared.items() if lane.parked}

    def put_back(self, which: Callable[[str], bool]) -> None:
        """What waits for these domains is looked at anew: its way is another one now.

        And whatever waits in the same lanes, for their ways may part here.
        """
        found = self.lanes.items()
        lanes = {lane for domain, lane in found if not lane.asks and which(domain)}
        if not lanes:
            return
        emails = [email for lane in lanes for email in lane.waiting]
        emails.sort(key=lambda email: (email.delivery.due_at, email.delivery.id))
        self.queue.extendleft(reversed(emails))
        self.lanes = {domain: lane for domain, lane in self.lanes.items() if lane not in lanes}
        self.shared = {keys: lane for keys, lane in self.shared.items() if lane not in lanes}
        self.looks = [look for look in self.looks if look[2] not in lanes]
        heapify(self.looks)


def forget_ways(lines: Iterable[Mapping[Any, Line]]) -> None:
    """Of all lines, by whatever they are found."""
    for some in lines:
        for line in some.values():
            line.forget_ways()
