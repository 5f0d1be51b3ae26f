"""What is asked, about the pace, of the store and of whoever knows the providers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from outreach.model.ids import CampaignId
from outreach.store.paces import KeptPace


class PaceBook(Protocol):
    """What is asked of the store; `store.paces.Paces` and the ledger together answer."""

    def paces(self) -> Sequence[KeptPace]: ...

    def keep_paces(self, paces: Sequence[KeptPace], *, over: datetime | None = None) -> None: ...

    def sent_log(
        self, since: datetime, *, sender: str | None = None, campaign: CampaignId | None = None
    ) -> Sequence[tuple[datetime, int]]: ...

    def sent_by_domain(self, since: datetime) -> Sequence[tuple[datetime, str, int]]: ...

    def first_sent(
        self, sender: str | None = None, *, campaign: CampaignId | None = None
    ) -> datetime | None: ...


class Groups(Protocol):
    """Which provider receives the mail of a domain; `runner/mail_hosts.py` knows."""

    def provider_of(self, domain: str, now: int) -> str | None: ...

    def wait_until(self, domain: str, now: int) -> int | None:
        """When to ask again, where the answer is on its way; None where none is coming."""
        ...

    def rest(self) -> None:
        """Nothing more will be asked in this run."""
        ...
