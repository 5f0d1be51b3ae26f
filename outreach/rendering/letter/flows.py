"""Fields that begin in one paragraph and end in another.

Word keeps the looks of a paragraph in its end mark: the end is a character like others,
and may stand inside a field. Here such paragraphs become one, with their ends as elements
(a `w:p` that holds nothing but properties) and the tables between them inside; when the
fields are in place, it is marked as a flow (program.py), which writes paragraphs again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lxml import etree

from outreach.rendering.letter.fields import PARAGRAPH, Element, Field, paragraph_of, remove, w
from outreach.rendering.letter.marks import Marks, enclose
from outreach.rendering.letter.pieces import TABLE
from outreach.rendering.letter.program import Flow

_PROPERTIES = w("pPr")
#: What a reviewer has inserted, and what other programs mark.
_WRAPPERS = tuple(map(w, ("ins", "moveTo", "smartTag", "customXml")))
#: What may stand between two paragraphs and say nothing.
_SILENT = frozenset(map(w, ("bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd")))


def merge_paragraphs(fields: Iterable[Field], stays: Callable[[Field], bool]) -> None:
    """Make one paragraph of those that a field goes through; inside what `stays` one of Word's too.

    Fields that go from one cell or box to another are left: slots.py tells them.
    """
    for one in fields:
        if stays(one):
            merge_paragraphs((*one.in_code, *one.in_result), stays)
        elif not one.in_one_paragraph:
            first, last = paragraph_of(one.begin), paragraph_of(one.runs[-1])
            if first is not None and last is not None:
                _merge(first, last)


def mark_flows(root: Element, prefix: str, marks: Marks, *, vanishing: bool = True) -> None:
    """Mark the paragraphs in which ends of paragraphs stand, when the lines are marked."""
    for end in list(root.iter(PARAGRAPH)):
        if _is_end(end):
            enclose("paragraph", end, end)
            for child in list(end):
                end.addprevious(child)
    flows = dict.fromkeys(p for end in root.iter(PARAGRAPH) if _is_end(end)
                          and (p := paragraph_of(end)) is not None)  # fmt: skip
    for flow in flows:
        _dissolve(flow, marks.opening("flow", Flow((), (), prefix, vanishing)), marks)


def _is_end(paragraph: Element) -> bool:
    parent = next(paragraph.iterancestors(PARAGRAPH, w("txbxContent"), TABLE), None)
    return parent is not None and parent.tag == PARAGRAPH


def _merge(first: Element, last: Element) -> None:
    parent = last.getparent()
    between = _siblings(first, last)
    if parent is None or between is None:
        return
    properties = last.find(_PROPERTIES)
    at = 0 if properties is None else last.index(properties) + 1
    for element in between:
        moving = [element]
        if element.tag == PARAGRAPH:
            moving = [child for child in element if child.tag != _PROPERTIES]
            end = etree.Element(PARAGRAPH)
            own = element.find(_PROPERTIES)
            if own is not None:
                end.append(own)
            moving.append(end)
            remove(element)
        last[at:at] = moving
        at += len(moving)
    _unwrap(last)


def _unwrap(paragraph: Element) -> None:
    """Take away what may stand around runs and says nothing: no end of a paragraph fits in it."""
    for wrapper in list(paragraph.iterdescendants(*_WRAPPERS)):
        if paragraph_of(wrapper) is paragraph:
            for child in list(wrapper):
                wrapper.addprevious(child)
            remove(wrapper)


def _siblings(first: Element, last: Element) -> list[Element] | None:
    """The paragraphs and tables from one paragraph to before another, if they are beside it."""
    found = [first]
    for element in first.itersiblings():
        if element is last:
            return found
        if element.tag not in (PARAGRAPH, TABLE) and element.tag not in _SILENT:
            return None
        found.append(element)
    return None


def _dissolve(flow: Element, opening: Element, marks: Marks) -> None:
    properties = flow.find(_PROPERTIES)
    flow.addprevious(opening)
    for child in list(flow):
        if child is properties:
            continue
        flow.addprevious(child)
        if child.tag == PARAGRAPH:
            remove(child)
        elif child.tag == TABLE:
            enclose("block", child, child)
    flow.addprevious(marks.instruction("otherwise"))
    if properties is not None:
        flow.addprevious(properties)
    flow.addprevious(marks.instruction("end"))
    remove(flow)
