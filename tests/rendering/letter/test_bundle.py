"""Many letters in one document: each looks as if it were alone, and Word can open it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from hashlib import sha512
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from word import (
    SECTION,
    Bundle,
    Compile,
    Merge,
    complex_field,
    docx,
    faults,
    lines,
    members,
    merge,
    opened,
    paragraph,
    part,
    run,
    simple_field,
)

from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.reading import read_template
from outreach.rendering.missing import MissingValues

MARIE = {"last_name": "Le Goff", "external_id": "A1"}
PAUL = {"last_name": "Durand", "external_id": "B2"}
ZOE = {"last_name": "Æbly", "external_id": "C3"}
PEOPLE = [MARIE, PAUL, ZOE]

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
HEADED = SECTION.replace(
    "<w:sectPr>", '<w:sectPr><w:headerReference w:type="default" r:id="r_header1"/>'
)
LETTER = paragraph(run("Cher "), merge("last_name")) + paragraph(run("Fin"))


def names(letter: bytes) -> list[str]:
    return [e.tag.rpartition("}")[2] for e in opened(letter).iter()]


def test_each_letter_is_a_section_whose_break_stands_in_its_last_paragraph(bundle: Bundle) -> None:
    together = bundle(docx(LETTER), PEOPLE)
    assert lines(together) == ["Cher Le Goff", "Fin", "Cher Durand", "Fin", "Cher Æbly", "Fin"]
    body = opened(together).find(f"{W}body")
    breaks = [p.find(f"{W}pPr/{W}sectPr") is not None for p in body.iter(f"{W}p")]
    assert breaks == [False, True, False, True, False, False]
    assert body[-1].tag == f"{W}sectPr"
    starts = [e.get(f"{W}start") for e in body.iter(f"{W}pgNumType")]
    assert starts == ["1", "1", "1"]


@pytest.mark.parametrize(
    "last", [paragraph(merge("company")), "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"]
)
def test_where_no_paragraph_can_carry_the_break_a_small_one_does(last: str, bundle: Bundle) -> None:
    together = bundle(docx(LETTER + last), PEOPLE)
    carriers = [
        p for p in opened(together).iter(f"{W}p") if p.find(f"{W}pPr/{W}sectPr") is not None
    ]
    assert len(carriers) == 2
    assert {p.find(f"{W}pPr/{W}spacing").get(f"{W}line") for p in carriers} == {"20"}


def test_a_section_that_runs_on_starts_a_new_page_for_each_letter(
    bundle: Bundle,
) -> None:
    section = SECTION.replace("<w:pgSz", '<w:type w:val="continuous"/><w:pgSz')
    assert "type" not in names(bundle(docx(LETTER, section=section), PEOPLE))


def test_a_letter_that_must_wait_is_left_out(program: Compile) -> None:

    writer = BundleWriter(program(docx(LETTER)), locale="fr_FR", today=date(2027, 3, 1))
    first = writer.add(MARIE)
    with pytest.raises(MissingValues, match="last_name"):
        writer.add({})
    content = b"".join([first, writer.add(PAUL), writer.finish()])
    assert lines(content) == ["Cher Le Goff", "Fin", "Cher Durand", "Fin"]
    assert writer.count == 2


def test_a_header_with_a_field_is_each_letters_own_with_its_picture(bundle: Bundle) -> None:
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://x/image" Target="media/logo.png"/></Relationships>'
    )
    content = docx(
        LETTER,
        section=HEADED,
        parts={"header1": part("hdr", paragraph(run("Réf. "), merge("external_id")))},
        others={"word/_rels/header1.xml.rels": rels.encode(), "word/media/logo.png": b"png"},
    )
    together = bundle(content, PEOPLE)
    files = members(together)
    assert [lines(together, f"word/header1_{n}.xml") for n in (1, 2, 3)] == [
        ["Réf. A1"],
        ["Réf. B2"],
        ["Réf. C3"],
    ]
    assert "word/header1.xml" not in files
    assert {f"word/_rels/header1_{n}.xml.rels" for n in (1, 2, 3)} <= set(files)
    assert files.count("word/media/logo.png") == 1
    relationships = opened(together, "word/_rels/document.xml.rels")
    targets = {e.get("Id"): e.get("Target") for e in relationships}
    used = [targets[e.get(f"{R}id")] for e in opened(together).iter(f"{W}headerReference")]
    assert used == ["header1_1.xml", "header1_2.xml", "header1_3.xml"]
    typed = {e.get("PartName") for e in opened(together, "[Content_Types].xml")}
    assert {"/word/header1_3.xml"} <= typed
    assert "/word/header1.xml" not in typed


def test_a_header_without_a_field_is_shared(bundle: Bundle) -> None:
    parts = {"header1": part("hdr", paragraph(run("Page "), simple_field("NUMPAGES", "1")))}
    together = bundle(docx(LETTER, section=HEADED, parts=parts), PEOPLE)
    assert members(together).count("word/header1.xml") == 1
    codes = [e.text for e in opened(together, "word/header1.xml").iter(f"{W}instrText")]
    assert codes == ["SECTIONPAGES"]


LISTS = part(
    "numbering",
    '<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
    '<w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    "</w:abstractNum>"
    '<w:abstractNum w:abstractNumId="1">'
    '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:numIdMacAtCleanup w:val="2"/>',
)
STYLES = part(
    "styles",
    '<w:style w:type="paragraph" w:styleId="Liste"><w:name w:val="Liste"/><w:pPr><w:numPr>'
    '<w:numId w:val="1"/></w:numPr><w:ind w:left="400"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Fille"><w:name w:val="Fille"/>'
    '<w:basedOn w:val="Liste"/></w:style>',
)


def item(number: int) -> str:
    return f'<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'


def numbers(content: bytes) -> list[str]:
    return [e.get(f"{W}val", "") for e in opened(content).iter(f"{W}numId")]


def test_numbered_lists_begin_anew_and_bullets_do_not(bundle: Bundle, merged: Merge) -> None:
    body = LETTER + paragraph(run("un"), look=item(1)) + paragraph(run("puce"), look=item(2))
    content = docx(body, parts={"numbering": LISTS})
    together = bundle(content, PEOPLE)
    assert numbers(together) == ["3", "2", "4", "2", "5", "2"]
    numbering = opened(together, "word/numbering.xml")
    added = {n.get(f"{W}numId"): n for n in numbering.iter(f"{W}num")}
    assert list(added) == ["1", "2", "3", "4", "5"]
    override = added["4"].find(f"{W}lvlOverride/{W}startOverride")
    assert override.get(f"{W}val") == "3"
    assert numbering[-1].tag == f"{W}numIdMacAtCleanup"
    assert numbers(merged(content, **MARIE)) == ["1", "2"]


def test_a_list_by_style_begins_anew_and_keeps_its_indent(bundle: Bundle, merged: Merge) -> None:
    look = '<w:pPr><w:pStyle w:val="Fille"/><w:keepNext/><w:jc w:val="left"/></w:pPr>'
    content = docx(
        LETTER + paragraph(run("un"), look=look), parts={"numbering": LISTS, "styles": STYLES}
    )
    together = bundle(content, PEOPLE)
    assert numbers(together) == ["3", "4", "5"]
    looks = [p.find(f"{W}pPr") for p in opened(together).iter(f"{W}p")]
    order = [e.tag.rpartition("}")[2] for e in looks[2]]
    assert order == ["pStyle", "keepNext", "numPr", "ind", "jc", "sectPr"]
    assert looks[2].find(f"{W}ind").get(f"{W}left") == "400"
    assert numbers(merged(content, **MARIE)) == []


def test_ids_and_bookmarks_are_unique_and_references_follow(bundle: Bundle, merged: Merge) -> None:
    picture = '<w:r><w:drawing><wp:inline><wp:docPr id="7" name="p"/></wp:inline></w:drawing></w:r>'
    body = paragraph(
        '<w:bookmarkStart w:id="3" w:name="ici"/>', merge("last_name"), '<w:bookmarkEnd w:id="3"/>',
        picture, picture, complex_field(" REF ici \\h "),
        '<w:hyperlink w:anchor="ici"><w:r/></w:hyperlink>',
        '<w:sdt><w:sdtPr><w:id w:val="-5"/></w:sdtPr><w:sdtContent/></w:sdt>',
        '<w:r><w:pict><v:shape id="s1"/></w:pict></w:r>',
    )  # fmt: skip
    alone = opened(merged(docx(body), **MARIE))
    assert [e.get(f"{W}name") for e in alone.iter(f"{W}bookmarkStart")] == ["ici"]
    root = opened(bundle(docx(body), PEOPLE))
    drawn = [e.get("id") for e in root.iter() if e.tag.endswith("}docPr")]
    assert drawn == ["1", "2", "3", "4", "5", "6"]
    marks = [(e.get(f"{W}id"), e.get(f"{W}name")) for e in root.iter(f"{W}bookmarkStart")]
    assert marks == [("0", "ici"), ("1", "ici_2"), ("2", "ici_3")]
    assert [e.get(f"{W}id") for e in root.iter(f"{W}bookmarkEnd")] == ["0", "1", "2"]
    assert [e.text for e in root.iter(f"{W}instrText")] == [
        " REF ici \\h ",
        " REF ici_2 \\h ",
        " REF ici_3 \\h ",
    ]
    assert [e.get(f"{W}anchor") for e in root.iter(f"{W}hyperlink")] == ["ici", "ici_2", "ici_3"]
    controls = [e.get(f"{W}val") for e in root.iterfind(f".//{W}sdtPr/{W}id")]
    assert len(set(controls)) == 3
    assert [e.get("id") for e in root.iter("{urn:schemas-microsoft-com:vml}shape")] == [
        "s1",
        "s1_2",
        "s1_3",
    ]


def test_each_letter_has_its_own_footnotes(bundle: Bundle) -> None:
    notes = part(
        "footnotes",
        f'<w:footnote w:type="separator" w:id="0">{paragraph()}</w:footnote>'
        f'<w:footnote w:type="continuationSeparator" w:id="1">{paragraph()}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph(run("Pour "), merge("last_name"))}</w:footnote>',
    )
    body = LETTER + paragraph(run("note"), '<w:r><w:footnoteReference w:id="2"/></w:r>')
    together = bundle(docx(body, parts={"footnotes": notes}), PEOPLE)
    assert lines(together, "word/footnotes.xml") == [
        "",
        "",
        "Pour Le Goff",
        "Pour Durand",
        "Pour Æbly",
    ]
    referred = [e.get(f"{W}id") for e in opened(together).iter(f"{W}footnoteReference")]
    own = [e.get(f"{W}id") for e in opened(together, "word/footnotes.xml")]
    assert (referred, own) == (["2", "3", "4"], ["0", "1", "2", "3", "4"])


SAMPLES = sorted((Path(__file__).parents[3] / "templates" / "letters").glob("*.docx"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_the_sample_letters_are_valid_alone_and_together(sample: Path, tmp_path: Path) -> None:
    """Checked by openxml-audit and by python-docx, with values there and missing."""

    template = read_template(sample.read_bytes(), sample.name)
    assert (template.problems, template.warnings) == ((), ())
    program = compile_template(template, lambda name: name)
    # What every letter is given: the code of its coupon, the notice about the data.
    given = {"reply_code": "1A-3-F7Q", "Code_réponse": "1A-3-F7Q", "data_notice": "Fichier"}
    bare = {"Date_de_dernière_commande": date(2026, 12, 24)} | given
    full = dict.fromkeys(program.fields, "Été & <fils>") | bare
    for values in (full, bare):
        letter = fill(program, values, locale="fr_FR", today=date(2027, 3, 1))
        assert faults(letter, tmp_path) == []
        assert "«" not in "".join(lines(letter))
        Document(BytesIO(letter))
    writer = BundleWriter(program, locale="fr_FR", today=date(2027, 3, 1))
    pieces = [writer.add(full if n % 3 else bare) for n in range(30)]
    together = b"".join([*pieces, writer.finish()])
    assert faults(together, tmp_path) == []
    assert len(Document(BytesIO(together)).sections) == 30
    assert max(Counter(members(together)).values()) == 1


def test_a_bundle_is_written_as_it_grows(program: Compile) -> None:
    """What has been handed out is not kept: the stream's pieces are the file."""
    writer = BundleWriter(program(docx(LETTER)), locale="fr_FR", today=date(2027, 3, 1))
    people = [{"last_name": sha512(b"%d" % n).hexdigest() * 2} for n in range(5000)]
    pieces = [writer.add(person) for person in people]
    rest = writer.finish()
    assert sum(map(len, pieces)) > 5 * len(rest)
    content = b"".join([*pieces, rest])
    assert lines(content)[-2] == f"Cher {people[-1]['last_name']}"


