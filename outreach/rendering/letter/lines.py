"""Paragraphs made of fields only, which vanish where all their values are missing.

That is what Word's merge does (ECMA-376 Part 1, 17.14.12), and address blocks depend on
it. Where some values of such a paragraph are there, the white text between them closes
up. A cell, a text box, a header keeps one paragraph at least; one that carries a section
break stays, empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from lxml import etree

from outreach.rendering.letter.fields import BOX, PARAGRAPH, RUN, RUN_LOOK, TEXT, Element, w
from outreach.rendering.letter.marks import enclose, otherwise

#: Around runs, saying nothing by themselves.
_WRAPPERS = frozenset(map(w, ("hyperlink", "ins", "moveTo", "smartTag", "customXml", "sdt",
                              "sdtContent")))  # fmt: skip
_IGNORED = frozenset(map(w, ("pPr", "proofErr", "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr",
                             "bookmarkStart", "bookmarkEnd", "permStart", "permEnd")))  # fmt: skip
_KEPT = (w("bookmarkStart"), w("bookmarkEnd"), w("permStart"), w("permEnd"))
_WHITE = frozenset({w("tab"), w("br"), w("lastRenderedPageBreak")})
_TABLE = w("tbl")
#: What must hold a paragraph, and end with one.
_CONTAINERS = frozenset({w("body"), w("tc"), w("hdr"), w("ftr"), w("footnote"), w("endnote"),
                         w("sdtContent"), BOX})  # fmt: skip


def mark_lines(root: Element) -> None:
    """Mark the lines of a part whose slots are in place (slots.py)."""
    lines = [paragraph for paragraph in root.iter(PARAGRAPH) if _is_line(paragraph)]
    for container in dict.fromkeys(line.getparent() for line in lines):
        if container is not None and container.tag in _CONTAINERS:
            _mark_container(container, [line for line in lines if line.getparent() is container])


def _is_line(paragraph: Element) -> bool:
    contents = list(_contents(paragraph))
    return all(_is_slot(c) or _is_white(c) for c in contents) and any(map(_is_slot, contents))


def _contents(element: Element) -> Iterator[Element]:
    """What a paragraph shows: the content of its runs, and anything that is neither."""
    for child in element:
        if child.tag == RUN:
            yield from (c for c in child if c.tag != RUN_LOOK)
        elif child.tag in _WRAPPERS:
            yield from _contents(child)
        elif child.tag not in _IGNORED:
            yield child


def _is_slot(content: Element) -> bool:
    return isinstance(content, etree._ProcessingInstruction)


def _is_white(content: Element) -> bool:
    if content.tag == TEXT:
        return not (content.text or "").strip()
    if content.tag == w("br"):
        return content.get(w("type"), "textWrapping") == "textWrapping"
    return content.tag in _WHITE


def _mark_container(container: Element, lines: list[Element]) -> None:
    blocks = [b for b in container if isinstance(b.tag, str) and b.tag != w("sectPr")]
    free = [line for line in lines if not _must_stay(line)]
    tail: list[Element] = []
    while blocks and blocks[-1] in free:
        tail.insert(0, blocks.pop())
    for line in lines:
        _mark_line(line, vanishes=line in free)
    if tail and (not blocks or blocks[-1].tag != PARAGRAPH):
        first, last = tail[0].getprevious(), tail[-1].getnext()
        # The marks of the lines themselves, which the group must enclose.
        while last is not None and not _ends(last):
            last = last.getnext()
        assert first is not None
        assert last is not None
        shell = _shell(tail[-1])
        otherwise(last, [shell])
        enclose("group", first, shell)


def _ends(element: Element) -> bool:
    return isinstance(element, etree._ProcessingInstruction) and element.text == "end"


def _must_stay(line: Element) -> bool:
    """It carries a section break, or is all that keeps two tables apart."""
    if line.find(f"{w('pPr')}/{w('sectPr')}") is not None:
        return True
    before, after = line.getprevious(), line.getnext()
    return (before is not None and before.tag == _TABLE) and (
        after is not None and after.tag == _TABLE
    )


def _mark_line(line: Element, *, vanishes: bool) -> None:
    contents = list(_contents(line))
    slots = [i for i, content in enumerate(contents) if _is_slot(content)]
    for content in contents[slots[0] : slots[-1]]:
        if content.tag == TEXT:
            enclose("blank", content, content)
        elif content.tag == w("br"):
            enclose("break", content, content)
    kept = [deepcopy(e) for e in line.iter(*_KEPT)] if vanishes else [_shell(line)]
    otherwise_last = line
    otherwise(otherwise_last, kept)
    enclose("line", line, kept[-1] if kept else _next(line))


def _next(line: Element) -> Element:
    following = line.getnext()
    assert following is not None, "the mark that `otherwise` has just put there"
    return following


def _shell(line: Element) -> Element:
    """The empty paragraph with the same looks."""
    shell = etree.Element(PARAGRAPH)
    properties = line.find(w("pPr"))
    if properties is not None:
        shell.append(deepcopy(properties))
    return shell
