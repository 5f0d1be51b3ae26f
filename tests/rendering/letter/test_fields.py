"""The zoo: every field of Word's merge, in code as Word writes it, with what it prints."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from word import complex_field, docx, fields, lines, opened, paragraph, real_faults, run

from outreach.errors import Problems
from outreach.model.field import Value
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.reading import read_template
from outreach.rendering.letter.skipping import SkippedLetter
from outreach.rendering.missing import MissingValues

NOW = datetime(2027, 3, 1, 14, 5)
MARIE: dict[str, Value] = {
    "civility": "Mme", "first_name": "Marie", "last_name": "Le Goff", "city": "Rennes",
    "street": "3 rue du Four", "postal_code": "35000", "country": None, "company": None,
    "phone": None, "revenue": Decimal("1234.5"), "visits": 7, "Prénom usuel": "Mimi",
    "last_order_on": date(2026, 12, 24), "street2": " ",
}  # fmt: skip
ANSWERS = {"quel lot ?": "B 12", "signature": "Paul"}


def compiled(content: bytes) -> Program:
    return compile_template(
        read_template(content, "lettre.docx"),
        lambda name: name if name in MARIE else None,
        list(MARIE),
        answers=ANSWERS,
    )


def letter(text: str, locale: str = "fr_FR", **values: Value) -> bytes:
    return fill(compiled(docx(fields(text))), MARIE | values, locale=locale, today=NOW)


#: What stands in the template → the lines of the letter.
ZOO: dict[str, list[str]] = {
    # --- names
    "[{MERGEFIELD first_name}]": ["[Marie]"],
    "[{ mergefield  First_Name  \\* MERGEFORMAT }]": ["[Marie]"],
    "[{MERGEFIELD “First Name”}]": ["[Marie]"],
    "[{MERGEFIELD Prénom_usuel}]": ["[Mimi]"],
    "[{MERGEFIELD prenom_usuel}]": ["[Mimi]"],
    "[{MERGEFIELD PRÉNOM-USUEL}]": ["[Mimi]"],
    "[{CHAMPFUSION city}]": ["[Rennes]"],
    '[{MERGEFIELD "First Name" \\m}]': ["[Marie]"],
    "[{MERGEFIELD city \\v}]": ["[Rennes]"],
    # --- switches
    '[{MERGEFIELD revenue \\# "# ##0,00 €"}]': ["[1\u202f234,50 €]"],
    "[{MERGEFIELD visits \\* CardText}]": ["[sept]"],
    "[{MERGEFIELD visits \\* ROMAN}]": ["[VII]"],
    '[{MERGEFIELD last_order_on \\@ "dddd d MMMM"}]': ["[jeudi 24 décembre]"],
    '[{MERGEFIELD city \\b "à " \\f " !" \\* Upper}]': ["[à RENNES !]"],
    '[{MERGEFIELD phone \\b "Tél. " \\f "."}]': ["[]"],
    # --- IF
    'Ch{IF {MERGEFIELD civility} = "Mme" "ère" "er"} {MERGEFIELD last_name}': ["Chère Le Goff"],
    '[{IF "{MERGEFIELD civility}"="M." "Monsieur" "Madame"}]': ["[Madame]"],
    '[{SI {MERGEFIELD civility} = “Mme” “Madame” “Monsieur”}]': ["[Madame]"],
    '[{IF {MERGEFIELD visits} > 10 "oui"}]': ["[]"],
    "[{IF 900 > 1000 plus moins}]": ["[moins]"],
    "[{IF {MERGEFIELD revenue} >= 1234,5 oui non}]": ["[oui]"],
    '[{IF Mme = mme "oui" "non"}]': ["[non]"],
    '[{IF {MERGEFIELD city} = "R?n*" "oui" "non"}]': ["[oui]"],
    '[{IF "R?n*" = {MERGEFIELD city} "oui" "non"}]': ["[non]"],
    '[{IF {MERGEFIELD phone} = "" "sans" "avec {MERGEFIELD phone}"}]': ["[sans]"],
    '[{IF {MERGEFIELD phone} <> "" "avec {MERGEFIELD phone}" "sans"}]': ["[sans]"],
    '[{IF 1 = 1 "il dit \\"oui\\"" "non"}]': ['[il dit "oui"]'],
    '[{IF 1 = 1 "a{IF 2 = 2 "b{IF 3 = 4 "x" "c {MERGEFIELD visits}"}"}d" ""}]': ["[abc 7d]"],
    '[{IF {= {MERGEFIELD visits} * 2} > 13 "beaucoup" "peu"}]': ["[beaucoup]"],
    '[{IF {MERGEFIELD visits} > {= 2 + 3} "beaucoup" "peu" \\* Upper}]': ["[BEAUCOUP]"],
    '[{IF {DATE \\@ "M"} < 4 "hiver" "été"}]': ["[hiver]"],
    '[{IF {MERGEFIELD last_order_on} < 01/01/2027 "ancien" "récent"}]': ["[ancien]"],
    # --- names with a value
    '{SET ville "{MERGEFIELD city}"}¶À {REF ville \\* Upper}, {ville}': ["À RENNES, Rennes"],
    '{SET n 2}{SET n "{= n + 1}"}[{REF n}]': ["[3]"],
    "[{ASK signature “Qui signe ?”}{REF signature}]": ["[Paul]"],
    '[{FILLIN "Quel lot ?"}]': ["[B 12]"],
    '[{FILLIN "Combien ?" \\d "{MERGEFIELD visits}"}]': ["[7]"],
    # --- numbers
    "[{= 2 + 3 * 4}]": ["[14]"],
    '[{= {MERGEFIELD revenue} * 2 \\# "# ##0,00 €"}]': ["[2\u202f469,00 €]"],
    "[{= SUM({MERGEFIELD visits};{= 1 + 1}) / 2}]": ["[4,5]"],
    "[{= IF({MERGEFIELD visits} > 5;10;20)}]": ["[10]"],
    "[{COMPARE {MERGEFIELD city} = R*}{COMPARE 1 > 2}]": ["[10]"],
    "[{= OR({COMPARE 1 = 2};{COMPARE a = a})}]": ["[1]"],
    "[{MERGEREC}/{MERGESEQ}]": ["[1/1]"],
    # --- the instant of the run
    '{DATE \\@ "dddd d MMMM yyyy"} à {TIME \\@ "HH\'h\'mm"}': ["lundi 1 mars 2027 à 14h05"],
    "[{DATE}, {TIME}]": ["[1 mars 2027, 14:05]"],
    # --- what stays text
    "[{CREATEDATE \\@ dd}, {SAVEDATE}, {PRINTDATE}]": ["[old, old, old]"],
    '[{QUOTE "de {MERGEFIELD city}"}]': ["[de Rennes]"],
    "[{DOCPROPERTY Inconnue}]": ["[old]"],
    # --- addresses
    "{ADDRESSBLOCK}": ["Mme Marie Le Goff/3 rue du Four/35000 Rennes"],
    '{ADDRESSBLOCK \\f "<<_LAST0_>>,<< _COMPANY_>> <<_CITY_>>"}': ["Le Goff, Rennes"],
    "{GREETINGLINE}": ["Madame,"],
    '{GREETINGLINE \\f "<<_BEFORE_ Chère >><<_FIRST0_>><<_AFTER_ ,>>"}': ["Chère Marie,"],
    '{GREETINGLINE \\f "<<_NICK0_>><<_TITLE1_ >>" \\e "Bonjour"}': ["Marie"],
}  # fmt: skip


@pytest.mark.parametrize("template", ZOO)
def test_every_field_prints_what_word_prints(template: str) -> None:
    made = letter(template)
    assert lines(made) == ZOO[template]
    assert not [e for e in opened(made).iter() if str(e.tag).endswith(("}instrText", "}fldChar"))]


def test_the_whole_zoo_is_a_document_word_can_open(tmp_path: Path) -> None:
    """Alone and in a bundle of three, by openxml-audit and by python-docx."""
    content = docx("".join(map(fields, ZOO)))
    program = compiled(content)
    alone = fill(program, MARIE, locale="fr_FR", today=NOW)
    assert lines(alone) == [line for expected in ZOO.values() for line in expected]
    writer = BundleWriter(program, locale="fr_FR", today=NOW)
    together = b"".join([*(writer.add(MARIE) for _ in range(3)), writer.finish()])
    for made in (alone, together):
        assert real_faults(made, tmp_path) == []
        Document(BytesIO(made))


def test_the_same_template_speaks_english() -> None:
    text = '{IF {MERGEFIELD revenue} > 1234.4 "{MERGEFIELD revenue}" ""}, {GREETINGLINE}'
    assert lines(letter(text, locale="en_GB")) == ["1,234.5, Dear Mme Le Goff,"]


# --- what stays one of Word's -----------------------------------------------------------


def code(made: bytes) -> str:
    return "".join(e.text or "" for e in opened(made).iter("{*}instrText"))


def test_an_address_with_a_field_is_written_into_the_link() -> None:
    made = letter('Ici {HYPERLINK "https://x.example/?v={MERGEFIELD city}&n=1" \\o "a"}')
    assert code(made) == 'HYPERLINK "https://x.example/?v=Rennes&n=1" \\o "a"'
    hostile = letter('Ici {HYPERLINK "https://x.example/{MERGEFIELD city}"}', city='"a\\ <b>\n{')
    assert code(hostile) == 'HYPERLINK "https://x.example/\\"a\\\\ <b> {"'


def test_what_depends_on_pages_is_left_to_word_with_the_values_in_it() -> None:
    made = letter('{IF {PAGE} = 1 "Chère {MERGEFIELD first_name}" ""} {= {PAGE} + {= 1 + 1}}')
    assert code(made) == 'IF PAGE = 1 "Chère Marie" ""= PAGE + 2'


def test_what_depends_on_pages_is_told_to_be_missing_in_a_pdf() -> None:
    template = read_template(docx(fields('{IF {PAGE} = 1 "a" ""} {IF 1 = 1 "{PAGE}"}')), "x.docx")
    assert list(map(str, template.warnings)) == [
        "x.docx: the field IF depends on the page: Word computes it, a PDF leaves it out"
    ]


def test_a_value_missing_in_a_link_holds_the_letter() -> None:
    with pytest.raises(MissingValues, match="phone"):
        letter('Ici {HYPERLINK "tel:{MERGEFIELD phone}"}')


def test_a_reference_to_a_place_of_the_document_stays_live() -> None:
    start = '<w:bookmarkStart w:id="1" w:name="total"/>'
    marked = paragraph(start, run("70"), '<w:bookmarkEnd w:id="1"/>')
    content = docx(marked + fields('{REF total} {= total * 2} {IF {REF total} > 60 "oui"}'))
    made = fill(compiled(content), MARIE, locale="fr_FR", today=NOW)
    assert (lines(made), code(made)) == (["70", "old 140 oui"], "REF total")


def test_a_locked_field_keeps_its_last_result() -> None:
    begin = 'w:fldCharType="begin"'
    locked = complex_field("DATE", "3 mai 1999").replace(begin, f'{begin} w:fldLock="1"')
    made = fill(compiled(docx(paragraph(run("Le "), locked))), {}, locale="fr_FR", today=NOW)
    assert (lines(made), code(made)) == (["Le 3 mai 1999"], "")


def test_properties_and_variables_of_the_document_are_written() -> None:
    custom = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'custom-properties"><property name="Offre"><v>Printemps</v></property></Properties>'
    )
    content = docx(fields("Offre {DOCPROPERTY Offre \\* Upper}"),
                   others={"docProps/custom.xml": custom.encode()})  # fmt: skip
    assert lines(fill(compiled(content), {}, locale="fr_FR", today=NOW)) == ["Offre PRINTEMPS"]


# --- missing values, people left out ------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{IF {MERGEFIELD visits} = 7 "Tél. {MERGEFIELD phone}" ""}', ("phone",)),
        ('Dit {QUOTE "de {MERGEFIELD company}"}', ("company",)),
        ("Total {= {MERGEFIELD phone} * {MERGEFIELD company}}", ("phone", "company")),
        ("{SET x {MERGEFIELD phone}}[{REF x}]", ("phone",)),
        ('[{REF x}]{SET x "1"}', ("x",)),
        ('À {IF 1 = 1 "{IF 2 = 2 "{MERGEFIELD phone}"}"}', ("phone",)),
    ],
)
def test_what_is_printed_must_be_there(text: str, names: tuple[str, ...]) -> None:
    with pytest.raises(MissingValues) as held:
        letter(text)
    assert held.value.names == names


@pytest.mark.parametrize(
    "text",
    [
        '[{IF {MERGEFIELD phone} = "" "" "Tél. {MERGEFIELD phone}"}]',
        '[{IF {= {MERGEFIELD phone} * 2} > 3 "x" ""}]',
        '[{IF {MERGEFIELD visits} = 8 "{MERGEFIELD phone}" ""}]',
        "[{SKIPIF {MERGEFIELD phone} = 1}]",
    ],
)
def test_a_condition_and_a_branch_not_taken_need_nothing(text: str) -> None:
    assert lines(letter(text)) == ["[]"]


def test_skipif_leaves_the_person_out_and_says_why() -> None:
    text = 'Chère {MERGEFIELD first_name}{SKIPIF {MERGEFIELD city} = "Rennes"}'
    with pytest.raises(SkippedLetter) as left_out:
        letter(text)
    assert left_out.value.condition == 'SKIPIF {city} = "Rennes"'
    assert lines(letter(text, city="Paris")) == ["Chère Marie"]


def test_a_bundle_goes_on_without_those_left_out() -> None:
    program = compiled(
        docx(fields("{SKIPIF {MERGEFIELD city} = Paris}N° {MERGESEQ} de {MERGEREC}"))
    )
    writer = BundleWriter(program, locale="fr_FR", today=NOW)
    written = []
    for number, city in enumerate(("Rennes", "Paris", "Brest"), 1):
        try:
            written.append(writer.add(MARIE | {"city": city}, record=number))
        except SkippedLetter:
            written.append(b"")
    made = b"".join([*written, writer.finish()])
    assert lines(made) == ["N° 1 de 1", "N° 2 de 3"]


# --- what is told before anything leaves -----------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{IF a b c}", "needs two values"),
        ("{IF }", "needs two values"),
        ("{= 1 +}", "the formula “1 \\+” is not complete"),
        ("{= prix * 2}", "asks for prix, and no bookmark"),
        ("{= SUM(ABOVE)}", "counts cells, and stands in no table"),
        ('{FILLIN "Quel jour ?"}', "the letter asks “Quel jour \\?”, and nothing answers"),
        ('{ASK jour "Quel jour ?"}', "the letter asks “Quel jour \\?”, and nothing answers"),
        ("{SET }", "names no bookmark"),
        ("{DATABASE \\c x}", "DATABASE .* is not supported yet"),
        ("{INCLUDETEXT x}", "INCLUDETEXT x is not supported yet"),
        ("{IF {INCLUDETEXT x} = 1 2 3}", "INCLUDETEXT x is not supported yet"),
        ("{MERGEFIELD {MERGEFIELD city}}", "inside the code of MERGEFIELD"),
        ("{MERGEFIELD city \\* Majuscules}", r"the switch \\\* Majuscules"),
        ("{IF {NEXT} = 1 2 3}", "NEXT cannot stand inside"),
        ("{NEXT}", "goes on to the next person"),
        ("{IF {MERGEFIELD Vile} = 1 2 3}", "no field 'Vile'"),
        ("{MERGEFIELD TableStart:lignes}", "no counterpart"),
    ],
)
def test_what_cannot_be_computed_is_told_with_its_reason(text: str, says: str) -> None:
    with pytest.raises(Problems, match=says):
        letter("Ici " + text)