def test_a_bundle_of_nobody_is_a_mistake(program: Compile) -> None:

    with pytest.raises(ValueError, match="needs a letter"):
        BundleWriter(program(docx(LETTER)), locale="fr_FR", today=date(2027, 3, 1)).finish()


def test_a_letter_of_nothing_but_missing_lines_is_a_valid_page(bundle: Bundle) -> None:
    together = bundle(docx(paragraph(merge("last_name"))), [{}, MARIE, {}])
    assert [line for line in lines(together) if line] == ["Le Goff"]
    assert len(list(opened(together).iter(f"{W}sectPr"))) == 3


def test_no_header_is_inherited_from_another_persons_letter(bundle: Bundle, tmp_path: Path) -> None:
    """The template's first section has no header, its second one has."""
    first = paragraph(run("page 1"), look=f"<w:pPr>{SECTION}</w:pPr>")
    parts = {"header1": part("hdr", paragraph(merge("last_name")))}
    together = bundle(docx(first + LETTER, section=HEADED, parts=parts), PEOPLE)
    relationships = opened(together, "word/_rels/document.xml.rels")
    targets = {e.get("Id"): e.get("Target") for e in relationships}
    used = [targets[e.get(f"{R}id")] for e in opened(together).iter(f"{W}headerReference")]
    blank = "blank_header.xml"
    assert used == [blank, "header1_1.xml", blank, "header1_2.xml", blank, "header1_3.xml"]
    assert lines(together, f"word/{blank}") == [""]
    assert [f for f in faults(together, tmp_path) if "required relationship" not in f] == []
