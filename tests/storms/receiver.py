"""An SMTP receiver that forgives nothing, breaks on purpose, and writes down what it keeps.

A process of its own, so that it outlives the kills of the sender:

    python receiver.py SEED LOG PAUSE      says its port; ends when its stdin is closed

It keeps to RFC 5321 and RFC 2920: MAIL in an open transaction is 503, DATA without a recipient
554 (or 354, and then nothing but a lone dot will do), groups are answered in order, nothing may
follow DATA before its answer, and nothing may be sent ahead where PIPELINING was not offered.
PAUSE is how long it thinks about each message, in seconds.

The log has a line for what matters, written before the answer leaves; what it says of messages
is what `outreach settle --from` reads:

    accepted <ID> for WHO          kept: from now on a second one is a double
    refused <ID> for WHO           554 after the dot
    turned away WHO                5yz at RCPT or DATA
    lost <ID> for WHO              thrown away after the dot: cut, 421 or 4yz
    cut WHO                        the connection ended after 354 and without an answer
    wrong WHAT                     the sender broke the protocol
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections import Counter
from pathlib import Path

from storms.faults import Fault, Script

_PATH = re.compile(rb"(?:FROM|TO):<([^<> ]*)>", re.IGNORECASE)
_NAMED = re.compile(rb"^message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
#: After so many messages kept, nobody is let in for so many seconds.
_CLOSED_EVERY, _CLOSED_FOR = 150, 0.4


class Gone(Exception):
    """The connection is over: they left, or we cut it."""


class Receiver:
    """All connections of one storm."""

    def __init__(self, script: Script, log: Path, pause: float) -> None:
        self.script = script
        self.pause = pause
        self.tries: Counter[str] = Counter()
        self.connections = 0
        self.kept = 0
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, line: str) -> None:
        os.write(self._log, line.encode() + b"\n")

    async def serve(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        loop = asyncio.get_running_loop()
        # At the end conversations are cut short, which Python 3.11 would complain of.
        loop.set_exception_handler(lambda loop, context: None)
        over = asyncio.Event()
        loop.add_reader(sys.stdin, lambda: sys.stdin.read(1) or over.set())
        closed_at = 0
        while not over.is_set():
            await asyncio.sleep(0.01)
            if self.kept - closed_at >= _CLOSED_EVERY:
                closed_at = self.kept
                server.close()
                await asyncio.sleep(_CLOSED_FOR)
                server = await asyncio.start_server(
                    self._talk, "127.0.0.1", port, reuse_address=True
                )

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        talk = Conversation(self, self.connections, reader, writer)
        try:
            await talk.hold()
        except (Gone, OSError):
            writer.transport.abort()


class Conversation:
    """One connection: one command after the other, each answered in its turn."""

    def __init__(
        self,
        receiver: Receiver,
        number: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.receiver = receiver
        self.script = receiver.script
        self.fault, self.turn = self.script.for_connection(number)
        self.pipelining = self.script.offers_pipelining(number)
        self._reader = reader
        self._writer = writer
        self._read = bytearray()
        self._messages = 0
        self._reset()

    async def hold(self) -> None:
        if self.fault is Fault.BUSY_AT_GREETING:
            await self.end("421 4.3.2 come back later")
        self.say("220 chaos.example")
        handlers = {
            b"EHLO": self._ehlo, b"MAIL": self._mail, b"RCPT": self._rcpt, b"DATA": self._data,
            b"RSET": self._rset, b"QUIT": self._quit, b"NOOP": self._noop,
        }  # fmt: skip
        while True:
            line = await self._line()
            if self._read and not self.pipelining:
                self.receiver.write(f"wrong sent ahead without PIPELINING: {line!r}")
            handler = handlers.get(line[:4].upper())
            if handler is None:
                self.receiver.write(f"wrong command: {line[:60]!r}")
                self.say("500 5.5.2 what?")
            else:
                await handler(line)

    # --- commands -----------------------------------------------------------------------------

    async def _ehlo(self, line: bytes) -> None:
        if self.fault is Fault.CUT_AT_EHLO:
            raise Gone
        self._reset()
        words = ["chaos.example", "SIZE 10000000", "8BITMIME", "ENHANCEDSTATUSCODES"]
        words += ["PIPELINING"] if self.pipelining else []
        lines = [f"250-{word}" for word in words[:-1]] + [f"250 {words[-1]}"]
        self.say("\r\n".join(lines))

    async def _mail(self, line: bytes) -> None:
        if self.sender is not None:
            self.receiver.write("wrong MAIL within a transaction")
            self.say("503 5.5.1 nested MAIL command")
            return
        self._messages += 1
        if self._messages == self.turn:
            if self.fault is Fault.BUSY_AT_MAIL:
                await self.end("421 4.3.2 enough for now")
            if self.fault is Fault.CUT_AT_MAIL:
                raise Gone
            if self.fault is Fault.LATER_AT_MAIL:
                self.say("451 4.3.0 not now")
                return
        found = _PATH.search(line)
        self.sender = found[1].decode() if found else ""
        self.say("250 2.1.0 ok")

    async def _rcpt(self, line: bytes) -> None:
        found = _PATH.search(line)
        if self.sender is None or found is None:
            self.say("503 5.5.1 MAIL first")
            return
        who = found[1].decode()
        self.receiver.tries[who] += 1
        self.attempt = self.receiver.tries[who]
        self.asked = who
        self.what = self.script.for_message(who, self.attempt)
        match self.what:
            case Fault.CUT_AT_RCPT:
                raise Gone
            case Fault.BUSY_AT_RCPT:
                await self.end("421 4.3.2 enough for now")
            case Fault.LATER_AT_RCPT:
                self.say("450 4.2.1 this mailbox is busy")
            case Fault.FULL_AT_RCPT:
                self.say("452 4.2.2 over quota")
            case Fault.RATED_AT_RCPT:
                self.say("450 4.7.28 unusual rate of mail from you")
            case Fault.NEVER_AT_RCPT:
                self.receiver.write(f"turned away {who}")
                self.say("550 5.1.1 nobody of that name")
            case _:
                self.recipient = who
                self.say("250 2.1.5 ok")

    async def _data(self, line: bytes) -> None:
        if self._read:
            self.receiver.write("wrong sent ahead of the answer to DATA")
        if self.recipient is None:
            lenient = self.sender is not None and self.script.takes_data_without_recipients(
                self.asked, self.attempt
            )
            self.say("354 go ahead" if lenient else "554 5.5.1 no valid recipients")
            if lenient:
                await self._nobodys_body()
            return
        match self.what:
            case Fault.CUT_AT_DATA:
                raise Gone
            case Fault.BUSY_AT_DATA:
                await self.end("421 4.3.2 enough for now")
            case Fault.LATER_AT_DATA:
                self.say("451 4.3.0 not now")
            case Fault.NEVER_AT_DATA:
                self.receiver.write(f"turned away {self.recipient}")
                self.say("554 5.6.0 nothing of that kind")
            case _:
                self.say("354 go ahead")
                await self._body(self.recipient)

    async def _rset(self, line: bytes) -> None:
        self._reset()
        self.say("250 2.0.0 forgotten")

    async def _noop(self, line: bytes) -> None:
        self.say("250 2.0.0 ok")

    async def _quit(self, line: bytes) -> None:
        await self.end("221 2.0.0 bye")

    # --- bodies -------------------------------------------------------------------------------

    async def _nobodys_body(self) -> None:
        """Nothing but a dot may come: whatever it is, nobody gets it."""
        body = await self._until_dot()
        if body:
            self.receiver.write("wrong a body for nobody")
        self._reset()
        self.say("554 5.5.1 no valid recipients")

    async def _body(self, who: str) -> None:
        if self.what is Fault.CUT_IN_BODY:
            # Said before anything is read: the sender may be dead before it writes.
            await self._more()
            self.receiver.write(f"cut {who}")
            raise Gone
        content = await self._until_dot()
        found = _NAMED.search(content.partition(b"\r\n\r\n")[0])
        name = found[1].decode() if found else "<nameless@nowhere>"
        if found is None:
            self.receiver.write(f"wrong a message without a name for {who}")
        if self.receiver.pause:
            await asyncio.sleep(self.receiver.pause)
        match self.what:
            case Fault.CUT_AND_LOST:
                self.receiver.write(f"lost {name} for {who}")
                self.receiver.write(f"cut {who}")
                raise Gone
            case Fault.CUT_AND_KEPT:
                self._keep(name, who)
                self.receiver.write(f"cut {who}")
                raise Gone
            case Fault.BUSY_AT_END:
                self.receiver.write(f"lost {name} for {who}")
                await self.end("421 4.3.2 enough for now")
            case Fault.LATER_AT_END:
                self.receiver.write(f"lost {name} for {who}")
                self.say("452 4.3.1 the disk is full")
            case Fault.RATED_AT_END:
                self.receiver.write(f"lost {name} for {who}")
                await self.end("421 4.7.28 unusual rate of mail from you")
            case Fault.UNTRUSTED_AT_END:
                self.receiver.write(f"refused {name} for {who}")
                self.say("550 5.7.26 unauthenticated mail is not accepted")
            case Fault.NEVER_AT_END:
                self.receiver.write(f"refused {name} for {who}")
                self.say("554 5.6.0 nothing of that kind")
            case _:
                if self.what is Fault.SLOW:
                    await asyncio.sleep(self.script.slowness(who))
                self._keep(name, who)
                self.say("250 2.0.0 kept")
        self._reset()

    def _keep(self, name: str, who: str) -> None:
        self.receiver.kept += 1
        self.receiver.write(f"accepted {name} for {who}")

    # --- the wire -----------------------------------------------------------------------------

    def _reset(self) -> None:
        self.sender: str | None = None
        self.recipient: str | None = None
        self.asked = ""
        self.attempt = 0
        self.what = Fault.NONE

    def say(self, reply: str) -> None:
        self._writer.write(reply.encode() + b"\r\n")

    async def end(self, reply: str) -> None:
        """A last word, and the end: read out first, for unread bytes would swallow the word."""
        self.say(reply)
        self._writer.write_eof()
        with contextlib.suppress(TimeoutError, OSError):
            await asyncio.wait_for(self._reader.read(-1), 1)
        raise Gone

    async def _more(self) -> None:
        data = await self._reader.read(65536)
        if not data:
            raise Gone
        self._read += data

    async def _line(self) -> bytes:
        while (end := self._read.find(b"\r\n")) < 0:
            await self._more()
        line = bytes(self._read[:end])
        del self._read[: end + 2]
        return line

    async def _until_dot(self) -> bytes:
        """What stands before the final dot; the dot doubled in front of a line stays so."""
        while True:
            if self._read.startswith(b".\r\n"):
                del self._read[:3]
                return b""
            end = self._read.find(b"\r\n.\r\n")
            if end >= 0:
                content = bytes(self._read[: end + 2])
                del self._read[: end + 5]
                return content
            await self._more()


if __name__ == "__main__":
    seed, log, pause = sys.argv[1:]
    asyncio.run(Receiver(Script(int(seed)), Path(log), float(pause)).serve())
