"""The doctor: looks at everything a campaign will need, changes nothing, sends nothing.

Each part looks as far as it can without the others: with broken settings there is still a
machine to look at. Told area by area, as soon as it is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from outreach.errors import OutreachError, Problems, Text
from outreach.model.finding import Area, Finding, Health, finding_of
from outreach.model.settings import Sender, Server, Settings
from outreach.runner.doctor_domains import domain_findings
from outreach.runner.doctor_machine import machine_findings
from outreach.runner.doctor_sending import sending_findings
from outreach.runner.doctor_settings import settings_findings
from outreach.runner.doctor_store import store_findings
from outreach.store.copies import Copies
from outreach.store.health import StoreHealth
from outreach.transports.domains import Domains
from outreach.transports.greeting import Greeting


class House(Protocol):
    """What is looked at: each part is opened when it is asked for, and may raise then."""

    @property
    def settings_file(self) -> Path: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def copies(self) -> Copies: ...

    @property
    def health(self) -> StoreHealth: ...

    @property
    def domains(self) -> Domains: ...

    def now(self) -> datetime: ...

    def secret(self, reference: str) -> str: ...

    async def greet(self, sender: Sender, server: Server) -> Greeting: ...


def examine(house: House, *, offline: bool) -> Iterator[Finding]:
    """Every finding, area by area; `offline` leaves out mail servers and the DNS."""
    try:
        settings = house.settings
    except OutreachError as wrong:
        yield from _unread(wrong)
        yield from machine_findings()
        return
    now = house.now().astimezone(settings.zone)
    yield from settings_findings(settings, house.settings_file, house.secret)
    yield from store_findings(settings, house.copies, lambda: house.health, now=now)
    if not settings.senders:
        yield Finding("senders", Area.SENDING, Health.SKIPPED,
                      Text("no sender is written: no e-mail can leave"),
                      Text("for e-mails write one under `senders:` in outreach.yaml"))  # fmt: skip
    elif offline:
        yield Finding("smtp", Area.SENDING, Health.SKIPPED,
                      Text("mail servers: not asked, because of --offline"))  # fmt: skip
        yield Finding("dns", Area.DOMAINS, Health.SKIPPED,
                      Text("DNS: not asked, because of --offline"))  # fmt: skip
    else:
        yield from asyncio.run(sending_findings(settings, house.greet))
        yield from asyncio.run(domain_findings(settings, house.domains, house.secret))
    yield from machine_findings()


def _unread(wrong: OutreachError) -> Iterator[Finding]:
    """Everything that is wrong with the settings at once, and what hangs on them."""
    for error in wrong.errors if isinstance(wrong, Problems) else (wrong,):
        yield finding_of(error, "settings", Area.SETTINGS)
    yield Finding("store", Area.STORE, Health.SKIPPED,
                  Text("contact base, mail servers, DNS: not looked at without settings"),
                  Text("mend the settings, then again: outreach doctor"))  # fmt: skip
