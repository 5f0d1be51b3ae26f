"""Pictures of each person's own, named by a field in their path."""

from __future__ import annotations

import struct
import zipfile
import zlib
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from word import SECTION, docx, fields, lines, members, opened, part, real_faults

from outreach.errors import Problems
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.reading import read_template
from outreach.rendering.missing import MissingValues

DAY = date(2027, 3, 1)
ONE = 'Photo : {INCLUDEPICTURE "photos/{MERGEFIELD n}.png" \\d} de {MERGEFIELD n}'


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = (b"\0" + b"\xff\0\0" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


FOLDER = {"photos/1.png": png(20, 10), "photos/2.png": png(10, 20), "photos/3.png": b"no picture"}


def compiled(content: bytes) -> Program:
    template = read_template(content, "x.docx")
    return compile_template(
        template, lambda name: name if name == "n" else None, pictures=FOLDER.get
    )


def made(text: str, n: int | None = 1) -> bytes:
    program = compiled(docx(fields(text)))
    return fill(program, {"n": n}, locale="fr_FR", today=DAY)


def shown(content: bytes) -> list[bytes]:
    """The pictures of the body, in order, through their relationships."""
    document = Document(BytesIO(content))
    blips = document.element.body.iter("{*}blip")
    names = [blip.attrib.values()[0] for blip in blips]
    return [document.part.related_parts[name].blob for name in names]


def test_each_letter_holds_the_picture_of_its_person(tmp_path: Path) -> None:
    for n in (1, 2):
        letter = made(ONE, n)
        assert shown(letter) == [FOLDER[f"photos/{n}.png"]]
        assert lines(letter) == [f"Photo :  de {n}"]
        assert real_faults(letter, tmp_path) == []


def test_a_bundle_holds_each_picture_once(tmp_path: Path) -> None:
    program = compiled(docx(fields(ONE)))
    writer = BundleWriter(program, locale="fr_FR", today=DAY)
    people = (1, 2, 1)
    together = b"".join([*(writer.add({"n": n}) for n in people), writer.finish()])
    assert shown(together) == [FOLDER[f"photos/{n}.png"] for n in people]
    assert len([name for name in members(together) if "media" in name]) == 2
    assert real_faults(together, tmp_path) == []


def test_a_picture_in_a_header_goes_with_it(tmp_path: Path) -> None:
    headed = SECTION.replace(
        "<w:sectPr>", '<w:sectPr><w:headerReference w:type="default" r:id="r_header1"/>'
    )
    program = compiled(
        docx(fields("x"), section=headed, parts={"header1": part("hdr", fields(ONE))})
    )
    alone = fill(program, {"n": 2}, locale="fr_FR", today=DAY)
    writer = BundleWriter(program, locale="fr_FR", today=DAY)
    together = b"".join([writer.add({"n": 1}), writer.add({"n": 2}), writer.finish()])
    for content, name in ((alone, "header1"), (together, "header1_2")):
        assert real_faults(content, tmp_path) == []
        target = opened(content, f"word/_rels/{name}.xml.rels")[0].get("Target", "")
        with zipfile.ZipFile(BytesIO(content)) as archive:
            assert archive.read(target.removeprefix("/")) == FOLDER["photos/2.png"]


def test_the_picture_fits_into_the_box_of_the_last_one() -> None:
    """20 × 10 pixels in a box of 400 × 400: twice as wide as high."""
    drawing = (
        '<w:drawing><wp:inline><wp:extent cx="400" cy="400"/><wp:docPr id="1" name="p"/>'
        '<a:graphic><a:graphicData uri="u"><a:blip r:link="rId9"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing>"
    )
    body = fields(ONE).replace('<w:t xml:space="preserve">old</w:t>', drawing)
    letter = fill(compiled(docx(body)), {"n": 1}, locale="fr_FR", today=DAY)
    extent = next(opened(letter).iter("{*}extent"))
    assert (extent.get("cx"), extent.get("cy")) == ("400", "200")
    assert shown(letter) == [FOLDER["photos/1.png"]]


@pytest.mark.parametrize(("n", "name"), [(9, "photos/9.png"), (3, "photos/3.png"), (None, "n")])
def test_a_picture_that_is_not_there_holds_the_letter_by_name(n: int | None, name: str) -> None:
    with pytest.raises(MissingValues) as held:
        made(ONE, n)
    assert held.value.names == (name,)


def test_a_picture_in_a_branch_not_taken_is_not_asked_for() -> None:
    text = 'A {IF {MERGEFIELD n} = 9 "{INCLUDEPICTURE "photos/{MERGEFIELD n}.png"}" "sans"}'
    assert lines(made(text)) == ["A sans"]


def test_a_picture_without_a_field_stays_as_word_showed_it() -> None:
    letter = made('A {INCLUDEPICTURE "C:\\\\photos\\\\logo.png" \\d}')
    assert lines(letter) == ["A old"]
    assert not list(opened(letter).iter("{*}instrText"))


def test_a_picture_in_a_footnote_is_refused() -> None:
    notes = part("footnotes", f'<w:footnote w:id="2">{fields(ONE)}</w:footnote>')
    with pytest.raises(Problems, match="cannot stand in a footnote"):
        compiled(docx(fields("x"), parts={"footnotes": notes}))
