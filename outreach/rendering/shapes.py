"""Styles written into the elements, and the text part: once per shape of a template.

The shape of a page is its outline (see `slots`): people for whom a template takes the same
branches share it. It is kept, so that per person only values are put in. Where a value
bears on the styles (a class, a width), it belongs to the shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count
from typing import TYPE_CHECKING

from outreach.rendering.pieces import (
    Constants,
    half_character,
    refuse_left_over,
    refused_codes,
)
from outreach.rendering.quoted import Body, Layout, between, laid_out
from outreach.rendering.slots import MARK, Outline, mark, marked, outline, split
from outreach.rendering.text import plain_text, without_controls

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from lxml.html import HtmlElement

#: Pages whose shapes are kept; one of 30 KB takes some 150 KB.
_KEPT = 128

_STYLE = re.compile(r"<(style|script)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

#: Attributes that no style and no layout looks at, unless a selector names them.
_FREE = frozenset({"href", "src", "alt", "title", "content"})
_SELECTED = re.compile(r"\[\s*([a-zA-Z-]+)")
#: A value in a text that changes nothing around it: no line ends, no signs of placeholders.
_VALUE = re.compile("[^\x00-\x1f\x7f-\x9f\u2028\u2029{}%«»\ud800-\udfff\ufdd0\ufdd1]+")
#: Characters of a value that is put into a text: the layout of a longer one is its own.
_LONGEST = 200
#: Elements in which blanks count or nothing is markup.
_PRE = re.compile(r"white-space\s*:\s*pre")
_LITERAL = frozenset({"pre", "textarea", "style", "script", "xmp", "listing"})


@dataclass(frozen=True, slots=True)
class _Shape:
    """A finished page without the values."""

    html: Layout
    text: Layout


def page(chunks: Iterable[str], constants: Constants) -> tuple[Body, Body]:
    """What a template of HTML printed for one person, piece by piece, as a page and its text.

    `constants` are the texts that stand in the templates. Raises `LeftOver` or `NotMail`.
    """
    known = list(constants.taken_apart(chunks))
    kinds = tuple([kind for kind, _, _ in known])
    fillings = list(chain.from_iterable([filled for _, filled, _ in known if filled]))
    pages, texts, page_wires, text_wires = (
        fillings[::4], fillings[1::4], fillings[2::4], fillings[3::4]
    )  # fmt: skip
    # Equal values are one slot, which bears the number of the last of them.
    numbers = dict(zip(pages, count()))
    outlined = _outlined(kinds, tuple(map(numbers.__getitem__, pages)))
    shape = _shape(outlined, tuple([(slot, pages[slot]) for slot in outlined.decisive]))
    return Body(shape.html, pages, page_wires), Body(shape.text, texts, text_wires)


def written(chunks: Sequence[str], constants: Constants) -> Body:
    """A text written by hand, piece by piece as its template printed it; ends with a line break.

    Values without line ends are put into a layout that all share; any other is part of it.
    """
    known = constants.known.get
    put = [
        None if piece in constants else ((one := known(piece)) and one[2]) or _put(piece)
        for piece in chunks
    ]
    pieces = [piece if wire is None else None for piece, wire in zip(chunks, put, strict=True)]
    values = [piece for piece, wire in zip(chunks, put, strict=True) if wire is not None]
    wires = [wire for wire in put if wire is not None]
    return Body(_text_layout(tuple(pieces)), values, wires)


@lru_cache(maxsize=1024)
def _put(value: str) -> bytes | None:
    """A value as it is put into a text, for most come again; None: it is part of the layout."""
    return between(value) if len(value) <= _LONGEST and _VALUE.fullmatch(value) else None


# --- a shape, made once -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Outlined:
    """An outline, and the slots whose values belong to the shape."""

    parts: Outline
    decisive: tuple[int, ...]


@lru_cache(maxsize=4 * _KEPT)
def _outlined(kinds: tuple[str, ...], slots: tuple[int, ...]) -> _Outlined:
    parts = outline(kinds, slots)
    return _Outlined(parts, _decisive(parts))


@lru_cache(maxsize=_KEPT)
def _shape(outlined: _Outlined, fixed: tuple[tuple[int, str], ...]) -> _Shape:
    html = _finished(marked(outlined.parts, fixed))
    visible = _COMMENT.sub("", _STYLE.sub("", html))
    refuse_left_over("html", visible)
    text = plain_text(html)
    refuse_left_over("text", text)
    return _Shape(laid_out(split(html)), laid_out(split(text)))


@lru_cache(maxsize=_KEPT)
def _text_layout(pieces: tuple[str | None, ...]) -> Layout:
    """The layout of a text; None stands for a value."""
    slots = count()
    page = "".join(
        [mark(next(slots)) if piece is None else refused_codes(piece) for piece in pieces]
    )
    text = re.sub(r"\r\n?", "\n", without_controls(page)).strip("\n") + "\n"
    refuse_left_over("text", text)
    try:
        return laid_out(split(text))
    except UnicodeEncodeError as error:
        raise half_character("text", error) from None


@lru_cache(maxsize=2)
def _finished(html: str) -> str:
    """The page with its styles in the elements. Asked twice in turn for most outlines."""
    try:
        html.encode()
    except UnicodeEncodeError as error:
        raise half_character("html", error) from None
    return _inliner().inline(without_controls(html))


@lru_cache(maxsize=1)
def _inliner() -> CSSInliner:
    """Nothing is fetched; media queries and dark mode stay in a style tag."""
    from css_inline import CSSInliner

    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


# --- values that bear on the shape ----------------------------------------------------------------


def _decisive(parts: Outline) -> tuple[int, ...]:
    """The slots whose values styles or layout may depend on, in their order."""
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
