"""Hand a message over: to an SMTP server, or into a folder.

A transport takes one finished message at a time and says what became of it. It
knows nothing of people, campaigns or limits, and it never tries a message again by
itself once a byte of its body has left: that is decided by the ledger.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from outreach.errors import OutreachError, Text
from outreach.model.delivery import Deferred, Refused, Sent, Unknown
from outreach.model.message import Message


class Transport(Protocol):
    """One way out, used by many tasks at once."""

    @property
    def connections(self) -> int:
        """How many messages may be under way at the same time."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def deliver(self, message: Message) -> Sent | Deferred | Refused | Unknown:
        """Hand one message over. Raises `TransportError` when nothing can be sent at all."""
        ...


class TransportError(OutreachError):
    """A sender's way out is closed; the message it was raised for has not left."""


class ServerDown(TransportError):
    """No server of the sender answers."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            Text("the mail server {place} cannot be reached: {reason}", place=place, reason=reason),
            hint=Text("check host, port and network, then: outreach run; nothing is lost"),
        )


class LoginRefused(TransportError):
    """The server does not accept the user name and the password."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            Text("the mail server {place} refuses the login: {reason}", place=place, reason=reason),
            hint=Text("check `user:` and `password:` under `smtp:` in outreach.yaml"),
        )


class NotEncrypted(TransportError):
    """The connection could not be made private, or the server is not who it says it is."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            Text(
                "the connection to the mail server {place} cannot be trusted: {reason}",
                place=place,
                reason=reason,
            ),
            hint=Text("check `security:`, the host's name and its certificate; see `ca_file:`"),
        )
