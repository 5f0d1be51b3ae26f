"""An e-mail as a browser may show it: the message itself, without what would go out for more."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cached_property

#: Elements that run, load or lead elsewhere; programs that show mail leave them out too.
_LEFT_OUT = ("script", "link", "base", "iframe", "frame", "object", "embed", "noscript")

#: Attributes through which an element loads something.
_LOADING = ("srcset", "background", "poster", "ping")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that comes with a message; `size` in bytes."""

    name: str
    type: str
    size: int


class ReceivedMail:
    """A message as whoever gets it has it: read back from its bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        parsed = BytesParser(policy=policy.default).parsebytes(content)
        assert isinstance(parsed, EmailMessage)
        self._message = parsed

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Every header, decoded, in order."""
        return [(name, str(value)) for name, value in self._message.items()]

    @property
    def head(self) -> str:
        """The headers as they go over the wire."""
        return self._content.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")

    @property
    def attached(self) -> list[Attached]:
        return [
            Attached(part.get_filename() or "", part.get_content_type(), len(_bytes(part)))
            for part in self._message.iter_attachments()
        ]

    @cached_property
    def html(self) -> str | None:
        """The HTML with its own pictures in it."""
        return self._safe[0]

    @cached_property
    def remote(self) -> list[str]:
        """The pictures that would be loaded from elsewhere, and are not loaded here."""
        return self._safe[1]

    @cached_property
    def _safe(self) -> tuple[str | None, list[str]]:
        body = self._message.get_body(("html",))
        if body is None:
            return None, []
        return safe_html(str(body.get_content()), self._pictures())

    def _pictures(self) -> Mapping[str, str]:
        """The parts that HTML names as `cid:`, as `data:` addresses."""
        found = {}
        for part in self._message.walk():
            name = str(part.get("Content-ID", "")).strip(" <>")
            if name and isinstance(part, EmailMessage):
                content = base64.b64encode(_bytes(part)).decode("ascii")
                found[name] = f"data:{part.get_content_type()};base64,{content}"
        return found


def _bytes(part: object) -> bytes:
    content = part.get_payload(decode=True) if isinstance(part, EmailMessage) else None
    return content if isinstance(content, bytes) else b""


def safe_html(html: str, pictures: Mapping[str, str]) -> tuple[str, list[str]]:
    """The HTML with the pictures of `pictures` (by Content-ID) and nothing from elsewhere.

    Also the addresses of the pictures that were left unloaded. The policy of the frame holds
    all of it too; here nothing is even asked for, and the picture's words stand in its place.
    """
    from lxml import etree
    from lxml.html import document_fromstring

    if not html.strip():
        return "", []
    root = document_fromstring(html)
    remote: list[str] = []
    etree.strip_elements(root, *_LEFT_OUT, with_tail=False)
    etree.strip_tags(root, "form")
    for element in root.iter("meta"):
        if (element.get("http-equiv") or "").lower() == "refresh":
            element.attrib.clear()
    for element in root.iter(etree.Element):
        for name in _LOADING:
            if name in element.attrib:
                del element.attrib[name]
        source = element.get("src")
        if source is None:
            continue
        if source.lower().startswith("cid:"):
            element.set("src", pictures.get(source[4:], ""))
        elif not source.startswith("data:"):
            remote.append(source)
            del element.attrib["src"]
    text = etree.tostring(root, method="html", encoding="unicode", doctype="<!DOCTYPE html>")
    return text, remote
