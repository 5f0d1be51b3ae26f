"""A real SMTP server on this machine that keeps what it gets: for the demo and rehearsals.

It speaks with anybody on 127.0.0.1, accepts every message and writes it as an .eml file.
It never passes anything on. It runs in a thread with an event loop of its own, so that
it can be used beside a sending loop and from plain functions.
"""

from __future__ import annotations

import asyncio
import re
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HOST = "127.0.0.1"


class Sink:
    """`with Sink(folder) as sink:` listens on `sink.port` and counts in `sink.received`."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Port 0 takes any free one."""
        self._folder = folder
        self._wanted_port = port
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._done: asyncio.Event | None = None
        self._listening = threading.Event()
        self._failure: OSError | None = None
        self._number = 0
        #: The port it listens on, once it does.
        self.port = port
        #: Messages accepted so far.
        self.received = 0

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._number = sum(1 for _ in self._folder.glob("*.eml"))
        self._thread = threading.Thread(target=self._run, name="smtp-sink", daemon=True)
        self._thread.start()
        self._listening.wait()
        if self._failure:
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop and self._done and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._done.set)
        if self._thread:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._failure = error
        finally:
            self._listening.set()

    async def _serve(self) -> None:
        # Imported here: a sink is needed by the demo alone.
        from aiosmtpd.smtp import SMTP

        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_not_our_business)
        self._done = asyncio.Event()

        def session() -> SMTP:
            return SMTP(self, hostname="sink.localhost", ident="outreach sink", loop=self._loop)

        server = await self._loop.create_server(session, HOST, self._wanted_port)
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        await self._done.wait()
        server.close()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Called by aiosmtpd for each message; the name is its own."""
        self._number += 1
        recipient = envelope.rcpt_tos[0]
        person = re.sub(r"[^A-Za-z0-9@._+-]", "_", recipient)[:80]
        head = f"Return-Path: <{envelope.mail_from}>\r\nDelivered-To: {recipient}\r\n"
        path = self._folder / f"{self._number:05}-{person}.eml"
        path.write_bytes(head.encode() + envelope.content)
        self.received += 1
        return f"250 2.0.0 kept as {path.name}"


def _not_our_business(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Connections that break off while the sink closes are no news to anybody."""
