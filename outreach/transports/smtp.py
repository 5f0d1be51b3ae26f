"""Submission to an SMTP server: a pool of connections, each used for many messages.

One message to one person per transaction, in lock-step: MAIL, RCPT, DATA, body. Until
the server has said 354 nothing has left, so a lost connection there is no harm. From
the moment the body is handed to the socket until its final reply, nobody knows what
became of it: that is `Unknown`. Nothing that happens at QUIT changes an outcome.

Does not decide how fast, when or how often: that is `scheduling` and `runner`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from outreach.model.delivery import Deferred, Refused, Sent, Unknown
from outreach.model.message import Message
from outreach.model.settings import Server
from outreach.transports import LoginRefused, TransportError
from outreach.transports.connecting import Connector
from outreach.transports.session import LostBeforeBody, Session, Timeouts


@dataclass(slots=True)
class _Slot:
    """A place in the pool: a session, or room for one."""

    session: Session | None = None


class SmtpTransport:
    """The way out of one sender: the first of its servers that answers."""

    def __init__(
        self,
        servers: Sequence[Server],
        secrets: Callable[[str], str],
        *,
        timeouts: Timeouts | None = None,
        per_connection: int = 100,
        tries: int = 3,
        pause: float = 1.0,
    ) -> None:
        """`secrets` resolves `env:NAME`; `pause` is the first wait between `tries`, in seconds.

        After `per_connection` messages a connection is closed and another one opened: many
        servers allow no more.
        """
        self._timeouts = timeouts or Timeouts()
        self._connector = Connector(
            servers, secrets, timeouts=self._timeouts, tries=tries, pause=pause
        )
        self._per_connection = per_connection
        self._slots = [_Slot() for _ in range(servers[0].connections)]
        self._free: asyncio.LifoQueue[_Slot] = asyncio.LifoQueue()
        for slot in self._slots:
            self._free.put_nowait(slot)

    @property
    def connections(self) -> int:
        """How many messages may be under way: fewer than asked when the server takes fewer."""
        return len(self._slots)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sessions = [slot.session for slot in self._slots if slot.session]
        await asyncio.gather(*(session.leave() for session in sessions))

    async def deliver(self, message: Message) -> Sent | Deferred | Refused | Unknown:
        """Hand one message over. Raises `ServerDown`, `LoginRefused` or `NotEncrypted`."""
        slot = await self._connected()
        try:
            return await self._deliver_on(slot, message)
        except BaseException:
            if slot.session:
                slot.session.cut()
            raise
        finally:
            self._free.put_nowait(slot)

    async def _deliver_on(
        self, slot: _Slot, message: Message
    ) -> Sent | Deferred | Refused | Unknown:
        assert slot.session is not None
        reused = slot.session.handed_over > 0
        try:
            return await slot.session.hand_over(message)
        except LostBeforeBody as lost:
            if not reused:
                return lost.outcome
        # The server had closed a connection that had rested: no fault of this message.
        slot.session = await self._connector.connect()
        try:
            return await slot.session.hand_over(message)
        except LostBeforeBody as lost:
            return lost.outcome

    async def _connected(self) -> _Slot:
        """A free slot with a usable session; opens one where there is none."""
        while True:
            slot = await self._free.get()
            try:
                if await self._ready(slot):
                    return slot
            except BaseException:
                self._free.put_nowait(slot)
                raise

    async def _ready(self, slot: _Slot) -> bool:
        """Whether the slot has a session now. False: the server wants fewer connections."""
        session = slot.session
        if session and session.usable and session.handed_over < self._per_connection:
            return True
        if session:
            await session.leave()
            slot.session = None
        try:
            slot.session = await self._connector.connect()
        except LoginRefused:
            raise
        except TransportError:
            if not any(other.session and other.session.usable for other in self._slots):
                raise
            self._slots.remove(slot)
            return False
        return True
