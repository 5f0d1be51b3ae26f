"""How values are written into a letter, and what becomes of those that are missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from word import (
    Compile,
    Merge,
    complex_field,
    docx,
    lines,
    merge,
    opened,
    paragraph,
    part,
    run,
    simple_field,
)

from outreach.rendering.missing import MissingValues


def test_values_are_written_as_the_locale_writes_them(merged: Merge) -> None:
    body = paragraph(
        run("Le "),
        field("last_order_on"),
        run(" : "),
        field("revenue"),
        run(" ; "),
        field("external_id"),
    )
    values = {"last_order_on": date(2027, 3, 1), "revenue": Decimal("1234.5"), "external_id": 2027}
    french = merged(docx(body), **values)
    english = merged(docx(body), locale="en_GB", **values)
    assert lines(french) == ["Le 1 mars 2027 : 1\u202f234,5 ; 2027"]
    assert lines(english) == ["Le 1 March 2027 : 1,234.5 ; 2027"]


def field(name: str, switches: str = "") -> str:
    return merge(name, switches)


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        (r"\* Upper", "JEAN-PAUL D’ARCY"),
        (r"\*upper", "JEAN-PAUL D’ARCY"),
        (r"\* Lower", "jean-paul d’arcy"),
        (r"\* Caps", "Jean-Paul D’arcy"),
        (r"\* FirstCap", "Jean-paul d’arcy"),
        (r"\* Upper \* MERGEFORMAT", "JEAN-PAUL D’ARCY"),
        (r'\b "Dr " \f "."', "Dr jean-paul d’arcy."),
        (r'\b"Dr "', "Dr jean-paul d’arcy"),
        (r"\f “ !”", "jean-paul d’arcy !"),
        (r'\@ "d MMMM yyyy"', "jean-paul d’arcy"),
        (r"\v", "jean-paul d’arcy"),
    ],
)
def test_switches(switches: str, expected: str, merged: Merge) -> None:
    letter = merged(docx(paragraph(run("["), field("last_name", switches), run("]"))),
                   last_name="jean-paul d’arcy")  # fmt: skip
    assert lines(letter) == [f"[{expected}]"]


def test_firstcap_and_caps_leave_the_rest_of_a_word(merged: Merge) -> None:
    """Microsoft Q80307: RICHARD needs lower before firstcap."""
    body = paragraph(
        field("last_name", r"\* FirstCap"), run("/"), field("last_name", r"\*lower \*firstcap")
    )
    assert lines(merged(docx(body), last_name="O'BRIEN")) == ["O'BRIEN/O'brien"]


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("dddd d MMMM yyyy", "lundi 1 mars 2027"),
        ("DDDD DD MMMM YYYY", "lundi 01 mars 2027"),
        ("dd.MM.yy", "01.03.27"),
        ("d MMM", "1 mars"),
        ("'le' d/M/yyyy", "le 1/3/2027"),
        ("ddd", "lun."),
    ],
)
def test_date_pictures(picture: str, expected: str, merged: Merge) -> None:
    body = paragraph(run("["), field("last_order_on", rf'\@ "{picture}"'), run("]"))
    assert lines(merged(docx(body), last_order_on=date(2027, 3, 1))) == [f"[{expected}]"]


def test_a_date_field_is_frozen_to_the_day_of_the_run(merged: Merge) -> None:
    body = paragraph(run("Rennes, le "), complex_field(r' DATE \@ "d MMMM yyyy" ', "3 mai 1999"))
    body += paragraph(run("Le "), simple_field("DATE"))
    letter = merged(docx(body))
    assert lines(letter) == ["Rennes, le 1 mars 2027", "Le 1 mars 2027"]
    assert not [e for e in opened(letter).iter() if e.tag.endswith("}fldChar")]


def test_hostile_values_stay_text(merged: Merge) -> None:
    nasty = 'a <b> & "c" ]]> {{ x }} <?outreach leaf 0?> \ufdd00\ufdd1\x00\x0b \ud800fin'
    letter = merged(docx(paragraph(run("["), field("last_name"), run("]"))), last_name=nasty)
    assert lines(letter) == ['[a <b> & "c" ]]> {{ x }} <?outreach leaf 0?> 0 fin]']


def test_line_ends_and_tabs_of_a_value_become_words_own(merged: Merge) -> None:
    letter = merged(
        docx(paragraph(run("A "), field("street"))), street="12 quai\r\nBât. B\n\tporte 3 "
    )
    assert lines(letter) == ["A 12 quai/Bât. B/→porte 3 "]


def test_the_look_is_that_of_the_code_or_of_the_last_result(merged: Merge) -> None:
    bold, italic = "<w:rPr><w:b/></w:rPr>", "<w:rPr><w:i/></w:rPr>"

    def look(switches: str) -> list[str]:
        code = f" MERGEFIELD first_name {switches} "
        body = paragraph(run("a "), complex_field(code, look=bold, result_look=italic))
        letter = merged(docx(body), first_name="Marie")
        last = opened(letter).findall(".//{*}r")[-1]
        return [e.tag.rpartition("}")[2] for e in last.find("{*}rPr")]

    assert look("") == ["b"]
    assert look(r"\* CHARFORMAT") == ["b"]
    assert look(r"\* MERGEFORMAT") == ["i"]


# --- missing values ----------------------------------------------------------------

BLANK = run(" ")
ADDRESS = (
    paragraph(field("company"))
    + paragraph(field("civility"), BLANK, field("first_name"), BLANK, field("last_name"))
    + paragraph(field("street"))
    + paragraph(field("street2"))
    + paragraph(run("Fin"))
)


def test_a_paragraph_of_empty_fields_vanishes(merged: Merge) -> None:
    letter = merged(
        docx(ADDRESS), first_name="Marie", last_name="Le Goff", street="3 rue du Four", street2=" "
    )
    assert lines(letter) == ["Marie Le Goff", "3 rue du Four", "Fin"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"civility": "Mme", "first_name": "Marie", "last_name": "Le Goff"}, "Mme Marie Le Goff"),
        ({"civility": "Mme", "last_name": "Le Goff"}, "Mme Le Goff"),
        ({"civility": "Mme", "first_name": "Marie"}, "Mme Marie"),
        ({"last_name": "Le Goff"}, "Le Goff"),
    ],
)
def test_white_text_closes_up_around_a_missing_value(
    values: dict[str, str], expected: str, merged: Merge
) -> None:
    assert lines(merged(docx(ADDRESS), **values)) == [expected, "Fin"]


def test_lines_within_one_paragraph_close_up_too(merged: Merge) -> None:
    """An address in one paragraph, its lines ended by line breaks."""
    end = "<w:r><w:br/></w:r>"
    body = paragraph(
        field("company"),
        end,
        field("civility"),
        BLANK,
        field("last_name"),
        end,
        field("street"),
        end,
        field("city"),
    )
    assert lines(merged(docx(body), company="Le Goff", city="Rennes")) == ["Le Goff/Rennes"]
    full = merged(docx(body), company="C", civility="M.", last_name="L", street="S", city="V")
    assert lines(full) == ["C/M. L/S/V"]


def test_a_value_missing_in_a_sentence_holds_the_letter_by_name(merged: Merge) -> None:
    body = ADDRESS + paragraph(
        run("Cher "), field("first_name"), run(" de "), field("city"), run(",")
    )
    with pytest.raises(MissingValues) as held:
        merged(docx(body), last_name="Le Goff")
    assert held.value.names == ("first_name", "city")


def test_a_field_with_text_before_or_after_is_optional(merged: Merge) -> None:
    body = paragraph(run("Bonjour"), field("first_name", r'\b " "'), run(","))
    assert lines(merged(docx(body))) == ["Bonjour,"]
    assert lines(merged(docx(body), first_name="Marie")) == ["Bonjour Marie,"]


CELL_END = "<w:tc>{}</w:tc>"


@pytest.mark.parametrize(
    "content",
    [
        f"<w:tbl><w:tr><w:tc>{paragraph(field('street'))}{paragraph(field('city'))}</w:tc></w:tr></w:tbl>",
        f"<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc>{paragraph(run('x'))}</w:tc></w:tr></w:tbl>"
        f"{paragraph(field('city'))}</w:tc></w:tr></w:tbl>",
    ],
)
def test_a_cell_always_ends_with_a_paragraph(content: str, merged: Merge) -> None:
    """Word cannot open a cell without one (ECMA-376 Part 1, 17.4.65)."""
    for values in ({}, {"street": "S"}, {"city": "V"}):
        letter = merged(docx(content + paragraph()), **values)
        for cell in opened(letter).iter("{*}tc"):
            assert cell[-1].tag.endswith("}p")


def test_headers_and_notes_keep_a_paragraph(merged: Merge) -> None:
    parts = {"header1": part("hdr", paragraph(field("company")) + paragraph(field("city")))}
    assert lines(merged(docx(paragraph(), parts=parts)), "word/header1.xml") == [""]
    assert lines(merged(docx(paragraph(), parts=parts), city="V"), "word/header1.xml") == ["V"]


def test_what_carries_a_section_break_or_a_bookmark_keeps_it(merged: Merge) -> None:
    broken = paragraph(field("city"), look="<w:pPr><w:sectPr/></w:pPr>")
    marked = paragraph('<w:bookmarkStart w:id="4" w:name="ici"/>', field("city"))
    end = paragraph(run("fin"), '<w:bookmarkEnd w:id="4"/>')
    letter = merged(docx(broken + marked + end))
    assert lines(letter) == ["", "fin"]
    names = [e.tag.rpartition("}")[2] for e in opened(letter).iter()]
    assert names.count("sectPr") == 2
    assert (names.count("bookmarkStart"), names.count("bookmarkEnd")) == (1, 1)


def test_the_same_input_gives_the_same_bytes(program: Compile, merged: Merge) -> None:
    content = docx(ADDRESS)
    assert merged(content, last_name="Le Goff") == merged(content, last_name="Le Goff")
