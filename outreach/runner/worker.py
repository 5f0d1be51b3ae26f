"""One of several processes that compose and hand over: hands at the other end of a socket.

It reads the store and never writes to it. Ctrl-C and SIGTERM are the dispatcher's business.
When the dispatcher is gone, however it died, this process begins nothing more, finishes what
is on the wire, writes that in its journal and leaves; until then it shares the lock of the
run, so that no other run begins.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Sequence
from traceback import format_exception, print_exc

from outreach.errors import OutreachError
from outreach.model.delivery import Deferred, Outcome, Refused, Unknown
from outreach.model.ids import CampaignId
from outreach.runner.frames import (
    Word,
    pack_outcomes,
    read_frame,
    unpacked,
    write_frame,
)
from outreach.runner.hands import Hands, Told
from outreach.runner.loops import run_in_loop

#: What the servers took is told after so many seconds, or when there is so much of it: for
#: each frame the dispatcher stops what it does. Any other answer is told at once.
_SOON = 0.02
_MUCH = 100
_NEWS = (Deferred, Refused, Unknown)


def fork_worker(
    serve: Callable[[socket.socket], None], foreign: Sequence[socket.socket]
) -> tuple[int, socket.socket]:
    """Start a process that serves its end of a socket; its number, and our end.

    `foreign` are our ends towards other workers: they must see when we die, so nobody else
    may keep them open.
    """
    ours, theirs = socket.socketpair()
    process = os.fork()
    if process:
        theirs.close()
        return process, ours
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for other in (ours, *foreign):
            other.close()
        serve(theirs)
        code = 0
    except BaseException:
        # The dispatcher sees only that we are gone.
        print_exc()
    finally:
        # Without the farewells of the process we were copied from: they are its own.
        os._exit(code)


def serve(channel: socket.socket, build: Callable[[Told], Hands]) -> None:
    """Do what the dispatcher says until it says enough, or is gone."""
    run_in_loop(_serve(channel, build))


async def _serve(channel: socket.socket, build: Callable[[Told], Hands]) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=channel)
    told = Outbox(writer)
    try:
        async with build(told) as hands:
            while frame := await read_frame(reader):
                word, *more = frame
                if word is Word.FINISH:
                    sooner = asyncio.create_task(_finish_sooner(reader, hands))
                    await hands.finish(*more)
                    sooner.cancel()
                    break
                if word is Word.GIVE:
                    hands.give(more[0], unpacked(more[1]))
                else:
                    hands.withdraw(*more)
            else:  # the dispatcher is gone
                await hands.finish()
    except Exception as bug:
        told.broke(bug)
    told.end()
    writer.close()


async def _finish_sooner(reader: asyncio.StreamReader, hands: Hands) -> None:
    """While the last answers are awaited: the dispatcher may not want to wait so long."""
    while frame := await read_frame(reader):
        word, *more = frame
        if word is Word.FINISH:
            await hands.finish(*more)


class Outbox:
    """Tells the dispatcher what came back (`hands.Told`), several at a time."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        #: By sender: what has its outcome, and what is returned.
        self._back: dict[str, tuple[list[tuple[int, Outcome]], list[int]]] = {}
        self._left: list[int] = []
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None

    def came_back(
        self, sender: str, ended: Sequence[tuple[int, Outcome]], returned: Sequence[int]
    ) -> None:
        lists = self._back.setdefault(sender, ([], []))
        lists[0].extend(ended)
        lists[1].extend(returned)
        self._tell_soon(len(ended) + len(returned))
        if any(isinstance(outcome, _NEWS) for _, outcome in ended):
            self._flush()

    def left(self, keys: Sequence[int]) -> None:
        self._left += keys
        self._tell_soon(len(keys))

    def _tell_soon(self, count: int) -> None:
        self._count += count
        if self._count >= _MUCH:
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_SOON, self._flush)

    def closed(self, what: str | CampaignId, error: OutreachError) -> None:
        self._flush()
        self._say(Word.CLOSED, what, error)

    def broke(self, error: BaseException) -> None:
        self._flush()
        self._say(Word.BROKE, "".join(format_exception(error)))

    def lost(self, error: OutreachError) -> None:
        """A worker has no workers."""

    def end(self) -> None:
        """Nothing is in hand any more."""
        self._flush()
        self._say(Word.DONE)

    def _say(self, word: Word, *more: object) -> None:
        """To a dispatcher that was killed nothing can be told: the journal has it all."""
        if not self._writer.is_closing():
            write_frame(self._writer, word, *more)

    def _flush(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._left:
            self._say(Word.LEFT, self._left)
            self._left = []
        for sender, (ended, returned) in self._back.items():
            self._say(Word.BACK, sender, pack_outcomes(ended), returned)
        self._back.clear()
        self._count = 0
