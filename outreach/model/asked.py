"""What a reader asks of a report, beyond the campaigns he names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Dimension(StrEnum):
    """What the chain may be broken down by."""

    #: Of the touches: a person who got two steps is in both rows.
    STEP = "step"
    CHANNEL = "channel"
    #: The saved segments, as their expressions hold now; a person may be in several.
    SEGMENT = "segment"
    #: Who did it, or is to: whom two of them saw is in both rows, whom nobody has is in none.
    SELLER = "seller"
    #: Of the people: everyone is in one row, and the rows add up to the whole.
    SOURCE = "source"
    KIND = "kind"
    WAVE = "wave"
    #: What happened in that week or month, in the workspace's zone.
    WEEK = "week"
    MONTH = "month"


class CreditRule(StrEnum):
    """Which touch earned what came after it."""

    #: The last one before it.
    LAST = "last"
    #: The first one of all.
    FIRST = "first"
    #: Every one before it, in equal parts.
    EVEN = "even"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of `report`. Without any: everything that happened, and no breakdown."""

    by: tuple[Dimension, ...] = ()
    #: Only what happened from that instant on …
    since: datetime | None = None
    #: … and before that one.
    until: datetime | None = None
    rule: CreditRule = CreditRule.LAST
    #: Days from the first touch within which an order came at once; later ones came later.
    at_once: int = 7
    #: What random draws (the bootstrap) start from: the same figures whenever it is asked again.
    seed: int = 1

    def end(self, now: datetime) -> datetime:
        """The first instant that nothing is known of: now, or the end of the period before."""
        return now if self.until is None else min(now, self.until)

    def holds(self, instant: datetime) -> bool:
        """Whether an instant is among those that are told of."""
        begun = self.since is None or self.since <= instant
        return begun and (self.until is None or instant < self.until)

    def last(self, now: datetime) -> datetime:
        """The last instant that something is known of."""
        return now if self.until is None else min(now, self.until - timedelta(seconds=1))
