"""From templates and values to the bytes of one e-mail.

`render_parts` fills subject, HTML and text in; `compose` builds the message. Same input,
same bytes: the boundaries of the parts derive from the Message-ID, the date is given.
Signing comes after (`dkim`), sending elsewhere. The wire form is pure ASCII with CRLF:
quoted-printable for text, so that no server ever re-encodes (and breaks a signature).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from outreach.errors import Location, OutreachError, Text
from outreach.model.message import Message
from outreach.model.settings import Sender
from outreach.model.text import fold
from outreach.rendering.context import Values
from outreach.rendering.headers import (
    LONGEST_SUBJECT,
    mailbox,
    phrase,
    safe,
    unstructured,
    wire_address,
)
from outreach.rendering.jinja import Templates, escapes
from outreach.rendering.mime import AttachedFile, NotMail, message_bytes
from outreach.rendering.missing import MissingValues
from outreach.rendering.text import plain_text

if TYPE_CHECKING:
    from css_inline import CSSInliner

#: What would tell a reader that a machine wrote: an unfilled Jinja tag or Word field.
_LEFT_OVER = re.compile(r"\{\{|\}\}|\{%|%\}|«\w+»")
_STYLE = re.compile(r"<(style|script)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_URL = re.compile(r"https://[!-;=?-~]+|mailto:[!-;=?-~]+")


class LeftOver(OutreachError):
    """A placeholder is still in the finished message: it must not leave (invariant 6)."""

    def __init__(self, part: str, found: str) -> None:
        super().__init__(
            Text("{found!r} is left in the {part}", found=found, part=part),
            hint=Text("a placeholder was not filled in, or a value looks like one"),
        )


@dataclass(frozen=True, slots=True)
class Content:
    """What one person reads. Without `html` the message is plain text."""

    subject: str
    html: str | None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """How a person says no: by mail always, by one click (RFC 8058) where a page exists."""

    mailto: str
    url: str | None = None

    @property
    def link(self) -> str:
        """What a template's `unsubscribe_url` is."""
        return self.url or self.mailto


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Everything of a message but its content."""

    sender: Sender
    recipient: str
    recipient_name: str | None = None
    #: `<…@…>`, from `tokens.message_id`.
    message_id: str
    #: Aware; becomes the Date header.
    date: datetime
    #: The campaign's name: List-Id and Feedback-ID are made from it.
    campaign: str
    #: What mail programs may show as the list's name.
    list_name: str | None = None
    unsubscribe: Unsubscribe | None = None
    #: Goes into the `{token}` of the sender's bounce address.
    bounce_token: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


def unsubscribe_by(sender: Sender, token: str, url: str | None) -> Unsubscribe:
    """The two ways out; `url` is the setting `unsubscribe_url` with `{token}` in it."""
    address = wire_address("reply_to", sender.reply_to or sender.address)
    mailto = f"mailto:{quote(address, safe='@+')}?subject=unsubscribe-{token}"
    return Unsubscribe(mailto, url.replace("{token}", token) if url else None)


def render_parts(
    templates: Templates,
    values: Values,
    *,
    subject: str,
    template: str,
    text: str | None = None,
    subject_at: Location | None = None,
) -> Content:
    """Subject, body and hand-written text of a step for one person.

    `template` is HTML or text by its name, `text` names the text that goes with HTML.
    Raises `MissingValues` with every missing name of all of them.
    """
    missing: list[str] = []

    def filled(render: Callable[[], str]) -> str:
        try:
            return render()
        except MissingValues as error:
            missing.extend(error.names)
            return ""

    line = filled(lambda: templates.render_text(subject, values, where=subject_at))
    body = filled(lambda: templates.render(template, values))
    written = filled(lambda: templates.render(text, values)) if text else None
    if missing:
        raise MissingValues(missing)
    if escapes(template):
        return Content(line, body, written)
    return Content(line, None, body)


def compose(envelope: Envelope, content: Content, files: Iterable[AttachedFile] = ()) -> Message:
    """The finished message. Raises an `OutreachError` that names what cannot be sent."""
    subject = safe("subject", content.subject, LONGEST_SUBJECT)
    if not subject:
        raise NotMail(Text("the subject is empty"))
    html = None if content.html is None else _finished_html(content.html)
    text = _finished_text(content, html)
    _refuse_left_overs(subject, content.html, text)
    return Message(
        envelope_from=_envelope_from(envelope),
        recipient=wire_address("to", envelope.recipient),
        message_id=envelope.message_id,
        subject=subject,
        text=text,
        html=html,
        content=message_bytes(
            _headers(envelope, subject),
            text=text,
            html=html,
            files=tuple(files),
            seed=envelope.message_id,
        ),
    )


def _headers(envelope: Envelope, subject: str) -> Iterable[tuple[str, str]]:
    sender = envelope.sender
    domain = wire_address("from", sender.address).rpartition("@")[2]
    yield "From", mailbox("from", sender.display_name, sender.address)
    yield "To", mailbox("to", envelope.recipient_name, envelope.recipient)
    if sender.reply_to:
        yield "Reply-To", mailbox("reply_to", None, sender.reply_to)
    yield "Subject", unstructured(subject)
    yield "Date", format_datetime(envelope.date)
    yield "Message-ID", envelope.message_id
    if envelope.in_reply_to:
        yield "In-Reply-To", envelope.in_reply_to
    if envelope.references:
        yield "References", " ".join(envelope.references)
    campaign = _label(envelope.campaign)
    list_name = safe("title", envelope.list_name or "", 128)
    list_id = f"<{campaign}.{domain}>"
    yield "List-Id", f"{phrase(list_name)} {list_id}" if list_name else list_id
    if envelope.unsubscribe:
        yield from _ways_out(envelope.unsubscribe)
    # Google's a:b:c:SenderId, the last of 5 to 15 characters; nothing about the person.
    sender_id = f"{domain.replace('.', '-')[:15]:x<5}"
    yield "Feedback-ID", f"{campaign}:{_label(sender.name)}:email:{sender_id}"
    yield "MIME-Version", "1.0"


def _ways_out(unsubscribe: Unsubscribe) -> Iterable[tuple[str, str]]:
    """RFC 2369 §3.2 and RFC 8058 §3.1: the https form first; one click needs one."""
    links = [link for link in (unsubscribe.url, unsubscribe.mailto) if link]
    for link in links:
        if not _URL.fullmatch(link) or len(link) > 900:
            raise NotMail(
                Text("the unsubscribe link {link!r} cannot stand in a header", link=link),
                hint=Text("it must start with https:// and hold neither spaces nor accents"),
            )
    yield "List-Unsubscribe", ", ".join(f"<{link.replace(',', '%2C')}>" for link in links)
    if unsubscribe.url:
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def _envelope_from(envelope: Envelope) -> str:
    sender = envelope.sender
    if sender.bounce and envelope.bounce_token:
        return wire_address("bounce", sender.bounce.replace("{token}", envelope.bounce_token))
    return wire_address("from", sender.address)


def _label(name: str) -> str:
    """A name as one part of a List-Id: `Été 2027` → `ete-2027`."""
    return re.sub(r"[^a-z0-9_]+", "-", fold(name)).strip("-")[:63] or "campaign"


def _finished_html(html: str) -> str:
    return _inliner().inline(_encodable("html", html))


@lru_cache(maxsize=1)
def _inliner() -> CSSInliner:
    """Nothing is fetched; media queries and dark mode stay in a style tag."""
    from css_inline import CSSInliner

    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def _finished_text(content: Content, html: str | None) -> str:
    if content.text is not None:
        written = re.sub(r"\r\n?", "\n", _encodable("text", content.text))
        return written.strip("\n") + "\n"
    if html is None:
        raise NotMail(Text("the message has neither text nor HTML"))
    return plain_text(html)


def _encodable(part: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        what = Text("the {part} holds half a character at position {position}",
                    part=part, position=error.start)  # fmt: skip
        raise NotMail(what) from None
    return text


def _refuse_left_overs(subject: str, html: str | None, text: str) -> None:
    """Styles are left out: a style sheet may well end in two braces."""
    visible = _COMMENT.sub("", _STYLE.sub("", html)) if html else ""
    for part, written in (("subject", subject), ("text", text), ("html", visible)):
        found = _LEFT_OVER.search(written)
        if found:
            raise LeftOver(part, found.group())
