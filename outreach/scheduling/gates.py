"""How many messages may leave now, and when the next one may: one gate per key.

Pure. A gate holds the rules of one key: a sender, a campaign, a domain, a provider.
Instants and lengths are whole microseconds since 1970 here, because every message
passes several gates and arithmetic on `datetime` would cost more than the message.

Strict: in any half-open window of the stated length, wherever it begins, never more
messages leave than allowed. A message is let through at one instant (`take`) and leaves at a
later one (`gone`): its connection may have to be opened, its server may be slow. Until it is
known to have left it may leave at any moment, so it counts in every window until then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from outreach.errors import Text
from outreach.scheduling.pace import Pace

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
A_SECOND = 1_000_000
#: More than anybody sends at once: what a gate without rules lets through.
WITHOUT_LIMIT = 2**40


def to_microseconds(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND


def to_instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


#: How long the others wait for the answer to the message that goes first after a silence.
FOR_ITS_ANSWER = 30 * A_SECOND
_ONE_FIRST = Text("after a pause one message is tried first: the others wait for its answer")


class Rule(Protocol):
    """One limit of one key."""

    def room(self, now: int) -> int:
        """How many may leave at `now`."""
        ...

    def opens(self, now: int) -> int:
        """The earliest instant from `now` on at which one may leave."""
        ...

    def take(self, now: int, count: int) -> None:
        """So many are let through at `now`; never more than `room` said."""
        ...

    def gone(self, at: int, count: int) -> None:
        """So many that were taken have left, at `at` at the latest; `at` never goes back."""
        ...

    def give_back(self, count: int) -> None:
        """So many that were taken did not leave after all."""
        ...

    def why(self) -> Text:
        """Why nothing leaves while it is shut."""
        ...

    def is_idle(self, now: int) -> bool:
        """Whether forgetting it changes nothing."""
        ...


class Slots:
    """Seconds and minutes: the generic cell rate algorithm, which spreads what leaves.

    `free` is the theoretical arrival time of the next message; it never lies further ahead
    of a message that was let through than `most_ahead`. That no window overflows where
    messages are late is the business of the `Wire` beside it, as long as the run lasts.
    """

    __slots__ = (
        "_burst", "_left", "_reason", "_slack", "free", "interval", "key", "longest", "most_ahead",
    )  # fmt: skip

    def __init__(
        self, key: str, pace: Pace, reason: Callable[[], Text], *, window: int = 0
    ) -> None:
        """`window` is what the pace keeps within its limit."""
        self.key = key
        self.interval = pace.microseconds
        self.most_ahead = pace.burst * self.interval
        #: The same of the last message that left: a whole window's may leave at one instant.
        self.longest = window + self.most_ahead
        self._slack = self.most_ahead - self.interval
        self._burst = pace.burst
        self._reason = reason
        #: The arrival time of the next message by the instants at which the others left.
        self._left = 0
        self.free = 0

    @property
    def next(self) -> int:
        """For another run, which does not know when each message left: the next slot.

        From there on, one each interval: whatever window began before holds no more than
        its number, for of n messages since t the next one comes after t + n intervals.
        """
        return max(self.free, self._left)

    def take_up(self, free: int) -> None:
        """Another run left off there."""
        self.free = self._left = free

    def room(self, now: int) -> int:
        free = self.free
        if free <= now:
            return self._burst
        spare = self._slack - (free - now)
        return spare // self.interval + 1 if spare >= 0 else 0

    def opens(self, now: int) -> int:
        return max(now, self.free - self._slack)

    def take(self, now: int, count: int) -> None:
        free = self.free
        self.free = (free if free > now else now) + count * self.interval

    def gone(self, at: int, count: int) -> None:
        self._left = (at if at > self._left else self._left) + count * self.interval

    def give_back(self, count: int) -> None:
        """A slot that passed unused is not made up for: it may have been somebody's."""

    def why(self) -> Text:
        return self._reason()

    def is_idle(self, now: int) -> bool:
        return self.next <= now


class Gaps:
    """A pause between two messages, as long as `draw` says: people do not write by the clock.

    It begins when the message has left, and until then there is no other.
    """

    __slots__ = (
        "_away", "_draw", "_drawn", "_reason", "free", "interval", "key", "longest", "most_ahead",
    )  # fmt: skip

    def __init__(self, key: str, draw: Callable[[int], int], longest: int, reason: Text) -> None:
        self.key = key
        self.interval = self.most_ahead = self.longest = longest
        self._draw = draw
        self._reason = reason
        self._away = self._drawn = 0
        self.free = 0

    @property
    def next(self) -> int:
        """The next slot."""
        return self.free

    def take_up(self, free: int) -> None:
        """Another run left off there."""
        self.free = free

    def room(self, now: int) -> int:
        return 1 if self.free <= now and not self._away else 0

    def opens(self, now: int) -> int:
        return max(self.free, now + self._drawn) if self._away else max(now, self.free)

    def take(self, now: int, count: int) -> None:
        if count:
            self._away, self._drawn = count, self._draw(now)
            self.free = now + self._drawn

    def gone(self, at: int, count: int) -> None:
        self._away -= count
        self.free = max(self.free, at + self._drawn)

    def give_back(self, count: int) -> None:
        """The pause is kept."""
        self._away -= count

    def why(self) -> Text:
        return self._reason

    def is_idle(self, now: int) -> bool:
        return False


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

    def gone(self, at: int, count: int = 1) -> None:
        """So many that had passed have left, at `at` at the latest."""
        self._asked_at = -1
        for rule in self.rules:
            rule.gone(at, count)

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
        rests = all(rule.is_idle(now) for rule in self.rules)
        return rests and self.closed_until <= now and not self.on_trial
