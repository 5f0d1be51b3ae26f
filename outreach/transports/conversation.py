"""The transactions of one connection as a state machine: what to write, what replies mean.

Pure: it opens, reads and writes nothing. Where the server offers PIPELINING (RFC 2920) the
body of a message and the envelope of the next one are one write, so that a message costs
one round trip; elsewhere the same commands go one at a time.

Replies are counted, never recognised: each answers the oldest command that has none. A
body is written only after the 354 of its own DATA, which comes after the final reply to
the body before, so at most one body per connection has no final reply. Doubt about it
begins when it is handed to the socket and ends with that reply.
"""

from __future__ import annotations

from collections import deque

from outreach.errors import Text
from outreach.model.delivery import Deferred, Outcome, Refused, Reply, Scope, Sent, Unknown
from outreach.transports.dialogue import GARBAGE, Awaited
from outreach.transports.envelope import Ready
from outreach.transports.replies import Stage, judge, written

# Names of this module: to look a member up in its Enum takes longer than to compare it.
_RSET, _MAIL, _RCPT, _DATA = Awaited.RSET, Awaited.MAIL, Awaited.RCPT, Awaited.DATA
_END, _DOT = Awaited.END, Awaited.DOT

_STAGES = {_RSET: Stage.MAIL, _MAIL: Stage.MAIL, _RCPT: Stage.RCPT, _DATA: Stage.DATA}
#: Codes in the place of any answer: 421 is the server's farewell.
_NO_ANSWER = (GARBAGE, 421)
_GROUP = (_MAIL, _RCPT, _DATA)
_RSET_GROUP = (_RSET, *_GROUP)


