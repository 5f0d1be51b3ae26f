"""Everything of a message but its content, and the headers that say it."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote

from outreach.errors import Text
from outreach.model.settings import Sender
from outreach.model.text import fold
from outreach.model.value import value
from outreach.rendering.headers import (
    LONGEST_NAME,
    BadAddress,
    field,
    mailbox,
    phrase,
    safe,
    unstructured,
    wire_address,
)
from outreach.rendering.mime import NotMail

_URL = re.compile(r"https://[!-;=?-~]+|mailto:[!-;=?-~]+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
#: Ids in References; RFC 5322 sets no end, the first and the latest are what threads need.
_MOST_REFERENCES = 10


@value
class Unsubscribe:
    """How a person says no: by mail always, by one click (RFC 8058) where a page exists."""

    mailto: str
    url: str | None = None

    @property
    def link(self) -> str:
        """What a template's `unsubscribe_url` is."""
        return self.url or self.mailto


@value(kw_only=True)
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
    #: The Message-IDs of what this person got before in this chain, oldest first.
    follows: tuple[str, ...] = ()
    #: What a test message tries out (`spring/mail`): it goes to whoever tests, not to the person.
    test: str | None = None


def unsubscribe_by(sender: Sender, token: str, url: str | None) -> Unsubscribe:
    """The two ways out; `url` is the setting `unsubscribe_url` with `{token}` in it."""
    mailto = f"{_mailto(sender.reply_to or sender.address)}?subject=unsubscribe-{token}"
    return Unsubscribe(mailto, url.replace("{token}", token) if url else None)


def envelope_from(envelope: Envelope) -> str:
    """MAIL FROM: where bounces go, with the person's token in it (VERP)."""
    sender = envelope.sender
    if sender.bounce and envelope.bounce_token:
        return wire_address("bounce", sender.bounce.replace("{token}", envelope.bounce_token))
    return _own("from", sender.address)


def head(envelope: Envelope, recipient: str, subject: str) -> bytes:
    """The headers of a message, up to MIME-Version; `recipient` and `subject` are checked.

    ASCII, unless the recipient's address is not (RFC 6532).
    """
    sender = envelope.sender
    domain = _own("from", sender.address).rpartition("@")[2]
    return "".join(
        (
            _from(sender.display_name, sender.address),
            _to(recipient, envelope.recipient_name),
            _reply_to(sender.reply_to) if sender.reply_to else "",
            field("Subject", unstructured(subject)),
            _date(envelope.date),
            field("Message-ID", _checked_id(envelope.message_id)),
            _thread(envelope.follows),
            _list_id(envelope.campaign, envelope.list_name or "", domain),
            _ways_out(envelope.unsubscribe) if envelope.unsubscribe else "",
            _feedback_id(envelope.campaign, sender.name, domain),
            _test(envelope.test) if envelope.test else "",
            "MIME-Version: 1.0\r\n",
        )
    ).encode()


# --- what is this person's ------------------------------------------------------------------------


def _to(address: str, name: str | None) -> str:
    return field("To", mailbox(safe("to", name or "", LONGEST_NAME), address))


def _thread(follows: tuple[str, ...]) -> str:
    """RFC 5322 §3.6.4: the message before this one, and those before that one."""
    if not follows:
        return ""
    ids = [_checked_id(one) for one in follows]
    if len(ids) > _MOST_REFERENCES:
        ids = [ids[0], *ids[1 - _MOST_REFERENCES :]]
    return field("In-Reply-To", ids[-1]) + field("References", " ".join(ids))


def _test(name: str) -> str:
    return field("X-Outreach-Test", unstructured(safe("test", name)))


def _checked_id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise BadAddress("message_id", message_id)
    return message_id


def _ways_out(unsubscribe: Unsubscribe) -> str:
    """RFC 2369 §3.2 and RFC 8058 §3.1: the https form first; one click needs one."""
    links = [link for link in (unsubscribe.url, unsubscribe.mailto) if link]
    for link in links:
        if not _URL.fullmatch(link) or len(link) > 900:
            raise NotMail(
                Text("the unsubscribe link {link!r} cannot stand in a header", link=link),
                hint=Text("it must start with https:// and hold neither spaces nor accents"),
            )
    both = field("List-Unsubscribe", ", ".join(f"<{link.replace(',', '%2C')}>" for link in links))
    return both + "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" * bool(unsubscribe.url)


# --- what is the same for many people: written once -----------------------------------------------


@lru_cache(maxsize=16)
def _date(instant: datetime) -> str:
    return field("Date", format_datetime(instant))


@lru_cache(maxsize=256)
def _own(what: str, address: str) -> str:
    return wire_address(what, address)


@lru_cache(maxsize=256)
def _mailto(address: str) -> str:
    return f"mailto:{quote(_own('reply_to', address), safe='@+')}"


@lru_cache(maxsize=256)
def _from(name: str, address: str) -> str:
    return field("From", mailbox(safe("from", name, LONGEST_NAME), _own("from", address)))


@lru_cache(maxsize=256)
def _reply_to(address: str) -> str:
    return field("Reply-To", _own("reply_to", address))


@lru_cache(maxsize=256)
def _list_id(campaign: str, list_name: str, domain: str) -> str:
    """RFC 2919: the same for the whole campaign."""
    name = safe("title", list_name, LONGEST_NAME)
    list_id = f"<{_label(campaign)}.{domain}>"
    return field("List-Id", f"{phrase(name)} {list_id}" if name else list_id)


@lru_cache(maxsize=256)
def _feedback_id(campaign: str, sender: str, domain: str) -> str:
    """Google's a:b:c:SenderId, the last of 5 to 15 characters; nothing about the person."""
    sender_id = f"{domain.replace('.', '-')[:15]:x<5}"
    return field("Feedback-ID", f"{_label(campaign)}:{_label(sender)}:email:{sender_id}")


def _label(name: str) -> str:
    """A name as one part of a List-Id: `Été 2027` → `ete-2027`."""
    return re.sub(r"[^a-z0-9_]+", "-", fold(name)).strip("-")[:63] or "campaign"
