"""Who must not be written to, on which channel, since when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SuppressionScope(StrEnum):
    """What an entry forbids."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"
    ALL = "all"


class SuppressionKey(StrEnum):
    """What an entry is about."""

    EMAIL = "email"
    DOMAIN = "domain"
    PHONE = "phone"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One entry. `value` is None after erasure: the keyed fingerprint alone still forbids."""

    key: SuppressionKey
    value: str | None
    scope: SuppressionScope
    reason: str
    at: datetime
    note: str | None = None
    #: What made the entry, where it may be taken back with it: a recording.
    source: str | None = None
