"""A message to compose in tests, and what the standard library reads back from its bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from outreach.model.message import Message
from outreach.model.settings import Sender
from outreach.rendering.email import Content, content
from outreach.rendering.envelope import Envelope, Letterhead, unsubscribe_by
from outreach.rendering.pieces import Constants

MARIE = Sender(
    name="marie",
    display_name="Marie Le Goff",
    address="marie@atelier.example",
    reply_to="contact@atelier.example",
    bounce="bounce+{token}@atelier.example",
)
LETTERHEAD = Letterhead(
    sender=MARIE,
    campaign="open-day",
    list_name="Portes ouvertes",
    unsubscribe=unsubscribe_by(MARIE, "https://atelier.example/u/{token}"),
)
ENVELOPE = Envelope(
    LETTERHEAD,
    recipient="anne@b.example",
    recipient_name="Anne Le Goff",
    message_id="<abc@atelier.example>",
    date=datetime(2027, 3, 1, 8, 30, tzinfo=UTC),
    token="t0ken",
    bounce_token="b0unce",
)


def under(**changes: Any) -> Envelope:
    """The envelope under a letterhead that differs so."""
    return replace(ENVELOPE, letterhead=replace(LETTERHEAD, **changes))


def written(subject: str, html: str | None = None, text: str | None = None) -> Content:
    """What somebody wrote without a template: all of it is constant."""
    pieces = None if text is None else [text]
    if html is None:
        return content(subject, html=None, text=pieces)
    return content(subject, html=[html], text=pieces, constants=Constants([html]))


CONTENT = written("Une place vous attend", "<p>Bonjour d'Alençon</p>", "Bonjour d'Alençon\n")


def parsed(message: Message) -> EmailMessage:
    return message_from_bytes(message.content, policy=policy.default)


def display_name(message: Message, header: str) -> str:
    """RFC 2047 as it is meant; `policy.default` of 3.11 puts a space between encoded words."""
    raw = str(message_from_bytes(message.content)[header])
    name, _ = parseaddr(raw.replace("\r\n", ""))
    return str(make_header(decode_header(name)))


def part(message: Message, kind: str) -> str:
    body = parsed(message).get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def well_formed(message: Message) -> bool:
    """ASCII, CRLF throughout, lines of 998 at most, and 76 but for the links of the header."""
    content = message.content
    lines = content.split(b"\r\n")
    short = all(len(line) <= 76 for line in lines if b"://" not in line and b"mailto" not in line)
    bare = content.replace(b"\r\n", b"")
    whole = b"\r" not in bare and b"\n" not in bare and content.endswith(b"\r\n")
    return content.isascii() and short and whole and max(map(len, lines)) <= 998


#: What people, forms and attackers put into fields; the tests take all pairs: 576 strings.
NAUGHTY = (
    "Anne", "O'Neil", "Le Goff, Anne", '"', "\\", "Müller-Ÿ", "<b>", "a@b.example", ";", "(x)",
    "=?utf-8?q?x?=", "=?", "日本語テスト", "👩‍👩‍👧 famille", "ﷺ", "Ω≈ç√∫", "  ", "ￄ﾿ￄﾽ",
    "%0d%0aBcc:", "'; DROP TABLE contact;--", "undefined",
    "&lt;script&gt;", "Z̷a̷l̷g̷o̷͎͕͝", "=20\u00a0\u3000.",
)  # fmt: skip
