"""A merge field is filled in every shape in which Word writes it."""

from __future__ import annotations

import pytest
from word import (
    Merge,
    complex_field,
    docx,
    lines,
    members,
    merge,
    opened,
    paragraph,
    part,
    run,
    simple_field,
)

MARIE = {"first_name": "Marie", "last_name": "Le Goff"}

SPLIT = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r><w:instrText xml:space="preserve"> MERGE</w:instrText></w:r>'
    '<w:proofErr w:type="spellStart"/>'
    '<w:r w:rsidR="00AA11BB"><w:instrText>FIELD first</w:instrText></w:r>'
    '<w:bookmarkStart w:id="0" w:name="_GoBack"/><w:bookmarkEnd w:id="0"/>'
    '<w:r><w:instrText xml:space="preserve">_name </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>«first</w:t></w:r>'
    '<w:r><w:t>_name»</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
ONE_RUN = (
    '<w:r><w:rPr><w:b/></w:rPr><w:fldChar w:fldCharType="begin"/>'
    "<w:instrText> MERGEFIELD first_name </w:instrText>"
    '<w:fldChar w:fldCharType="separate"/><w:t>«x»</w:t><w:fldChar w:fldCharType="end"/></w:r>'
)
NO_RESULT = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    "<w:r><w:instrText>MERGEFIELD first_name</w:instrText></w:r>"
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
IN_ITS_RESULT = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    "<w:r><w:instrText>MERGEFIELD first_name</w:instrText></w:r>"
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    + complex_field('HYPERLINK "mailto:x@y.example"', "x@y.example")
    + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
