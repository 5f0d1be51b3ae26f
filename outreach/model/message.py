"""What leaves: an e-mail, a letter, a guide; rendered for one person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An e-mail as bytes on the wire: CRLF, ends with CRLF.

    ASCII, but for a recipient whose address is not: that needs SMTPUTF8 (RFC 6531).
    """

    envelope_from: str
    recipient: str
    message_id: str
    subject: str
    text: str
    html: str | None
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A merged .docx for one person."""

    #: A file name that sorts by postal code and tells who it is for.
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Guide:
    """A call guide with this person's values: blocks of a title and lines."""

    title: str
    blocks: tuple[tuple[str, tuple[str, ...]], ...]
