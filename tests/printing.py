"""Letters for the tests of PDF: a template in a few words, people, and what a PDF says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from io import BytesIO

from word import paragraph, run

from outreach.files.pdf import Press
from outreach.files.pdf_office import Office
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.ends import Cuttable, cuttable
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.reading import read_template

TODAY = date(2027, 3, 1)
FIELDS = ("last_name", "city", "story")

#: A person's values by field.
Person = Mapping[str, str]


@dataclass(frozen=True)
class Template:
    """A Word template on a base of three text fields."""

    content: bytes

    @cached_property
    def program(self) -> Program:
        known = {name: name for name in FIELDS}
        return compile_template(read_template(self.content, "letter.docx"), known.get, FIELDS)

    @cached_property
    def cut(self) -> Cuttable:
        found = cuttable(self.program)
        assert found is not None
        return found

    def alone(self, person: Person) -> bytes:
        return fill(self.program, person, locale="en_GB", today=TODAY)

    def together(self, people: Sequence[Person]) -> bytes:
        bundle = BundleWriter(self.cut.program, locale="en_GB", today=TODAY)
        return b"".join([*(bundle.add(person) for person in people), bundle.finish()])

    def press(self, office: Office) -> Press[Person]:
        return Press(
            office,
            alone=self.alone,
            together=self.together,
            same_length=self.cut.same_length,
        )


def people(count: int, *, pages: Sequence[int] = (1,)) -> list[Person]:
    """So many people, whose story fills so many pages in turn."""
    lengths = [1 + 55 * (pages[n % len(pages)] - 1) for n in range(count)]
    return [
        {
            "last_name": f"Name-{n}",
            "city": f"City-{n}",
            "story": "\n".join(f"Line {line} of {n}" for line in range(length)),
        }
        for n, length in enumerate(lengths)
    ]


def texts(pdf: bytes) -> list[str]:
    """What stands on each page."""
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def pictures(pdf: bytes) -> list[int]:
    """How many pictures each page has."""
    from pypdf import PdfReader

    return [len(page.images) for page in PdfReader(BytesIO(pdf)).pages]


def table(*rows: Sequence[str]) -> str:
    """A table of paragraphs."""
    cells = "".join(
        "<w:tr>"
        + "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="3000" w:type="dxa"/></w:tcPr>{paragraph(run(cell))}</w:tc>'
            for cell in row
        )
        + "</w:tr>"
        for row in rows
    )
    grid = "".join('<w:gridCol w:w="3000"/>' for _ in rows[0])
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="6000" w:type="dxa"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{cells}</w:tbl>"
    )
