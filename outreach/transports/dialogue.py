"""The grammar of SMTP's dialogue: what we wait for, how long, and how a reply reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

#: Bytes of one reply with all its lines; more is no mail server.
LONGEST_REPLY = 32_768

#: In the place of a code: what came is no reply.
GARBAGE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait for an answer, in seconds. Source: RFC 5321 §4.5.3.2.

    A shorter wait for the final reply makes doubt and duplicates (RFC 1047).
    """

    #: To connect and to be greeted. The RFC's five minutes are for a queue that has days;
    #: here somebody waits, and nothing has been sent that could be lost.
    connect: float = 60
    #: EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET.
    command: float = 300
    #: From DATA to 354.
    start: float = 120
    #: From the final dot to the server's answer.
    final: float = 600
    #: QUIT: only a courtesy.
    quit: float = 3

    def of(self, awaited: Awaited) -> float:
        match awaited:
            case Awaited.DATA:
                return self.start
            case Awaited.END | Awaited.DOT:
                return self.final
            case Awaited.QUIT:
                return self.quit
            case _:
                return self.command


class Awaited(Enum):
    """What we wrote and have no reply to."""

    RSET = "RSET"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    #: The final dot behind a body.
    END = "END"
    #: The final dot behind nothing, where DATA was accepted without a recipient.
    DOT = "DOT"
    QUIT = "QUIT"


class Replies:
    """Makes replies out of what the socket gives: several at once, or one in pieces."""

    def __init__(self) -> None:
        self._rest = b""
        #: The lines before the last one of a reply, without their code.
        self._lines: list[bytes] = []
        self._code = b""
        self._length = 0

    def read(self, data: bytes) -> list[tuple[int, bytes]]:
        """The replies that are complete now: code and text. After `GARBAGE` there are none.

        Of a reply with several lines (`250-…` up to `250 …`) the texts are joined by LF. Lines
        of one reply that differ in their code are no reply (RFC 5321 §4.2.1).
        """
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        replies: list[tuple[int, bytes]] = []
        for line in lines:
            code, mark = line[:3], line[3:4]
            if len(code) != 3 or not code.isdigit() or mark not in b" -\r":
                return [*replies, (GARBAGE, line)]
            if not self._lines and mark != b"-":
                replies.append((int(code), line[4:]))
                continue
            self._length += len(line)
            if (self._lines and code != self._code) or self._length > LONGEST_REPLY:
                return [*replies, (GARBAGE, line)]
            self._lines.append(line[4:])
            self._code = code
            if mark != b"-":
                replies.append((int(code), b"\n".join(self._lines)))
                self._lines, self._length = [], 0
        if len(self._rest) > LONGEST_REPLY:
            return [*replies, (GARBAGE, self._rest)]
        return replies
