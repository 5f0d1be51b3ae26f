"""One SMTP connection: between the socket, the conversation on it and the desk of the pool.

There is no task, future or timer per message: everything happens when the server's answers
come in. What they mean is told to the desk, which then goes a round of all connections that
have heard something: the outcomes are told, the next messages made, what leaves is recorded,
and only then written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from outreach.errors import Text
from outreach.model.delivery import Outcome, Reply
from outreach.model.message import Parcel
from outreach.transports import LoginRefused
from outreach.transports.conversation import Conversation
from outreach.transports.dialogue import Awaited, Replies, Timeouts
from outreach.transports.envelope import Offers, Ready, ready

_CLOSED = Text("the server closed it")


class Desk(Protocol):
    """Where a session gets its messages, and whom it tells what became of them."""

    def heard(self, session: Session) -> None:
        """It has answers, and waits for its turn in the next round."""
        ...

    def take(self, session: Session) -> Parcel | None:
        """The next message for this connection."""
        ...

    def record(self, ended: Sequence[tuple[int, Outcome]], begun: Sequence[int] = ()) -> bool:
        """Write down. False: it could not be, and the bodies of `begun` must not leave."""
        ...

    def give_back(self, parcel: Parcel) -> None:
        """Nothing of its body has left, and it is not to be tried now."""
        ...

    def try_again(self, parcel: Parcel) -> None:
        """Nothing of its body has left; a new connection may have it."""
        ...

    def fail(self, error: Exception) -> None:
        """Nothing more can be carried."""
        ...

    def rests(self, session: Session) -> None:
        """It has nothing to do until it takes a message again."""
        ...

    def gone(self, session: Session) -> None:
        """It is closed."""
        ...


class Session(asyncio.Protocol):
    """A greeted, secured and logged-in connection, taken over from who opened it."""

    def __init__(
        self,
        transport: asyncio.Transport,
        desk: Desk,
        *,
        place: str,
        offers: Offers,
        timeouts: Timeouts,
        most: int,
    ) -> None:
        """`most` is how many messages it carries before it is closed."""
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._desk = desk
        self._place = place
        self._offers = offers
        self._timeouts = timeouts
        self._most = most
        self._talk = Conversation(pipelining=offers.pipelining)
        self._replies = Replies()
        #: Taken, and announced with the next write.
        self._following: Ready | None = None
        self._leaving = False
        #: Done when the connection is closed.
        self.closed: asyncio.Future[None] = self._loop.create_future()
        #: Since when the oldest reply is awaited, and how much was still to be written then.
        self._since = self._loop.time()
        self._backlog = 0
        self._tick = min(timeouts.command, timeouts.start, timeouts.final) / 4
        self._timer = self._loop.call_later(self._tick, self._look_at_clock)
        transport.set_protocol(self)

    # --- what the pool asks -------------------------------------------------------------------

    @property
    def usable(self) -> bool:
        return not (self.closed.done() or self._leaving)

    @property
    def busy(self) -> bool:
        """Whether a message is taken, announced or on the wire."""
        return self._following is not None or self._talk.busy

    @property
    def fresh(self) -> bool:
        """Whether no message was announced on it so far."""
        return self._talk.begun == 0

    @property
    def fruitful(self) -> bool:
        """Whether the server has taken a message on it."""
        return self._talk.accepted > 0

    # --- its turn in a round ------------------------------------------------------------------

    def ended(self) -> list[tuple[int, Outcome]]:
        """What became of messages since it was asked last."""
        ended, self._talk.ended = self._talk.ended, []
        return ended

    def take(self) -> bool:
        """Make the message that is announced next; False where there is none, or no room."""
        talk = self._talk
        if self._following or not self.usable or not talk.has_room or talk.begun >= self._most:
            return False
        self._following = self._next()
        return self._following is not None

    def _next(self) -> Ready | None:
        """The next message that this server can be told of."""
        while parcel := self._desk.take(self):
            try:
                made = ready(parcel, self._offers)
            except ValueError as bug:
                self._desk.give_back(parcel)
                self._desk.fail(bug)
                return None
            if isinstance(made, Ready):
                return made
            self._desk.record(((parcel.key, made),))
        return None

    def opened(self) -> int | None:
        """The message whose body leaves with the next `write`: it must be recorded before."""
        opened = self._talk.opened
        if opened and self._transport.is_closing():
            self.cut(_CLOSED)
            return None
        return opened.parcel.key if opened else None

    def write(self) -> None:
        """Hand to the socket what may leave: a body, an envelope, a command; or rest."""
        if self.closed.done():
            return
        talk = self._talk
        if not talk.awaited:
            self._since = self._loop.time()
        following, self._following = self._following, None
        data = talk.write(following)
        if data:
            self._transport.write(data)
        elif talk.awaited:
            return
        elif talk.begun >= self._most:
            self.leave()
        else:
            self._desk.rests(self)

    def withhold(self) -> None:
        """Instead of `write`, where no body may leave: it is not written down."""
        opened, self._talk.opened = self._talk.opened, None
        if opened:
            self._desk.give_back(opened.parcel)
            self.cut(Text("what leaves could not be written down"))
        else:
            self._give_back_following()
            self.write()

    # --- the end ------------------------------------------------------------------------------

    def leave(self) -> None:
        """Say QUIT; whatever the server answers, every outcome stands."""
        if self.busy:
            self.cut(Text("this program had to end"))
        elif self.usable:
            self._leaving = True
            self._talk.awaited.append(Awaited.QUIT)
            self._transport.write(b"QUIT\r\n")
            self._timer.cancel()
            self._timer = self._loop.call_later(self._timeouts.quit, self._close)

    def cut(self, why: Reply) -> None:
        """Close without a word, and tell what that means for what was announced or flying."""
        if not self.closed.done():
            if self._talk.broken is None:
                self._talk.abandon(why)
            self._close()

    def _close(self) -> None:
        """Tell what is left to be told, once."""
        if self.closed.done():
            return
        self.closed.set_result(None)
        self._timer.cancel()
        self._transport.abort()
        talk = self._talk
        if talk.ended:
            self._desk.record(self.ended())
        self._give_back_following()
        if talk.unsent:
            self._desk.give_back(talk.unsent.parcel)
        if talk.again:
            self._desk.try_again(talk.again.parcel)
        if talk.login_wanted:
            self._desk.fail(LoginRefused(self._place, talk.login_wanted))
        self._desk.gone(self)

    def _give_back_following(self) -> None:
        following, self._following = self._following, None
        if following:
            self._desk.give_back(following.parcel)

    # --- what comes in ------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        talk = self._talk
        replies = self._replies.read(data)
        if self._leaving and replies:
            self._close()
            return
        for code, text in replies:
            talk.answered(code, text)
            if talk.broken is not None:
                break
        if talk.broken is not None:
            self._close()
        elif replies and not self.closed.done():
            if talk.awaited:
                self._since = self._loop.time()
            self._desk.heard(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.cut(str(exc) if exc and str(exc) else _CLOSED)

    def _look_at_clock(self) -> None:
        """Whether the oldest reply is overdue; a body that still trickles out is not."""
        self._timer = self._loop.call_later(self._tick, self._look_at_clock)
        if not self._talk.awaited:
            return
        backlog, self._backlog = self._backlog, self._transport.get_write_buffer_size()
        if self._backlog < backlog:
            self._since = self._loop.time()
        limit = self._timeouts.of(self._talk.awaited[0])
        if self._loop.time() - self._since > limit:
            self.cut(Text("nothing was heard within {seconds} s", seconds=f"{limit:g}"))
