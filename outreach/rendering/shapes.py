"""Styles written into the elements, and the text part: once per shape of a template.

The shape of a page is its outline (see `slots`): people for whom a template takes the same
branches share it. It is kept, so that per person only values are put in. Where a value
bears on the styles (a class, a width), it belongs to the shape.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from outreach.errors import OutreachError, Text
from outreach.rendering.mime import NotMail
from outreach.rendering.quoted import Body, Quoted, quoted
from outreach.rendering.slots import (
    CLOSES,
    MARK,
    OPENS,
    Outline,
    marked,
    outline,
    shown,
    split,
)
from outreach.rendering.text import plain_text, without_controls, wrapped

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


@dataclass(frozen=True, slots=True)
class _Shape:
    """A finished page without the values: pieces encoded once, and numbers of slots."""

    html: tuple[Quoted | int, ...]
    #: Lines with values stand apart: they may have to be wrapped anew.
    text: tuple[Quoted | Outline, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one person."""

    _shape: _Shape
    _values: tuple[str, ...]

    def html(self) -> Body:
        pieces = [_value("html", value) for value in self._values]
        return Body(
            tuple(pieces[part] if isinstance(part, int) else part for part in self._shape.html)
        )

    def text(self) -> Body:
        values = [shown(value) for value in self._values]
        return Body(
            tuple(
                part if isinstance(part, Quoted) else _line(part, values)
                for part in self._shape.text
            )
        )


def page(chunks: Iterable[str], constants: Collection[str]) -> Page:
    """What a template of HTML printed for one person, piece by piece, as a page.

    `constants` are the texts that stand in the templates. Raises `LeftOver` or `NotMail`.
    """
    parts, values = outline(chunks, constants)
    fixed = {slot: values[slot] for slot in _decisive(parts)}
    free = [value for slot, value in enumerate(values) if slot not in fixed]
    refuse_left_over("html", "\n".join(free))
    return Page(_shape(parts, tuple(fixed.items())), values)


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
        return _short(text) if len(text) < 200 else quoted(text)
    except UnicodeEncodeError as error:
        raise _half(part, error) from None


@lru_cache(maxsize=4096)
def _short(text: str) -> Quoted:
    return quoted(text)


def _line(parts: Outline, values: list[str]) -> Quoted:
    line = "".join([part if isinstance(part, str) else values[part] for part in parts])
    return _value("text", "\n".join(wrapped(line)) + "\n")


# --- a shape, made once -------------------------------------------------------------------------


@lru_cache(maxsize=_KEPT)
def _shape(parts: Outline, fixed: tuple[tuple[int, str], ...]) -> _Shape:
    html = _finished(marked(parts, fixed))
    visible = _COMMENT.sub("", _STYLE.sub("", html))
    refuse_left_over("html", visible)
    text = plain_text(html, left=MARK.search)
    refuse_left_over("text", text)
    return _Shape(
        tuple(part if isinstance(part, int) else quoted(part) for part in split(html)),
        tuple(_lines(text)),
    )


def _lines(text: str) -> Iterator[Quoted | Outline]:
    """Runs of lines that are everybody's, and each line that holds values."""
    everybodys = ""
    for line in text.splitlines(keepends=True):
        if MARK.search(line) is None:
            everybodys += line
            continue
        if everybodys:
            yield quoted(everybodys)
            everybodys = ""
        yield split(line.removesuffix("\n"))
    if everybodys:
        yield quoted(everybodys)


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