PLAIN = simple_field("MERGEFIELD first_name")
SHAPES = {
    "simple": PLAIN,
    "simple, empty": '<w:fldSimple w:instr="MERGEFIELD first_name"/>',
    "simple, in a wrapper": f"<w:smartTag w:uri='u' w:element='e'>{PLAIN}</w:smartTag>",
    "complex": merge("first_name"),
    "code split over runs": SPLIT,
    "all in one run": ONE_RUN,
    "without a result": NO_RESULT,
    "a field in its result": IN_ITS_RESULT,
    "in a link": f'<w:hyperlink w:anchor="a">{merge("first_name")}</w:hyperlink>',
    "in a content control": "<w:sdt><w:sdtPr/><w:sdtContent>"
    + merge("first_name")
    + "</w:sdtContent></w:sdt>",
    "inserted by a reviewer": f'<w:ins w:id="9" w:author="a">{merge("first_name")}</w:ins>',
    "in the result of a link": complex_field("HYPERLINK x", "</w:t></w:r>" + PLAIN + "<w:r><w:t>"),
    "keyword in lower case": complex_field(" mergefield first_name "),
    "keyword of old French Word": complex_field(" CHAMPFUSION first_name "),
    "name in quotes": complex_field(' MERGEFIELD "first_name" '),
    "name in typographic quotes": complex_field(" MERGEFIELD “first_name” "),
    "name in chevrons": complex_field(" MERGEFIELD «first_name» "),
    "name in other case": complex_field(" MERGEFIELD First_Name "),
    "name with a blank": complex_field(' MERGEFIELD "First Name"  \\* MERGEFORMAT '),
    "marked as changed": merge("first_name").replace(
        'w:fldCharType="begin"', 'w:fldCharType="begin" w:dirty="true"'
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_value_takes_the_place_of_the_field(shape: str, merged: Merge) -> None:
    letter = merged(docx(paragraph(run("Chère "), SHAPES[shape], run(","))), **MARIE)
    assert lines(letter) == ["Chère Marie,"]
    xml = "".join(opened(letter).itertext())
    assert "MERGEFIELD" not in xml.upper()
    assert "«" not in xml


def test_tables_headers_footers_and_notes_are_filled(merged: Merge) -> None:
    field = simple_field("MERGEFIELD first_name")
    cell = f"<w:tc>{paragraph(run('a '), field)}</w:tc>"
    inner = f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>"
    table = f"<w:tbl><w:tr><w:tc>{inner}{paragraph()}</w:tc>{cell}</w:tr></w:tbl>"
    parts = {
        "header1": part("hdr", paragraph(run("h "), field)),
        "footer1": part("ftr", paragraph(run("f "), field)),
        "footnotes": part(
            "footnotes", f'<w:footnote w:id="2">{paragraph(run("n "), field)}</w:footnote>'
        ),
        "endnotes": part(
            "endnotes", f'<w:endnote w:id="2">{paragraph(run("e "), field)}</w:endnote>'
        ),
    }
    letter = merged(docx(table + paragraph(), parts=parts), **MARIE)
    assert lines(letter) == ["a Marie", "", "a Marie", ""]
    found = {name: lines(letter, f"word/{name}.xml") for name in parts}
    assert found == {
        "header1": ["h Marie"], "footer1": ["f Marie"],
        "footnotes": ["n Marie"], "endnotes": ["e Marie"],
    }  # fmt: skip


def test_both_copies_of_a_text_box_are_filled(merged: Merge) -> None:
    line = paragraph(run("Chère "), simple_field("MERGEFIELD first_name"))
    text = f"<w:txbxContent>{line}</w:txbxContent>"
    box = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>'
        f"{text}</wps:txbx></wps:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict>"
        f'<v:shape id="s1"><v:textbox>{text}</v:textbox></v:shape></w:pict></mc:Fallback>'
        "</mc:AlternateContent></w:r>"
    )
    letter = merged(docx(paragraph(run("hors "), box)), **MARIE)
    assert lines(letter)[1:] == ["Chère Marie", "Chère Marie"]


def test_a_field_begun_outside_a_text_box_may_end_after_it(merged: Merge) -> None:
    """A text box is a story of its own: its fields do not nest with those around it."""
    text = f"<w:txbxContent>{paragraph(merge_name())}</w:txbxContent>"
    box = f"<w:r><w:pict><v:shape><v:textbox>{text}</v:textbox></v:shape></w:pict></w:r>"
    outer = complex_field("HYPERLINK x", "lien</w:t></w:r>" + box + "<w:r><w:t>")
    letter = merged(docx(paragraph(outer)), **MARIE)
    assert lines(letter)[1:] == ["Marie"]


def merge_name() -> str:
    return merge("first_name")


def test_struck_out_fields_stay_struck_out(merged: Merge) -> None:
    struck = merge_name().replace("w:t>", "w:delText>")
    letter = merged(
        docx(paragraph(run("Bonjour"), f'<w:del w:id="1" w:author="a">{struck}</w:del>'))
    )
    assert lines(letter) == ["Bonjour"]


def test_a_bound_content_control_lets_go_of_its_data(merged: Merge) -> None:
    """Word would overwrite the merged value with the bound one when it opens the letter."""
    control = (
        "<w:sdt><w:sdtPr><w:showingPlcHdr/>"
        '<w:dataBinding w:xpath="/a" w:storeItemID="{1}"/></w:sdtPr>'
        f"<w:sdtContent>{merge_name()}</w:sdtContent></w:sdt>"
    )
    letter = merged(docx(paragraph(run("A "), control)), **MARIE)
    names = {element.tag.rpartition("}")[2] for element in opened(letter).iter()}
    assert names.isdisjoint({"dataBinding", "showingPlcHdr"})


def test_pages_and_links_stay_fields_of_word(merged: Merge) -> None:
    body = paragraph(simple_field("PAGE", "1"), run(" / "), complex_field(" NUMPAGES ", "2"))
    letter = merged(docx(body))
    codes = [e.text for e in opened(letter).iter() if e.tag.endswith("}instrText")]
    assert codes == ["PAGE", " NUMPAGES "]
    assert lines(letter) == ["1 / 2"]


def test_what_belongs_to_the_merge_does_not_travel_with_the_letter(merged: Merge) -> None:
    """The data source's path, the recipients, the author's comments."""
    settings = part(
        "settings",
        '<w:mailMerge><w:mainDocumentType w:val="formLetters"/><w:query w:val="SELECT 1"/>'
        '<w:dataSource r:id="rId1"/></w:mailMerge><w:updateFields w:val="true"/>'
        '<w:zoom w:percent="100"/>',
    )
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://x/mailMergeSource" TargetMode="External" '
        'Target="file:///C:/Users/marie/clients.xlsx"/></Relationships>'
    )
    comment = '<w:commentRangeStart w:id="0"/>' + run("A ") + '<w:commentRangeEnd w:id="0"/>'
    comment += '<w:r><w:commentReference w:id="0"/></w:r>'
    content = docx(
        paragraph(comment, merge_name()),
        parts={"settings": settings, "comments": part("comments", "secret")},
        others={"word/_rels/settings.xml.rels": rels.encode()},
    )
    letter = merged(content, **MARIE)
    assert "word/comments.xml" not in members(letter)
    for listing in ("[Content_Types].xml", "word/_rels/document.xml.rels"):
        assert "comments" not in str([dict(e.attrib) for e in opened(letter, listing)])
    assert [e.tag.rpartition("}")[2] for e in opened(letter, "word/settings.xml")] == ["zoom"]
    assert len(opened(letter, "word/_rels/settings.xml.rels")) == 0
    assert not [e for e in opened(letter).iter() if "comment" in str(e.tag)]
