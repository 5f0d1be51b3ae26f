"""Separator pages: before the first letter of a group, in a section of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from word import SECTION, W, docx, faults, lines, merge, opened, paragraph, part, run

from outreach.model.field import Value
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.reading import read_template
from outreach.rendering.separators import separator, with_separators

TODAY = date(2027, 3, 1)
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
LETTER = paragraph(run("Cher "), merge("last_name"))
HEADED = SECTION.replace(
    "<w:sectPr>", '<w:sectPr><w:headerReference w:type="default" r:id="r_header1"/>'
)
HEADER = {"header1": part("hdr", paragraph(run("Réf. "), merge("city")))}
RENNES, NANTES = separator("35", "2 letters"), separator("44", "1 letter")
PEOPLE: list[Mapping[str, Value]] = [
    {"last_name": "Petit", "city": "Rennes", **RENNES},
    {"last_name": "Morel", "city": "Rennes"},
    {"last_name": "Le Goff", "city": "Nantes", **NANTES},
]


def program(content: bytes) -> Program:
    known = ("last_name", "city")
    resolve = {name: name for name in known}.get
    return compile_template(read_template(content, "letter.docx"), resolve, known)


def bundle(content: bytes, people: list[Mapping[str, Value]]) -> bytes:
    writer = BundleWriter(with_separators(program(content)), locale="fr_FR", today=TODAY)
    return b"".join([*(writer.add(person) for person in people), writer.finish()])


@pytest.fixture
def together() -> bytes:
    return bundle(docx(LETTER, section=HEADED, parts=HEADER), PEOPLE)


def test_a_page_stands_before_the_first_letter_of_each_group(together: bytes) -> None:
    assert lines(together) == [
        "35", "2 letters", "Cher Petit", "Cher Morel", "44", "1 letter", "Cher Le Goff",
    ]  # fmt: skip


def test_it_is_a_section_of_its_own_and_letters_count_their_pages_from_1(together: bytes) -> None:
    sections = list(opened(together).iter(f"{{{W}}}sectPr"))
    starts = [[e.get(f"{{{W}}}start") for e in one.iter(f"{{{W}}}pgNumType")] for one in sections]
    assert starts == [[], ["1"], ["1"], [], ["1"]]


def test_no_letters_header_stands_on_it_and_letters_keep_theirs(together: bytes) -> None:
    targets = {
        e.get("Id"): e.get("Target") for e in opened(together, "word/_rels/document.xml.rels")
    }
    headers = [
        {targets[e.get(f"{R}id")] for e in section.iter(f"{{{W}}}headerReference")}
        for section in opened(together).iter(f"{{{W}}}sectPr")
    ]

    blank = {"separator_header.xml"}
    assert headers == [
        blank, {"header1_1.xml"}, {"header1_2.xml"}, blank, {"header1_3.xml"},
    ]  # fmt: skip
    assert lines(together, "word/separator_header.xml") == [""]
    assert lines(together, "word/header1_3.xml") == ["Réf. Nantes"]


def test_a_letter_of_its_own_has_none() -> None:
    separated = with_separators(program(docx(LETTER)))
    assert lines(fill(separated, PEOPLE[0], locale="fr_FR", today=TODAY)) == ["Cher Petit"]


@pytest.mark.parametrize("sample", ["open-day.docx", "win-back.docx"])
def test_the_sample_letters_stay_valid_with_them(sample: str, tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "templates" / "letters" / sample
    compiled = compile_template(read_template(path.read_bytes(), sample), lambda name: name)
    full: dict[str, Value] = dict.fromkeys(compiled.fields, "x & <y>")
    writer = BundleWriter(with_separators(compiled), locale="fr_FR", today=TODAY)
    people = [{**full, **(separator(str(n), "4 letters") if n % 4 == 0 else {})} for n in range(12)]

    content = b"".join([*(writer.add(person) for person in people), writer.finish()])

    assert faults(content, tmp_path) == []
    assert len(Document(BytesIO(content)).sections) == 12 + 3
