"""A relay before a sink: replies come late, or the connection is spoken in TLS.

    python relay.py PORT SINK_PORT [--late MS] [--certificate FILE --key FILE]

Each piece that the sink writes is handed on so many milliseconds after it came, whatever was
handed on before: the way is long, not narrow. What the client writes is handed on at once.
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
from collections import deque
from typing import cast


class Side(asyncio.Protocol):
    """One side of a relayed connection; what it gets goes to the other, `late` seconds later."""

    def __init__(self, late: float) -> None:
        self.late = late
        self.other: Side | None = None
        self.way: asyncio.Transport | None = None
        self._waiting: deque[bytes | None] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.way = cast(asyncio.Transport, transport)
        while self._waiting:
            self.hand_on()

    def data_received(self, data: bytes) -> None:
        self._pass(data)

    def connection_lost(self, error: Exception | None) -> None:
        self._pass(None)

    def _pass(self, data: bytes | None) -> None:
        assert self.other
        self.other.take(data, self.late)

    def take(self, data: bytes | None, late: float) -> None:
        """Write what came for this side, when its time has come and in the order it came."""
        self._waiting.append(data)
        if self.way is None:
            return
        if late:
            asyncio.get_running_loop().call_later(late, self.hand_on)
        else:
            self.hand_on()

    def hand_on(self) -> None:
        assert self.way
        data = self._waiting.popleft()
        if data is None:
            self.way.close()
        else:
            self.way.write(data)


class Front(Side):
    """The side of the client, which opens the one of the sink."""

    def __init__(self, sink: int) -> None:
        super().__init__(late=0)
        self.sink = sink

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        loop = asyncio.get_running_loop()
        self._opening = loop.create_task(
            loop.create_connection(lambda: cast(Side, self.other), "127.0.0.1", self.sink)
        )


def fronts(sink: int, late: float) -> Front:
    front, back = Front(sink), Side(late)
    front.other, back.other = back, front
    return front


async def serve(port: int, sink: int, late: float, tls: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: fronts(sink, late), "127.0.0.1", port, ssl=tls, backlog=500
    )
    async with server:
        await server.serve_forever()


def event_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where it is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def main() -> None:
    read = argparse.ArgumentParser(description="A relay before a sink.")
    read.add_argument("port", type=int)
    read.add_argument("sink", type=int)
    read.add_argument("--late", type=float, default=0, metavar="MS")
    read.add_argument("--certificate")
    read.add_argument("--key")
    given = read.parse_args()
    tls = None
    if given.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(given.certificate, given.key)
    with asyncio.Runner(loop_factory=event_loop) as runner:
        runner.run(serve(given.port, given.sink, given.late / 1000, tls))


if __name__ == "__main__":
    main()
