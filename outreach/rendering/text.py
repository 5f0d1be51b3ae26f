"""The text part of an e-mail, made from its HTML.

inscriptis lays the text out; links, which it would drop, are written `text <url>`. A
paragraph is one line, however long: mail programs wrap it at the reader's window, and on the
wire quoted-printable breaks it where RFC 5322 wants it broken.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: What no text holds: controls but tab and line ends. The end of a line of Unicode's, NEL, too.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
#: Blanks at which no line ends: `1 234,50 €` stays in one piece. inscriptis would take them for
#: any blank, so other signs, which no character is, stand for them while it works.
_KEPT_TOGETHER = str.maketrans("\u00a0\u2007\u202f", "\ufdda\ufddb\ufddc")
_APART_AGAIN = str.maketrans("\ufdda\ufddb\ufddc", "\u00a0\u2007\u202f")
#: A table that only places things: its cells are read one after the other.
_LAYOUT = ("table", "tbody", "thead", "tfoot", "tr", "td", "th")

#: A row stands apart, its cells in one line as far as they hold words only.
_INSTEAD = {"tr": "p", "td": "span", "th": "span"}


def plain_text(html: str) -> str:
    """The text of an HTML document, links kept, tidy; ends with a line break."""
    from inscriptis import Inscriptis
    from lxml.html import HTMLParser, document_fromstring

    source = without_controls(html).strip() or "<p></p>"
    root = document_fromstring(source.encode(), parser=HTMLParser(encoding="utf-8"))
    _write_links(root)
    _flatten_layout(root)
    _mask(root)
    return _tidy(Inscriptis(root, _config()).get_text().translate(_APART_AGAIN))


def without_controls(text: str) -> str:
    """A text with blanks where control characters stand: no reader shows them."""
    return _CONTROLS.sub(" ", text)


def one_line(text: str) -> str:
    """A text as HTML shows it: blanks drawn together, those that hold words together kept."""
    return " ".join(text.translate(_KEPT_TOGETHER).split()).translate(_APART_AGAIN)


@lru_cache(maxsize=1)
def _config() -> Any:
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.model.config import ParserConfig

    return ParserConfig(css=CSS_PROFILES["strict"])


def _write_links(root: HtmlElement) -> None:
    for link in root.iter("a"):
        url = (link.get("href") or "").strip()
        if not url.startswith(("http://", "https://", "mailto:")):
            continue
        label = " ".join(link.text_content().split())
        if label in (url, url.removeprefix("mailto:")):
            continue
        ending = f" <{url}>" if label else f"<{url}>"
        if len(link):
            link[-1].tail = (link[-1].tail or "").rstrip() + ending
        else:
            link.text = (link.text or "").rstrip() + ending


def _mask(root: HtmlElement) -> None:
    """What inscriptis would change: it reads entities a second time (a `&copy=1` in a link would
    become a ©), and draws blanks of every kind together."""
    for element in root.iter():
        if element.text and isinstance(element.tag, str):
            element.text = _masked(element.text)
        if element.tail:
            element.tail = _masked(element.tail)


def _masked(text: str) -> str:
    return text.replace("&", "&amp;").translate(_KEPT_TOGETHER)


def _flatten_layout(root: HtmlElement) -> None:
    cells = [(cell, _table_of(cell)) for cell in root.iter(*_LAYOUT)]
    layout = {table for _, table in cells if table.get("role") == "presentation"}
    for cell, table in cells:
        if table in layout:
            cell.tag = _INSTEAD.get(cell.tag, "div")
            cell.tail = " "


def _table_of(element: HtmlElement) -> HtmlElement:
    return element if element.tag == "table" else next(element.iterancestors("table"), element)


def _tidy(text: str) -> str:
    lines = "\n".join([line.rstrip() for line in text.splitlines()])
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"
