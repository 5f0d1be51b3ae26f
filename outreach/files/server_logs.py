"""What the log of a mail server says of messages, by their Message-ID: read line by line.

Four kinds of lines are understood, wherever in a file they stand:

Postfix    `cleanup[7]: 4Qx1: message-id=<a@b>`, joined by the queue id with `qmgr` and
           `status=` lines; short queue ids are used again, so `removed` ends one
Exim       `1abcDE-000001-XY <= … id=a@b`, joined by the id with `=>`, `**`, `Completed`
OpenSMTPD  names no Message-ID: its lines are found by an envelope sender of one message
           alone (a `bounce:` with {token}), joined by the message's number
any other  a line that holds `<a@b>` and one of the words of `_ARRIVED` or `_REFUSED`

A server that has accepted a message has it, whatever becomes of it later: the log then says
whether it was refused further on. What stands last in the log decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

#: How much of a server's answer is kept.
_LONGEST = 300

#: What says it in a log that we do not know. Beside one of the words of `_DOUBT` nothing is said.
_ARRIVED = rb"delivered|accepted|sent|queued|saved"
_REFUSED = rb"refused|rejected|bounced"
_DOUBT = rb"not|never|failed|deferred|undelivered|delayed"
_WORDS = re.compile(rb"\b(?:(%s)|(%s)|(%s))\b" % (_ARRIVED, _REFUSED, _DOUBT), re.IGNORECASE)
_NAMED = re.compile(rb"<[^<>\s]+@[^<>\s]+>")

_CLEANUP = re.compile(rb"/cleanup\[\d+\]: (\w+): (?:resent-)?message-id=(<[^<>\s]+>)")
_STATUS = re.compile(rb"(?:dsn=([\d.]+), )?status=(\w+)(?: \((.*)\)|, (.*))?")
_AT_THE_DOOR = re.compile(rb"(?:milter-)?reject: .*?: ([45]\.\d+\.\d+ .*)")

_EXIM = re.compile(rb"(?:^|\s)(\w{6}-\w{6,11}-\w{2,4}) (<=|=>|->|>>|\*\*|==|Completed)(.*)")
_EXIM_ID = re.compile(rb"\sid=(\S+)")
_CODE = re.compile(rb"\b([245]\.\d{1,3}\.\d{1,3})\b")

_ENVELOPE = re.compile(rb"\bsmtp envelope evpid=(\w{8})\w{8} from=<([^<>\s]*)>")
_HANDED = re.compile(
    rb"\bm[td]a delivery evpid=(\w{8})\w{8} .*?result=\"?(\w+)\"?,? stat=\"?([^\"]*)"
)


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of one message, as a mailbox or a log tells it."""

    message_id: str
    #: False: a server refused it or gave it back.
    arrived: bool
    #: The server's words, or where the message lies.
    said: str
    #: The enhanced status code (RFC 3463) of a refusal, where one is told.
    code: str = ""
    #: When it left, where a mailbox holds it: its Date.
    at: datetime | None = None


@dataclass(slots=True)
class _Mail:
    """One message as a server has it: under its own id, until it is done with it."""

    message_id: str
    #: None: named only, which does not mean that it was taken.
    arrived: bool | None = None
    said: str = ""
    code: str = ""

    def taken(self) -> None:
        if self.arrived is None:
            self.arrived, self.said = True, "accepted"

    def sent(self, said: str) -> None:
        self.arrived, self.said, self.code = True, said, "2"

    def refused(self, said: str, code: str) -> None:
        """Of several recipients one is enough to have got it."""
        if self.code != "2":
            self.arrived, self.said, self.code = False, said, code


