"""What leaves: an e-mail, a letter, a guide; rendered for one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from outreach.model.value import value


class Readable(Protocol):
    """What a message says, as one reads it: put together when somebody wants to."""

    @property
    def text(self) -> str: ...

    @property
    def html(self) -> str | None: ...


@value
class Plain:
    """A message of text alone."""

    text: str
    html: str | None = None


@value(kw_only=True)
class Message:
    """An e-mail as bytes on the wire: CRLF, ends with CRLF.

    ASCII, but for a recipient whose address is not: that needs SMTPUTF8 (RFC 6531).
    """

    envelope_from: str
    recipient: str
    message_id: str
    subject: str
    body: Readable
    content: bytes

    @property
    def text(self) -> str:
        return self.body.text

    @property
    def html(self) -> str | None:
        return self.body.html


@value
class Parcel:
    """A message as a transport carries it, under the number of its delivery."""

    key: int
    envelope_from: str
    recipient: str
    #: CRLF, ends with CRLF.
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A merged .docx for one person."""

    #: A file name that sorts by postal code and tells who it is for.
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """An objection somebody may raise, and how it is treated (CRAC, domain note B15)."""

    #: In the words of who raises it.
    heard: str
    #: `pretext` (look for the real reason), `founded` (answer on that point), or not said.
    kind: str | None = None
    #: Dig, reformulate, argue, check: what is prepared of it, in this order.
    treatment: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """A call guide with this person's values: blocks of a title and lines."""

    title: str
    blocks: tuple[tuple[str, tuple[str, ...]], ...]
    #: What the call is to bring: `appointment` or `presentation`; None where it is not said.
    objective: str | None = None
    objections: tuple[Objection, ...] = ()
