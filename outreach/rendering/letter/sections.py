"""Each letter of a bundle is a section of its own, and its pages count from 1.

The section break stands in the letter's last paragraph, as Word writes it; where a letter
ends with a table (or with a line that may vanish) a paragraph of 1 point carries it.
"""

from __future__ import annotations

from lxml import etree

from outreach.rendering.letter.fields import PARAGRAPH, Element, w
from outreach.rendering.letter.marks import Marks
from outreach.rendering.letter.package import R
from outreach.rendering.letter.program import Either, Mark, OwnPart

_SECTION = w("sectPr")
#: The children of `w:sectPr` that come after `w:pgNumType` (ECMA-376 Part 1, 17.6.17).
_AFTER_PAGE_NUMBER = frozenset(map(w, ("cols", "formProt", "vAlign", "noEndnote", "titlePg",
                               "textDirection", "bidi", "rtlGutter", "docGrid",
                               "printerSettings", "sectPrChange")))  # fmt: skip


def prepare_sections(
    root: Element, own_parts: frozenset[str], prefix: str, marks: Marks
) -> frozenset[str]:
    """Pages from 1, a new page for each letter, headers of its own (relationship ids).

    Returns which blank parts the bundle needs: "header", "footer", both or none.
    """
    body = _body(root)
    if body.find(_SECTION) is None:
        etree.SubElement(body, _SECTION)
    sections = list(root.iter(_SECTION))
    _start_at_one(sections[0])
    for reference in root.iter(w("headerReference"), w("footerReference")):
        relationship = reference.get(f"{{{R}}}id", "")
        if relationship in own_parts:
            reference.set(f"{{{R}}}id", marks.text(OwnPart(relationship)))
    return _stop_inheritance(sections, prefix, marks)


def mark_body(root: Element, prefix: str, marks: Marks) -> None:
    """Mark where a letter begins, where its section break goes, where it ends.

    Call when the lines are marked: a paragraph that may vanish carries no break.
    """
    body = _body(root)
    section = body.find(_SECTION)
    assert section is not None, "prepare_sections"
    body.insert(0, marks.element(Mark.BODY))
    last = section.getprevious()
    if last is not None and last.tag == PARAGRAPH and last.find(f"{w('pPr')}/{_SECTION}") is None:
        _put_break(last, marks)
    else:
        opening = (
            f'<{prefix}p><{prefix}pPr><{prefix}spacing {prefix}before="0" {prefix}after="0" '
            f'{prefix}line="20" {prefix}lineRule="exact"/>'
        )
        for node in (
            Either("", (opening,)),
            Mark.BREAK,
            Either("", (f"</{prefix}pPr></{prefix}p>",)),
        ):
            section.addprevious(marks.element(node))
    section.addprevious(marks.element(Mark.SECTION))
    section.addnext(marks.element(Mark.END))


def _body(root: Element) -> Element:
    body = root.find(w("body"))
    assert body is not None, "checked in reading"
    return body


def _start_at_one(section: Element) -> None:
    kind = section.find(w("type"))
    if kind is not None and kind.get(w("val")) in ("continuous", "nextColumn"):
        section.remove(kind)
    numbers = section.find(w("pgNumType"))
    if numbers is None:
        numbers = etree.Element(w("pgNumType"))
        after = next((e for e in section if e.tag in _AFTER_PAGE_NUMBER), None)
        if after is not None:
            after.addprevious(numbers)
        else:
            section.append(numbers)
    if numbers.get(w("start")) is None:
        numbers.set(w("start"), "1")


def _stop_inheritance(sections: list[Element], prefix: str, marks: Marks) -> frozenset[str]:
    """A first section without a header that a later one has gets a blank one in the bundle.

    Word would let it inherit that of the section before: of another person's letter.
    """

    def named(section: Element) -> set[tuple[str, str]]:
        return {(kind, reference.get(w("type"), "default")) for kind in ("header", "footer")
                for reference in section.iter(w(f"{kind}Reference"))}  # fmt: skip

    later = {name for section in sections[1:] for name in named(section)}
    lacking = sorted(later - named(sections[0]))
    for kind, page in lacking:
        target = f'xmlns:r="{R}" r:id="{blank_id(kind)}"'
        blank = f'<{prefix}{kind}Reference {prefix}type="{page}" {target}/>'
        sections[0].insert(0, marks.element(Either("", (blank,))))
    return frozenset(kind for kind, _ in lacking)


def blank_id(kind: str) -> str:
    """The relationship of the bundle's blank header or footer."""
    return f"blank_{kind}"


def _put_break(paragraph: Element, marks: Marks) -> None:
    properties = paragraph.find(w("pPr"))
    if properties is None:
        properties = etree.Element(w("pPr"))
        paragraph.insert(0, properties)
    change = properties.find(w("pPrChange"))
    mark = marks.element(Mark.BREAK)
    if change is not None:
        change.addprevious(mark)
    else:
        properties.append(mark)
