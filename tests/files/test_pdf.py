"""Letters through a real LibreOffice: each person's pages are cut out right, and in order."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from io import BytesIO

import pikepdf
import pytest
from printing import Person, Template, people, pictures, table, texts
from word import R, complex_field, docx, merge, paragraph, part, run

from outreach.files.pdf import Converted, Press, Sheets, each, joined, letter_pdf
from outreach.files.pdf_engines import OfficeFailed
from outreach.files.pdf_finding import Found
from outreach.files.pdf_office import Office

HELLO = paragraph(run("Dear "), merge("last_name"), run(","))
STORY = paragraph(merge("story"))
PAGES = paragraph(
    run("Page "), complex_field(" PAGE "), run(" of "), complex_field(" NUMPAGES ", "9")
)
#: A header and a footer that all letters share, or that are each letter's own.
HEADED = (
    '<w:sectPr><w:headerReference w:type="default" r:id="r_header1"/>'
    '<w:footerReference w:type="default" r:id="r_footer1"/>'
    '<w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
)
#: A dot of 1 × 1 pixel.
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)


def printed(template: Template, who: Sequence[Person], office: Office) -> list[Sheets[Person]]:
    return list(template.press(office).print(who))


def by_person(sheets: Sequence[Sheets[Person]]) -> dict[str, bytes]:
    return {p["last_name"]: pdf for one in sheets for p, pdf in each(one)}


class Counting(Office):
    """A LibreOffice that counts the documents it gets."""

    documents = 0

    def convert(self, document: bytes, *, letters: int = 1) -> bytes:
        self.documents += 1
        return super().convert(document, letters=letters)


def test_sixty_letters_are_in_their_order_each_with_its_own_text(libreoffice: Found) -> None:
    """Two documents are enough for them, and the first letter alone to prove the cut."""
    template = Template(docx(HELLO + STORY))
    with Counting(libreoffice) as office:
        sheets = printed(template, people(60), office)
        assert office.documents == 3
    assert [len(one.pages) for one in sheets] == [50, 10]
    assert texts(joined(sheets)) == [f"Dear Name-{n},\nLine 0 of {n}" for n in range(60)]
    assert {name: texts(pdf) for name, pdf in by_person(sheets).items()} == {
        f"Name-{n}": [f"Dear Name-{n},\nLine 0 of {n}"] for n in range(60)
    }


@pytest.mark.parametrize(
    "body",
    [
        HELLO + STORY,
        table(["a", "b"]) + HELLO + STORY,
        HELLO + STORY + table(*[[f"row {n}", "x"] for n in range(70)]),
        paragraph('<w:r><w:br w:type="page"/></w:r>') + HELLO + STORY,
        paragraph(run("x"), look="<w:pPr><w:pageBreakBefore/></w:pPr>") + HELLO + STORY,
        "<w:sdt><w:sdtContent>" + HELLO + "</w:sdtContent></w:sdt>" + STORY,
        HELLO + STORY + PAGES,
    ],
    ids=["text", "table first", "table last", "break first", "break before", "control", "counted"],
)
def test_letters_of_any_length_and_shape_are_cut_where_they_end(body: str, office: Office) -> None:
    """Each letter has the pages, and on them the text, that it has when it is made alone."""
    template = Template(docx(body))
    who = people(6, pages=(1, 3, 2))
    cut = by_person(printed(template, who, office))
    for person in who:
        alone = letter_pdf(office, template.alone(person))
        assert texts(cut[person["last_name"]]) == texts(alone)


@pytest.mark.parametrize("own", [False, True], ids=["shared footer", "own footer"])
def test_pages_are_numbered_and_counted_in_each_letter(own: bool, office: Office) -> None:
    footer = PAGES.replace("</w:p>", f"{run(' for ')}{merge('city')}</w:p>") if own else PAGES
    parts = {"header1": part("hdr", paragraph(run("Atelier"))), "footer1": part("ftr", footer)}
    template = Template(docx(HELLO + STORY, section=HEADED, parts=parts))
    cut = by_person(printed(template, people(4, pages=(1, 2, 2, 3)), office))
    footers = {
        name: [page.splitlines()[-1].strip() for page in texts(pdf)] for name, pdf in cut.items()
    }

    def line(page: int, pages: int, who: int) -> str:
        return f"Page {page} of {pages}" + (f" for City-{who}" if own else "")

    assert footers == {
        f"Name-{who}": [line(page, pages, who) for page in range(1, pages + 1)]
        for who, pages in enumerate((1, 2, 2, 3))
    }


def test_each_letter_has_its_own_header_and_its_picture(office: Office) -> None:
    picture = (
        '<w:r><w:drawing><wp:inline><wp:extent cx="360000" cy="360000"/><wp:docPr id="1" name="d"/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:nvPicPr><pic:cNvPr id="1" name="d"/><pic:cNvPicPr/></pic:nvPicPr>'
        '<pic:blipFill><a:blip r:embed="rId1"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="360000" cy="360000"/></a:xfrm>'
        '<a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{R}/image" Target="media/dot.png"/></Relationships>'
    )
    header = part("hdr", paragraph(picture, run(" for "), merge("city")))
    template = Template(
        docx(
            HELLO,
            section=HEADED,
            parts={"header1": header, "footer1": part("ftr", paragraph(run("end")))},
            others={"word/_rels/header1.xml.rels": rels.encode(), "word/media/dot.png": DOT},
        )
    )
    whole = joined(printed(template, people(3), office))
    assert [page.split("\n")[0].strip() for page in texts(whole)] == [
        "for City-0", "for City-1", "for City-2",
    ]  # fmt: skip
    assert pictures(whole) == [1, 1, 1]


def test_a_letter_that_cannot_be_made_is_named_and_the_others_are_there(office: Office) -> None:
    """A document torn in two cannot be read: alone, and in the bundle that it is part of."""
    template = Template(docx(HELLO))
    who = people(4)

    def torn(person: Person) -> bytes:
        return template.alone(person)[: 900 if person is who[2] else None]

    def together(chunk: Sequence[Person]) -> bytes:
        return template.together(chunk)[: 900 if who[2] in chunk else None]

    (sheets,) = Press(office, alone=torn, together=together).print(who)
    assert [person["last_name"] for person, _ in sheets.pages] == ["Name-0", "Name-1", "Name-3"]
    assert texts(sheets.content) == ["Dear Name-0,", "Dear Name-1,", "Dear Name-3,"]
    (failed,) = sheets.failed
    assert failed.letter is who[2]
    assert str(failed.error).startswith("LibreOffice could not make the PDF:")


def test_a_bundle_that_is_cut_elsewhere_is_not_relied_on(office: Office) -> None:
    """Should LibreOffice put the marks elsewhere one day: the letters are made one by one."""
    template = Template(docx(HELLO + STORY))
    longer = people(2, pages=(2,))

    def together(_: Sequence[Person]) -> bytes:
        return template.together(longer)

    (sheets,) = Press(office, alone=template.alone, together=together).print(people(2))
    assert texts(sheets.content) == [f"Dear Name-{n},\nLine 0 of {n}" for n in range(2)]


def test_the_same_letters_are_the_same_bytes(office: Office, libreoffice: Found) -> None:
    template = Template(docx(HELLO + STORY + PAGES))
    who = people(3, pages=(1, 2))
    first = printed(template, who, office)
    alone = letter_pdf(office, template.alone(who[0]))
    with Office(libreoffice) as other:
        again = printed(template, who, other)
        assert letter_pdf(other, template.alone(who[0])) == alone
    assert joined(again) == joined(first)
    assert by_person(again) == by_person(first)
    with pikepdf.open(BytesIO(alone)) as pdf:
        assert "/CreationDate" not in pdf.docinfo


def test_for_both_sides_of_the_paper_each_letter_begins_on_a_new_sheet(office: Office) -> None:
    sheets = printed(Template(docx(HELLO + STORY)), people(3, pages=(1, 2)), office)
    firsts = [text.split("\n")[0] for text in texts(joined(sheets, two_sided=True))]
    assert firsts == ["Dear Name-0,", "", "Dear Name-1,", "Line 51 of 1", "Dear Name-2,", ""]


def test_without_the_module_uno_the_letters_are_the_same(libreoffice: Found) -> None:
    template = Template(docx(HELLO + STORY))
    who = people(3, pages=(1, 2))
    with Office(Found(libreoffice.soffice, None)) as called, Office(libreoffice) as kept:
        assert joined(printed(template, who, called)) == joined(printed(template, who, kept))


def test_what_libreoffice_gets_holds_no_field_that_it_would_evaluate_itself() -> None:
    """It loses IF and MERGEFIELD: they are text by then; what is left counts pages."""
    body = HELLO + paragraph(complex_field(' DATE \\@ "yyyy" ')) + PAGES
    content = Template(docx(body)).together(people(2))
    from word import W, opened

    codes = [e.text for e in opened(content).iter(f"{{{W}}}instrText")]
    assert [code.strip() for code in codes if code] == [
        "PAGE", "PAGEREF outreachend0", "PAGE", "PAGEREF outreachend1",
    ]  # fmt: skip


def test_a_letter_that_comes_again_is_not_made_again(libreoffice: Found) -> None:
    template = Template(docx(HELLO))
    with Office(libreoffice) as own:
        convert = Converted(own)
        made = convert(template.alone(people(1)[0]))
    with pytest.raises(OfficeFailed):
        convert(b"no document")
    own.close()
    assert convert(template.alone(people(1)[0])) is made
