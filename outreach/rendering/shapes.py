"""Styles written into the elements, and the text part: once per shape of a template.

The shape of a page is its outline (see `slots`): people for whom a template takes the same
branches share it. It is kept, so that per person only values are put in. Where a value
bears on the styles (a class, a width), it belongs to the shape.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from outreach.errors import OutreachError, Text
from outreach.rendering.headers import COLUMNS
from outreach.rendering.mime import NotMail
from outreach.rendering.quoted import Body, Quoted, quoted
from outreach.rendering.slots import (
    CLOSES,
    MARK,
    OPENS,
    SIMPLE,
    Outline,
    marked,
    outline,
    shown,
    split,
)
from outreach.rendering.text import plain_text, without_controls

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from lxml.html import HtmlElement

#: Pages whose shapes are kept; one of 30 KB takes some 150 KB.
_KEPT = 128

#: What would tell a reader that a machine wrote: an unfilled Jinja tag or Word field.
_LEFT_OVER = re.compile(r"\{\{|\}\}|\{%|%\}|«\w+»")
_STYLE = re.compile(r"<(style|script)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

#: Attributes that no style and no layout looks at, unless a selector names them.
_FREE = frozenset({"href", "src", "alt", "title", "content"})
_SELECTED = re.compile(r"\[\s*([a-zA-Z-]+)")
#: Elements in which blanks count or nothing is markup.
_PRE = re.compile(r"white-space\s*:\s*pre")
_LITERAL = frozenset({"pre", "textarea", "style", "script", "xmp", "listing"})


class LeftOver(OutreachError):
    """A placeholder is still in the finished message: it must not leave (invariant 6)."""

    def __init__(self, part: str, found: str) -> None:
        super().__init__(
            Text("{found!r} is left in the {part}", found=found, part=part),
            hint=Text("a placeholder was not filled in, or a value looks like one"),
        )


#: A value in HTML and in the text.
_Filling = tuple[Quoted, Quoted]


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A text whose pieces are encoded once, with room for the values."""

    #: All pieces, each value's empty.
    pieces: tuple[Quoted, ...]
    #: Where values go, and the number of the slot that goes there.
    places: tuple[tuple[int, int], ...]

    def filled(self, values: Sequence[Quoted]) -> Body:
        pieces = list(self.pieces)
        for place, slot in self.places:
            pieces[place] = values[slot]
        return Body(tuple(pieces))


@dataclass(frozen=True, slots=True)
class _Shape:
    """A finished page without the values."""

    html: _Encoded
    text: _Encoded


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one person."""

    _shape: _Shape
    _fillings: tuple[_Filling, ...]

    def html(self) -> Body:
        return self._shape.html.filled([html for html, _ in self._fillings])

    def text(self) -> Body:
        return self._shape.text.filled([text for _, text in self._fillings])


def page(chunks: Iterable[str], constants: Collection[str]) -> Page:
    """What a template of HTML printed for one person, piece by piece, as a page.

    `constants` are the texts that stand in the templates. Raises `LeftOver` or `NotMail`.
    """
    parts, values = outline(chunks, constants)
    fixed = tuple([(slot, values[slot]) for slot in _decisive(parts)])
    return Page(_shape(parts, fixed), tuple(map(_filling, values)))


def written(chunks: Iterable[str]) -> Body:
    """A text written by hand; ends with one line break."""
    text = re.sub(r"\r\n?", "\n", without_controls("".join(chunks))).strip("\n") + "\n"
    refuse_left_over("text", text)
    return Body((_value("text", text),))


def refuse_left_over(part: str, text: str) -> None:
    """Raise `LeftOver` if a placeholder of a template is in the text."""
    found = _LEFT_OVER.search(text)
    if found:
        raise LeftOver(part, found.group())


def _value(part: str, text: str) -> Quoted:
    try:
        return quoted(text)
    except UnicodeEncodeError as error:
        raise _half(part, error) from None


@lru_cache(maxsize=4096)
def _filling(value: str) -> _Filling:
    """What is put in for a value, in HTML and as one reads it. Raises `LeftOver`."""
    if len(value) < COLUMNS and SIMPLE.fullmatch(value):
        plain = Quoted(value, value.encode(), len(value), len(value), True)
        return plain, plain
    refuse_left_over("html", value)
    html, text = _value("html", value), shown(value)
    return html, html if text == value else _value("text", text)


# --- a shape, made once -------------------------------------------------------------------------


@lru_cache(maxsize=_KEPT)
def _shape(parts: Outline, fixed: tuple[tuple[int, str], ...]) -> _Shape:
    html = _finished(marked(parts, fixed))
    visible = _COMMENT.sub("", _STYLE.sub("", html))
    refuse_left_over("html", visible)
    text = plain_text(html)
    refuse_left_over("text", text)
    return _Shape(_encoded(html), _encoded(text))


def _encoded(page: str) -> _Encoded:
    parts = split(page)
    return _Encoded(
        tuple(quoted("" if isinstance(part, int) else part) for part in parts),
        tuple((place, part) for place, part in enumerate(parts) if isinstance(part, int)),
    )


@lru_cache(maxsize=2)
def _finished(html: str) -> str:
    """The page with its styles in the elements. Asked twice in turn for most outlines."""
    try:
        html.encode()
    except UnicodeEncodeError as error:
        raise _half("html", error) from None
    return _inliner().inline(without_controls(html))


def _half(part: str, error: UnicodeEncodeError) -> NotMail:
    return NotMail(
        Text(
            "the {part} holds half a character at position {position}",
            part=part,
            position=error.start,
        )
    )


@lru_cache(maxsize=1)
def _inliner() -> CSSInliner:
    """Nothing is fetched; media queries and dark mode stay in a style tag."""
    from css_inline import CSSInliner

    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


# --- values that bear on the shape ----------------------------------------------------------------


@lru_cache(maxsize=4 * _KEPT)
def _decisive(parts: Outline) -> tuple[int, ...]:
    """The slots whose values styles or layout may depend on, in their order."""
    written = "".join(part for part in parts if isinstance(part, str))
    if OPENS in written or CLOSES in written:
        raise NotMail(Text("the message holds a code that stands for no character (U+FDD0)"))
    if all(isinstance(part, str) for part in parts):
        return ()
    from lxml.html import HTMLParser, document_fromstring

    page = marked(parts)
    free = _FREE - {name.lower() for name in _SELECTED.findall(page)}
    root = document_fromstring(_finished(page).encode(), parser=HTMLParser(encoding="utf-8"))
    harmless: set[int] = set()
    decisive: set[int] = set()
    for element in root.iter():
        for text, free_here in _texts(element, free):
            (harmless if free_here else decisive).update(map(int, MARK.findall(text)))
    known = {part for part in parts if isinstance(part, int)}
    return tuple(sorted(decisive | (known - harmless)))


def _texts(element: HtmlElement, free: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """All that an element holds itself, each text with whether it may change freely."""
    if element.tail:
        yield element.tail, not _blanks_count(element.getparent())
    if not isinstance(element.tag, str):  # a comment: it is passed over as it is
        yield element.text or "", True
        return
    if element.text:
        yield element.text, not _blanks_count(element)
    for name, value in element.attrib.items():
        yield name, False
        yield value, name in free


def _blanks_count(element: HtmlElement | None) -> bool:
    """Whether blanks in the text of an element are kept, or it is no text at all."""
    while element is not None:
        if element.tag in _LITERAL or _PRE.search(element.get("style") or ""):
            return True
        element = element.getparent()
    return False
