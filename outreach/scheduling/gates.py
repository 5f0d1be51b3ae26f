"""How many messages may leave now, and when the next one may: one gate per key.

Pure. A gate holds the rules of one key: a sender, a campaign, a domain, a provider.
Instants and lengths are whole microseconds since 1970 here, because every message
passes several gates and arithmetic on `datetime` would cost more than the message.

Strict: in any half-open window of the stated length, wherever it begins, never more
messages leave than allowed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from outreach.errors import Text
from outreach.scheduling.pace import Pace

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
A_SECOND = 1_000_000
NEVER = 2**63
#: More than anybody sends at once: what a gate without rules lets through.
WITHOUT_LIMIT = 2**40

#: A full record of a window is joined into spans of this share of it: the earlier messages of
#: a span count as long as its last, which costs that share of the speed and no memory.
_FINEST = 1024


def to_microseconds(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND


def to_instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


#: How long the others wait for the answer to the message that goes first after a silence.
FOR_ITS_ANSWER = 30 * A_SECOND
_ONE_FIRST = Text("one message went first after a silence: the others wait for its answer")


class Rule(Protocol):
    """One limit of one key."""

    def room(self, now: int) -> int:
        """How many may leave at `now`."""
        ...

    def opens(self, now: int) -> int:
        """The earliest instant from `now` on at which one may leave."""
        ...

    def take(self, now: int, count: int) -> None:
        """So many leave at `now`; never more than `room` said."""
        ...

    def give_back(self, count: int) -> None:
        """So many that were taken did not leave after all."""
        ...

    def why(self) -> Text:
        """Why nothing leaves while it is shut."""
        ...


class Slots:
    """Seconds and minutes: the generic cell rate algorithm.

    `free` is the theoretical arrival time of the next message; it never lies further ahead
    of a message that has left than `most_ahead`.
    """

    __slots__ = ("_reason", "_slack", "free", "interval", "key", "most_ahead")

    def __init__(self, key: str, pace: Pace, reason: Callable[[], Text]) -> None:
        self.key = key
        self.interval = pace.microseconds
        self.most_ahead = pace.burst * self.interval
        self._slack = self.most_ahead - self.interval
        self._reason = reason
        self.free = 0

    def room(self, now: int) -> int:
        ahead = self.free - now
        if ahead > self._slack:
            return 0
        spare = self._slack - ahead if ahead > 0 else self._slack
        return spare // self.interval + 1

    def opens(self, now: int) -> int:
        return max(now, self.free - self._slack)

    def take(self, now: int, count: int) -> None:
        start = self.free if self.free > now else now
        self.free = start + count * self.interval

    def give_back(self, count: int) -> None:
        """A slot that passed unused is not made up for: it may have been somebody's."""

    def why(self) -> Text:
        return self._reason()


class Gaps:
    """A pause between two messages, as long as `draw` says: people do not write by the clock."""

    __slots__ = ("_draw", "_reason", "free", "interval", "key", "most_ahead")

    def __init__(self, key: str, draw: Callable[[int], int], longest: int, reason: Text) -> None:
        self.key = key
        self.interval = self.most_ahead = longest
        self._draw = draw
        self._reason = reason
        self.free = 0

    def room(self, now: int) -> int:
        return 1 if self.free <= now else 0

    def opens(self, now: int) -> int:
        return max(now, self.free)

    def take(self, now: int, count: int) -> None:
        if count:
            self.free = now + self._draw(now)

    def give_back(self, count: int) -> None:
        """The pause is kept."""

    def why(self) -> Text:
        return self._reason


class Quota:
    """Hours and days: what left within the window, message by message."""

    __slots__ = ("_cap", "_grows", "_log", "_reason", "_total", "_window")

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
        self._log: deque[list[int]] = deque()
        self._total = 0
        for instant, count in sent:
            self.take(instant, count)

    def room(self, now: int) -> int:
        self._forget(now)
        return max(0, self._cap(now) - self._total)

    def opens(self, now: int) -> int:
        self._forget(now)
        excess = self._total - self._cap(now)
        if excess < 0:
            return now
        for _, last, count in self._log:
            excess -= count
            if excess < 0:
                return min(last + self._window, self._grows(now))
        return self._grows(now)

    def take(self, now: int, count: int) -> None:
        if not count:
            return
        self._total += count
        if self._log:
            newest = self._log[-1]
            long = len(self._log) > _FINEST and now - newest[0] < self._window // _FINEST
            if long or newest[1] >= now:
                newest[1] = max(newest[1], now)
                newest[2] += count
                return
        self._log.append([now, now, count])

    def give_back(self, count: int) -> None:
        """They are taken off the newest: the older ones left for certain."""
        for span in reversed(self._log):
            off = min(count, span[2])
            span[2] -= off
            self._total -= off
            count -= off
            if not count:
                return

    def why(self) -> Text:
        return self._reason()

    def _forget(self, now: int) -> None:
        """What left a whole window ago counts no more."""
        log, since = self._log, now - self._window
        while log and log[0][1] <= since:
            self._total -= log.popleft()[2]


class Gate:
    """The rules of one key, and whether somebody has shut it until an instant."""

    __slots__ = ("_asked_at", "_left", "_reason", "closed_until", "key", "on_trial", "rules")

    def __init__(self, key: str, rules: Sequence[Rule] = ()) -> None:
        self.key = key
        self.rules = tuple(rules)
        self.closed_until = 0
        #: It was shut, and nothing has been taken since: one message goes first.
        self.on_trial = False
        self._reason: Text | None = None
        #: What `left` said last, for which instant.
        self._asked_at = -1
        self._left = 0

    def close(self, until: int, reason: Text) -> None:
        """Nothing leaves before `until`; a longer silence that is kept already stays."""
        if until > self.closed_until:
            self.closed_until, self._reason = until, reason
            self.on_trial = True
            self._asked_at = -1

    def open(self) -> None:
        """The one that went first was taken."""
        self.closed_until, self.on_trial = 0, False
        self._asked_at = -1

    def left(self, now: int) -> int:
        """How many may leave at `now`."""
        if self._asked_at != now:
            self._asked_at = now
            left = 0 if self.closed_until > now else 1 if self.on_trial else WITHOUT_LIMIT
            for rule in self.rules:
                room = rule.room(now)
                if room < left:
                    left = room
            self._left = left
        return self._left

    def pass_(self, now: int, count: int = 1) -> None:
        """So many leave at `now`: no more than `left` has just said."""
        self._left -= count
        if self.on_trial:
            self.closed_until, self._reason = now + FOR_ITS_ANSWER, _ONE_FIRST
        for rule in self.rules:
            rule.take(now, count)

    def give_back(self, count: int) -> None:
        self._asked_at = -1
        for rule in self.rules:
            rule.give_back(count)

    def opens(self, now: int) -> int:
        """The earliest instant at which one may leave, if nothing else leaves until then."""
        start = max(now, self.closed_until)
        for rule in self.rules:
            start = max(start, rule.opens(now))
        return start

    def why(self, now: int) -> Text | None:
        """What keeps it shut longest."""
        opens = self.opens(now)
        if opens <= now:
            return None
        if self._reason is not None and self.closed_until >= opens:
            return self._reason
        return max(self.rules, key=lambda rule: rule.opens(now)).why()

    def is_idle(self, now: int) -> bool:
        """Whether forgetting it changes nothing: no rule remembers a message."""
        rests = all(isinstance(rule, Slots) and rule.free <= now for rule in self.rules)
        return rests and self.closed_until <= now and not self.on_trial
