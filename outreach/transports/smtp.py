"""Submission to an SMTP server: a pool of connections, each used for many messages.

Connections are opened when there is something to carry, used again, and closed after so
many messages. A connection that breaks before a body was handed over does no harm; one
that breaks between a body and its final reply leaves that one message `Unknown`.

Does not decide how fast, when or how often: that is `scheduling` and `runner`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from outreach.model.delivery import Deferred, Refused, Sent, Unknown
from outreach.model.message import Message
from outreach.model.settings import Server
from outreach.transports import Work
from outreach.transports.connecting import Connector
from outreach.transports.dialogue import Timeouts
from outreach.transports.letters import Letters
from outreach.transports.pool import Pool


class SmtpTransport:
    """The way out of one sender: the first of its servers that answers."""

    def __init__(
        self,
        servers: Sequence[Server],
        secrets: Callable[[str], str],
        *,
        connections: int | None = None,
        timeouts: Timeouts | None = None,
        per_connection: int | None = None,
        tries: int = 3,
        pause: float = 1.0,
    ) -> None:
        """`secrets` resolves `env:NAME`; `pause` is the first wait between `tries`, in seconds.

        `connections` is the share of one of several processes, and after `per_connection`
        messages a connection is closed and another one opened; None: what the first server
        is set to.
        """
        patience = timeouts or Timeouts()
        self._pool = Pool(
            Connector(servers, secrets, timeouts=patience, tries=tries, pause=pause),
            connections=connections or servers[0].connections,
            per_connection=per_connection or servers[0].messages_per_connection,
            timeouts=patience,
            pause=pause,
        )
        self._letters = Letters()
        self._single: asyncio.Task[None] | None = None

    @property
    def connections(self) -> int:
        """How many messages may be on the wire: fewer than asked when the server takes fewer."""
        return self._pool.most

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._end_single()
        await self._pool.leave()

    # --- carrying -----------------------------------------------------------------------------

    async def carry(self, work: Work) -> None:
        """Carry until `drain`. Raises `ServerDown`, `LoginRefused`, `NotEncrypted`, or what
        the work raised."""
        await self._end_single()
        await self._pool.carry(work)

    def wake(self) -> None:
        """There is more to carry. May be called from within the work's methods."""
        self._pool.look()

    def drain(self) -> None:
        """Finish what is announced and announce nothing more."""
        self._pool.drain()

    async def deliver(self, message: Message) -> Sent | Deferred | Refused | Unknown:
        """Hand one message over. Raises `ServerDown`, `LoginRefused` or `NotEncrypted`."""
        if self._single is None or self._single.done():
            self._single = asyncio.create_task(self._carry_letters())
        outcome = self._letters.put(message)
        self.wake()
        return await outcome

    async def _carry_letters(self) -> None:
        try:
            await self._pool.carry(self._letters)
        except Exception as error:
            self._letters.fail(error)

    async def _end_single(self) -> None:
        if self._single:
            self.drain()
            await asyncio.wait([self._single])
            self._single = None
