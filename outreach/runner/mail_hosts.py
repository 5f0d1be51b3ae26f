"""Which provider receives the mail of a domain: its own domains, else by the MX.

Asked ahead, in the loop, while other mail leaves. A domain that is being asked about waits
a moment; one about which the DNS says nothing goes by its own name. What was found is kept
for a month, with the pace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Protocol

from outreach.errors import OutreachError
from outreach.model.providers import provider_of_domain, provider_of_hosts
from outreach.runner.pace_book import PaceBook
from outreach.scheduling.gates import A_SECOND, MICROSECOND, to_instant
from outreach.store.paces import KeptPace

#: Questions under way at once.
AT_ONCE = 40
#: How long a message waits for the answer, and how often it looks; in microseconds.
PATIENCE = 2 * A_SECOND
A_LOOK = A_SECOND // 4
#: How long an answer is believed.
KEPT = timedelta(days=30) // MICROSECOND
#: Answers that are held before they are written down.
_MANY = 200

_KEY = "mx:"


def known_hosts(paces: Iterable[KeptPace]) -> dict[str, str | None]:
    """The provider of each domain that was asked about lately, from what is kept."""
    return {one.key.removeprefix(_KEY): one.reason for one in paces if one.key.startswith(_KEY)}


class Resolver(Protocol):
    async def mail_hosts(self, name: str) -> Sequence[str]:
        """The hosts of the MX records, the preferred first. Raises `OutreachError`."""
        ...


class OwnDomains:
    """Goes by the providers' own domains alone, and asks nobody."""

    def provider_of(self, domain: str, now: int) -> str | None:
        return provider_of_domain(domain)

    def wait_until(self, domain: str, now: int) -> int | None:
        return None

    def rest(self) -> None:
        """Nothing is held."""


class MailHosts:
    """Goes by the MX. Used within a running loop."""

    def __init__(self, resolver: Resolver | None, book: PaceBook) -> None:
        """Without a resolver nobody is asked: what earlier runs learnt is all that is known."""
        self._resolver = resolver
        self._book = book
        #: The provider of each domain that was asked about, None where it is none of ours.
        self._known: dict[str, str | None] | None = None
        #: When each question that has no answer yet was put.
        self._asked: dict[str, int] = {}
        self._new: list[KeptPace] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._turnstile = asyncio.Semaphore(AT_ONCE)

    def provider_of(self, domain: str, now: int) -> str | None:
        own = provider_of_domain(domain)
        if own is not None:
            return own
        known = self._read(now)
        if self._resolver and domain not in known and domain not in self._asked:
            self._ask(self._resolver, domain, now)
        return known.get(domain)

    def wait_until(self, domain: str, now: int) -> int | None:
        """When to look again, while the answer is on its way and worth waiting for."""
        asked = self._asked.get(domain)
        if asked is None or now >= asked + PATIENCE:
            return None
        return now + A_LOOK

    def rest(self) -> None:
        """What is still being asked is not waited for; what was found is written down."""
        for task in self._tasks:
            task.cancel()
        self._write()

    def _read(self, now: int) -> dict[str, str | None]:
        if self._known is None:
            self._known = known_hosts(self._book.paces())
        return self._known

    def _ask(self, resolver: Resolver, domain: str, now: int) -> None:
        self._asked[domain] = now
        try:
            task = asyncio.get_running_loop().create_task(self._answer(resolver, domain, now))
        except RuntimeError:
            # No loop runs, nobody can be asked: the domain goes by its own name.
            return
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, resolver: Resolver, domain: str, now: int) -> None:
        async with self._turnstile:
            try:
                found = provider_of_hosts(await resolver.mail_hosts(domain))
            except OutreachError:
                found = None
        del self._asked[domain]
        self._read(now)[domain] = found
        if found is not None:
            self._new.append(KeptPace(_KEY + domain, to_instant(now + KEPT), reason=found))
        if len(self._new) >= _MANY:
            self._write()

    def _write(self) -> None:
        if self._new:
            self._book.keep_paces(self._new)
            self._new = []
