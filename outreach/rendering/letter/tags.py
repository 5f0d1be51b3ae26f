"""Jinja's tags in the text of a part, each brought into a run of its own.

Word splits what one types over runs as it likes: by spelling, by language, by each session
of editing. A tag has the typeface of the run its first brace stands in. Tags in the result
of a field that is filled in anyway are left alone, and so is text that a reviewer struck out.

What docxtpl writes is understood: `{%p … %}`, `{%tr … %}`, `{%tc … %}` are about the whole
paragraph, row or cell they stand in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from outreach.rendering.letter.fields import (
    PARAGRAPH,
    RUN,
    RUN_LOOK,
    TEXT,
    XML_SPACE,
    Element,
    remove,
    runs_of,
    text_of,
    w,
)

#: Stands for what no tag may go across: a picture, a field of Word.
_OBJECT = "\ufffc"
_TAG = re.compile(r"\{\{[^\ufffc]*?\}\}|\{%[^\ufffc]*?%\}|\{#[^\ufffc]*?#\}")
_OPENING = re.compile(r"\{[{%].{0,40}")
_PARTS = re.compile(r"(?s)\{[{%#](?:(p|tr|tc|r)(?=\s))?(.*)[}%#]\}")
#: What shows as white, or as a sign, between the pieces of a run's text.
_SIGNS = {w("tab"): " ", w("br"): " ", w("cr"): " ", w("noBreakHyphen"): "-", w("softHyphen"): "",
          w("lastRenderedPageBreak"): "", RUN_LOOK: ""}  # fmt: skip
#: What Word makes of straight quotation marks while one types.
_CURLED = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"})
_GUILLEMETS = re.compile(r"«[\s\u202f]*|[\s\u202f]*»")


class Level(StrEnum):
    """What a tag is about: the text beside it, or the whole element it stands in."""

    TEXT = ""
    PARAGRAPH = "p"
    ROW = "tr"
    CELL = "tc"


@dataclass(eq=False, slots=True)
class Tag:
    """A tag where it stands. `text` is as written, for errors; `near` its paragraph."""

    run: Element
    text: str
    near: str
    #: `{` (a value), `%` (a statement) or `#` (a comment).
    kind: str
    #: `p`, `tr`, `tc`, `r` or nothing, straight behind the opening.
    prefix: str
    #: What stands inside.
    body: str

    @property
    def level(self) -> Level:
        return Level("" if self.prefix == "r" else self.prefix)

    @property
    def word(self) -> str:
        """`if`, `for`, `endif` …: the first word of a statement."""
        return (self.body.split(None, 1) or [""])[0]

    @property
    def rest(self) -> str:
        """What follows the first word."""
        return "".join(self.body.split(None, 1)[1:])


@dataclass(frozen=True, slots=True)
class Unclosed:
    """The beginning of a tag that has no end in its paragraph."""

    text: str
    near: str


def find_tags(root: Element, closed: Collection[Element]) -> list[Tag | Unclosed]:
    """The tags of a part, paragraph by paragraph; `closed` are runs that are not looked into."""
    return [tag for paragraph in list(root.iter(PARAGRAPH)) for tag in _in(paragraph, closed)]


@dataclass(frozen=True, slots=True)
class _Sign:
    """One character of a paragraph and where it stands."""

    run: Element
    text: Element
    at: int


def _in(paragraph: Element, closed: Collection[Element]) -> list[Tag | Unclosed]:
    signs = [sign for run in runs_of(paragraph) for sign in _signs(run, run in closed)]
    shown = "".join(char for char, _ in signs)
    if "{" not in shown:
        return []
    near = text_of(paragraph)
    found: list[Tag | Unclosed] = []
    for match in reversed([*_TAG.finditer(shown)]):
        run = _alone([sign for _, sign in signs[match.start() : match.end()]])
        etree.SubElement(run, TEXT).text = match[0]
        found.insert(0, _tag(run, match[0], near))
    rest = _OPENING.search(_TAG.sub("", shown))
    return [*found, Unclosed(rest[0].replace(_OBJECT, "…"), near)] if rest else found


def _signs(run: Element, closed: bool) -> Iterator[tuple[str, _Sign]]:
    for child in run:
        if closed or (child.tag != TEXT and child.tag not in _SIGNS):
            yield _OBJECT, _Sign(run, child, 0)
            continue
        text = (child.text or "") if child.tag == TEXT else _SIGNS[child.tag]
        for at, char in enumerate(text):
            yield char, _Sign(run, child, at)


def _alone(signs: list[_Sign]) -> Element:
    """Cut the runs so that one of them holds these characters; the others lose them."""
    first, last = signs[0], signs[-1]
    _cut(last.run, last.text, last.at + 1)
    own = _cut(first.run, first.text, first.at)
    for run in dict.fromkeys(sign.run for sign in signs):
        if run is not first.run:
            remove(run)
    if all(child.tag == RUN_LOOK for child in first.run):
        remove(first.run)
    for child in [child for child in own if child.tag != RUN_LOOK]:
        remove(child)
    return own


def _cut(run: Element, text: Element, at: int) -> Element:
    """Move what stands behind a place in a run into a new run, and return that."""
    new = etree.Element(RUN)
    look = run.find(RUN_LOOK)
    if look is not None:
        new.append(deepcopy(look))
    following = list(text.itersiblings())
    whole = text.text or ""
    if whole[at:]:
        rest = etree.SubElement(new, TEXT, {XML_SPACE: "preserve"})
        rest.text = whole[at:]
    new.extend(following)
    if whole[:at]:
        text.text = whole[:at]
        text.set(XML_SPACE, "preserve")
    else:
        remove(text)
    if any(child.tag != RUN_LOOK for child in new) or at == 0:
        run.addnext(new)
    return new


def _tag(run: Element, text: str, near: str) -> Tag:
    parts = _PARTS.fullmatch(text)
    assert parts is not None, "it was found as a tag"
    return Tag(run, text, near, text[1], parts[1] or "", _straight(parts[2].strip()))


def _straight(text: str) -> str:
    """With the quotation marks of a keyboard, where Word has put its own for them."""
    if '"' in text or "'" in text:
        return text
    return _GUILLEMETS.sub('"', text).translate(_CURLED)
