"""A pool of connections to one sender's servers, and which of them gets what.

Connections are opened when there is something to carry and no other is free, and used
again. Where the server takes fewer than asked, the pool goes on with fewer for a while.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from outreach.errors import Text
from outreach.model.delivery import Outcome
from outreach.model.message import Parcel
from outreach.transports import LoginRefused, TransportError, Work
from outreach.transports.connecting import Connector, Line
from outreach.transports.dialogue import Timeouts
from outreach.transports.session import Session

#: After so many seconds as many connections as were asked for are tried again.
_FEWER_FOR = 300.0
#: The longest rest, in seconds, after connections that ended before a message was taken.
_LONGEST_REST = 30.0


class Pool:
    """Takes parcels from a work when a connection is free; the desk of its sessions."""

    def __init__(
        self,
        connector: Connector,
        *,
        connections: int,
        per_connection: int,
        timeouts: Timeouts,
        pause: float,
    ) -> None:
        """`pause` is the first rest after a connection that failed, in seconds."""
        self._connector = connector
        self._per_connection = per_connection
        self._timeouts = timeouts
        self._pause = pause
        self._asked = connections
        #: How many the server seems to take, and until when that is believed.
        self.most = connections
        self._fewer_until = 0.0
        self._sessions: dict[Session, None] = {}
        #: Those that have nothing to do; the last one was used last.
        self._resting: list[Session] = []
        self._opening: set[asyncio.Task[None]] = set()
        #: Taken from the work for connections that are being opened.
        self._waiting: deque[Parcel] = deque()
        #: To be tried once more, on a connection that nothing was sent on.
        self._again: deque[Parcel] = deque()
        #: Connections in a row that ended before a message was taken.
        self._failures = 0
        self._work: Work | None = None
        self._draining = False
        self._error: Exception | None = None
        self._finished: asyncio.Future[None] | None = None
        #: Those that have answers, in the order they came.
        self._heard: dict[Session, None] = {}
        #: There may be work for those that have none.
        self._more = False
        self._coming = False

    async def carry(self, work: Work) -> None:
        """See `SmtpTransport.carry`."""
        if self._work:
            raise RuntimeError("this transport is carrying already")
        self._work, self._draining, self._error = work, False, None
        self._finished = asyncio.get_running_loop().create_future()
        self.look()
        try:
            await self._finished
        except BaseException:
            self._interrupt()
            raise
        finally:
            self._work = None
        if self._error:
            raise self._error

    def _interrupt(self) -> None:
        """We are cancelled: what is on the wire stays in doubt."""
        self._draining = True
        self._tell(list(self._heard))
        for session in list(self._sessions):
            if session.busy:
                session.cut(Text("the run was interrupted"))
        self._give_up_waiting()

    def drain(self) -> None:
        """Finish what is announced and announce nothing more."""
        if self._work and not self._draining:
            self._draining = True
            self.look()

    async def leave(self) -> None:
        """Close every connection, with a QUIT where nothing is under way."""
        sessions = list(self._sessions)
        for session in sessions:
            session.leave()
        await asyncio.gather(*(session.closed for session in sessions))

    # --- what sessions ask and tell -----------------------------------------------------------

    def heard(self, session: Session) -> None:
        self._heard[session] = None
        self._come()

    def take(self, session: Session) -> Parcel | None:
        if self._draining or self._work is None:
            return None
        if self._again and session.fresh:
            return self._again.popleft()
        if self._waiting:
            return self._waiting.popleft()
        return self._from_work()

    def _from_work(self) -> Parcel | None:
        assert self._work
        try:
            return self._work.next()
        except Exception as error:
            self.fail(error)
            return None

    def record(self, ended: Sequence[tuple[int, Outcome]], begun: Sequence[int] = ()) -> bool:
        assert self._work
        try:
            self._work.record(ended, begun)
        except Exception as error:
            self.fail(error)
            return False
        return True

    def give_back(self, parcel: Parcel) -> None:
        assert self._work
        try:
            self._work.returned((parcel.key,))
        except Exception as error:
            self.fail(error)

    def try_again(self, parcel: Parcel) -> None:
        if self._draining:
            self.give_back(parcel)
        else:
            self._again.append(parcel)

    def fail(self, error: Exception) -> None:
        """Nothing more is begun, and `carry` raises the first error when all has ended."""
        self._error = self._error or error
        self.drain()

    def rests(self, session: Session) -> None:
        self._resting.append(session)
        if self._draining:
            self.look()

    def gone(self, session: Session) -> None:
        del self._sessions[session]
        if session in self._resting:
            self._resting.remove(session)
        self._failures = 0 if session.fruitful else self._failures + 1
        self.look()

    # --- who gets what ------------------------------------------------------------------------

    def look(self) -> None:
        """There is more work, or less: see soon what is to be done."""
        self._more = True
        self._come()

    def _come(self) -> None:
        """Not now: others may have answers too, and we may be inside of a session's step."""
        if not self._coming:
            self._coming = True
            asyncio.get_running_loop().call_soon(self._come_now)

    def _come_now(self) -> None:
        self._coming = False
        if self._heard:
            self._go_round()
        more, self._more = self._more, False
        if more and self._work and not self._draining:
            self._employ()
        if self._work and self._draining:
            self._give_up_waiting()
            busy = any(session.busy for session in self._sessions)
            if not busy and self._finished and not self._finished.done():
                self._finished.set_result(None)

    def _go_round(self) -> None:
        """All that have heard something: together, as one record serves them all, and as making
        messages and writing them in turn takes twice as long as one after the other."""
        sessions, self._heard = list(self._heard), {}
        # First, as it may be a reason to begin nothing more.
        self._tell(sessions)
        for session in sessions:
            session.take()
        self._write(sessions)

    def _tell(self, sessions: Sequence[Session]) -> None:
        """What became of messages."""
        ended = [one for session in sessions for one in session.ended()]
        if ended:
            self.record(ended)

    def _write(self, sessions: Sequence[Session]) -> None:
        """No body leaves that is not written down."""
        opened = [session.opened() for session in sessions]
        begun = [key for key in opened if key is not None]
        recorded = self.record((), begun) if begun else True
        for session in sessions:
            if recorded:
                session.write()
            else:
                session.withhold()

    def _employ(self) -> None:
        """Resting connections first, then new ones, then those that could take one more."""
        busy = []
        while self._resting and self._resting[-1].take():
            busy.append(self._resting.pop())
        self._write(busy)
        while self._may_open() and not self._draining:
            if len(self._opening) >= len(self._waiting) + len(self._again):
                parcel = self._from_work()
                if parcel is None:
                    break
                self._waiting.append(parcel)
            self._opening.add(asyncio.create_task(self._open()))
        sessions = list(self._sessions)
        self._write([session for session in sessions if session.busy and session.take()])

    def _may_open(self) -> bool:
        if self.most < self._asked and asyncio.get_running_loop().time() > self._fewer_until:
            self.most = self._asked
        return len(self._sessions) + len(self._opening) < self.most

    async def _open(self) -> None:
        me = asyncio.current_task()
        assert me
        try:
            if self._failures:
                rest = self._pause * 2 ** min(self._failures - 1, 10)
                await asyncio.sleep(min(rest, _LONGEST_REST))
            session = self._session(await self._connector.connect())
        except Exception as error:
            self._opening.discard(me)
            self._not_opened(error)
        else:
            self._opening.discard(me)
            self._sessions[session] = None
            self.heard(session)
        finally:
            self._opening.discard(me)

    def _session(self, line: Line) -> Session:
        return Session(
            line.transport,
            self,
            place=line.place,
            offers=line.offers,
            timeouts=self._timeouts,
            most=self._per_connection,
        )

    def _not_opened(self, error: Exception) -> None:
        """Go on with fewer connections, where there are any; else nothing can be sent."""
        left = sum(session.usable for session in self._sessions) + len(self._opening)
        fatal = isinstance(error, LoginRefused) or not isinstance(error, TransportError)
        if fatal or not left:
            self.fail(error)
            return
        self.most = left
        self._fewer_until = asyncio.get_running_loop().time() + _FEWER_FOR
        while self._again:
            self.give_back(self._again.popleft())
        self.look()

    def _give_up_waiting(self) -> None:
        for task in self._opening:
            task.cancel()
        while self._waiting:
            self.give_back(self._waiting.popleft())
        while self._again:
            self.give_back(self._again.popleft())
