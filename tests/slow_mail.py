"""The long way to an e-mail, for comparison: everything made anew for each message.

Styles and text come from each person's own page, and `EmailMessage` of the standard library
writes the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

from css_inline import CSSInliner
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from outreach.rendering.envelope import Envelope
from outreach.rendering.mime import AttachedFile
from outreach.rendering.text import plain_text

_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def slow_html(page: str) -> str:
    """The page of one person, its styles in the elements."""
    return _INLINER.inline(page)


def slow_text(page: str) -> str:
    """Its text."""
    return plain_text(slow_html(page))


def slow_message(
    envelope: Envelope,
    *,
    subject: str,
    text: str,
    html: str | None,
    files: Sequence[AttachedFile] = (),
) -> bytes:
    """The message as the standard library writes it, from values that nobody has encoded."""
    message = EmailMessage(policy=policy.SMTP)
    sender = envelope.letterhead.sender
    message["From"] = _address(sender.display_name, sender.address)
    message["To"] = _address(envelope.recipient_name or "", envelope.recipient)
    if sender.reply_to:
        message["Reply-To"] = _address("", sender.reply_to)
    message["Subject"] = subject
    message["Date"] = envelope.date
    message["Message-ID"] = envelope.message_id
    if envelope.follows:
        message["In-Reply-To"] = envelope.follows[-1]
        message["References"] = " ".join(envelope.follows)
    message["List-Id"] = f"{envelope.letterhead.list_name} <open-day.atelier.example>"
    if ways := envelope.letterhead.unsubscribe:
        links = [way.replace("{token}", envelope.token) for way in (ways.url, ways.mailto) if way]
        message["List-Unsubscribe"] = ", ".join(f"<{link}>" for link in links)
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Feedback-ID"] = "open-day:marie:email:atelier-example"
    message.set_content(text, cte="quoted-printable")
    if html is not None:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    for file in files:
        main, sub = file.mime.split("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)


def same_page(one: str, other: str) -> bool:
    """Whether two documents show the same: elements, attributes, texts but for blanks."""
    return _shown(_root(one)) == _shown(_root(other))


def _root(page: str) -> HtmlElement:
    return document_fromstring(page.encode(), parser=HTMLParser(encoding="utf-8"))


def _shown(root: HtmlElement) -> list[tuple[str, object, str, str]]:
    return [
        (
            str(element.tag) if isinstance(element.tag, str) else "comment",
            dict(element.attrib) if isinstance(element.tag, str) else None,
            " ".join((element.text or "").split()),
            " ".join((element.tail or "").split()),
        )
        for element in root.iter()
    ]
