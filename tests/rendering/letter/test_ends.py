"""Bundles that say where each letter ends, and count the pages as LibreOffice can."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from word import (
    SECTION,
    Compile,
    W,
    complex_field,
    docx,
    faults,
    merge,
    opened,
    paragraph,
    part,
    run,
    simple_field,
)  # fmt: skip

from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.ends import cuttable

HELLO = paragraph(run("Dear "), merge("last_name"))
PAGES = paragraph(complex_field(" NUMPAGES "))
REFERENCE = '<w:headerReference w:type="default" r:id="r_header1"/>'
HEADED = SECTION.replace("<w:sectPr>", f"<w:sectPr>{REFERENCE}")


def bundled(program: Compile, content: bytes, people: int = 2) -> bytes:
    found = cuttable(program(content))
    assert found is not None
    writer = BundleWriter(found.program, locale="en_GB", today=date(2027, 3, 1))
    letters = [writer.add({"last_name": f"N{n}"}) for n in range(people)]
    return b"".join([*letters, writer.finish()])


def test_a_bookmark_of_its_own_stands_behind_each_letter(program: Compile, tmp_path: Path) -> None:
    content = bundled(program, docx(HELLO), 3)
    body = opened(content)[0]
    told = [child.get(f"{{{W}}}name") or child.tag.rpartition("}")[2] for child in body]
    assert told == [
        "p", "outreachend0", "bookmarkEnd", "p", "outreachend1", "bookmarkEnd",
        "p", "outreachend2", "bookmarkEnd", "sectPr",
    ]  # fmt: skip
    assert not [fault for fault in faults(content, tmp_path) if "ookmark" in fault]


def test_the_number_of_pages_is_the_number_of_the_last_page(program: Compile) -> None:
    content = bundled(program, docx(HELLO + PAGES))
    codes = [e.text for e in opened(content).iter(f"{{{W}}}instrText")]
    assert codes == [" PAGEREF outreachend0 ", " PAGEREF outreachend1 "]


def test_in_a_header_that_all_share_it_is_that_of_the_first_letter(program: Compile) -> None:
    parts = {"header1": part("hdr", PAGES)}
    content = docx(HELLO, section=HEADED, parts=parts)
    found = cuttable(program(content))
    assert found is not None
    assert found.same_length
    header = opened(bundled(program, content), "word/header1.xml")
    assert [e.text for e in header.iter(f"{{{W}}}instrText")] == [" PAGEREF outreachend0 "]


def test_a_letter_that_does_not_count_its_pages_may_have_any_length(program: Compile) -> None:
    found = cuttable(program(docx(HELLO)))
    assert found is not None
    assert not found.same_length


@pytest.mark.parametrize(
    "numbering", ['<w:pgNumType w:start="3"/>', '<w:pgNumType w:fmt="lowerRoman"/>']
)
def test_pages_that_are_not_counted_from_1_are_counted_in_single_letters_only(
    numbering: str, program: Compile
) -> None:
    section = SECTION.replace("</w:sectPr>", f"{numbering}</w:sectPr>")
    assert cuttable(program(docx(HELLO + PAGES, section=section))) is None
    assert cuttable(program(docx(HELLO, section=section))) is not None


def test_a_simple_field_counts_as_a_complex_one(program: Compile) -> None:
    content = bundled(program, docx(HELLO + paragraph(simple_field(" NUMPAGES "))))
    assert b"NUMPAGES" not in content
    assert "NUMPAGES" not in "".join(opened(content).itertext())
