"""The branches of an IF are pieces of the document: runs, pictures, tables, paragraphs."""

from __future__ import annotations

from pathlib import Path

import pytest
from word import (
    SECTION,
    Bundle,
    Merge,
    complex_field,
    docx,
    fields,
    lines,
    merge,
    opened,
    paragraph,
    part,
    real_faults,
    run,
)

MARIE = {"civility": "Mme", "first_name": "Marie", "last_name": "Le Goff", "city": "Rennes"}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BOLD, ITALIC = "<w:rPr><w:b/></w:rPr>", "<w:rPr><w:i/></w:rPr>"


def code(text: str, look: str = "") -> str:
    return f'<w:r>{look}<w:instrText xml:space="preserve">{text}</w:instrText></w:r>'


def field(*content: str, result: str = "old", look: str = "") -> str:
    def char(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    shown = f"<w:r>{look}<w:t>{result}</w:t></w:r>"
    return f"{char('begin')}{''.join(content)}{char('separate')}{shown}{char('end')}"


def looks(made: bytes) -> list[tuple[str, str]]:
    """The text of each run with the name of its look."""
    found = []
    for one in opened(made).iter(f"{W}r"):
        text = "".join(t.text or "" for t in one.iter(f"{W}t"))
        look = one.find(f"{W}rPr")
        if text:
            found.append((text, look[0].tag.removeprefix(W) if look is not None else ""))
    return found


# --- within one paragraph -------------------------------------------------------------------


def test_each_run_of_a_branch_keeps_its_typeface(merged: Merge) -> None:
    inside = (code('IF 1 = 1 "un '), code("deux", BOLD), code(" tr"), code("ois", ITALIC),
              code(' " "non"'))  # fmt: skip
    made = merged(docx(paragraph(run("A "), field(*inside))))
    assert looks(made) == [("A ", ""), ("un ", ""), ("deux", "b"), (" tr", ""), ("ois", "i"),
                           (" ", "")]  # fmt: skip


@pytest.mark.parametrize(
    ("switch", "expected"), [("", ""), ("\\* MERGEFORMAT", "i"), ("\\* CHARFORMAT", "b")]
)
def test_a_switch_chooses_the_typeface_of_the_branch(
    switch: str, expected: str, merged: Merge
) -> None:
    inside = (code("IF", BOLD), code(' 1 = 1 "oui" '), code(switch))
    made = merged(docx(paragraph(run("A "), field(*inside, look=ITALIC))))
    assert looks(made) == [("A ", ""), ("oui", expected)]


def test_tabs_breaks_and_pictures_stay_in_their_branch(merged: Merge) -> None:
    picture = '<w:r><w:drawing><wp:inline><wp:docPr id="7" name="p"/></wp:inline></w:drawing></w:r>'
    inside = (code("IF "), merge("city"), code(' = "Rennes" "a'), "<w:r><w:tab/></w:r>", picture,
              "<w:r><w:br/></w:r>", code('b" "non"'))  # fmt: skip
    content = docx(paragraph(run("x "), field(*inside)))
    rennes, paris = merged(content, city="Rennes"), merged(content, city="Paris")
    assert (lines(rennes), lines(paris)) == (["x a→/b"], ["x non"])
    assert [len(list(opened(m).iter("{*}docPr"))) for m in (rennes, paris)] == [1, 0]


def test_a_branch_may_hold_a_link_of_word(merged: Merge) -> None:
    link = complex_field('HYPERLINK "https://x.example"', "ici")
    inside = (code('IF 1 = 1 "voir '), link, code('" ""'))
    made = merged(docx(paragraph(run("A "), field(*inside))))
    assert lines(made) == ["A voir ici"]
    assert [e.text for e in opened(made).iter(f"{W}instrText")] == ['HYPERLINK "https://x.example"']


def test_a_page_number_in_a_branch_stays_live(merged: Merge) -> None:
    made = merged(docx(fields('A {IF 1 = 1 "page {PAGE}" ""}', result="3")))
    assert lines(made) == ["A page 3"]
    assert "".join(e.text or "" for e in opened(made).iter(f"{W}instrText")) == "PAGE"


# --- over several paragraphs ----------------------------------------------------------------

TWO = 'A {IF {MERGEFIELD city} = "Rennes" "un¶deux" "trois¶quatre¶cinq"} B¶C'


@pytest.mark.parametrize(
    ("template", "rennes", "paris"),
    [
        (TWO, ["A un", "deux B", "C"], ["A trois", "quatre", "cinq B", "C"]),
        (
            'A¶{IF {MERGEFIELD city} = "Rennes" "un¶deux" ""}¶C',
            ["A", "un", "deux", "C"],
            ["A", "C"],
        ),
        ('A¶{IF {MERGEFIELD city} = "Rennes" "un¶" ""}¶C', ["A", "un", "C"], ["A", "C"]),
        ('A¶{IF {MERGEFIELD city} = "Rennes" "un¶¶deux" ""}', ["A", "un", "", "deux"], ["A"]),
        ('A {IF {MERGEFIELD city} = "Rennes" ""¶"un¶deux"}¶C', ["A ", "C"], ["A un", "deux", "C"]),
        (
            '{IF {MERGEFIELD city} <> "" "un¶{IF {MERGEFIELD city} = Rennes "2¶3" "4¶"}¶5" ""}¶C',
            ["un", "2", "3", "5", "C"],
            ["un", "4", "5", "C"],
        ),
        (
            '{IF {MERGEFIELD city} = Rennes "a¶b"} {IF {MERGEFIELD city} = Paris "c¶d"}',
            ["a", "b "],
            [" c", "d"],
        ),
        (
            '{IF 1 = 1 "{MERGEFIELD company}¶{MERGEFIELD first_name} {MERGEFIELD last_name}¶'
            '{MERGEFIELD street}¶{MERGEFIELD city}"}¶C',
            ["Marie Le Goff", "Rennes", "C"],
            ["Marie Le Goff", "Paris", "C"],
        ),
        ('{QUOTE "un¶{MERGEFIELD city}"}¶C', ["un", "Rennes", "C"], ["un", "Paris", "C"]),
    ],
)
def test_a_branch_may_hold_whole_paragraphs(
    template: str, rennes: list[str], paris: list[str], merged: Merge, tmp_path: Path
) -> None:
    content = docx(fields(template))
    for city, expected in (("Rennes", rennes), ("Paris", paris)):
        made = merged(content, **MARIE | {"city": city})
        assert lines(made) == expected
        assert real_faults(made, tmp_path) == []


def test_a_paragraph_keeps_the_looks_of_its_own_end_mark(merged: Merge) -> None:
    """Word keeps them there: the last paragraph is that behind the field."""

    def look(name: str) -> str:
        return f'<w:pPr><w:jc w:val="{name}"/></w:pPr>'

    begin, rest = field(code('IF 1 = {city} "un')).split('<w:r><w:fldChar w:fldCharType="sep', 1)
    body = (
        paragraph(begin.replace("{city}", "1"), look=look("left"))
        + paragraph(code('deux" "trois'), look=look("center"))
        + paragraph(code('quatre"'), '<w:r><w:fldChar w:fldCharType="sep', rest, look=look("right"))
    )
    for number, expected in ((1, ["left", "right"]), (2, ["center", "right"])):
        made = merged(docx(body.replace("IF 1 = 1", f"IF {number} = 1")))
        found = [e.get(f"{W}val") for e in opened(made).iter(f"{W}jc")]
        assert found == expected


def test_the_last_result_of_a_field_may_be_of_several_paragraphs(merged: Merge) -> None:
    one = field(code('IF 1 = 1 "oui" ""'), result="vieux</w:t></w:r></w:p><w:p><w:r><w:t>reste")
    assert lines(merged(docx(paragraph(run("A "), one) + paragraph(run("B"))))) == ["A oui", "B"]
    name = field(code("MERGEFIELD city"), result="«ci</w:t></w:r></w:p><w:p><w:r><w:t>ty»")
    assert lines(merged(docx(paragraph(run("A "), name)), **MARIE)) == ["A Rennes"]


def test_a_field_over_paragraphs_that_a_reviewer_inserted(merged: Merge, tmp_path: Path) -> None:
    begin, end = field(code('IF 1 = 1 "un'), "|", code('deux" "trois"')).split("|")
    inserted = '<w:ins w:id="9" w:author="a">{}</w:ins>'
    body = f"<w:p>{inserted.format(begin)}</w:p><w:p>{inserted.format(end)}{run(' fin')}</w:p>"
    made = merged(docx(body))
    assert lines(made) == ["un", "deux fin"]
    assert real_faults(made, tmp_path) == []


def test_a_field_over_paragraphs_cannot_begin_in_a_link(merged: Merge) -> None:
    begin, end = field(code('IF 1 = 1 "un'), "|", code('deux" "trois"')).split("|")
    body = f'<w:p><w:hyperlink w:anchor="x">{begin}</w:hyperlink></w:p><w:p>{end}</w:p>'
    with pytest.raises(Exception, match="begins and ends in different parts of the document"):
        merged(docx(body))


def test_a_table_may_stand_in_a_branch(merged: Merge, tmp_path: Path) -> None:
    cell = f"<w:tc><w:tcPr/>{paragraph(code('ville '), merge('city'))}</w:tc>"
    table = f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr>{cell}</w:tr></w:tbl>"
    begin, end = field(code('IF 1 = 1 "Voici'), "|", code('Fin" "rien"')).split("|")
    content = docx(f"<w:p>{begin}</w:p>{table}<w:p>{end}{run(' après')}</w:p>")
    made = merged(content, **MARIE)
    assert lines(made) == ["Voici", "ville Rennes", "Fin après"]
    assert [e.tag for e in opened(made).find(f"{W}body")][:3] == [f"{W}p", f"{W}tbl", f"{W}p"]
    assert real_faults(made, tmp_path) == []


def test_a_cell_that_holds_nothing_but_an_empty_branch_keeps_a_paragraph(
    merged: Merge, tmp_path: Path
) -> None:
    inside = fields('{IF {MERGEFIELD city} = "Paris" "un¶deux" ""}')
    table = (f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{inside}</w:tc>"
             f"</w:tr></w:tbl>{paragraph()}")  # fmt: skip
    made = merged(docx(table), **MARIE)
    assert lines(made) == ["", ""]
    assert real_faults(made, tmp_path) == []
    assert lines(merged(docx(table), city="Paris")) == ["un", "deux", ""]


def test_a_field_from_one_cell_to_another_is_refused(merged: Merge) -> None:
    begin, end = field(code('IF 1 = 1 "a'), "|", code('b"')).split("|")
    row = f"<w:tr><w:tc><w:p>{begin}</w:p></w:tc><w:tc><w:p>{end}</w:p></w:tc></w:tr>"
    with pytest.raises(Exception, match="begins and ends in different parts of the document"):
        merged(docx(f"<w:tbl>{row}</w:tbl>{paragraph()}"))


def test_branches_in_a_header_and_at_the_end_of_a_letter_are_bundled(
    bundle: Bundle, tmp_path: Path
) -> None:
    headed = SECTION.replace(
        "<w:sectPr>", '<w:sectPr><w:headerReference w:type="default" r:id="r_header1"/>'
    )
    header = part("hdr", fields('{IF {MERGEFIELD city} = Rennes "un¶deux" ""}'))
    content = docx(fields(TWO.removesuffix("¶C")), section=headed, parts={"header1": header})
    together = bundle(content, [MARIE, MARIE | {"city": "Paris"}])
    assert [line for line in lines(together) if line] == ["A un", "deux B", "A trois", "quatre",
                                                          "cinq B"]  # fmt: skip
    assert lines(together, "word/header1_1.xml") == ["un", "deux"]
    assert lines(together, "word/header1_2.xml") == [""]
    assert real_faults(together, tmp_path) == []


# --- lines --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{IF {MERGEFIELD city} = "Paris" "x" ""}¶Fin', ["Fin"]),
        ('{IF 1 = 1 "{MERGEFIELD company}" ""}¶Fin', ["Fin"]),
        ('{IF 1 = 1 " " ""}¶Fin', ["Fin"]),
        ("{civ}{SET a 1}¶Fin".replace("{civ}", ""), ["Fin"]),
        ('{MERGEFIELD civility} {IF 1 = 2 "Dr"} {MERGEFIELD last_name}', ["Mme Le Goff"]),
        ('{MERGEFIELD company} {IF 1 = 1 "Dr "}{MERGEFIELD last_name}', ["Dr Le Goff"]),
        ('{MERGEFIELD first_name}{IF 1 = 1 " {MERGEFIELD company}"}¶Fin', ["Marie", "Fin"]),
        ('{MERGEFIELD first_name}{IF 1 = 1 " {MERGEFIELD city}"}', ["Marie Rennes"]),
        ("{ADDRESSBLOCK \\f <<_COMPANY_>>}¶Fin", ["Fin"]),
    ],
)
def test_an_if_that_prints_nothing_leaves_no_empty_line(
    template: str, expected: list[str], merged: Merge
) -> None:
    assert lines(merged(docx(fields(template)), **MARIE)) == expected


def test_a_template_may_ask_to_keep_empty_lines(merged: Merge) -> None:
    """`w:doNotSuppressBlankLines` (ECMA-376 Part 1, 17.14.12)."""
    body = fields('{MERGEFIELD company}¶{IF 1 = 1 "{MERGEFIELD street}¶a" ""}¶Fin')
    keeping = "<w:mailMerge><w:doNotSuppressBlankLines/></w:mailMerge>"
    settings = part("settings", keeping)
    assert lines(merged(docx(body, parts={"settings": settings}))) == ["", "", "a", "Fin"]
    assert lines(merged(docx(body))) == ["a", "Fin"]