class Conversation:
    """Used by a session: replies go in by `answered`, what may be written now comes out."""

    def __init__(self, *, pipelining: bool) -> None:
        self._pipelining = pipelining
        #: Commands and bodies without a reply, the oldest first.
        self.awaited: deque[Awaited] = deque()
        #: Messages announced on this connection, and those that the server took.
        self.begun = 0
        self.accepted = 0
        #: The server has said 354 to this one, and waits for its body.
        self.opened: Ready | None = None
        #: What became of messages, for the session to tell.
        self.ended: list[tuple[int, Outcome]] = []
        #: Nothing of its body has left, and the server does not want it now.
        self.unsent: Ready | None = None
        #: Nothing of its body has left; the connection had rested or was worn out, which is no
        #: fault of the message.
        self.again: Ready | None = None
        #: Why the connection must be closed now, without another word.
        self.broken: Reply | None = None
        #: The server wants a login: what it said (RFC 4954 §6).
        self.login_wanted: str | None = None
        #: In lock-step: commands of the announced message that are not yet written.
        self._unwritten: deque[tuple[Awaited, bytes]] = deque()
        self._announced: Ready | None = None
        #: What refused the announced message first, and whether that was at MAIL.
        self._refusal: Deferred | Refused | None = None
        self._mail_refused = False
        self._dot_needed = False
        #: The body of this one was handed to the socket and has no final reply.
        self._flying: int | None = None
        #: A transaction may still be open on the server's side: RSET before the next one.
        self._reset_first = False

    @property
    def busy(self) -> bool:
        """Whether a message is announced or on the wire."""
        return bool(self._announced or self.opened) or self._flying is not None

    @property
    def has_room(self) -> bool:
        """Whether another message could be announced with the next write."""
        if self._pipelining:
            return self._announced is None
        return not (self.busy or self.awaited or self._dot_needed)

    # --- what to write ------------------------------------------------------------------------

    def write(self, following: Ready | None) -> bytes:
        """The body that was asked for, then the envelope of `following`; or the next command."""
        parts: list[bytes] = []
        if self.opened:
            parts.append(self.opened.body)
            self.awaited.append(_END)
            self._flying, self.opened = self.opened.parcel.key, None
        elif self._dot_needed:
            parts.append(b".\r\n")
            self.awaited.append(_DOT)
            self._dot_needed = False
        if following:
            self._announce(following, parts)
        if self._unwritten and not self.awaited:
            kind, command = self._unwritten.popleft()
            self.awaited.append(kind)
            parts.append(command)
        return b"".join(parts)

    def _announce(self, message: Ready, parts: list[bytes]) -> None:
        self.begun += 1
        self._announced, self._refusal, self._mail_refused = message, None, False
        kinds = _RSET_GROUP if self._reset_first else _GROUP
        commands = [message.mail, message.rcpt, b"DATA\r\n"]
        if self._reset_first:
            commands.insert(0, b"RSET\r\n")
            self._reset_first = False
        if self._pipelining:
            self.awaited.extend(kinds)
            parts += commands
        else:
            self._unwritten.extend(zip(kinds, commands, strict=True))

    # --- what a reply means -------------------------------------------------------------------

    def answered(self, code: int, text: bytes) -> None:
        """One reply, to the oldest command that has none. Not to be called once `broken`."""
        if code in _NO_ANSWER or not self.awaited:
            self._unasked(code, _text(text))
            return
        kind = self.awaited.popleft()
        if kind is _END:
            self._final(code, text)
        elif kind is _DATA:
            self._started(code, text)
        elif not 200 <= code <= 299 and kind is not _DOT:
            self._refused(kind, code, _text(text))

    def _unasked(self, code: int, text: str) -> None:
        """What answers nothing that was asked: it ends the connection."""
        if code == GARBAGE:
            self.abandon(Text("this is no answer of a mail server: {reply}", reply=text))
        elif code == 421:
            self._dismissed(text)
        else:
            told = written(code, text)
            self.abandon(Text("the server answered what was not asked: {reply}", reply=told))

    def _final(self, code: int, text: bytes) -> None:
        """The end of doubt."""
        key = self._flying
        assert key is not None
        if 200 <= code <= 299:
            self.accepted += 1
            self._flying = None
            self.ended.append((key, Sent(written(code, _text(text)))))
        elif 400 <= code <= 599:
            self._flying = None
            self.ended.append((key, judge(Stage.BODY, code, _text(text))))
            # The end of the data has closed the transaction; where it costs nothing, make sure.
            self._reset_first = True
        else:
            self.abandon(_nonsense(code, _text(text)))

    def _refused(self, kind: Awaited, code: int, text: str) -> None:
        """A no to RSET, MAIL or RCPT; the first one counts."""
        if code == 530:
            self._login_wanted(code, text)
        elif self._refusal:
            return
        elif kind is _RSET or (code == 503 and kind is _MAIL and self.begun > 1):
            # The server's idea of where we are is not ours: nobody's fault but the connection's.
            self.abandon(_nonsense(code, text))
        else:
            self._refusal = judge(_STAGES[kind], code, text)
            self._mail_refused = kind is _MAIL
            if not self._pipelining:
                self._unwritten.clear()
                self._settle()

    def _started(self, code: int, text: bytes) -> None:
        """The reply to DATA: the last one of an envelope."""
        if code == 354 and not self._refusal:
            self.opened, self._announced = self._announced, None
        elif code == 354 and self._mail_refused:
            # A dot would deliver an empty message, should the server have taken the recipient.
            self.abandon(Text("the server contradicted itself"))
        elif code == 354:
            self._dot_needed = True
            self._settle()
        elif code == 530:
            self._login_wanted(code, _text(text))
        else:
            self._refusal = self._refusal or judge(Stage.DATA, code, _text(text))
            self._settle()
            if not 400 <= code <= 599:
                self.abandon(_nonsense(code, _text(text)))

    def _settle(self) -> None:
        """The announced message was refused: the transaction is left open until RSET."""
        assert self._announced
        assert self._refusal
        self.ended.append((self._announced.parcel.key, self._refusal))
        self._announced = None
        self._reset_first = True

    # --- the end ------------------------------------------------------------------------------

    def _login_wanted(self, code: int, text: str) -> None:
        """About the connection, not about this person."""
        self.login_wanted = written(code, text)
        self.unsent, self._announced = self._announced, None
        self.abandon(self.login_wanted)

    def _dismissed(self, text: str) -> None:
        """421: the server closes. It stands for the reply to whatever was asked."""
        kind = self.awaited[0] if self.awaited else _DATA
        if self._flying is not None and kind is _END:
            self.ended.append((self._flying, judge(Stage.BODY, 421, text)))
            self._flying = None
        message = self.opened or self._announced
        if message and kind in _STAGES:
            outcome = self._refusal or judge(_STAGES[kind], 421, text)
            self.ended.append((message.parcel.key, outcome))
        else:
            self.unsent = message
        self.opened = self._announced = None
        self.abandon(written(421, text))

    def abandon(self, why: Reply) -> None:
        """The connection is of no use any more; what that means for what it had."""
        self.broken = why
        if self._flying is not None:
            said = Text("no valid answer came after the message: {why}", why=why)
            self.ended.append((self._flying, Unknown(said)))
        message = self.opened or self._announced
        if message and self._refusal:
            self.ended.append((message.parcel.key, self._refusal))
        elif message and self.begun > 1:
            self.again = message
        elif message:
            stage = next((_STAGES[kind] for kind in self.awaited if kind in _STAGES), Stage.DATA)
            told = Text("the connection was lost at {stage}: {why}", stage=stage.value, why=why)
            counts = stage is not Stage.MAIL
            lost = Deferred(told, counts=counts, scope=Scope.CONNECTION)
            self.ended.append((message.parcel.key, lost))
        self._flying = self.opened = self._announced = None


def _nonsense(code: int, text: str) -> Text:
    return Text("its answer makes no sense: {reply}", reply=written(code, text))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()
