"""Single messages as work for a transport: who hands one over waits for its outcome."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from outreach.model.delivery import Deferred, Outcome, Refused, Sent, Unknown
from outreach.model.message import Message, Parcel


class Letters:
    """A `Work` that is filled message by message."""

    def __init__(self) -> None:
        self._queue: deque[Parcel] = deque()
        self._taken: dict[int, Parcel] = {}
        self._waiting: dict[int, asyncio.Future[Sent | Deferred | Refused | Unknown]] = {}
        self._number = 0

    def put(self, message: Message) -> asyncio.Future[Sent | Deferred | Refused | Unknown]:
        """Queue it; its outcome will be there."""
        self._number += 1
        parcel = Parcel(self._number, message.envelope_from, message.recipient, message.content)
        self._queue.append(parcel)
        outcome = asyncio.get_running_loop().create_future()
        self._waiting[parcel.key] = outcome
        return outcome

    def next(self) -> Parcel | None:
        while self._queue:
            parcel = self._queue.popleft()
            if self._waiting[parcel.key].cancelled():
                del self._waiting[parcel.key]
                continue
            self._taken[parcel.key] = parcel
            return parcel
        return None

    def record(self, ended: Sequence[tuple[int, Outcome]], begun: Sequence[int]) -> None:
        for key, outcome in ended:
            del self._taken[key]
            waiting = self._waiting.pop(key)
            assert isinstance(outcome, Sent | Deferred | Refused | Unknown)
            if not waiting.done():
                waiting.set_result(outcome)

    def returned(self, keys: Sequence[int]) -> None:
        """They take their turn again, before the others."""
        self._queue.extendleft(self._taken.pop(key) for key in keys)

    def fail(self, error: Exception) -> None:
        """Nothing can be sent: whoever waits is told."""
        self._queue.clear()
        self._taken.clear()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(error)
        self._waiting.clear()
