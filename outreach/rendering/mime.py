"""The parts of a message, put together as bytes (RFC 2045, 2046, 2231).

Text is quoted-printable and files are base64, so that the wire form is ASCII and no
server re-encodes it. Boundaries begin with `=_`, which neither encoding can produce
(RFC 2045 §6.7), so no part is ever cut, and every message may have the same ones.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from outreach.errors import OutreachError, Text
from outreach.rendering.headers import COLUMNS, LONGEST_NAME, escaped, field, safe

_TYPE = re.compile(r"[a-z0-9]+/[a-z0-9.+-]+")

#: Characters of one piece of a file name that RFC 2231 splits.
_PIECE = re.compile(r"(?:%[0-9A-F]{2}|[^%]){1,18}")

_TEXT, _HTML = (
    f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
    for subtype in ("plain", "html")
)


class NotMail(OutreachError):
    """What was given cannot be made into a message."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that goes with the message; `mime` such as `application/pdf`."""

    name: str
    content: bytes
    mime: str = "application/octet-stream"
    #: What the HTML calls it behind `cid:`, without brackets: a picture of the page.
    content_id: str | None = None


def entity(
    text: Sequence[bytes],
    html: Sequence[bytes] | None,
    files: Sequence[AttachedFile] = (),
) -> list[bytes]:
    """What follows the headers of a message: Content-Type, the empty line, the parts.

    `text` and `html` are quoted-printable, in pieces, and so is what is returned. Ends with
    CR LF.
    """
    body = [_TEXT, *text]
    pictures = [_file(file) for file in files if file.content_id]
    attached = [_file(file) for file in files if not file.content_id]
    if html is not None:
        page = [_HTML, *html]
        if pictures:  # RFC 2387
            page = _multipart('related; type="text/html"', [page, *pictures], 2)
        # The richer one last (RFC 2046 §5.1.4).
        body = _multipart("alternative", [body, page], 1 if attached else 0)
    if attached:
        body = _multipart("mixed", [body, *attached], 0)
    if not body[-1].endswith(b"\r\n"):
        body.append(b"\r\n")
    return body


def _multipart(kind: str, parts: Iterable[Sequence[bytes]], depth: int) -> list[bytes]:
    head, between, end = _lines(kind, depth)
    pieces = [head]
    for part in parts:
        pieces.append(between)
        pieces += part
    pieces.append(end)
    return pieces


@lru_cache(maxsize=16)
def _lines(kind: str, depth: int) -> tuple[bytes, bytes, bytes]:
    """What stands before, between and behind parts; those in parts have a greater `depth`."""
    boundary = f"=_part_{depth}"
    head = field("Content-Type", f'multipart/{kind}; boundary="{boundary}"')
    line = f"\r\n--{boundary}"
    return head.encode(), f"{line}\r\n".encode(), f"{line}--\r\n".encode()


@lru_cache(maxsize=16)
def _file(file: AttachedFile) -> tuple[bytes]:
    """A file that goes to everybody is encoded once."""
    if not _TYPE.fullmatch(file.mime):
        raise NotMail(Text("{mime!r} is no MIME type", mime=file.mime))
    shown = "inline" if file.content_id else "attachment"
    head = (
        field("Content-Type", file.mime)
        + field("Content-Transfer-Encoding", "base64")
        + field("Content-Disposition", f"{shown}; {_filename(file.name)}")
        + (field("Content-ID", f"<{file.content_id}>") if file.content_id else "")
    )
    return (head.encode() + b"\r\n" + _base64(file.content),)


def _base64(content: bytes) -> bytes:
    whole = binascii.b2a_base64(content, newline=False)
    lines = [whole[start : start + COLUMNS] for start in range(0, len(whole), COLUMNS)]
    return b"".join([line + b"\r\n" for line in lines])


def _filename(name: str) -> str:
    """`filename="plan.pdf"`; accents as RFC 2231 has them, in pieces where it is long."""
    name = safe("attachment", name, LONGEST_NAME)
    if name.isascii() and len(escaped(name)) < 60:
        return f'filename="{escaped(name)}"'
    pieces = _PIECE.findall(quote(name, safe=""))
    if len(pieces) == 1:
        return f"filename*=utf-8''{pieces[0]}"
    first, *others = pieces
    numbered = (f"filename*{number}*={piece}" for number, piece in enumerate(others, start=1))
    return "; ".join((f"filename*0*=utf-8''{first}", *numbered))
