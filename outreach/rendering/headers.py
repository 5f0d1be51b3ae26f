"""Header values in the form they have on the wire: printable ASCII, nothing to inject.

`EmailMessage` of Python 3.11 encodes a List-Unsubscribe longer than 77 characters (the
one-click button then disappears), leaves long display names on one line, and lets NUL
pass. So every value that comes from people is encoded here, by RFC 2047 and RFC 5322, and
`WIRE` writes it as it is, folded at its spaces only.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from email import policy
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.policy import EmailPolicy
from typing import Any

from outreach.errors import OutreachError, Text

#: Columns of a folded line (RFC 2045 §6.7 for bodies; RFC 5322 §2.1.1 asks for ≤ 78).
COLUMNS = 76
#: RFC 5322 §2.1.1: no line is ever longer, or servers break it.
LONGEST_LINE = 998
#: Characters of a display name; longer ones are no names.
LONGEST_NAME = 128
#: Characters of a subject; mail programs show the first 60.
LONGEST_SUBJECT = 500

#: C0, DEL, C1, the line ends of Unicode, the bidirectional controls (a name that reads
#: backwards), and halves of surrogate pairs, which no encoding can write.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.IGNORECASE)

#: Bytes of text in one encoded word: 75 characters at most with `=?utf-8?b?` and `?=`,
#: and short enough to stand behind the name of its header (RFC 2047 §2).
_WORD_BYTES = 36


class UnsafeHeader(OutreachError):
    """A value for a header holds characters that could forge another header."""

    def __init__(self, field: str, value: str) -> None:
        bad = _UNSAFE.search(value)
        code = f"U+{ord(bad.group()):04X}" if bad else "?"
        super().__init__(
            Text("{field} holds a control character ({code})", field=field, code=code),
            hint=Text("correct the value that stands there; nothing was sent"),
        )
        self.field = field


class BadAddress(OutreachError):
    """An address cannot stand in a message."""

    def __init__(self, field: str, address: str) -> None:
        super().__init__(
            Text("{field}: {address!r} is no e-mail address", field=field, address=address)
        )
        self.field = field


class AddressNeedsUtf8(OutreachError):
    """The part before the @ is not ASCII: only servers with SMTPUTF8 (RFC 6531) take it."""

    def __init__(self, address: str) -> None:
        what = Text(
            "{address!r} can only be reached by servers that offer SMTPUTF8", address=address
        )
        super().__init__(what, hint=Text("ask this person for another address"))


class TooLong(OutreachError):
    """A value is longer than what mail programs can bear."""

    def __init__(self, field: str, count: int, most: int) -> None:
        what = Text("{field} has {count} characters; at most {most} are possible",
                    field=field, count=count, most=most)  # fmt: skip
        super().__init__(what)


def safe(field: str, value: str, most: int = LONGEST_LINE) -> str:
    """The value without blanks around it. Raises `UnsafeHeader` or `TooLong` under `field`."""
    value = value.strip(" \t\r\n")
    if _UNSAFE.search(value):
        raise UnsafeHeader(field, value)
    if len(value) > most:
        raise TooLong(field, len(value), most)
    return value


def wire_address(field: str, address: str) -> str:
    """`élan@brocéliande.example` → error; `contact@brocéliande.example` → its A-labels."""
    address = safe(field, address)
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise AddressNeedsUtf8(address)
    domain = _ascii_domain(domain)
    if not _LOCAL.fullmatch(local) or len(local) > 64 or not _DOMAIN.fullmatch(domain):
        raise BadAddress(field, address)
    return f"{local}@{domain}"


def mailbox(field: str, name: str | None, address: str) -> str:
    """`Marie Le Goff <marie@atelier.example>`, the name quoted or encoded as it needs."""
    address = wire_address(field, address)
    name = safe(field, name or "", LONGEST_NAME)
    return f"{phrase(name)} <{address}>" if name else address


def phrase(text: str) -> str:
    """A display name: atoms as they are, other ASCII quoted, the rest in encoded words."""
    if _ATOMS.fullmatch(text) and "=?" not in text and "  " not in text:
        return text
    if text.isascii() and "=?" not in text:
        return '"' + re.sub(r'([\\"])', r"\\\1", text) + '"'
    return encoded_words(text)


def unstructured(text: str) -> str:
    """A subject: ASCII as it is, anything else in encoded words."""
    plain = text.isascii() and "=?" not in text and _longest_word(text) < COLUMNS - 10
    return text if plain else encoded_words(text)


def encoded_words(text: str) -> str:
    """RFC 2047: whole characters in each word, base64 or quoted as is shorter."""
    return " ".join(_encoded_word(chunk) for chunk in _chunks(text))


def _chunks(text: str) -> Iterator[str]:
    chunk, size = "", 0
    for character in text:
        width = len(character.encode())
        if size + width > _WORD_BYTES:
            yield chunk
            chunk, size = "", 0
        chunk, size = chunk + character, size + width
    yield chunk


def _encoded_word(chunk: str) -> str:
    data = chunk.encode()
    quoted = binascii.b2a_qp(data, quotetabs=True, istext=False, header=True).decode()
    quoted = re.sub(r"[^A-Za-z0-9=_!*+/-]", lambda m: f"={ord(m.group()):02X}", quoted)
    coded = base64.b64encode(data).decode()
    if len(quoted) <= len(coded) and "\n" not in quoted:
        return f"=?utf-8?q?{quoted}?="
    return f"=?utf-8?b?{coded}?="


def _longest_word(text: str) -> int:
    return max(map(len, text.split(" ")))


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return ""


class WireHeader:
    """A header class for `HeaderRegistry`: the value is printable ASCII and never encoded."""

    max_count = 1
    name: str

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        if not re.fullmatch(r"[ -~]+", value):
            raise ValueError("a header on the wire is printable ASCII")
        kwds["parse_tree"] = UnstructuredHeader.value_parser(value)
        kwds["decoded"] = value

    def fold(self, *, policy: EmailPolicy) -> str:
        """Folded before spaces only: unfolding gives the very value back (RFC 5322 §2.2.3)."""
        lines = [f"{self.name}:"]
        for word in re.findall(r" +[^ ]+", f" {self}"):
            if len(lines[-1]) + len(word) > COLUMNS and lines[-1] != f"{self.name}:":
                lines.append(word)
            else:
                lines[-1] += word
        return policy.linesep.join(lines) + policy.linesep


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in (
        "from", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "references",
        "list-id", "list-unsubscribe", "list-unsubscribe-post", "list-help", "list-owner",
        "list-archive", "feedback-id", "content-type", "content-disposition",
    ):  # fmt: skip
        registry.map_to_type(name, WireHeader)  # type: ignore[arg-type]
    return registry


#: How messages leave. For outgoing mail only: it refuses the tabs that received mail holds.
WIRE: EmailPolicy[Any] = policy.SMTP.clone(header_factory=_registry(), max_line_length=COLUMNS)
