"""What must be unique in a document, and is therefore numbered anew in each letter of a bundle.

Drawing ids (ISO/IEC 29500-1, 20.4.2.5: Word may otherwise report unreadable content),
bookmarks and what refers to them, content controls, VML shapes, footnotes and endnotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from outreach.rendering.letter.fields import Element, Field, remove, w
from outreach.rendering.letter.marks import Marks
from outreach.rendering.letter.package import WP, V
from outreach.rendering.letter.program import Mark, Serial, Suffix

#: Word's bookmarks have at most 40 characters; the rest is left to `_1234567`.
_BOOKMARK_LENGTH = 32
#: Content controls are numbered from here (a positive 32-bit number).
_CONTROLS_FROM = 100_000_001

_REFERRING = frozenset({"REF", "PAGEREF", "NOTEREF", "HYPERLINK"})


def number_ids(roots: Iterable[Element], marks: Marks) -> None:
    """Number drawings, bookmarks, controls and shapes through all parts of a template."""
    parts = list(roots)
    drawings = [d for root in parts for d in root.iter(f"{{{WP}}}docPr")]
    _number(drawings, "id", 1, marks)
    controls = [c for root in parts for c in root.iterfind(f".//{w('sdtPr')}/{w('id')}")]
    _number(controls, w("val"), _CONTROLS_FROM, marks)
    for root in parts:
        for shape in root.iter(f"{{{V}}}*"):
            if shape.get("id") and etree.QName(shape).localname != "shapetype":
                shape.set("id", shape.get("id", "") + marks.text(Suffix()))
    _number_bookmarks(parts, marks)


def follow_bookmarks(fields: Iterable[Field], names: frozenset[str], marks: Marks) -> None:
    """Cross-references lead to the bookmark of their own letter. Call before `number_ids`."""
    for field in (inner for outer in fields for inner in outer.everything_inside()):
        instruction = field.instruction
        if instruction.kind not in _REFERRING or field.in_code or not field.code:
            continue
        codes = [code for run in field.code for code in run.iter(w("instrText"))]
        text = "".join(code.text or "" for code in codes)
        for name in names & {*instruction.arguments}:
            before, after = re.split(rf"(?<!\w){re.escape(name)}(?!\w)", text, maxsplit=1)
            text = before + name[:_BOOKMARK_LENGTH] + marks.text(Suffix()) + after
            codes[0].text = text
            for code in codes[1:]:
                remove(code)


def bookmark_names(roots: Iterable[Element]) -> frozenset[str]:
    """The names of all bookmarks."""
    return frozenset(b.get(w("name"), "") for root in roots for b in root.iter(w("bookmarkStart")))


def number_notes(kind: str, referring: Iterable[Element], notes: Element, marks: Marks) -> None:
    """Footnotes or endnotes (`kind` without the s): each letter of a bundle has its own.

    They are moved behind the separators, which stay as they are, and lie between
    `Mark.BODY` and `Mark.END`.
    """
    own = [note for note in notes if note.get(w("type"), "normal") == "normal"]
    taken = [int(n.get(w("id"), "0")) for n in notes if n not in own]
    serials: dict[str, Serial] = {
        note.get(w("id"), ""): Serial(max([*taken, 0]) + 1 + place, len(own))
        for place, note in enumerate(own)
    }
    references = (r for root in referring for r in root.iter(w(f"{kind}Reference")))
    for element in (*own, *references):
        serial = serials.get(element.get(w("id"), ""))
        if serial is not None:
            element.set(w("id"), marks.text(serial))
    for note in own:
        notes.remove(note)
    notes.extend([marks.element(Mark.BODY), *own, marks.element(Mark.END)])


def _number(elements: list[Element], attribute: str, first: int, marks: Marks) -> None:
    for place, element in enumerate(elements):
        element.set(attribute, marks.text(Serial(first + place, len(elements))))


def _number_bookmarks(parts: list[Element], marks: Marks) -> None:
    names = bookmark_names(parts)
    found = [(n, b) for n, root in enumerate(parts)
             for b in root.iter(w("bookmarkStart"), w("bookmarkEnd"))]  # fmt: skip
    keys = list(dict.fromkeys((n, b.get(w("id"), "")) for n, b in found))
    ids = {key: Serial(place, len(keys)) for place, key in enumerate(keys)}
    for n, bookmark in found:
        bookmark.set(w("id"), marks.text(ids[n, bookmark.get(w("id"), "")]))
        if name := bookmark.get(w("name")):
            bookmark.set(w("name"), name[:_BOOKMARK_LENGTH] + marks.text(Suffix()))
    for root in parts:
        for link in root.iter(w("hyperlink")):
            if (anchor := link.get(w("anchor"))) in names and anchor:
                link.set(w("anchor"), anchor[:_BOOKMARK_LENGTH] + marks.text(Suffix()))
