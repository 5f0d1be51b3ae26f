"""One SMTP connection and the transactions on it, one after the other."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from aiosmtplib import SMTP, SMTPException, SMTPResponse

from outreach.model.delivery import Deferred, Refused, Sent, Unknown
from outreach.model.message import Message
from outreach.transports import LoginRefused
from outreach.transports.replies import Stage, judge, written


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


class LostBeforeBody(Exception):
    """The connection broke while nothing of the message had left."""

    def __init__(self, outcome: Deferred) -> None:
        super().__init__(outcome.reply)
        self.outcome = outcome


class Session:
    """A greeted, secured and logged-in connection."""

    def __init__(self, smtp: SMTP, *, place: str, timeouts: Timeouts) -> None:
        self._smtp = smtp
        self._place = place
        self._timeouts = timeouts
        #: A transaction may still be open on the server's side: RSET before the next one.
        self._open_transaction = False
        #: Transactions begun on this connection.
        self.handed_over = 0

    @property
    def usable(self) -> bool:
        return self._smtp.is_connected

    @property
    def encryption(self) -> str | None:
        """The protocol that keeps the connection private: `TLSv1.3`; None in clear."""
        secured = self._smtp.get_transport_info("ssl_object")
        return secured.version() if secured else None

    def cut(self) -> None:
        """Close without a word."""
        self._smtp.close()

    async def leave(self) -> None:
        """Say QUIT and close; whatever the server answers, every outcome stands."""
        with contextlib.suppress(SMTPException, OSError):
            await self._smtp.quit(timeout=self._timeouts.quit)
        self.cut()

    async def hand_over(self, message: Message) -> Sent | Deferred | Refused | Unknown:
        """One transaction. Raises `LostBeforeBody`, or `LoginRefused` on a 530."""
        recipient, sender = path(message.recipient), path(message.envelope_from)
        if recipient is None:
            return Refused("this address cannot be written in SMTP")
        if not recipient.isascii() and not self._smtp.supports_extension("smtputf8"):
            # Not called dead: another server could take it.
            return Refused("this server takes no address with letters beyond ASCII (SMTPUTF8)")
        if sender is None:
            raise ValueError(f"the envelope sender {message.envelope_from!r} cannot be written")
        body = _on_the_wire(message.content)
        refusal = await self._envelope(sender, recipient)
        return refusal or await self._body(body)

    async def _envelope(self, sender: bytes, recipient: bytes) -> Deferred | Refused | None:
        """MAIL, RCPT and DATA up to the 354; the refusal, if there is one."""
        self.handed_over += 1
        if self._open_transaction:
            await self._command(Stage.MAIL, b"RSET")
        self._open_transaction = True
        # RFC 6531 §3.4: said for this message alone, whose headers name the recipient too.
        utf8 = b"" if recipient.isascii() else b" BODY=8BITMIME SMTPUTF8"
        steps = (
            (Stage.MAIL, b"MAIL FROM:" + sender + utf8, (250,)),
            (Stage.RCPT, b"RCPT TO:" + recipient, (250, 251)),
            (Stage.DATA, b"DATA", (354,)),
        )
        for stage, command, accepted in steps:
            reply = await self._command(stage, command)
            if reply.code not in accepted:
                return judge(stage, reply.code, reply.message)
        return None

    async def _command(self, stage: Stage, command: bytes) -> SMTPResponse:
        limit = self._timeouts.start if stage is Stage.DATA else self._timeouts.command
        try:
            reply = await self._smtp.execute_command(command, timeout=limit)
        except (SMTPException, OSError) as error:
            self.cut()
            told = f"the connection was lost at {stage.value}: {error}"
            raise LostBeforeBody(Deferred(told, counts=stage is not Stage.MAIL)) from error
        if reply.code == 530:
            # About the connection, not about this person (RFC 4954 §6).
            raise LoginRefused(self._place, written(reply.code, reply.message))
        return reply

    async def _body(self, body: bytes) -> Sent | Deferred | Refused | Unknown:
        """Write the message and wait for the answer: here doubt begins and ends."""
        protocol = self._smtp.protocol
        if protocol is None or not protocol.is_connected:
            self.cut()
            raise LostBeforeBody(Deferred("the connection was lost at DATA"))
        protocol.write(body)
        try:
            reply = await protocol.read_response(timeout=self._timeouts.final)
        except (SMTPException, OSError) as error:
            self.cut()
            return Unknown(f"no answer after the message: {error}")
        if reply.code == 421:
            self.cut()
        if 200 <= reply.code <= 299:
            self._open_transaction = False
            return Sent(written(reply.code, reply.message))
        if 400 <= reply.code <= 599:
            return judge(Stage.BODY, reply.code, reply.message)
        self.cut()
        return Unknown(f"no valid answer after the message: {written(reply.code, reply.message)}")


def path(address: str) -> bytes | None:
    """An address as a command carries it: `<anne@xn--cole-9oa.fr>`. None: it cannot be.

    Nothing that ends a path or a line, no blank (RFC 5321 §4.1.2, RFC 6531 §3.3); a domain
    with accents is written in its ASCII form, a local part with accents in UTF-8.
    """
    local, _, domain = address.rpartition("@")
    try:
        written = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None
    clean = written.isprintable() and not set(written) & set(" <>")
    return f"<{written}>".encode() if local and domain and clean else None


def _on_the_wire(content: bytes) -> bytes:
    """The body with its dots doubled (RFC 5321 §4.5.2) and the final dot.

    A bare line feed could smuggle a second message into the conversation: a bug of ours.
    """
    if content.count(b"\n") != content.count(b"\r\n") or content.count(b"\r") != content.count(
        b"\r\n"
    ):
        raise ValueError("a message must end each line with CR LF and have no other CR or LF")
    body = content.replace(b"\r\n.", b"\r\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")
