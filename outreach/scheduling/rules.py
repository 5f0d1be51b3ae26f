"""From limits as people write them to gates: what each key allows, and in which words.

Pure. What earlier runs have sent comes in as values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from functools import lru_cache, partial
from hashlib import sha256
from math import ceil

from outreach.errors import Plural, Text
from outreach.model.ids import CampaignId
from outreach.model.providers import PROVIDERS
from outreach.model.settings import Limits
from outreach.scheduling.gates import (
    A_SECOND,
    MICROSECOND,
    WITHOUT_LIMIT,
    Gaps,
    Gate,
    Rule,
    Slots,
)
from outreach.scheduling.pace import DAY, HOUR, MINUTE, SECOND, Pace, warm_up_cap
from outreach.scheduling.quotas import NEVER, Quota, Wire

_MINUTE_LENGTH = MINUTE // MICROSECOND
_HOUR_LENGTH = HOUR // MICROSECOND
_DAY_LENGTH = DAY // MICROSECOND

#: Instants in microseconds, and how many left at each.
Log = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All the limits of one run."""

    #: By the sender's key.
    senders: Mapping[str, Limits] = field(default_factory=dict)
    campaigns: Mapping[CampaignId, Limits] = field(default_factory=dict)
    #: What the campaigns are called.
    names: Mapping[CampaignId, str] = field(default_factory=dict)
    #: By the provider's key, over all senders.
    providers: Mapping[str, Limits] = field(default_factory=dict)
    #: What the pauses between messages are drawn from.
    seed: str = ""

    @property
    def limit(self) -> bool:
        """Whether there are any limits at all."""
        nothing = Limits()
        return any(
            one != nothing
            for some in (self.senders, self.campaigns, self.providers)
            for one in some.values()
        )


class Kind(Enum):
    """What a key stands for, which decides the words."""

    SENDER = "sender"
    CAMPAIGN = "campaign"
    PROVIDER = "provider"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Past:
    """What a key has sent in the last hour and day, and since when it sends at all."""

    hour: Log = ()
    day: Log = ()
    #: The first message ever, in microseconds; None where there was none.
    first: int | None = None


def default_provider_limits() -> dict[str, Limits]:
    return {key: provider.limits for key, provider in PROVIDERS.items()}


def gate(kind: Kind, key: str, who: str, limits: Limits, past: Past, *, seed: str = "") -> Gate:
    """The gate of one sender, campaign or provider; `who` is what people call it."""
    rules: list[Rule] = []
    if limits.per_second is not None:
        pace = Pace.at_most(limits.per_second, SECOND)
        words = partial(_a_second, kind, who, limits.per_second)
        rules.append(Slots(f"{key}:second", pace, words, window=A_SECOND))
        rules.append(_wire(limits.per_second, A_SECOND, words))
    if limits.per_minute is not None:
        pace = Pace.at_most(limits.per_minute, MINUTE)
        words = partial(_a_minute, kind, who, limits.per_minute)
        rules.append(Slots(f"{key}:minute", pace, words, window=_MINUTE_LENGTH))
        rules.append(_wire(limits.per_minute, _MINUTE_LENGTH, words))
    if limits.gap is not None:
        rules.append(_gaps(f"{key}:gap", who, limits.gap, seed))
    if limits.per_hour is not None:
        words = partial(_full_hour, kind, who)
        rules.append(Quota(_HOUR_LENGTH, _always(limits.per_hour), words, sent=past.hour))
    if limits.per_day is not None or limits.warm_up_start is not None:
        rules.append(_day(kind, who, limits, past))
    return Gate(key, rules)


def domain_gate(key: str, domain: str, per_minute: float) -> Gate:
    """The gate of one recipient domain; made by the thousand, so its words are made when asked."""
    words = partial(_a_minute, Kind.DOMAIN, domain, per_minute)
    slots = Slots(key, _per_minute(per_minute), words, window=_MINUTE_LENGTH)
    return Gate(key, (slots, _wire(per_minute, _MINUTE_LENGTH, words)))


@lru_cache(maxsize=64)
def _per_minute(number: float) -> Pace:
    return Pace.at_most(number, MINUTE)


