"""Messages for a transport to carry, and a basket that notes what it is told of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from strict_smtp import StrictServer

from outreach.model.delivery import Outcome
from outreach.model.message import Parcel
from outreach.model.settings import Security, Server
from outreach.transports.dialogue import Timeouts
from outreach.transports.smtp import SmtpTransport

IMPATIENT = Timeouts(connect=2, command=0.4, start=0.4, final=0.4, quit=0.2)


def parcel(number: int, content: bytes = b"Subject: x\r\n\r\nBonjour\r\n") -> Parcel:
    return Parcel(number, f"{number}@atelier.example", f"{number}@example.org", content)


class Basket:
    """Work that ends when each of its parcels was told of; what is returned stays returned."""

    def __init__(self, parcels: Sequence[Parcel]) -> None:
        self.left = list(parcels)
        self.open = {one.key for one in parcels}
        self.outcomes: dict[int, Outcome] = {}
        self.begun: list[int] = []
        self.back: list[int] = []
        self.calls: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
        self.transport: SmtpTransport | None = None
        self.on_record: Callable[[Sequence[int]], None] = lambda begun: None

    def next(self) -> Parcel | None:
        return self.left.pop(0) if self.left else None

    def record(self, ended: Sequence[tuple[int, Outcome]], begun: Sequence[int]) -> None:
        self.on_record(begun)
        self.calls.append((tuple(key for key, _ in ended), tuple(begun)))
        self.begun += begun
        for key, outcome in ended:
            assert key not in self.outcomes, f"{key} ended twice"
            self.outcomes[key] = outcome
        self._told([key for key, _ in ended])

    def returned(self, keys: Sequence[int]) -> None:
        assert not set(keys) & {*self.begun, *self.outcomes}
        self.back += keys
        self._told(keys)

    def _told(self, keys: Sequence[int]) -> None:
        self.open -= set(keys)
        if not self.open and self.transport:
            self.transport.drain()


def at(port: int, connections: int = 1) -> Server:
    return Server(host="127.0.0.1", port=port, security=Security.NONE, connections=connections)


def way_out(server: StrictServer | int, connections: int = 1, **more: object) -> SmtpTransport:
    port = server if isinstance(server, int) else server.port
    values: dict[str, object] = {"timeouts": IMPATIENT, "tries": 2, "pause": 0.001}
    return SmtpTransport([at(port, connections)], str, **(values | more))  # type: ignore[arg-type]


def carry(transport: SmtpTransport, basket: Basket) -> Basket:
    async def work() -> None:
        async with transport:
            basket.transport = transport
            async with asyncio.timeout(20):
                await transport.carry(basket)

    asyncio.run(work())
    return basket


def sent_to(server: StrictServer, count: int, **more: object) -> Basket:
    return carry(way_out(server, **more), Basket([parcel(n) for n in range(1, count + 1)]))  # type: ignore[arg-type]
