"""Numbered lists begin anew in each letter of a bundle.

Word counts a list through the whole document. Each letter therefore has its own `w:num`
with a `startOverride` for every level, and its paragraphs name it, also where the
numbering came with the paragraph's style (then the style's indents are named as well:
those of the list would otherwise win).
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from outreach.rendering.letter.fields import PARAGRAPH, Element, w
from outreach.rendering.letter.marks import Marks
from outreach.rendering.letter.package import W
from outreach.rendering.letter.program import Either, List, Serial

#: The children of `w:pPr` that come before `w:numPr`, and those after `w:ind` (17.3.1.26).
_BEFORE_NUMBERING = ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr",
                     "widowControl")  # fmt: skip
_AFTER_INDENT = ("contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection",
                 "textAlignment", "textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr",
                 "sectPr", "pPrChange")  # fmt: skip


@dataclass(frozen=True, slots=True)
class StyleNumbering:
    """What a paragraph style says about its list."""

    number: str
    level: str
    indent: Element | None


def restart_lists(
    roots: Iterable[Element], numbering: Element, styles: Element | None, marks: Marks
) -> tuple[tuple[List, ...], int]:
    """Mark the list numbers of all paragraphs; what to add to the numbering part per letter.

    Returns the lists and the first free number: list i of letter n (from 0) has the
    number `first + n * len(lists) + i`.
    """
    parts = list(roots)
    by_style = _numbered_styles(styles) if styles is not None else {}
    counted = {n for n in (num.get(w("numId"), "") for num in numbering.iter(w("num")))
               if n and _counts(numbering, n)}  # fmt: skip
    paragraphs = [p for root in parts for p in root.iter(PARAGRAPH)]
    used = [n for n in dict.fromkeys(_number_of(p, by_style) for p in paragraphs) if n in counted]
    first = max([0, *(int(n.get(w("numId"), "0")) for n in numbering.iter(w("num")))]) + 1
    serials = {n: Serial(first + place, len(used)) for place, n in enumerate(used)}
    for paragraph in paragraphs:
        number = _number_of(paragraph, by_style)
        if number in serials:
            _mark(paragraph, number, serials[number], by_style, marks)
    return tuple(_restarted(numbering, number) for number in used), first


def _numbered_styles(styles: Element) -> dict[str, StyleNumbering]:
    by_id = {s.get(w("styleId"), ""): s for s in styles.iter(w("style"))}
    found = {}
    for style_id in by_id:
        chain, at = [], style_id
        while at in by_id and by_id[at] not in chain:
            chain.append(by_id[at])
            based_on = by_id[at].find(w("basedOn"))
            at = based_on.get(w("val"), "") if based_on is not None else ""
        number = _first(chain, "pPr", "numPr", "numId")
        if number is not None and number.get(w("val"), "0") != "0":
            level = _first(chain, "pPr", "numPr", "ilvl")
            found[style_id] = StyleNumbering(
                number.get(w("val"), ""),
                level.get(w("val"), "0") if level is not None else "0",
                _first(chain, "pPr", "ind"),
            )
    return found


def _first(chain: list[Element], *path: str) -> Element | None:
    """The first of a path of elements that a style or one it is based on has."""
    steps = "/".join(map(w, path))
    return next((e for style in chain if (e := style.find(steps)) is not None), None)


def _number_of(paragraph: Element, by_style: dict[str, StyleNumbering]) -> str:
    own = paragraph.find(f"{w('pPr')}/{w('numPr')}/{w('numId')}")
    if own is not None:
        return own.get(w("val"), "")
    style = paragraph.find(f"{w('pPr')}/{w('pStyle')}")
    numbering = by_style.get(style.get(w("val"), "")) if style is not None else None
    return numbering.number if numbering else ""


def _counts(numbering: Element, number: str) -> bool:
    """Whether a list has numbers: bullets need no new beginning."""
    formats = [f.get(w("val")) for level in _levels(numbering, number)
               for f in level.iter(w("numFmt"))]  # fmt: skip
    return any(kind not in ("bullet", "none") for kind in formats) or not formats


def _num(numbering: Element, number: str) -> Element:
    return next(n for n in numbering.iter(w("num")) if n.get(w("numId")) == number)


def _levels(numbering: Element, number: str) -> list[Element]:
    reference = _num(numbering, number).find(w("abstractNumId"))
    wanted = reference.get(w("val")) if reference is not None else None
    return [level for abstract in numbering.iter(w("abstractNum"))
            if abstract.get(w("abstractNumId")) == wanted
            for level in abstract.iter(w("lvl"))]  # fmt: skip


def _mark(
    paragraph: Element,
    number: str,
    serial: Serial,
    by_style: dict[str, StyleNumbering],
    marks: Marks,
) -> None:
    own = paragraph.find(f"{w('pPr')}/{w('numPr')}/{w('numId')}")
    if own is not None:
        own.set(w("val"), marks.text(Either(number, (serial,))))
        return
    properties = paragraph.find(w("pPr"))
    style = properties.find(w("pStyle")) if properties is not None else None
    assert properties is not None
    assert style is not None
    of_style = by_style[style.get(w("val"), "")]
    prefix = f"{style.prefix}:" if style.prefix else ""
    opening = (
        f'<{prefix}numPr><{prefix}ilvl {prefix}val="{of_style.level}"/><{prefix}numId {prefix}val="'
    )
    place = max(i for i, e in enumerate(properties) if i == 0 or e.tag in map(w, _BEFORE_NUMBERING))
    mark = marks.element(Either("", (opening, serial, f'"/></{prefix}numPr>')))
    properties.insert(place + 1, mark)
    if of_style.indent is not None and properties.find(w("ind")) is None:
        after = next((e for e in properties if e.tag in map(w, _AFTER_INDENT)), None)
        indent = deepcopy(of_style.indent)
        if after is not None:
            after.addprevious(indent)
        else:
            properties.append(indent)


def _restarted(numbering: Element, number: str) -> List:
    """The `w:num` of a list with every level starting anew."""
    num = _num(numbering, number)
    new = etree.Element(w("num"), nsmap={"w": W})
    new.set(w("numId"), "{id}")
    reference = num.find(w("abstractNumId"))
    if reference is not None:
        new.append(deepcopy(reference))
    old = {o.get(w("ilvl")): o for o in num.iter(w("lvlOverride"))}
    starts = {level.get(w("ilvl"), "0"): _start(level) for level in _levels(numbering, number)}
    for level in sorted({*starts, *(k for k in old if k)}) or map(str, range(9)):
        override = etree.SubElement(new, w("lvlOverride"), {w("ilvl"): level})
        kept = old.get(level)
        start = kept.find(w("startOverride")) if kept is not None else None
        value = start.get(w("val"), "1") if start is not None else starts.get(level, "1")
        etree.SubElement(override, w("startOverride"), {w("val"): value})
        redefined = kept.find(w("lvl")) if kept is not None else None
        if redefined is not None:
            override.append(deepcopy(redefined))
    return List(etree.tostring(new, encoding="unicode"))


def _start(level: Element) -> str:
    start = level.find(w("start"))
    return start.get(w("val"), "1") if start is not None else "1"
