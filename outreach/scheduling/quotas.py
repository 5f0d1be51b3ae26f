"""How many leave within a window: hours and days over all runs, seconds and minutes in one.

Pure. Instants and lengths are whole microseconds, as in `gates.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from outreach.errors import Text

NEVER = 2**63

#: A full record of a window is joined into spans of this share of it: the earlier messages of
#: a span count as long as its last, which costs that share of the speed and no memory.
_FINEST = 1024


class Quota:
    """Hours and days: what left within the window, message by message."""

    __slots__ = ("_away", "_cap", "_grows", "_log", "_reason", "_total", "_window")

    def __init__(
        self,
        window: int,
        cap: Callable[[int], int],
        reason: Callable[[], Text],
        *,
        grows: Callable[[int], int] = lambda now: NEVER,
        sent: Iterable[tuple[int, int]] = (),
    ) -> None:
        """`cap` and `grows` say how many are allowed at an instant, and when that changes next.

        `sent` are the instants at which earlier runs sent, with how many, in order.
        """
        self._window = window
        self._cap = cap
        self._reason = reason
        self._grows = grows
        #: First instant of a span, its last one, and how many left in it.
        self._log: list[list[int]] = []
        #: Let through, and not known to have left; with them, how many count.
        self._away = 0
        self._total = 0
        for instant, count in sent:
            self.take(instant, count)
            self.gone(instant, count)

    def room(self, now: int) -> int:
        log = self._log
        if log and log[0][1] <= now - self._window:
            self._forget(now)
        room = self._cap(now) - self._total
        return room if room > 0 else 0

    def opens(self, now: int) -> int:
        self._forget(now)
        excess = self._total - self._cap(now)
        if excess < 0:
            return now
        for _, last, count in self._log:
            excess -= count
            if excess < 0:
                return min(last + self._window, self._grows(now))
        # Those that are under way leave now at the earliest.
        waits = now + self._window if excess < self._away else NEVER
        return min(waits, self._grows(now))

    def take(self, now: int, count: int) -> None:
        self._total += count
        self._away += count

    def gone(self, at: int, count: int) -> None:
        if not count:
            return
        self._away -= count
        log = self._log
        if log:
            newest = log[-1]
            long = len(log) > _FINEST and at - newest[0] < self._window // _FINEST
            if long or newest[1] >= at:
                if at > newest[1]:
                    newest[1] = at
                newest[2] += count
                return
        log.append([at, at, count])

    def give_back(self, count: int) -> None:
        """They did not leave."""
        self._away -= count
        self._total -= count

    def why(self) -> Text:
        return self._reason()

    def is_idle(self, now: int) -> bool:
        """The ledger would have to be asked again."""
        return False

    def _forget(self, now: int) -> None:
        """What left a whole window ago counts no more."""
        since = now - self._window
        over = 0
        for _, last, count in self._log:
            if last > since:
                break
            over += 1
            self._total -= count
        if over:
            del self._log[:over]


class Wire(Quota):
    """Seconds and minutes where messages are late: what this run has under way counts too.

    It stands beside the `Slots` of the same limit.
    """

    __slots__ = ()

    def is_idle(self, now: int) -> bool:
        """What has left, the slots beside it remember for as long as it matters: a run that
        begins at their next one knows no more than that either."""
        return not self._away
