"""Real SMTP servers on loopback that enforce the protocol and misbehave on demand.

A fault is named by the stage it happens at and by what happens there:

    {"RCPT": "550 5.1.1 no such user"}     that reply, instead of the right one
    {"MAIL": HANG_UP}                      the connection is closed instead of a reply
    {"BODY": SILENCE}                      no reply at all, the connection stays open

Stages: GREETING, EHLO, AUTH, MAIL, RCPT, DATA (instead of the 354), IN_BODY (after the
first line of the message), BODY (after the final dot, the message was kept), BODY_LOST
(after the final dot, the message was not kept), RSET, QUIT.
"""

# ruff: noqa: N802 -- smtp_MAIL and handle_DATA are names of aiosmtpd's

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult

HANG_UP = "hang up"
SILENCE = "silence"


class SmtpServer:
    """`with SmtpServer({...}) as server:`; `server.received` is what it accepted, in order."""

    def __init__(
        self,
        faults: Mapping[str, str] | None = None,
        *,
        only_for: str = "",
        times: int = 10**9,
        login: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        delay: float = 0,
        greets_after: float = 0,
        most_connections: int = 10**9,
        utf8: bool = False,
        holds: bool = False,
    ) -> None:
        """Faults at RCPT and later concern recipients that contain `only_for`, `times` times.

        `delay` is how long it thinks about each message, in seconds, `greets_after` how long
        it lets a new connection wait. A server that `holds` answers no message until
        `server.holds` is set to False: whoever sends to it is under way until then, on however
        slow a machine.
        """
        self.faults = dict(faults or {})
        self.only_for = only_for
        self.times = times
        self.login = login
        self.tls = tls
        self.implicit_tls = implicit_tls
        self.delay = delay
        self.holds = holds
        self.greets_after = greets_after
        self.most_connections = most_connections
        #: Whether it offers SMTPUTF8 (RFC 6531).
        self.utf8 = utf8
        self.received: list[tuple[str, bytes]] = []
        #: How many messages came in whole, whatever was answered.
        self.bodies = 0
        #: When each of them had come in, in seconds of `time.monotonic`.
        self.arrivals: list[float] = []
        #: What followed the address in MAIL FROM, of each message it accepted.
        self.options: list[list[str]] = []
        #: The address in MAIL FROM of each message it accepted: where a failure goes back to.
        self.reverse_paths: list[str] = []
        self.connections = 0
        self.open_now = 0
        self.most_open = 0
        self.port = 0
        self._ready = threading.Event()

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.received]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(lambda loop, context: None)
        self._done = asyncio.Event()
        listening = await self._loop.create_server(
            lambda: _Session(self), "127.0.0.1", 0, ssl=self.tls if self.implicit_tls else None
        )
        self.port = listening.sockets[0].getsockname()[1]
        self._ready.set()
        await self._done.wait()
        listening.close()

    def fault(self, stage: str, argument: str = "") -> str | None:
        """What goes wrong here, now, for this recipient."""
        answer = self.faults.get(stage)
        if answer is None or self.times <= 0 or self.only_for not in argument:
            return None
        self.times -= 1
        return answer


class _Session(SMTP):
    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        super().__init__(
            _Handler(server, self),
            hostname="test.localhost",
            enable_SMTPUTF8=server.utf8,
            tls_context=None if server.implicit_tls else server.tls,
            auth_require_tls=False,
            authenticator=self._authenticate_user if server.login else None,
        )

    def connection_made(self, transport: Any) -> None:
        self.server.connections += 1
        self.server.open_now += 1
        self.server.most_open = max(self.server.most_open, self.server.open_now)
        # By order of arrival, as real servers do: those already in stay in.
        self.one_too_many = self.server.open_now > self.server.most_connections
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.server.open_now -= 1
        super().connection_lost(error)

    async def push(self, status: Any) -> None:
        text = status if isinstance(status, str) else status.decode()
        if text.startswith("220 test"):
            await asyncio.sleep(self.server.greets_after)
            if self.one_too_many:
                await super().push("421 4.7.0 too many connections")
                self.transport.close()
                return
            if await self._went_wrong("GREETING"):
                return
        if not self.server.login and text.startswith("250-AUTH"):
            return
        await super().push(status)

    def _authenticate_user(self, *args: Any) -> AuthResult:
        data = args[-1]
        right = (data.login.decode(), data.password.decode()) == self.server.login
        return AuthResult(success=right, handled=right)

    async def go_wrong(self, answer: str) -> None:
        if answer == HANG_UP:
            self.transport.abort()
            await asyncio.sleep(0)
            raise asyncio.CancelledError
        await asyncio.sleep(3600)

    async def _went_wrong(self, stage: str, argument: str = "") -> bool:
        answer = self.server.fault(stage, argument)
        if answer is None:
            return False
        if answer in (HANG_UP, SILENCE):
            await self.go_wrong(answer)
        await super().push(answer)
        if answer.startswith("421") or stage == "GREETING":
            self.transport.close()
        return True

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._went_wrong("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._went_wrong("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._went_wrong("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._went_wrong("RCPT", arg or ""):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        recipient = self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else ""
        if await self._went_wrong("DATA", recipient):
            return
        answer = self.server.fault("IN_BODY", recipient)
        if answer:
            await self.push("354 go ahead")
            await self._reader.readuntil(b"\r\n")
            await self.go_wrong(answer)
        await super().smtp_DATA(arg)

    async def smtp_RSET(self, arg: str) -> None:
        if not await self._went_wrong("RSET"):
            await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        if not await self._went_wrong("QUIT"):
            await super().smtp_QUIT(arg)


class _Handler:
    """The handler of one connection: aiosmtpd tells it of a message, it knows its session."""

    def __init__(self, server: SmtpServer, session: _Session) -> None:
        self.server = server
        self.session = session

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:
        recipient = envelope.rcpt_tos[0]
        arrived = time.monotonic()
        self.server.bodies += 1
        await asyncio.sleep(self.server.delay)
        while self.server.holds:
            await asyncio.sleep(0.01)
        lost = self.server.fault("BODY_LOST", recipient)
        if lost is None:
            self.server.received.append((recipient, envelope.content))
            self.server.arrivals.append(arrived)
            self.server.options.append(sorted(envelope.mail_options))
            self.server.reverse_paths.append(envelope.mail_from)
        answer = lost or self.server.fault("BODY", recipient)
        if answer in (HANG_UP, SILENCE):
            await self.session.go_wrong(answer)
        return answer or "250 2.0.0 kept"
