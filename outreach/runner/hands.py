"""The hands: what was claimed is composed, handed to a transport, and told.

A message is made just before it leaves, when its connection is ready for it. What
cannot be made (held, passed over) comes back as an outcome without touching the wire.
Every message on the wire is in the journal before the first byte of its body leaves, and
its outcome is there before anybody is told of it.

Does not know what is due, how fast it may leave, or how the store is written: that is
the dispatcher (`runner/flight.py`), which may sit in another process (`runner/crew.py`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Protocol, Self

from outreach.errors import OutreachError
from outreach.model.delivery import Delivery, Outcome
from outreach.model.ids import CampaignId
from outreach.model.message import Message, Parcel
from outreach.runner.sending import Compose
from outreach.transports import Transport

#: Deliveries whose people are looked up together, just before their turn comes.
GROUP = 100


class Journal(Protocol):
    """What survives the death of the process (`store/flight_journal.py`)."""

    def record(self, ended: Sequence[tuple[int, Outcome]], begun: Sequence[int]) -> None: ...


class Told(Protocol):
    """Who is told what became of the work. Nothing of it may block."""

    def came_back(
        self, sender: str, ended: Sequence[tuple[int, Outcome]], returned: Sequence[int]
    ) -> None:
        """These have their outcome; of those that are returned nothing has left."""
        ...

    def left(self, keys: Sequence[int]) -> None:
        """The bodies of these leave now: no limit may count them as earlier."""
        ...

    def closed(self, what: str | CampaignId, error: OutreachError) -> None:
        """A sender (its key) or a campaign (its id) cannot go on."""
        ...

    def broke(self, error: BaseException) -> None:
        """A bug of ours: what it leaves in hand is not known and stays claimed."""
        ...

    def lost(self, error: OutreachError) -> None:
        """One of several workers is gone; the others go on."""
        ...


class Workers(Protocol):
    """Whoever does the work: `Hands` in this process, or a `Crew` of other ones."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def connections(self, sender: str) -> int:
        """How many messages of a sender may be on the wire; 0 where it has no way out."""
        ...

    def give(self, sender: str, deliveries: Sequence[Delivery]) -> None:
        """Claimed deliveries, to be sent in this order."""
        ...

    def withdraw(self, sender: str, keys: Collection[int] | None = None) -> None:
        """Do not begin these of a sender, None: nothing any more; what had not begun comes back."""
        ...

    async def finish(self, within: float | None = None) -> None:
        """The same for everybody; returns when nothing is on the wire and all is told.

        What is on the wire after `within` seconds is left in doubt; None: each answer is awaited
        as long as the protocol says. Said again with less time, that holds.
        """
        ...


