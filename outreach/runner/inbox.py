"""What has come back from the hands and is not yet in the store, and when to write it there.

One commit writes whatever came back since the last one. It is made as soon as half of what
a sender has in hand is back, so that his connections never run dry, and a tenth of a second
after the first answer at the latest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from outreach.errors import OutreachError
from outreach.model.delivery import Outcome
from outreach.model.ids import CampaignId

#: No outcome waits longer than that to be written down, in seconds.
COMMIT = 0.1
#: As much is in hand as comes back in so many seconds: while the one half leaves, the next
#: ones are claimed, which takes its time on a busy machine.
AHEAD = 1.0
#: What leaves within so short a time is told as if all of it left with the last of them.
_TOGETHER = timedelta(milliseconds=5)
#: At most so many of one sender are in hand: a stop, an opt-out or a pause is soon obeyed.
MOST = 1_000


class Share:
    """How much of one sender's work is in hand, and how much may be.

    Twice the connections, so that each has its next message while one is on the wire; and
    as much as lately came back in `AHEAD`, so that commits are grouped.
    """

    __slots__ = ("_came", "_low", "_room", "_since", "in_hand")

    def __init__(self) -> None:
        self.in_hand = 0
        #: Whose outcome has come since then; what is merely returned is no work done.
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
        if not connections:
            # Those who worked for it are gone: nothing is claimed only to be given back.
            return 0
        return max(2 * connections, self._room) - self.in_hand

    def took(self, count: int) -> None:
        self.in_hand += count
        self._low = self.in_hand // 2

    def came(self, ended: int, returned: int) -> bool:
        """So many are back; whether that is half of what was in hand, or half of the rest."""
        self.in_hand -= ended + returned
        self._came += ended
        enough = self.in_hand <= self._low
        if enough:
            self._low = self.in_hand // 2
        return enough


class Inbox:
    """Where the hands put what came back (`hands.Told`)."""

    def __init__(
        self,
        watch: Callable[[Sequence[tuple[int, Outcome]]], Sequence[tuple[int, Outcome]]],
        close: Callable[[str | CampaignId, OutreachError], None],
        lost: Callable[[OutreachError], None],
        now: Callable[[], datetime],
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
        self._now = now
        #: Whose bodies have left since it was asked last: from when on, by when, and who.
        self._left: list[tuple[datetime, datetime, list[int]]] = []
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
        if self.share(sender).came(len(ended), len(returned)):
            self._news.set()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(COMMIT, self._news.set)

    def left(self, keys: Sequence[int]) -> None:
        now = self._now()
        if self._left and now - self._left[-1][0] <= _TOGETHER:
            begun, _, all_of_them = self._left[-1]
            all_of_them += keys
            self._left[-1] = begun, now, all_of_them
        else:
            self._left.append((now, now, list(keys)))

    def taken_left(self) -> list[tuple[datetime, list[int]]]:
        """What has left since this was asked last, and by when."""
        left, self._left = self._left, []
        return [(by, keys) for _, by, keys in left]

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
