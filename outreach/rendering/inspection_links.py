"""What is wrong with a link or a picture of an e-mail, as far as its template tells.

Nothing is fetched. A target that begins with a value is a person's: nothing is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from outreach.errors import Text
from outreach.rendering.mail_source import VALUE, Link, Picture
from outreach.rendering.pictures import local_picture

#: What is wrong, and what to do.
Fault = tuple[Text, Text]

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_FOLLOWED = frozenset({"http", "https", "mailto", "tel", "sms"})
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]+")
_UNFILLED = re.compile(r"…|\.\.\.|\bTODO\b|\bXXX+\b|//(?:www\.)?example\.(?:com|org|net)\b", re.I)
_AT_HOME = re.compile(
    r"localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|\[?::1\]?"
    r"|.*\.(?:local|localhost|lan|internal)"
)
#: Services that hide where a link leads; filters know them from junk mail.
_SHORTENERS = frozenset(
    ("bit.ly", "tinyurl.com", "goo.gl", "t.co", "ow.ly", "is.gd", "buff.ly", "cutt.ly", "rb.gy",
     "rebrand.ly", "shorturl.at", "tiny.cc", "t.ly", "bl.ink", "lnkd.in", "urlz.fr", "frama.link")
)  # fmt: skip
#: Words of a link that look like an address of a page.
_DOMAIN = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:[/?#:]\S*)?", re.IGNORECASE)
#: What Gmail or Outlook do not show.
_NOT_SHOWN = re.compile(r"\.(svg|webp|avif|tiff?|heic)(?:[?#]|$)", re.IGNORECASE)


def link_faults(link: Link) -> Iterator[Fault]:
    """Nothing for a link that leads where it says."""
    target = link.target.strip()
    if not target or target.startswith("#"):
        yield Text("a link leads nowhere"), Text('write where to: <a href="https://…">')
        return
    scheme = _SCHEME.match(target)
    if target.startswith(VALUE):
        return
    if scheme is None:
        yield (
            Text("the link {target!r} has no https://", target=_shown(target)),
            Text("an e-mail stands nowhere: write the whole address of the page"),
        )
    elif scheme[1].lower() not in _FOLLOWED:
        yield (
            Text("the link {target!r} cannot be followed", target=_shown(target)),
            Text("links begin with https://, mailto: or tel:"),
        )
    elif scheme[1].lower() == "mailto":
        yield from _mail_faults(target)
    elif scheme[1].lower() in ("http", "https"):
        yield from _page_faults(target, link.words)


def picture_faults(picture: Picture) -> Iterator[Fault]:
    """Whether the file of a local picture is there, the caller must see."""
    source = picture.source.strip()
    name = _shown(source)
    if picture.alt is None:
        yield (
            Text("the picture {name!r} has no words in its place", name=name),
            Text('write alt="…" (alt="" where it only decorates): many read without pictures'),
        )
    if not source:
        yield Text("a picture has no file"), Text('write src="images/…" or src="https://…"')
    elif source.startswith("data:"):
        yield (
            Text("a picture stands in the HTML itself (data:)"),
            Text("Gmail and Outlook do not show it: put the file below templates/"),
        )
    elif local_picture(source) and VALUE in source and not source.startswith(VALUE):
        yield (
            Text("the picture {name!r} depends on a value and would not be found", name=name),
            Text("write the whole path of a file below templates/, or an https:// address"),
        )
    elif _NOT_SHOWN.search(source):
        yield (
            Text("the picture {name!r} is not shown by every mail program", name=name),
            Text("save it as PNG, JPEG or GIF"),
        )
    elif source.startswith(("http:", "https:")):
        yield from _host_faults(source)


def _mail_faults(target: str) -> Iterator[Fault]:
    addresses = unquote(target[len("mailto:") :].partition("?")[0])
    if VALUE in addresses or (not addresses and "to=" in target):
        return
    for address in addresses.split(","):
        if not _ADDRESS.fullmatch(address.strip()):
            yield (
                Text("the link {target!r} has no valid e-mail address", target=_shown(target)),
                Text("write mailto:name@domain"),
            )


def _page_faults(target: str, words: str) -> Iterator[Fault]:
    found = list(_host_faults(target))
    yield from found
    host = _host(target)
    if found or not host or VALUE in host:
        return
    if host.removeprefix("www.") in _SHORTENERS:
        yield (
            Text("the link {target!r} is a shortened one", target=_shown(target)),
            Text("filters take it for junk: write the address of the page itself"),
        )
        return
    said = _DOMAIN.fullmatch(words)
    if said and not _same_site(said[1].lower(), host):
        yield (
            Text("the link shows {said} and leads to {host}", said=said[1], host=host),
            Text("filters take it for fraud: write words, or the address it leads to"),
        )


def _host_faults(target: str) -> Iterator[Fault]:
    host = _host(target)
    if not host or re.search(r"\s", target) or _UNFILLED.search(target):
        yield (
            Text("the link {target!r} is not filled in", target=_shown(target)),
            Text("write the whole address of the page"),
        )
    elif _AT_HOME.fullmatch(host):
        yield (
            Text("the link {target!r} is known on your own network only", target=_shown(target)),
            Text("write the address that everybody can open"),
        )


def _host(target: str) -> str:
    try:
        return (urlsplit(target).hostname or "").lower()
    except ValueError:  # a bracket that is not closed
        return ""


def _same_site(said: str, host: str) -> bool:
    said, host = said.removeprefix("www."), host.removeprefix("www.")
    return host == said or host.endswith("." + said) or said.endswith("." + host)


def _shown(target: str) -> str:
    return target.replace(VALUE, "{{…}}")[:80]
