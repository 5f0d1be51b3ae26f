"""A template told to its author: every field as it is written, and what is done with it."""

from __future__ import annotations

from word import complex_field, docx, merge, paragraph, run, simple_field

from outreach.rendering.letter.duties import Duty
from outreach.rendering.letter.formats import Format
from outreach.rendering.letter.reading import read_template
from outreach.rendering.letter.summary import has_effect, written_fields


def told(body: str) -> list[tuple[str, Duty, str]]:
    """Name, duty and switches of each field."""
    template = read_template(docx(body), "templates/letter.docx")
    return [(one.name, one.duty, one.switches) for one in written_fields(template)]


def test_each_way_of_writing_a_field_is_told_once_and_typefaces_are_no_way_of_writing() -> None:
    body = paragraph(
        merge("Nom"), merge("Nom", r"\* MERGEFORMAT"), merge("Nom", r"\* Upper"),
        merge("Somme", r'\# "# ##0,00" \b "soit "'), complex_field(r' DATE \@ "yyyy" '),
        simple_field("PAGE"),
    )  # fmt: skip
    assert told(body) == [
        ("Nom", Duty.FILLED, ""),
        ("Nom", Duty.FILLED, r"\* Upper"),
        ("Somme", Duty.FILLED, r'\# "# ##0,00"'),
        ("DATE", Duty.EVALUATED, r'\@ "yyyy"'),
        ("PAGE", Duty.LIVE, ""),
    ]


def test_fields_inside_a_condition_are_told_too() -> None:
    inner = merge("Titre")
    body = paragraph(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
        '<w:r><w:instrText xml:space="preserve"> IF </w:instrText></w:r>',
        inner,
        '<w:r><w:instrText xml:space="preserve"> = "M." "Cher" "Chère" </w:instrText></w:r>',
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
        run("Cher"),
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    )
    assert [(name, duty) for name, duty, _ in told(body)] == [
        ("IF", Duty.EVALUATED),
        ("Titre", Duty.FILLED),
    ]


def test_the_answer_that_a_prompt_gives_by_itself_is_known() -> None:
    template = read_template(
        docx(paragraph(complex_field(r' FILLIN "Signed by?" \d "Marie" '))), "t.docx"
    )
    (prompt,) = written_fields(template)
    assert (prompt.name, prompt.asked, prompt.answer) == ("FILLIN", ("Signed by?",), "Marie")


def test_a_text_that_is_no_date_is_out_of_reach_for_a_date_picture() -> None:
    """Which it is, the letter's language says: 31/12 is no date in American English."""
    picture = Format("d MMMM yyyy", None, ())
    assert has_effect(picture, "31/12/2027", "fr_FR")
    assert not has_effect(picture, "31/12/2027", "en_US")
    assert not has_effect(picture, "bientôt", "fr_FR")
    assert has_effect(Format(None, "0.00", ()), "12 €", "fr_FR")
    assert not has_effect(Format(None, "0.00", ()), "beaucoup", "fr_FR")
