"""How fast one sender may send: the generic cell rate algorithm, as values.

Pure. The clock comes in as `now`, the earliest start goes out as an instant; sleeping
is the runner's business. Seconds and minutes are kept here; hours and days are counted
from the ledger, which outlives the process, and come in as `Counts`.

Strict: in any half-open window of the stated length, wherever it begins, never more
messages start than allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from outreach.model.settings import Limits

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_MICROSECOND = timedelta(microseconds=1)

#: Recipient domains whose next slot is kept before the past ones are forgotten.
_MANY = 10_000


@dataclass(frozen=True, slots=True)
class Pace:
    """One message per `interval`; after a rest up to `burst` of them back to back."""

    interval: timedelta
    burst: int = 1

    @classmethod
    def at_most(cls, number: float, window: timedelta) -> Pace:
        """The pace that never lets more than `number` start in any `window`.

        A burst of b at an interval of T puts up to b - 1 + window / T into a window, hence T =
        window / (number - b + 1). A hundredth of the number as burst makes up for late wake-ups
        at the price of a hundredth of the speed; under 200 there is none. A fraction of a
        message per window counts as one in any window and as the fraction in the long run.
        """
        burst = max(1, floor(number / 100))
        microseconds = ceil(window / _MICROSECOND / (number - burst + 1))
        return cls(timedelta(microseconds=microseconds), burst)


def reserve(free_at: datetime | None, pace: Pace, now: datetime) -> tuple[datetime, datetime]:
    """The next start from `now` on, and the state after it: `(free_at, start)`.

    `free_at` is the theoretical arrival time of the next message; None after a rest.
    """
    free_at = now if free_at is None else max(free_at, now)
    start = max(now, free_at - (pace.burst - 1) * pace.interval)
    return free_at + pace.interval, start


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a sender has sent, by the ledger, and what is under way."""

    #: In the last hour and the last 24 hours.
    hour: int = 0
    day: int = 0
    #: When the oldest of each was sent.
    hour_oldest: datetime | None = None
    day_oldest: datetime | None = None
    #: The first message ever: warm-up counts its days from there.
    first: datetime | None = None


@lru_cache(maxsize=64)
def warm_up_cap(start: int, growth: Fraction, days: int) -> int:
    """Messages allowed on a day of the ramp: 50 growing by 20 % gives 50, 60, 72, 86 …"""
    return floor(start * (1 + growth) ** days)


def day_cap(limits: Limits, first: datetime | None, now: datetime) -> int | None:
    """How many may leave within 24 hours: the smaller of the limit and the ramp."""
    caps = [] if limits.per_day is None else [limits.per_day]
    if limits.warm_up_start is not None:
        days = 0 if first is None else max(0, (now - first) // DAY)
        caps.append(warm_up_cap(limits.warm_up_start, limits.warm_up_growth, days))
    return min(caps) if caps else None


def quota_start(limits: Limits, counts: Counts, now: datetime) -> datetime:
    """The earliest instant at which the hour's and the day's quota leave room for one more.

    When a quota is full, the oldest message must leave the window first.
    """
    start = now
    if limits.per_hour is not None and counts.hour >= limits.per_hour:
        start = max(start, (counts.hour_oldest or now) + HOUR)
    cap = day_cap(limits, counts.first, now)
    if cap is not None and counts.day >= cap:
        start = max(start, (counts.day_oldest or now) + DAY)
    return start


class Pacer:
    """The next free slot of every sender, and of every recipient domain of a sender.

    Keys read `sender:marie:second`, `sender:marie:minute`,
    `sender:marie:domain:orange.fr:minute`. A full domain holds up nobody else.
    """

    def __init__(self, limits: Mapping[str, Limits]) -> None:
        self._limits = limits
        self._free_at: dict[str, datetime] = {}
        self._paces = {sender: _paces(sender, of) for sender, of in limits.items()}
        self._domain_paces = {
            sender: Pace.at_most(of.per_domain_per_minute, MINUTE)
            for sender, of in limits.items()
            if of.per_domain_per_minute is not None
        }

    def resume(self, sender: str, *, sent: int, oldest: datetime | None) -> None:
        """Take up what an earlier run sent in the last minute: `sent`, since `oldest`."""
        key = f"sender:{sender}:minute"
        pace = self._paces.get(sender, {}).get(key)
        if pace and oldest:
            self._free_at[key] = oldest + sent * pace.interval

    def next_start(
        self, sender: str, domain: str, now: datetime, counts: Counts | None = None
    ) -> datetime:
        """When a message to `domain` may leave at the earliest; `now` when it may go at once."""
        start = self.sender_start(sender, now, counts)
        for key, pace in self._domain_keys(sender, domain):
            start = max(start, reserve(self._free_at.get(key), pace, now)[1])
        return start

    def sender_start(self, sender: str, now: datetime, counts: Counts | None = None) -> datetime:
        """The same for the sender alone, whatever the domain."""
        limits = self._limits.get(sender)
        start = quota_start(limits, counts, now) if limits and counts else now
        for key, pace in self._paces.get(sender, {}).items():
            start = max(start, reserve(self._free_at.get(key), pace, now)[1])
        return start

    def take(self, sender: str, domain: str, now: datetime) -> None:
        """A message leaves now: count it everywhere."""
        keys = [*self._paces.get(sender, {}).items(), *self._domain_keys(sender, domain)]
        for key, pace in keys:
            self._free_at[key] = reserve(self._free_at.get(key), pace, now)[0]
        if len(self._free_at) > _MANY:
            self._free_at = {key: at for key, at in self._free_at.items() if at > now}

    def _domain_keys(self, sender: str, domain: str) -> list[tuple[str, Pace]]:
        pace = self._domain_paces.get(sender)
        return [(f"sender:{sender}:domain:{domain}:minute", pace)] if pace else []


def _paces(sender: str, limits: Limits) -> dict[str, Pace]:
    """The paces of a sender, by key."""
    rates = (("second", limits.per_second, SECOND), ("minute", limits.per_minute, MINUTE))
    return {
        f"sender:{sender}:{name}": Pace.at_most(number, window)
        for name, number, window in rates
        if number is not None
    }