class LogReader:
    """Reads any number of logs, oldest first; `traces` says what was found of the wanted."""

    def __init__(self, wanted: Iterable[str], senders: Mapping[str, str] | None = None) -> None:
        """`wanted` are Message-IDs in angle brackets; `senders` are envelope senders that
        belong to one message each, with its Message-ID."""
        self._wanted = frozenset(one.encode() for one in wanted)
        # What every line that names one of ours holds: looked for before anything else.
        domains = {b"@" + one.strip(b"<>").partition(b"@")[2] for one in self._wanted}
        self._mark = re.compile(b"|".join(map(re.escape, sorted(domains))) or rb"(?!)").search
        self._senders = {
            sender.lower().encode(): message for sender, message in (senders or {}).items()
        }
        self._open: dict[bytes, _Mail] = {}
        self._found: dict[str, Trace] = {}
        self._exim_seen = False
        #: Lines read.
        self.read = 0
        #: Whether a log was OpenSMTPD's, which names no Message-ID.
        self.nameless = False

    def feed(self, lines: Iterable[bytes]) -> None:
        mark = self._mark
        for line in lines:
            self.read += 1
            if mark(line) and self._names(line):
                continue
            if b"evpid=" in line:
                self._opensmtpd(line)
            elif self._open:
                self._goes_on(line)

    def traces(self) -> dict[str, Trace]:
        """What was found, by Message-ID; a message that is still in a queue was accepted."""
        for key in list(self._open):
            self._done_with(key)
        return self._found

    # --- a line that names a message ----------------------------------------------------------

    def _names(self, line: bytes) -> bool:
        """Whether the line told of a wanted message by its name."""
        if b"message-id=<" in line and (found := _CLEANUP.search(line)):
            self._begin(found[1], found[2])
            return True
        if b" <= " in line and (found := _EXIM.search(line)):
            self._exim_seen = True
            named = _EXIM_ID.search(found[3])
            if found[2] == b"<=" and named:
                mail = self._begin(found[1], b"<" + named[1].strip(b"<>") + b">")
                if mail:
                    mail.taken()
                return True
            return False
        ours = [name for name in _NAMED.findall(line) if name in self._wanted]
        for name in ours:
            self._plain(name.decode(), line)
        return bool(ours)

    def _begin(self, key: bytes, name: bytes) -> _Mail | None:
        """A server's id now stands for this message; what it stood for before is over."""
        self._done_with(key)
        if name not in self._wanted:
            return None
        self._open[key] = _Mail(name.decode())
        return self._open[key]

    def _plain(self, name: str, line: bytes) -> None:
        """A line of a log that we do not know: its words decide, when they agree."""
        said = line.replace(name.encode(), b"")
        groups = {word.lastindex for word in _WORDS.finditer(said)}
        if groups in ({1}, {2}):
            code = _CODE.search(said)
            arrived = groups == {1}
            self._found[name] = Trace(
                name, arrived, _text(line), code[1].decode() if code and not arrived else ""
            )

    # --- a line that goes on with one ---------------------------------------------------------

    def _goes_on(self, line: bytes) -> None:
        key, _, rest = line.partition(b"]: ")[2].partition(b": ")
        if key in self._open:
            self._postfix(key, rest)
        elif self._exim_seen and (found := _EXIM.search(line)) and found[1] in self._open:
            self._exim(found[1], found[2], found[3])

    def _postfix(self, key: bytes, rest: bytes) -> None:
        mail = self._open[key]
        if status := _STATUS.search(rest):
            code = (status[1] or b"").decode()
            said = _text(status[3] or status[4] or status[2])
            match status[2]:
                case b"sent":
                    mail.sent(said)
                case b"bounced" | b"expired":
                    mail.refused(said, code)
                case _:
                    mail.taken()
        elif refusal := _AT_THE_DOOR.match(rest):
            said = _text(refusal[1])
            if said.startswith("5"):
                mail.refused(said, said.split()[0])
        elif rest.startswith(b"removed"):
            self._done_with(key)
        elif b"(queue active)" in rest:
            mail.taken()

    def _exim(self, key: bytes, sign: bytes, rest: bytes) -> None:
        mail = self._open[key]
        if sign in (b"=>", b"->", b">>"):
            mail.sent(_text(rest))
        elif sign == b"**":
            code = _CODE.search(rest)
            mail.refused(_text(rest), code[1].decode() if code else "")
        elif sign == b"Completed":
            self._done_with(key)

    def _opensmtpd(self, line: bytes) -> None:
        self.nameless = True
        if found := _ENVELOPE.search(line):
            message = self._senders.get(found[2].lower())
            if message:
                self._done_with(found[1])
                self._open[found[1]] = _Mail(message)
                self._open[found[1]].taken()
        elif (found := _HANDED.search(line)) and found[1] in self._open:
            mail, said = self._open[found[1]], _text(found[3])
            if found[2] == b"Ok":
                mail.sent(said)
            elif found[2] in (b"PermFail", b"LoopDetected"):
                code = _CODE.search(found[3])
                mail.refused(said, code[1].decode() if code else "")

    def _done_with(self, key: bytes) -> None:
        mail = self._open.pop(key, None)
        if mail is not None and mail.arrived is not None:
            code = "" if mail.arrived else mail.code
            self._found[mail.message_id] = Trace(mail.message_id, mail.arrived, mail.said, code)


def _text(said: bytes) -> str:
    """A server's words on one line, in whatever encoding they are."""
    return " ".join(said.decode("utf-8", "replace").split())[:_LONGEST]
