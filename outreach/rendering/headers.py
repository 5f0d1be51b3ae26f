"""Header values in the form they have on the wire: printable ASCII, nothing to inject.

`EmailMessage` of Python 3.11 encodes a List-Unsubscribe longer than 77 characters (the
one-click button then disappears), leaves long display names on one line, and lets NUL
pass. So every value that comes from people is encoded here, by RFC 2047 and RFC 5322, and
`field` writes it as it is, folded at its spaces only. One thing may not be ASCII: the part
before the @ of a recipient (RFC 6532), for servers that take it.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_letters, digits

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
#: What nearly every address looks like; what it does not match is looked at part by part.
_PLAIN = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.IGNORECASE)

_LEFT_IN_WORDS = frozenset(f"{ascii_letters}{digits}!*+/-")
#: Bytes of text in one encoded word: 75 characters at most with `=?utf-8?b?` and `?=`,
#: and short enough to stand behind the name of its header (RFC 2047 §2).
_WORD_BYTES = 36
#: Each byte in an encoded word of a display name, quoted (RFC 2047 §4.2; §5, rule 3).
_IN_WORDS = tuple(
    "_" if byte == 32 else chr(byte) if chr(byte) in _LEFT_IN_WORDS else f"={byte:02X}"
    for byte in range(256)
)


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
        super().__init__(what, hint=Text("write from an address in ASCII"))


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


def field(name: str, value: str) -> str:
    """A header with its CR LF, folded before spaces only: unfolding gives the very value
    back (RFC 5322 §2.2.3). `value` must be fit for the wire."""
    line = f"{name}: {value}"
    if len(line) <= COLUMNS:
        return line + "\r\n"
    lines = [f"{name}:"]
    words = re.findall(r" +[^ ]+", f" {value}") if "  " in value else _words(value)
    for word in words:
        if len(lines[-1]) + len(word) > COLUMNS and len(lines[-1]) > len(name) + 1:
            lines.append(word)
        else:
            lines[-1] += word
    longest = max(map(len, lines))
    if longest > LONGEST_LINE:
        raise TooLong(name, longest, LONGEST_LINE)
    return "\r\n".join(lines) + "\r\n"


def _words(value: str) -> list[str]:
    return [f" {word}" for word in value.strip(" ").split(" ")]


def wire_address(field: str, address: str) -> str:
    """`contact@brocéliande.example` → its A-labels; `élan@brocéliande.example` → error."""
    address = recipient_address(field, address)
    if not address.isascii():
        raise AddressNeedsUtf8(address)
    return address


def recipient_address(field: str, address: str) -> str:
    """The same for somebody else's address: `élan@…` stays, for a server with SMTPUTF8."""
    if len(address) < 64 and _PLAIN.fullmatch(address):
        return address
    address = unicodedata.normalize("NFC", safe(field, address))
    local, _, domain = address.rpartition("@")
    domain = _ascii_domain(domain)
    # Beyond ASCII every letter, mark and sign is an atom's (RFC 6532 §3.2); what shows
    # nothing is nobody's address.
    plain = re.sub(r"[^\x00-\x7f]", _x_for_visible, local)
    if not _LOCAL.fullmatch(plain) or len(local.encode()) > 64 or not _DOMAIN.fullmatch(domain):
        raise BadAddress(field, address)
    return f"{local}@{domain}"


def _x_for_visible(found: re.Match[str]) -> str:
    return "x" if unicodedata.category(found[0])[0] in "LMNPS" else " "


def mailbox(name: str, address: str) -> str:
    """`Marie Le Goff <marie@atelier.example>`, the name quoted or encoded as it needs.

    `name` is `safe` already, `address` fit for the wire.
    """
    return f"{phrase(name)} <{address}>" if name else address


def phrase(text: str) -> str:
    """A display name: atoms as they are, other ASCII quoted, the rest in encoded words."""
    if "=?" in text or not text.isascii():
        return encoded_words(text)
    plain = _ATOMS.fullmatch(text) and "  " not in text
    written = text if plain else f'"{escaped(text)}"'
    return written if _is_short(written) else encoded_words(text)


def escaped(text: str) -> str:
    """What stands between the signs of a quoted string (RFC 5322 §3.2.4)."""
    return re.sub(r'([\\"])', r"\\\1", text)


@lru_cache(maxsize=1024)
def unstructured(text: str) -> str:
    """A subject: ASCII as it is, anything else in encoded words."""
    plain = text.isascii() and "=?" not in text and _is_short(text)
    return text if plain else encoded_words(text)


def encoded_words(text: str) -> str:
    """RFC 2047: whole characters in each word, base64 or quoted as is shorter."""
    return " ".join(_encoded_word(chunk) for chunk in _chunks(text))


def _chunks(text: str) -> Iterator[str]:
    if len(text.encode()) <= _WORD_BYTES:
        yield text
        return
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
    quoted = "".join([_IN_WORDS[byte] for byte in data])
    if data.endswith(b" "):  # which some readers would drop from the end of a word
        quoted = f"{quoted[:-1]}=20"
    if len(quoted) <= 4 * -(-len(data) // 3):
        return f"=?utf-8?q?{quoted}?="
    return f"=?utf-8?b?{base64.b64encode(data).decode()}?="


def _is_short(text: str) -> bool:
    """Whether each word of it finds a place on a line, behind the name of its header."""
    most = COLUMNS - 11
    return len(text) <= most or max(map(len, text.split(" "))) <= most


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return ""