class Hands:
    """The hands of one process: a bench for each sender."""

    def __init__(
        self,
        compose: Compose,
        transports: Mapping[str, Transport],
        told: Told,
        journal: Journal | None = None,
        *,
        paced: bool = True,
    ) -> None:
        """`paced`: there are limits, so that it matters when each message leaves."""
        self.paced = paced
        self._benches = {
            sender: _Bench(sender, transport, self, told, journal)
            for sender, transport in transports.items()
        }
        self.compose = compose
        self._prepare: Callable[[Sequence[Delivery]], None] | None
        self._prepare = getattr(compose, "prepare", None)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for bench in self._benches.values():
            await self._stack.enter_async_context(bench.transport)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    def connections(self, sender: str) -> int:
        bench = self._benches.get(sender)
        return bench.transport.connections if bench else 0

    def give(self, sender: str, deliveries: Sequence[Delivery]) -> None:
        self._benches[sender].give(deliveries)

    def withdraw(self, sender: str, keys: Collection[int] | None = None) -> None:
        bench = self._benches.get(sender)
        if bench and keys is None:
            bench.stop()
        elif bench:
            bench.withdraw(set(keys or ()))

    def prepare(self) -> None:
        """Look up who is next, of all senders at once: the mailroom knows one group at a time."""
        busy = [bench for bench in self._benches.values() if bench.ready or bench.waiting]
        for bench in busy:
            if not bench.ready:
                count = min(len(bench.waiting), max(1, GROUP // len(busy)))
                bench.ready.extend(bench.waiting.popleft() for _ in range(count))
        if self._prepare:
            self._prepare([delivery for bench in busy for delivery in bench.ready])

    async def finish(self, within: float | None = None) -> None:
        for bench in self._benches.values():
            bench.stop()
        tasks = [bench.task for bench in self._benches.values() if bench.task]
        if tasks and within is not None:
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Bench:
    """The work of one sender: what its transport is fed with (`transports.Work`)."""

    def __init__(
        self,
        sender: str,
        transport: Transport,
        hands: Hands,
        told: Told,
        journal: Journal | None,
    ) -> None:
        self.transport = transport
        self.task: asyncio.Task[None] | None = None
        self._sender = sender
        self._hands = hands
        self._told = told
        self._journal = journal
        #: Given and not yet looked at; looked up and next to leave; announced or on the wire.
        self.waiting: deque[Delivery] = deque()
        self.ready: deque[Delivery] = deque()
        self._away: dict[int, Delivery] = {}
        #: Of those, the ones of whose body something may have left.
        self._begun: set[int] = set()
        self._over = False

    # --- from the dispatcher ------------------------------------------------------------------

    def give(self, deliveries: Sequence[Delivery]) -> None:
        if self._over:
            self._told.came_back(self._sender, (), [d.id for d in deliveries])
            return
        self.waiting.extend(deliveries)
        if self.task is None:
            self.task = asyncio.create_task(self._carry())
        else:
            self.transport.wake()

    def withdraw(self, keys: Container[int]) -> None:
        """Those of them that had not begun come back."""
        rest = []
        for line in (self.ready, self.waiting):
            rest += [delivery.id for delivery in line if delivery.id in keys]
            stay = [delivery for delivery in line if delivery.id not in keys]
            line.clear()
            line.extend(stay)
        if rest:
            self._told.came_back(self._sender, (), rest)

    def stop(self) -> None:
        """Nothing more is announced; what had not begun comes back."""
        self.withdraw({delivery.id for delivery in (*self.ready, *self.waiting)})
        if self.task and not self._over:
            # Not now: it may be the transport that is just telling us something.
            asyncio.get_running_loop().call_soon(self.transport.drain)
        self._over = True

    async def _carry(self) -> None:
        try:
            await self.transport.carry(self)
        except OutreachError as error:
            self._told.closed(self._sender, error)
        except Exception as bug:
            self._told.broke(bug)
        finally:
            self._over = True
            self.stop()
            # What had begun and has no end stays claimed: its journal says so.
            self.returned([key for key in self._away if key not in self._begun])

    # --- from the transport: what it carries, and what became of it ---------------------------

    def next(self) -> Parcel | None:
        """The next message, made now; None when there is nothing to send."""
        while delivery := self._next():
            try:
                made = self._hands.compose(delivery)
            except OutreachError as error:
                self._told.closed(delivery.campaign, error)
                self._told.came_back(self._sender, (), (delivery.id,))
                continue
            if isinstance(made, Message):
                self._away[delivery.id] = delivery
                return Parcel(delivery.id, made.envelope_from, made.recipient, made.content)
            self._told.came_back(self._sender, ((delivery.id, made),), ())
        return None

    def _next(self) -> Delivery | None:
        if not self.ready and self.waiting:
            self._hands.prepare()
        return self.ready.popleft() if self.ready else None

    def record(self, ended: Sequence[tuple[int, Outcome]], begun: Sequence[int]) -> None:
        """In the journal first: when this raises, nothing of `begun` may leave."""
        try:
            if self._journal:
                self._journal.record(ended, begun)
            self._begun.update(begun)
            if begun and self._hands.paced:
                self._told.left(begun)
        finally:
            for key, _ in ended:
                del self._away[key]
                self._begun.discard(key)
            if ended:
                self._told.came_back(self._sender, ended, ())

    def returned(self, keys: Sequence[int]) -> None:
        """Nothing of them left: they are the next again, unless we are to stop."""
        back = [self._away.pop(key) for key in keys]
        if keys and self._over:
            self._told.came_back(self._sender, (), keys)
        else:
            self.ready.extendleft(reversed(back))
