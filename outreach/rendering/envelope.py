"""Everything of a message but its content, and the headers that say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property, lru_cache
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
    """How a person says no: by mail always, by one click (RFC 8058) where a page exists.

    Both hold `{token}` where the person's token goes.
    """

    mailto: str
    url: str | None = None

    def link(self, token: str) -> str:
        """What a template's `unsubscribe_url` is."""
        return (self.url or self.mailto).replace("{token}", token)


def unsubscribe_by(sender: Sender, url: str | None) -> Unsubscribe:
    """The two ways out; `url` is the setting `unsubscribe_url` with `{token}` in it."""
    address = wire_address("reply_to", sender.reply_to or sender.address)
    return Unsubscribe(f"mailto:{quote(address, safe='@+')}?subject=unsubscribe-{{token}}", url)


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """What the messages of one step have in common: the headers of it are written once."""

    sender: Sender
    #: The campaign's name: List-Id and Feedback-ID are made from it.
    campaign: str
    #: What mail programs may show as the list's name.
    list_name: str | None = None
    unsubscribe: Unsubscribe | None = None
    #: What a test message tries out (`spring/mail`): it goes to whoever tests, not to the person.
    test: str | None = None

    @cached_property
    def address(self) -> str:
        """Whom the messages are from."""
        return wire_address("from", self.sender.address)

    @cached_property
    def begin(self) -> str:
        """What stands above To."""
        name = safe("from", self.sender.display_name, LONGEST_NAME)
        return field("From", mailbox(name, self.address))

    @cached_property
    def reply_to(self) -> str:
        """What stands between To and Subject."""
        address = self.sender.reply_to
        return field("Reply-To", wire_address("reply_to", address)) if address else ""

    @cached_property
    def list_id(self) -> str:
        """RFC 2919: the same for the whole campaign."""
        name = safe("title", self.list_name or "", LONGEST_NAME)
        list_id = f"<{_label(self.campaign)}.{self._domain}>"
        return field("List-Id", f"{phrase(name)} {list_id}" if name else list_id)

    @cached_property
    def end(self) -> str:
        """What stands below List-Unsubscribe."""
        feedback = _feedback_id(self.campaign, self.sender.name, self._domain)
        test = field("X-Outreach-Test", unstructured(safe("test", self.test))) if self.test else ""
        return f"{feedback}{test}MIME-Version: 1.0\r\n"

    @property
    def _domain(self) -> str:
        return self.address.rpartition("@")[2]

    def ways_out(self, token: str) -> str:
        """List-Unsubscribe and what belongs to it, with the person's token.

        Only the length of a token bears on how the header is written: that is done once for
        each, but for tokens that are not letters and digits and might forge something.
        """
        if self.unsubscribe is None:
            return ""
        harmless = token.isalnum() and token.isascii()
        if harmless and (around := self._around.get(len(token))):
            return token.join(around)
        written = _ways_out(self.unsubscribe, token)
        parts = written.split(token) if harmless else []
        if len(parts) == self._places + 1:
            self._around[len(token)] = parts
        return written

    @cached_property
    def _around(self) -> dict[int, list[str]]:
        """By the length of a token: what stands before, between and behind its places."""
        return {}

    @cached_property
    def _places(self) -> int:
        ways = self.unsubscribe
        return (ways.mailto + (ways.url or "")).count("{token}") if ways else 0


@value
class Envelope:
    """What of a message is this person's, but its content."""

    letterhead: Letterhead
    recipient: str
    recipient_name: str | None
    #: `<…@…>`, from `tokens.message_id`.
    message_id: str
    #: Aware; becomes the Date header.
    date: datetime
    #: Goes into the `{token}` of the ways out.
    token: str = ""
    #: Goes into the `{token}` of the sender's bounce address.
    bounce_token: str | None = None
    #: The Message-IDs of what this person got before in this chain, oldest first.
    follows: tuple[str, ...] = ()


def envelope_from(envelope: Envelope) -> str:
    """MAIL FROM: where bounces go, with the person's token in it (VERP)."""
    bounce = envelope.letterhead.sender.bounce
    if bounce and envelope.bounce_token:
        return wire_address("bounce", bounce.replace("{token}", envelope.bounce_token))
    return envelope.letterhead.address


def head(envelope: Envelope, recipient: str, subject: str) -> bytes:
    """The headers of a message, up to MIME-Version; `recipient` and `subject` are checked.

    ASCII, unless the recipient's address is not (RFC 6532).
    """
    everybodys = envelope.letterhead
    return "".join(
        (
            everybodys.begin,
            _to(recipient, envelope.recipient_name),
            everybodys.reply_to,
            field("Subject", unstructured(subject)),
            _date(envelope.date),
            field("Message-ID", _checked_id(envelope.message_id)),
            _thread(envelope.follows) if envelope.follows else "",
            everybodys.list_id,
            everybodys.ways_out(envelope.token),
            everybodys.end,
        )
    ).encode()


# --- what is this person's ------------------------------------------------------------------------


def _to(address: str, name: str | None) -> str:
    return field("To", mailbox(safe("to", name or "", LONGEST_NAME), address))


def _thread(follows: tuple[str, ...]) -> str:
    """RFC 5322 §3.6.4: the message before this one, and those before that one."""
    ids = [_checked_id(one) for one in follows]
    if len(ids) > _MOST_REFERENCES:
        ids = [ids[0], *ids[1 - _MOST_REFERENCES :]]
    return field("In-Reply-To", ids[-1]) + field("References", " ".join(ids))


def _checked_id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise BadAddress("message_id", message_id)
    return message_id


@lru_cache(maxsize=16)
def _date(instant: datetime) -> str:
    """The same for all that leave together."""
    return field("Date", format_datetime(instant))


# --- what is everybody's --------------------------------------------------------------------------


def _ways_out(unsubscribe: Unsubscribe, token: str) -> str:
    """RFC 2369 §3.2 and RFC 8058 §3.1: the https form first; one click needs one."""
    ways = (unsubscribe.url, unsubscribe.mailto)
    links = [way.replace("{token}", token) for way in ways if way]
    for link in links:
        if not _URL.fullmatch(link) or len(link) > 900:
            raise NotMail(
                Text("the unsubscribe link {link!r} cannot stand in a header", link=link),
                hint=Text("it must start with https:// and hold neither spaces nor accents"),
            )
    both = field("List-Unsubscribe", ", ".join(f"<{link.replace(',', '%2C')}>" for link in links))
    return both + "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" * bool(unsubscribe.url)


def _feedback_id(campaign: str, sender: str, domain: str) -> str:
    """Google's a:b:c:SenderId, the last of 5 to 15 characters; nothing about the person."""
    sender_id = f"{domain.replace('.', '-')[:15]:x<5}"
    return field("Feedback-ID", f"{_label(campaign)}:{_label(sender)}:email:{sender_id}")


def _label(name: str) -> str:
    """A name as one part of a List-Id: `Été 2027` → `ete-2027`."""
    return re.sub(r"[^a-z0-9_]+", "-", fold(name)).strip("-")[:63] or "campaign"
