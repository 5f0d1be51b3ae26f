"""An SMTP server on loopback that enforces the states of a transaction and plays a script.

It reads commands as they come, several at a time when they are pipelined, and notes every
line and body in `log`. Message n says `MAIL FROM:<n@…>` and `RCPT TO:<n@…>`; its script tells
what to answer at each stage:

    {3: {"RCPT": "550 5.1.1 no", "DATA": "354 go ahead"}}

Stages: RSET, MAIL, RCPT, DATA, BODY (after the final dot), DOT (the same, without recipient),
and IN_BODY, at the first bytes of the body, for `CUT` alone. `CUT` closes the connection
there and `SILENCE` says nothing any more, both once. A 421 closes it after the reply. An
answer may have several lines, CR LF between them, or be more than one reply.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

CUT = "cut"
SILENCE = "silence"

_NUMBER = re.compile(rb"<(\d+)")


class StrictServer:
    """`with StrictServer({...}) as server:`; `server.received` is what it took, in order."""

    def __init__(
        self,
        scripts: Mapping[int, Mapping[str, str]] | None = None,
        *,
        pipelining: bool = True,
        extensions: tuple[str, ...] = (),
        chunk: int | None = None,
        delay: float = 0,
        tls: ssl.SSLContext | None = None,
        keeps_open: bool = False,
        together: int = 0,
    ) -> None:
        """Replies come in pieces of `chunk` bytes, `delay` seconds late; None: in one packet.

        `keeps_open`: a body that it refuses does not end the transaction, as it should.
        `together`: the first so many answers to DATA, and to a body, wait for one another.
        """
        self.scripts = {number: dict(script) for number, script in (scripts or {}).items()}
        self.extensions = (("PIPELINING",) if pipelining else ()) + extensions
        self.chunk = chunk
        self.delay = delay
        self.tls = tls
        self.keeps_open = keeps_open
        self.together = together
        #: By stage, the answers that wait for those of other connections.
        self.held: dict[str, list[tuple[asyncio.Transport, bytes]]] = {"DATA": [], "BODY": []}
        #: How often it spoke: each time costs its client a round trip.
        self.answered = 0
        #: How many answers have been let go together.
        self.let_go = 0
        self.received: list[tuple[int, bytes]] = []
        #: What came in, by connection: `(1, "MAIL 7")`, `(1, "BODY 7")`.
        self.log: list[tuple[int, str]] = []
        #: What no careful client does.
        self.offences: list[str] = []
        self.connections = 0
        #: Whoever comes is sent away.
        self.closed = False
        self.port = 0
        self._ready = threading.Event()

    @property
    def numbers(self) -> list[int]:
        return [number for number, _ in self.received]

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
            lambda: _Connection(self), "127.0.0.1", 0, ssl=self.tls
        )
        self.port = listening.sockets[0].getsockname()[1]
        self._ready.set()
        await self._done.wait()
        listening.close()

    def answer(self, number: int, stage: str, usual: str) -> str:
        script = self.scripts.get(number, {})
        once = script.get(stage) in (CUT, SILENCE)
        return script.pop(stage) if once else script.get(stage, usual)


class _Connection(asyncio.Protocol):
    def __init__(self, server: StrictServer) -> None:
        self.server = server
        server.connections += 1
        self.name = server.connections
        self.unread = b""
        self.out = b""
        self.number = 0
        #: What the transaction has come to: "", "MAIL", "RCPT", "DATA" or "DOT".
        self.state = ""
        #: What the answers that have not left yet are to.
        self.stages: list[str] = []
        self.over = False
        self.mute = False
        self.sending = asyncio.Lock()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.say("554 5.3.2 closed" if self.server.closed else "220 strict.localhost")
        self.flush()

    def data_received(self, data: bytes) -> None:
        self.unread += data
        while not self.over and self.step():
            pass
        self.flush()

    def step(self) -> bool:
        """One command or one body; whether there was one."""
        if self.state in ("DATA", "DOT"):
            return self.body()
        line, end, rest = self.unread.partition(b"\r\n")
        if not end:
            return False
        self.unread = rest
        verb = line[:4].upper().decode("latin-1")
        found = _NUMBER.search(line)
        if verb in ("MAIL", "RCPT"):
            self.number = int(found[1]) if found else 0
        self.server.log.append((self.name, f"{verb} {self.number}"))
        self.command(verb)
        return True

    def command(self, verb: str) -> None:
        match verb, self.state:
            case "EHLO", _:
                lines = ("strict.localhost", *self.server.extensions)
                for line in lines[:-1]:
                    self.say(f"250-{line}")
                self.say(f"250 {lines[-1]}")
            case "QUIT", _:
                self.say("221 2.0.0 bye")
                self.close()
            case "RSET", _:
                self.state = ""
                self.reply("RSET", "250 2.0.0 ok")
            case "MAIL", "":
                self.state = "MAIL" if self.reply("MAIL", "250 2.1.0 ok") else ""
            case "RCPT", "MAIL":
                self.state = "RCPT" if self.reply("RCPT", "250 2.1.5 ok") else "MAIL"
            case "RCPT", "" if "RCPT" in self.server.scripts.get(self.number, {}):
                # A server that forgets that it refused the sender.
                self.state = "RCPT" if self.reply("RCPT", "") else ""
            case "DATA", "RCPT":
                if self.reply("DATA", "354 go ahead", "354"):
                    self.state = "DATA"
            case "DATA", _:
                if self.reply("DATA", "554 5.5.1 no valid recipients", "354"):
                    self.state = "DOT"
            case _:
                self.say(f"503 5.5.1 {verb} in state {self.state!r}")

    def body(self) -> bool:
        if self.unread and self.server.answer(self.number, "IN_BODY", "") == CUT:
            self.close()
            return False
        whole = b"\r\n" + self.unread
        at = whole.find(b"\r\n.\r\n")
        if at < 0:
            return False
        content = whole[: at + 2].replace(b"\r\n.", b"\r\n")[2:]
        self.unread = whole[at + 5 :]
        self.server.log.append((self.name, f"{self.state.replace('DATA', 'BODY')} {self.number}"))
        refused, self.state = self.state == "DOT", ""
        if refused:
            if content:
                self.server.offences.append(f"a body for nobody: {self.number}")
            self.reply("DOT", "554 5.5.1 no valid recipients")
            return True
        if not content:
            self.server.offences.append(f"an empty message for {self.number}")
        script = self.server.scripts.get(self.number, {})
        if script.get("BODY", "2")[0] == "2":
            self.server.received.append((self.number, content))
        if not self.reply("BODY", "250 2.0.0 kept") and self.server.keeps_open:
            self.state = "MAIL"
        return True

    def reply(self, stage: str, usual: str, good: str = "2") -> bool:
        """Say what the script says; whether that was a yes."""
        self.stages.append(stage)
        answer = self.server.answer(self.number, stage, usual)
        if answer == CUT:
            self.close()
            return False
        if answer == SILENCE:
            self.mute = True
            return False
        self.say(answer)
        if answer.startswith("421"):
            self.close()
        return answer.startswith(good)

    def say(self, line: str) -> None:
        if not self.mute:
            self.out += line.encode() + b"\r\n"

    def close(self) -> None:
        self.over = True

    def flush(self) -> None:
        out, self.out = self.out, b""
        self.server.answered += bool(out)
        if self.held(out):
            return
        size = self.server.chunk or len(out) or 1
        pieces = [out[at : at + size] for at in range(0, len(out), size)]
        if self.over or self.server.delay or len(pieces) > 1:
            asyncio.get_running_loop().create_task(self.send(pieces, self.over))
        else:
            self.transport.write(out)

    def held(self, out: bytes) -> bool:
        """Whether this answer waits, or left with those that waited for it."""
        stages, self.stages = self.stages, []
        for stage in stages:
            waiting = self.server.held.get(stage)
            if waiting is not None and len(waiting) < self.server.together:
                break
        else:
            return False
        waiting.append((self.transport, out))
        if len(waiting) == self.server.together:
            for transport, answer in waiting:
                transport.write(answer)
            self.server.let_go += len(waiting)
        return True

    async def send(self, pieces: list[bytes], last: bool) -> None:
        async with self.sending:
            await asyncio.sleep(self.server.delay)
            for piece in pieces:
                self.transport.write(piece)
                await asyncio.sleep(0)
            if last:
                self.transport.close()
