"""The parts of a message, put together as bytes (RFC 2045, 2046, 2231).

Text is quoted-printable and files are base64, so that the wire form is ASCII and no
server re-encodes it. Boundaries come from a seed, never from chance; they begin with
`=_`, which neither encoding can produce (RFC 2045 §6.7), so no part is ever cut.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import MIMEPart
from hashlib import sha256
from urllib.parse import quote

from outreach.errors import OutreachError, Text
from outreach.rendering.headers import LONGEST_LINE, LONGEST_NAME, WIRE, safe

_TYPE = re.compile(r"[a-z0-9]+/[a-z0-9.+-]+")

#: Characters of one piece of a file name that RFC 2231 splits.
_PIECE = re.compile(r"(?:%[0-9A-F]{2}|[^%]){1,18}")

#: Bytes that make one line of 76 base64 characters.
_LINE = 57


class NotMail(OutreachError):
    """What was given cannot be made into a message."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that goes with the message; `mime` such as `application/pdf`."""

    name: str
    content: bytes
    mime: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The boundaries of one message; `seed` is its Message-ID."""

    seed: str

    def __getitem__(self, number: int) -> str:
        return f"=_{sha256(self.seed.encode()).hexdigest()[:24]}_{number}"


def message_bytes(
    headers: Iterable[tuple[str, str]],
    *,
    text: str,
    html: str | None,
    files: Sequence[AttachedFile],
    seed: str,
) -> bytes:
    """The message with its headers in their order, ending with CRLF, in lines of ≤ 998."""
    boundaries = Boundaries(seed)
    whole = _part()
    for name, value in headers:
        whole[name] = value
    if files:
        body = _readable(_part(), text, html, boundaries[1])
        _hold(whole, "mixed", [body, *map(_file, files)], boundaries[0])
    else:
        _readable(whole, text, html, boundaries[0])
    return _checked(whole.as_bytes())


def _part() -> MIMEPart[str, str]:
    return MIMEPart(WIRE)


def _readable(
    part: MIMEPart[str, str], text: str, html: str | None, boundary: str
) -> MIMEPart[str, str]:
    """Text alone, or text and HTML as alternatives, the richer one last (RFC 2046 §5.1.4)."""
    if html is None:
        return _write(part, "plain", text)
    versions = [_write(_part(), "plain", text), _write(_part(), "html", html)]
    return _hold(part, "alternative", versions, boundary)


def _hold(
    whole: MIMEPart[str, str], kind: str, parts: Iterable[MIMEPart[str, str]], boundary: str
) -> MIMEPart[str, str]:
    whole["Content-Type"] = f'multipart/{kind}; boundary="{boundary}"'
    for part in parts:
        whole.attach(part)
    return whole


def _write(part: MIMEPart[str, str], subtype: str, text: str) -> MIMEPart[str, str]:
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = re.sub(r"\r\n?", "\n", text)
    part.set_payload(binascii.b2a_qp(lines.encode(), istext=True).decode("ascii"))
    return part


def _file(file: AttachedFile) -> MIMEPart[str, str]:
    if not _TYPE.fullmatch(file.mime):
        raise NotMail(Text("{mime!r} is no MIME type", mime=file.mime))
    part = _part()
    part["Content-Type"] = file.mime
    part["Content-Transfer-Encoding"] = "base64"
    part["Content-Disposition"] = f"attachment; {_filename(file.name)}"
    lines = (file.content[i : i + _LINE] for i in range(0, len(file.content), _LINE))
    part.set_payload("".join(binascii.b2a_base64(line).decode("ascii") for line in lines))
    return part


def _filename(name: str) -> str:
    """`filename="plan.pdf"`; accents as RFC 2231 has them, in pieces where it is long."""
    name = safe("attachment", name, LONGEST_NAME)
    if name.isascii() and len(name) < 60:
        return 'filename="' + re.sub(r'([\\"])', r"\\\1", name) + '"'
    pieces = _PIECE.findall(quote(name, safe=""))
    if len(pieces) == 1:
        return f"filename*=utf-8''{pieces[0]}"
    first, *others = pieces
    numbered = (f"filename*{number}*={piece}" for number, piece in enumerate(others, start=1))
    return "; ".join((f"filename*0*=utf-8''{first}", *numbered))


def _checked(content: bytes) -> bytes:
    longest = max(map(len, content.split(b"\r\n")))
    if longest > LONGEST_LINE:
        raise NotMail(Text("a line of the message has {longest} characters", longest=longest))
    return content if content.endswith(b"\r\n") else content + b"\r\n"