def has_quotas(limits: Limits) -> bool:
    """Whether the ledger must be asked what left in the last hour or day."""
    return limits.per_hour is not None or has_days(limits)


def has_days(limits: Limits) -> bool:
    return limits.per_day is not None or limits.warm_up_start is not None


# --- single rules ------------------------------------------------------------------------------


def _wire(number: float, window: int, words: Callable[[], Text]) -> Wire:
    return Wire(window, _always(ceil(number)), words)


@lru_cache(maxsize=64)
def _always(count: int) -> Callable[[int], int]:
    return lambda now: count


def _gaps(key: str, who: str, gap: tuple[float, float], seed: str) -> Gaps:
    least, most = (round(seconds * A_SECOND) for seconds in gap)

    def draw(now: int) -> int:
        number = int.from_bytes(sha256(f"{seed}:{key}:{now}".encode()).digest()[:8])
        return least + number * (most - least) // 2**64

    return Gaps(key, draw, most, Text("{who} leaves a pause between two messages", who=who))


def _day(kind: Kind, who: str, limits: Limits, past: Past) -> Quota:
    if limits.warm_up_start is None:
        cap = _always(WITHOUT_LIMIT if limits.per_day is None else limits.per_day)
        return Quota(_DAY_LENGTH, cap, partial(_full_day, kind, who), sent=past.day)
    ramp = _Ramp(limits.warm_up_start, limits.warm_up_growth, limits.per_day, past.first)
    full = _full_day(kind, who)
    return Quota(
        _DAY_LENGTH,
        ramp.cap,
        lambda: ramp.why() or full,
        grows=ramp.grows,
        sent=past.day,
    )


@dataclass(slots=True)
class _Ramp:
    """The warm-up: its days are counted in 24 hours from the first message ever."""

    start: int
    growth: Fraction
    most: int | None
    first: int | None
    _allows: int = 0

    def cap(self, now: int) -> int:
        if self.first is None:
            # Asked because something is about to leave: this is the first day.
            self.first = now
        days = max(0, (now - self.first) // _DAY_LENGTH)
        self._allows = warm_up_cap(self.start, self.growth, days)
        return self._allows if self.most is None else min(self._allows, self.most)

    def grows(self, now: int) -> int:
        if self.first is None or not self.growth or self.why() is None:
            return NEVER
        return self.first + (max(0, now - self.first) // _DAY_LENGTH + 1) * _DAY_LENGTH

    def why(self) -> Text | None:
        """None where the ramp is not what limits."""
        if self.most is not None and self.most <= self._allows:
            return None
        return Plural(
            "the warm-up allows {count} message a day now",
            "the warm-up allows {count} messages a day now",
            self._allows,
        )


# --- words -------------------------------------------------------------------------------------


def _a_second(kind: Kind, who: str, number: float) -> Text:
    many = f"{number:g}"
    if kind is Kind.SENDER:
        return Text("{who} sends {number} a second", who=who, number=many)
    if kind is Kind.CAMPAIGN:
        return Text("the campaign {who} sends {number} a second", who=who, number=many)
    return Text("{who} takes {number} a second", who=who, number=many)


def _a_minute(kind: Kind, who: str, number: float) -> Text:
    many = f"{number:g}"
    if kind is Kind.SENDER:
        return Text("{who} sends {number} a minute", who=who, number=many)
    if kind is Kind.CAMPAIGN:
        return Text("the campaign {who} sends {number} a minute", who=who, number=many)
    return Text("{who} takes {number} a minute", who=who, number=many)


def _full_hour(kind: Kind, who: str) -> Text:
    if kind is Kind.CAMPAIGN:
        return Text("the hour's limit of the campaign {who} is reached", who=who)
    return Text("the hour's limit of {who} is reached", who=who)


def _full_day(kind: Kind, who: str) -> Text:
    if kind is Kind.CAMPAIGN:
        return Text("the day's limit of the campaign {who} is reached", who=who)
    return Text("the day's limit of {who} is reached", who=who)


def cut(log: Iterable[tuple[int, int]], since: int) -> Log:
    """What of a log lies after an instant."""
    return [(at, count) for at, count in log if at > since]
