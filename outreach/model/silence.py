"""Silence towards a mailbox provider: how long a sender must not be heard, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.errors import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Nothing leaves from `sender` to `group` before `until`; then one message first."""

    #: The key of the sender in the settings.
    sender: str
    #: A provider's key or a recipient domain; None: to nobody at all.
    group: str | None
    #: Aware UTC.
    until: datetime
    #: How long it lasts in all: a relapse doubles it.
    length: timedelta
    #: What the server said, in a sentence.
    reason: Text
