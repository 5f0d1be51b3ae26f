"""What comes next for a person, as a value, and what decides about it beside the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach.errors import Text
from outreach.model.contact import Contact
from outreach.model.settings import Settings
from outreach.scheduling.calendar import Calendar
from outreach.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What comes next in a campaign, or why nothing does."""

    step: str | None
    at: datetime | None
    what: Text
    #: Why nothing comes, in the contract's word (`opted_out`, `appointment`, `control`).
    reason: str | None = None
    #: Who does it: a key of the settings' `team`, or of `senders`.
    by: str | None = None
    #: A rule that is not met, by its name in `compliance/`.
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What decides beside the ledger, for one person at one instant."""

    store: Store
    settings: Settings
    contact: Contact
    #: Who looks after him.
    owner: str | None
    now: datetime
    #: Everything that happened to him, in any campaign.
    events: Sequence[Any]

    @property
    def calendar(self) -> Calendar:
        return Calendar.of(self.settings)
