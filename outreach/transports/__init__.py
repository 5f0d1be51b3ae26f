"""Hand messages over to an SMTP server, or, in a rehearsal, to nobody.

A transport asks for finished messages when it has a free hand, and says what became of
each. It knows nothing of people, campaigns or limits, and it never tries a message again
by itself once a byte of its body has left: that is decided by the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from outreach.errors import OutreachError, Text
from outreach.model.delivery import Deferred, Outcome, Refused, Sent, Unknown
from outreach.model.message import Message, Parcel


class Work(Protocol):
    """What a transport carries, and whom it tells.

    All three are called in the event loop, so they must not block for long. What they raise
    ends the carrying: nothing more is begun, and `Transport.carry` raises it.
    """

    def next(self) -> Parcel | None:
        """The next message to announce; None: nothing now, `Transport.wake` tells of more."""
        ...

    def record(self, ended: Sequence[tuple[int, Outcome]], begun: Sequence[int]) -> None:
        """What became of some, and whose bodies leave now, by their keys.

        Called before the bodies of `begun` are handed to the socket, once for all connections
        that have something at a time. It must be proof against kill -9 when it returns; when
        it raises, those bodies do not leave.
        """
        ...

    def returned(self, keys: Sequence[int]) -> None:
        """Taken from `next` and nothing of their body has left: they are given back."""
        ...


class Transport(Protocol):
    """One way out, with a few connections."""

    @property
    def connections(self) -> int:
        """How many messages may be on the wire at the same time."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def carry(self, work: Work) -> None:
        """Carry until `drain`, resting while there is nothing.

        Raises `TransportError` when nothing can be sent at all. However it ends, each parcel
        that it took has been told of: ended, or returned.
        """
        ...

    def wake(self) -> None:
        """`next` has something again."""
        ...

    def drain(self) -> None:
        """Finish what is announced or on the wire and announce nothing more."""
        ...

    async def deliver(self, message: Message) -> Sent | Deferred | Refused | Unknown:
        """Hand one message over, where there is no `carry` under way."""
        ...


class TransportError(OutreachError):
    """A sender's way out is closed; the message it was raised for has not left."""


class ServerDown(TransportError):
    """No server of the sender answers."""

    def __init__(self, place: str, reason: str | Text) -> None:
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


class NoServer(TransportError):
    """None of several servers takes us, each for its own reason."""

    def __init__(self, errors: Sequence[TransportError]) -> None:
        what = errors[0].what
        for error in errors[1:]:
            what = Text("{one}; {other}", one=what, other=error.what)
        super().__init__(what, hint=errors[0].hint)
