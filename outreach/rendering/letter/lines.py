"""Paragraphs made of fields only, which vanish where all their values are missing.

That is what Word's merge does (ECMA-376 Part 1, 17.14.12), and address blocks depend on
it. Where some values of such a paragraph are there, the white text between them closes
up. A cell, a text box, a header keeps one paragraph at least; one that carries a section
break stays, empty. An IF counts as a field; in its branches what is neither field nor
white is marked (`Mark.PRINTS`): it makes the paragraph print.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from outreach.rendering.letter.fields import BOX, PARAGRAPH, RUN, RUN_LOOK, TEXT, Element, w
from outreach.rendering.letter.marks import Marks, enclose, otherwise
from outreach.rendering.letter.program import Group, Mark

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


@dataclass(slots=True)
class _Stretch:
    """What stands in a row on one level of one paragraph: around, or in a branch of, an IF."""

    contents: list[Element] = field(default_factory=list)
    slots: list[Element] = field(default_factory=list)
    visible: list[Element] = field(default_factory=list)
    in_branch: bool = False

    @property
    def is_line(self) -> bool:
        return bool(self.slots) and not self.visible

    def add(self, content: Element, to: list[Element] | None = None) -> None:
        self.contents.append(content)
        if to is not None:
            to.append(content)


def mark_lines(root: Element, prefix: str, marks: Marks, *, vanishing: bool = True) -> None:
    """Mark the lines of a part whose slots are in place (slots.py).

    Not `vanishing`: the template asks to keep empty paragraphs (`w:doNotSuppressBlankLines`).
    """
    lines: list[Element] = []
    flows: list[Element] = []
    for paragraph in list(root.iter(PARAGRAPH)):
        stretches = _stretches(paragraph)
        if any(child.tag == PARAGRAPH for child in paragraph):
            flows.append(paragraph)
        elif stretches[0].is_line:
            lines.append(paragraph)
        else:
            continue
        for stretch in stretches:
            _mark_stretch(stretch, marks)
    enclosures = [e for e in root.iter(etree.ProcessingInstruction) if _word(e) in ("if", "repeat")]
    free = {line for line in lines if vanishing and not _must_stay(line)}
    own: dict[Element | None, list[Element]] = {e.getparent(): [] for e in (*flows, *enclosures)}
    for line in lines:
        own.setdefault(line.getparent(), []).append(line)
    for container, its_lines in own.items():
        if container is not None and container.tag in _CONTAINERS:
            _keep_one(container, free | {*flows}, prefix, marks)
            for line in its_lines:
                _mark_line(line, vanishes=line in free)


def _stretches(paragraph: Element) -> list[_Stretch]:
    """The stretches of a paragraph; the first is its own, outside of every IF."""
    own = _Stretch()
    found, stack = [own], [own]
    for content in _contents(paragraph):
        word = _word(content)
        if word in ("if", "repeat"):
            stack[-1].add(content, stack[-1].slots)
            stack.append(_Stretch(in_branch=True))
            found.append(stack[-1])
        elif word == "picture":
            stack[-1].add(content, stack[-1].visible)
            stack.append(_Stretch())
        elif word == "otherwise":
            stack[-1] = _Stretch(in_branch=True)
            found.append(stack[-1])
        elif word == "end":
            stack.pop()
        elif word:
            stack[-1].add(content, stack[-1].slots)
        elif content.tag in (PARAGRAPH, _TABLE):
            stack = [_Stretch(in_branch=one.in_branch) for one in stack]
            found += stack
        else:
            stack[-1].add(content, None if _is_white(content) else stack[-1].visible)
    return found


def _mark_stretch(stretch: _Stretch, marks: Marks) -> None:
    if stretch.visible:
        stretch.visible[0].addprevious(marks.element(Mark.PRINTS))
        return
    first, last = 0, len(stretch.contents)
    if not stretch.in_branch:
        places = [stretch.contents.index(slot) for slot in stretch.slots] or [0]
        first, last = places[0], places[-1]
    for content in stretch.contents[first:last]:
        if content.tag == TEXT:
            enclose("blank", content, content)
        elif content.tag == w("br"):
            enclose("break", content, content)


def _contents(element: Element) -> Iterator[Element]:
    """What a paragraph shows: the content of its runs, and anything that is neither."""
    for child in list(element):
        if child.tag == RUN:
            yield from (c for c in child if c.tag != RUN_LOOK)
        elif child.tag in _WRAPPERS:
            yield from _contents(child)
        elif child.tag not in _IGNORED:
            yield child


def _word(element: Element) -> str:
    """What a mark says first; "" for what is no mark."""
    if not isinstance(element, etree._ProcessingInstruction):
        return ""
    return (element.text or "").partition(" ")[0]


def _is_white(content: Element) -> bool:
    if content.tag == TEXT:
        return not (content.text or "").strip()
    if content.tag == w("br"):
        return content.get(w("type"), "textWrapping") == "textWrapping"
    return content.tag in _WHITE


@dataclass(frozen=True, slots=True)
class _Unit:
    """A block of a container, or an enclosure of blocks, and whether it may print nothing."""

    first: Element
    last: Element
    vanishes: bool


def _units(container: Element, may_go: set[Element]) -> Iterator[_Unit]:
    depth, opening = 0, container
    for child in container:
        word = _word(child)
        if word == "end":
            depth -= 1
            if not depth:
                yield _Unit(opening, child, vanishes=True)
        elif word in ("if", "repeat"):
            opening = opening if depth else child
            depth += 1
        elif not depth and not word and child.tag != w("sectPr"):
            yield _Unit(child, child, vanishes=child in may_go)


def _keep_one(container: Element, may_go: set[Element], prefix: str, marks: Marks) -> None:
    """Where all blocks at the end of a container may vanish, an empty paragraph is kept for it."""
    units = list(_units(container, may_go))
    tail: list[_Unit] = []
    while units and units[-1].vanishes:
        tail.insert(0, units.pop())
    if not tail or (units and units[-1].last.tag == PARAGRAPH):
        return
    last = tail[-1].last
    shell = _shell(last) if last.tag == PARAGRAPH else etree.Element(PARAGRAPH)
    for element in (marks.instruction("end"), shell, marks.instruction("otherwise")):
        last.addnext(element)
    tail[0].first.addprevious(marks.opening("group", Group((), (), prefix)))


def _must_stay(line: Element) -> bool:
    """It carries a section break, or is all that keeps two tables apart."""
    if line.find(f"{w('pPr')}/{w('sectPr')}") is not None:
        return True
    before, after = line.getprevious(), line.getnext()
    while before is not None and _word(before):
        before = before.getprevious()
    while after is not None and _word(after):
        after = after.getnext()
    return (before is not None and before.tag == _TABLE) and (
        after is not None and after.tag == _TABLE
    )


def _mark_line(line: Element, *, vanishes: bool) -> None:
    kept = [deepcopy(e) for e in line.iter(*_KEPT)] if vanishes else [_shell(line)]
    otherwise(line, kept)
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
