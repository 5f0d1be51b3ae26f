"""Runs in the place of fields: their typeface, their text, the fields that stay in them.

The typeface: `\\* MERGEFORMAT` keeps that of the last result, otherwise the first letter of
the field's code decides (ECMA-376 Part 1, 17.16.4.3.3), as it does in Word.
"""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from outreach.rendering.letter.field_context import require_one_place, scattered
from outreach.rendering.letter.fields import (
    PARAGRAPH,
    RUN,
    RUN_LOOK,
    TEXT,
    XML_SPACE,
    Element,
    Field,
    remove,
    w,
)
from outreach.rendering.letter.marks import Marks
from outreach.rendering.letter.pieces import CODE, TABLE, Argument, Inner, Words, extent
from outreach.rendering.letter.program import Either


def code_to_text(table: Element) -> None:
    """Text in a table that stands in a field's code is code; in the letter it is text."""
    depth = 0
    for element in table.iter(w("fldChar"), CODE):
        kind = element.get(w("fldCharType"))
        depth += {"begin": 1, "end": -1}.get(kind or "", 0)
        if element.tag == CODE and depth == 0:
            element.tag = TEXT


def text_run(text: str, look: Element | None, *, tag: str = TEXT) -> Element:
    run = etree.Element(RUN)
    if look is not None:
        run.append(deepcopy(look))
    etree.SubElement(run, tag, {XML_SPACE: "preserve"}).text = text
    return run


def chosen_look(one: Field) -> Element | None:
    """The typeface that `\\*` chooses for all of a branch; None: each run has its own."""
    looks = _looks(one)
    if "charformat" in looks:
        return _keyword_look(one)
    shown = [run for run in one.result if run.find(TEXT) is not None]
    if "mergeformat" in looks and shown and not one.in_result:
        return shown[0].find(RUN_LOOK)
    return None


def _looks(one: Field) -> set[str]:
    return {(s.argument or "").lower() for s in one.instruction.switches if s.name == "*"}


def look_of(one: Field) -> Element | None:
    looks = _looks(one)
    if "mergeformat" in looks and "charformat" not in looks:
        shown = next((run for run in one.result if run.find(TEXT) is not None), None)
        if shown is not None:
            return shown.find(RUN_LOOK)
    return _keyword_look(one)


def _keyword_look(one: Field) -> Element | None:
    keyword = next((run for run in one.code if _has_text(run)), one.begin)
    return keyword.find(RUN_LOOK)


def _has_text(run: Element) -> bool:
    return bool("".join(map(str, run.itertext())).strip())


def told(one: Field) -> str:
    """A condition as people read it: `SKIPIF {city} = "Rennes"`."""
    pieces = []
    inner = {run: f for f in one.in_code for run in f.runs}
    for run in one.runs:
        found = inner.get(run)
        if found is not None and run is found.begin:
            pieces.append(f"{{{found.instruction.name or found.instruction.text}}}")
        elif found is None and run in one.code:
            pieces.append("".join(str(text) for text in run.itertext()))
    return " ".join("".join(pieces).split())


def release_binding(run: Element) -> None:
    """A content control bound to data would be overwritten by Word when it opens the letter."""
    for control in run.iterancestors(w("sdt")):
        properties = control.find(w("sdtPr"))
        if properties is not None:
            for name in ("dataBinding", "showingPlcHdr"):
                for element in properties.findall(w(name)):
                    remove(element)


def count_section(one: Field, marks: Marks) -> None:
    """In a bundle the pages of one letter are those of its section."""
    for code in (code for run in one.code for code in run.iter(CODE)):
        text = code.text or ""
        start = text.upper().find("NUMPAGES")
        if start >= 0:
            pages = marks.text(Either("NUMPAGES", ("SECTIONPAGES",)))
            code.text = text[:start] + pages + text[start + len("NUMPAGES") :]


def fields_of(one: Field, *arguments: Argument) -> list[Field]:
    """The fields in some arguments, those in tables too."""
    direct = [inner for argument in arguments for inner in argument.fields]
    tables = [piece.element for argument in arguments for piece in argument.pieces
              if not isinstance(piece, Words | Inner) and piece.element.tag == TABLE]  # fmt: skip
    deep = [inner for inner in one.in_code if inner not in direct
            and any(table in inner.begin.iterancestors(TABLE) for table in tables)]  # fmt: skip
    return direct + deep


def put_instead(one: Field, elements: list[Element]) -> None:
    """Put elements in the place of a field; some of them may be parts of it."""
    require_one_place(one)
    parent = one.begin.getparent()
    in_link = parent is not None and parent.tag != PARAGRAPH
    if in_link and any(e.tag in (PARAGRAPH, TABLE) for e in elements):
        raise scattered(one)
    old = extent(one)
    place = etree.Element(RUN)
    one.begin.addprevious(place)
    release_binding(place)
    for element in elements:
        place.addprevious(element)
    for element in {*old} - {*elements}:
        remove(element)
    remove(place)
