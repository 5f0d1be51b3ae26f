"""The way to nowhere: everything is taken at once and nothing leaves. For `run --dry-run`."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from outreach.model.delivery import Sent
from outreach.model.message import Message
from outreach.transports import Work


class NowhereTransport:
    """Takes every message as a server would that has no objection."""

    def __init__(self, connections: int = 1) -> None:
        self.connections = connections
        self._more = asyncio.Event()
        self._over = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    async def carry(self, work: Work) -> None:
        while not self._over:
            self._more.clear()
            while not self._over and (parcel := work.next()) is not None:
                work.record([], [parcel.key])
                work.record([(parcel.key, Sent())], [])
            if not self._over:
                await self._more.wait()

    def wake(self) -> None:
        self._more.set()

    def drain(self) -> None:
        self._over = True
        self._more.set()

    async def deliver(self, message: Message) -> Sent:
        return Sent()
