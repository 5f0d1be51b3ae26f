"""What has come back from the hands and is not yet in the store, and when to write it there.

One commit writes whatever came back since the last one. It is made as soon as half of what
a sender has in hand is back, so that his connections never run dry, and a tenth of a second
after the first answer at the latest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from outreach.errors import OutreachError
from outreach.model.delivery import Outcome
from outreach.model.ids import CampaignId

#: No outcome waits longer than that to be written down, in seconds.
COMMIT = 0.1
#: As much is in hand as comes back in so many seconds.
AHEAD = 0.4
#: At most so many of one sender are in hand: a stop, an opt-out or a pause is soon obeyed.
MOST = 500


class Share:
    """How much of one sender's work is in hand, and how much may be.

    Twice the connections, so that each has its next message while one is on the wire; and
    as much as lately came back in `AHEAD`, so that commits are grouped.
    """

    __slots__ = ("_came", "_low", "_room", "_since", "in_hand")

    def __init__(self) -> None:
        self.in_hand = 0
        self._came = 0
        self._since = 0.0
        self._low = 0
        self._room = 0

    def room(self, connections: int, now: float) -> int:
        """How many more may be taken in hand; `now` in seconds of any steady clock."""
        elapsed = now - self._since
        if elapsed >= COMMIT:
            self._room = min(MOST, int(AHEAD * self._came / elapsed))
            self._came, self._since = 0, now
        return max(2 * connections, self._room) - self.in_hand

    def took(self, count: int) -> None:
        self.in_hand += count
        self._low = self.in_hand // 2

    def came(self, count: int) -> bool:
        """So many are back; whether that is half of what was in hand."""
        self.in_hand -= count
        self._came += count
        return self.in_hand <= self._low


class Inbox:
    """Where the hands put what came back (`hands.Told`)."""

    def __init__(
        self,
        watch: Callable[[Sequence[tuple[int, Outcome]]], Sequence[tuple[int, Outcome]]],
        close: Callable[[str | CampaignId, OutreachError], None],
        lost: Callable[[OutreachError], None],
    ) -> None:
        """`watch` is told of every outcome at once, before the next message begins; it says
        what is to be written down."""
        self._watch = watch
        self.closed = close
        self.lost = lost
        self.shares: dict[str, Share] = {}
        self.ended: list[tuple[int, Outcome]] = []
        self.returned: list[int] = []
        self.bugs: list[BaseException] = []
        self._news = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    def share(self, sender: str) -> Share:
        if sender not in self.shares:
            self.shares[sender] = Share()
        return self.shares[sender]

    def came_back(
        self, sender: str, ended: Sequence[tuple[int, Outcome]], returned: Sequence[int]
    ) -> None:
        if ended:
            self.ended.extend(self._watch(ended))
        self.returned.extend(returned)
        if self.share(sender).came(len(ended) + len(returned)):
            self._news.set()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(COMMIT, self._news.set)

    def broke(self, error: BaseException) -> None:
        self.bugs.append(error)
        self._news.set()

    def wake(self) -> None:
        """There is something else to look at."""
        self._news.set()

    def forget(self, ended: int, returned: int) -> None:
        """So many of what came back, the first of them, are written down."""
        del self.ended[:ended], self.returned[:returned]
        if self._timer:
            self._timer.cancel()
            self._timer = None

    async def enough(self, within: float | None = None) -> None:
        """Until there is enough for a commit, or so many seconds are over."""
        timer = None
        if within is not None:
            timer = asyncio.get_running_loop().call_later(within, self._news.set)
        try:
            await self._news.wait()
        finally:
            self._news.clear()
            if timer:
                timer.cancel()
