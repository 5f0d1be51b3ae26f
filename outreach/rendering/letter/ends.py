"""Bundles that say where each letter ends: for cutting their PDF into letters.

A bookmark behind each letter becomes a named destination of the PDF and so tells the
letter's last page, whatever its length (files/pdf.py). LibreOffice puts a bookmark between
two paragraphs at the end of the first of them.

LibreOffice counts NUMPAGES over the whole bundle and does not know SECTIONPAGES. But a
letter's pages count from 1: their number is that of its last page, a PAGEREF to the bookmark.
In a header that all letters share this is the number of pages of the first one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from outreach.rendering.letter.package import W
from outreach.rendering.letter.program import Either, Nodes, Program, Serial

#: The name of the bookmark of letter n, from 0. LibreOffice would write an underscore as 5F.
END = "outreachend{n}"
#: Far from the ids of the template's own bookmarks, below 2³¹.
_IDS_FROM = 1_500_000_000

_BEFORE, _AFTER = END.split("{n}")
_PLACE, _ID = Serial(0, 1), Serial(_IDS_FROM, 1)
_BOOKMARK: Nodes = (
    f'<s:bookmarkStart xmlns:s="{W}" s:id="', _ID, f'" s:name="{_BEFORE}', _PLACE,
    f'{_AFTER}"/><s:bookmarkEnd xmlns:s="{W}" s:id="', _ID, '"/>',
)  # fmt: skip
#: What the compiler makes of NUMPAGES, and what becomes of it here.
_PAGES = "NUMPAGES"
_LAST_PAGE = Either(_PAGES, (f"PAGEREF {_BEFORE}", _PLACE, _AFTER))


@dataclass(frozen=True, slots=True)
class Cuttable:
    """A template whose bundle can be cut into letters when it is a PDF."""

    program: Program
    #: A header or footer common to all prints the number of pages: true only for letters that
    #: are as long as the first one of their bundle.
    same_length: bool


def cuttable(program: Program) -> Cuttable | None:
    """The program with marked ends; None where only single letters count their pages right."""
    plan = program.bundle
    body = (plan.head, plan.letter, plan.ending, plan.section, plan.tail)
    own = (*body, *(part.nodes for part in plan.copied), *plan.notes.values())
    shared = tuple(plan.shared.values())
    if _counts(own) or _counts(shared):
        plainly_counted = any(_PAGES in text.upper() for text in _texts((own, shared)))
        if plainly_counted or not _from_one("".join(_texts((plan.letter, plan.section)))):
            return None
    marked = _last_pages(plan)
    marked = replace(marked, ending=marked.ending + _BOOKMARK)
    return Cuttable(replace(program, bundle=marked), same_length=_counts(shared))


def _from_one(text: str) -> bool:
    """Whether the pages of a letter are counted once, from 1, in Arabic figures."""
    if text.count("pgNumType") != 1:
        return False
    attributes = text.partition("pgNumType")[2].partition(">")[0]
    return 'start="1"' in attributes and "fmt=" not in attributes


def _counts(node: object) -> bool:
    return any(_PAGES in text.upper() for text in _texts(node)) or any(
        isinstance(one, Either) and one.alone == _PAGES for one in _inside(node)
    )


def _texts(node: object) -> Iterator[str]:
    """The XML that is the same in all letters."""
    return (one for one in _inside(node) if isinstance(one, str))


def _inside(node: object) -> Iterator[object]:
    """A node, or several, with all that is in them; the texts of an `Either` are its own."""
    yield node
    if isinstance(node, tuple):
        for one in node:
            yield from _inside(one)
    elif isinstance(node, dict):
        for one in node.values():
            yield from _inside(one)
    elif is_dataclass(node) and not isinstance(node, Either):
        for field in fields(node):
            yield from _inside(getattr(node, field.name))


def _last_pages(node: Any) -> Any:
    """The same nodes, with the number of pages asked of the letter's last page."""
    if isinstance(node, Either) and node.alone == _PAGES:
        return _LAST_PAGE
    if isinstance(node, tuple):
        return tuple(_last_pages(one) for one in node)
    if isinstance(node, dict):
        return {key: _last_pages(one) for key, one in node.items()}
    if is_dataclass(node) and not isinstance(node, type) and _counts(node):
        values = {field.name: getattr(node, field.name) for field in fields(node)}
        return replace(node, **{name: _last_pages(value) for name, value in values.items()})
    return node
