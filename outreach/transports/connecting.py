"""To a usable connection: a few tries, TLS verified, login, then the next server.

Tries only where trying again may help: nobody answers, a time-out, a 4yz greeting. A
refused login or a certificate of somebody else is told at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential

from outreach.errors import Text
from outreach.model.settings import Security, Server
from outreach.transports import (
    LoginRefused,
    NoServer,
    NotEncrypted,
    ServerDown,
    TransportError,
)
from outreach.transports.dialogue import Timeouts
from outreach.transports.envelope import Offers
from outreach.transports.replies import written

#: How secrets are referred to; anything else under `user:` is the name itself.
_REFERENCES = ("env:", "file:", "keyring:")


#: After so many seconds with another server the first one is tried again.
_BACK_AFTER = 600.0


@dataclass(frozen=True, slots=True)
class Line:
    """A greeted, secured and logged-in connection, before anything is sent on it."""

    place: str
    offers: Offers
    _smtp: SMTP
    _timeouts: Timeouts

    @property
    def encryption(self) -> str | None:
        """The protocol that keeps the connection private: `TLSv1.3`; None in clear."""
        secured = self._smtp.get_transport_info("ssl_object")
        return secured.version() if secured else None

    @property
    def transport(self) -> asyncio.Transport:
        """The socket, for a protocol of one's own to be set on; the line is then no more used.

        Raises `ServerDown` when the server has closed it in the meantime.
        """
        if self._smtp.transport is None:
            raise ServerDown(self.place, "it closed the connection")
        # uvloop's have the methods and are no subclass.
        return cast(asyncio.Transport, self._smtp.transport)

    async def leave(self) -> None:
        """Say QUIT and close."""
        with contextlib.suppress(SMTPException, OSError):
            await self._smtp.quit(timeout=self._timeouts.quit)
        self._smtp.close()


class Connector:
    """Opens connections to the first server of a list that takes us."""

    def __init__(
        self,
        servers: Sequence[Server],
        secrets: Callable[[str], str],
        *,
        timeouts: Timeouts,
        tries: int,
        pause: float,
        back_after: float = _BACK_AFTER,
    ) -> None:
        """`pause` and `back_after` are in seconds."""
        self._servers = servers
        self._secrets = secrets
        self._timeouts = timeouts
        self._tries = tries
        self._pause = pause
        self._back_after = back_after
        #: The server that answered last: the others of the pool go there at once.
        self._current = 0
        self._current_since = 0.0
        self._contexts: dict[int, ssl.SSLContext] = {}
        self._own_name: str | None = None

    async def connect(self) -> Line:
        """A line. Raises what the server said, or `NoServer` when none of several takes us."""
        errors: list[TransportError] = []
        count = len(self._servers)
        now = asyncio.get_running_loop().time
        if self._current and now() - self._current_since > self._back_after:
            self._current = 0
        for index in [(self._current + step) % count for step in range(count)]:
            try:
                line = await self._patiently(index)
            except TransportError as error:
                errors.append(error)
                continue
            if index != self._current:
                self._current, self._current_since = index, now()
            return line
        raise errors[0] if count == 1 else NoServer(errors)

    async def _patiently(self, index: int) -> Line:
        server = self._servers[index]
        place = f"{server.host}:{server.port}"
        if server.security is Security.NONE and not server.on_loopback:
            raise NotEncrypted(place, "security: none is for this machine only")
        patience = AsyncRetrying(
            stop=stop_after_attempt(self._tries),
            wait=wait_exponential(multiplier=self._pause, max=30),
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        try:
            smtp: SMTP = await patience(self._once, index)
        except (SMTPException, OSError) as error:
            raise _explained(place, error) from error
        return Line(place, _offers(smtp), smtp, self._timeouts)

    async def _once(self, index: int) -> SMTP:
        server = self._servers[index]
        encrypted = server.security is not Security.NONE
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=self._own_name,
            timeout=self._timeouts.command,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=self._context(index) if encrypted else None,
        )
        await smtp.connect(timeout=self._timeouts.connect)
        self._own_name = smtp.local_hostname
        try:
            await self._log_in(smtp, server)
            if smtp.is_ehlo_or_helo_needed:
                await smtp.ehlo()
        except BaseException:
            smtp.close()
            raise
        return smtp

    async def _log_in(self, smtp: SMTP, server: Server) -> None:
        if server.user is None:
            return
        named = server.user.startswith(_REFERENCES)
        user = self._secrets(server.user) if named else server.user
        password = self._secrets(server.password) if server.password else ""
        await smtp.login(user, password)

    def _context(self, index: int) -> ssl.SSLContext:
        """TLS 1.2 or later, certificate and name verified (RFC 8314 §3, RFC 9325)."""
        if index not in self._contexts:
            server = self._servers[index]
            try:
                context = ssl.create_default_context(cafile=server.ca_file)
            except (OSError, ssl.SSLError) as error:
                raise NotEncrypted(f"{server.host}:{server.port}", f"ca_file: {error}") from error
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            self._contexts[index] = context
        return self._contexts[index]


def _offers(smtp: SMTP) -> Offers:
    """What the server said in its last answer to EHLO, which is the one after STARTTLS."""
    said = smtp.esmtp_extensions
    bound = said.get("size", "")
    return Offers(
        pipelining="pipelining" in said,
        size="size" in said,
        # RFC 1870 §4: 0, or nothing, is no fixed bound.
        largest=(int(bound) or None) if bound.isdecimal() else None,
        utf8="smtputf8" in said,
    )


def _may_pass(error: BaseException) -> bool:
    """Whether trying again in a moment may help."""
    if _certificate(error) or isinstance(error, TransportError):
        return False
    if isinstance(error, SMTPResponseException):
        return 400 <= error.code <= 499
    return isinstance(error, SMTPServerDisconnected | SMTPTimeoutError | OSError)


def _certificate(error: BaseException) -> ssl.SSLError | None:
    """The TLS error behind an error, if that is what it was."""
    for candidate in (error, error.__cause__):
        if isinstance(candidate, ssl.SSLError):
            return candidate
    return None


def _explained(place: str, error: SMTPException | OSError) -> TransportError:
    """A foreign exception in the words of the house."""
    certificate = _certificate(error)
    if certificate:
        reason = getattr(certificate, "verify_message", None) or str(certificate)
        return NotEncrypted(place, reason)
    if isinstance(error, SMTPAuthenticationError) and error.code >= 500:
        return LoginRefused(place, written(error.code, error.message))
    if isinstance(error, SMTPResponseException):
        return ServerDown(place, written(error.code, error.message))
    if isinstance(error, OSError):
        return ServerDown(place, _out_of_reach(error))
    if error.message.startswith("SMTP STARTTLS"):
        return NotEncrypted(place, "it offers no STARTTLS")
    # aiosmtplib's other bare errors are about AUTH: not offered, or no common method.
    return LoginRefused(place, error.message)


def _out_of_reach(error: OSError) -> Text | str:
    """Why there is no connection, without the place, which is told beside it."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, ConnectionRefusedError):
        return Text("nothing answers at that port")
    if isinstance(cause, socket.gaierror):
        return Text("no machine of that name is known")
    return cause.strerror or str(error)
