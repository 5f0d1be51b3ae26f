"""Letters written with Jinja's tags, as docxtpl's users write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from word import (
    SECTION,
    complex_field,
    docx,
    lines,
    merge,
    opened,
    paragraph,
    part,
    real_faults,
    run,
)

from outreach.errors import Problems
from outreach.rendering.letter.branches import ways
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.evaluating import Values
from outreach.rendering.letter.expressions import ExpressionFailure
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.names import ListFields
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.reading import read_template
from outreach.rendering.missing import MissingValues

TODAY = date(2027, 3, 1)
FIELDS = ("civility", "first_name", "last_name", "city", "street2", "revenue", "since")
ORDERS = ListFields("orders", {"on": "on", "amount": "amount", "montant": "amount", "note": "note"})
MARIE: Values = {
    "civility": "Mme",
    "first_name": "Zoë & <fils>",
    "last_name": "Le Goff",
    "city": "Alençon",
    "revenue": Decimal("1234.5"),
    "since": date(2020, 5, 7),
    "organisation.name": "Ets Durand",
    "orders": [
        {"on": date(2026, 12, 1), "amount": Decimal(100), "note": None},
        {"on": date(2027, 1, 15), "amount": Decimal("20.5"), "note": "livré"},
    ],
}
NOBODY: Values = {"orders": []}


def compiled(body: str, **parts: str) -> Program:
    content = docx(body, parts=parts, section=_headed() if "header1" in parts else SECTION)
    return compile_template(
        read_template(content, "lettre.docx"),
        lambda name: name if name in FIELDS else None,
        FIELDS,
        lists={"orders": ORDERS, "commandes": ORDERS},
    )


def _headed() -> str:
    reference = '<w:headerReference w:type="default" r:id="r_header1"/>'
    return SECTION.replace("<w:sectPr>", f"<w:sectPr>{reference}")


def made(body: str, values: Values = MARIE, locale: str = "fr_FR", **parts: str) -> bytes:
    return fill(compiled(body, **parts), values, locale=locale, today=TODAY)


def told(body: str, values: Values = MARIE, locale: str = "fr_FR") -> list[str]:
    return lines(made(body, values, locale))


def texts(*paragraphs: str) -> str:
    return "".join(paragraph(run(text)) for text in paragraphs)


def table(*rows: tuple[str, ...]) -> str:
    xml = "".join(
        f"<w:tr>{''.join(f'<w:tc><w:tcPr/>{texts(cell)}</w:tc>' for cell in row)}</w:tr>"
        for row in rows
    )
    grid = "<w:gridCol/>" * max(map(len, rows))
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{xml}</w:tbl>{paragraph()}"


def cells(content: bytes) -> list[str]:
    return [
        " | ".join("".join(t.text or "" for t in cell.iter("{*}t")) for cell in row.iter("{*}tc"))
        for row in opened(content).iter("{*}tr")
    ]


# --- values ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bonjour {{ first_name }} !", "Bonjour Zoë & <fils> !"),
        ("{{first_name|upper}}", "ZOË & <FILS>"),
        ("{{ first_name|e }}, {{ first_name|safe }}", "Zoë & <fils>, Zoë & <fils>"),
        ("{{ contact.last_name }} {{ contact['city']|de }}", "Le Goff d'Alençon"),
        ("{{ salutation(contact) }},", "Madame Le Goff,"),
        ("{{ revenue|money }} {{ revenue }}", "1\u202f234,50\xa0€ 1\u202f234,5"),
        ("depuis le {{ since|date('d MMMM yyyy') }}", "depuis le 7 mai 2020"),
        ("depuis le {{ since|date(’d MMMM yyyy’) }}", "depuis le 7 mai 2020"),
        ("{{ since|date(« yyyy ») }}", "2020"),
        ("le {{ today|date }}, {{ organisation.name }}", "le 1 mars 2027, Ets Durand"),
        ("{{ street2|default('sans') }} {{ street2 or '-' }}", "sans -"),
        ("{{ 'oui' if revenue > 1000 else 'non' }}", "oui"),
        ("{{ orders|length }} commandes", "2 commandes"),
        ("{{ orders|sum(attribute='amount') }}", "120,5"),
        ("{% set ville = city|upper %}{{ ville }} !", "ALENÇON !"),
        ("a{# une note #}b", "ab"),
    ],
)
def test_an_expression_prints_what_it_prints_in_an_email(text: str, expected: str) -> None:
    assert told(texts(text)) == [expected]


def test_amounts_and_dates_are_written_by_the_letters_language() -> None:
    text = texts("{{ revenue|money }} {{ since }} {{ salutation(contact) }}")
    assert told(text, locale="en_GB") == ["€1,234.50 7 May 2020 Dear Ms Le Goff"]


def test_a_tag_split_over_runs_has_the_typeface_of_its_first_brace() -> None:
    bold, italic = "<w:rPr><w:b/></w:rPr>", "<w:rPr><w:i/></w:rPr>"
    pieces = (
        run("Cher {", bold), '<w:proofErr w:type="spellStart"/>', run("{ la"),
        run("st_name|up", italic), run("per }"), run("}, bon", italic), run("jour"),
    )  # fmt: skip
    content = made(paragraph(*pieces))
    assert lines(content) == ["Cher LE GOFF, bonjour"]
    looks = {"".join(t.text or "" for t in r.iter("{*}t")): [e.tag.rpartition("}")[2]
             for e in r.iterfind("{*}rPr/*")] for r in opened(content).iter("{*}r")}  # fmt: skip
    assert looks == {"Cher ": ["b"], "LE GOFF": ["b"], ", bon": ["i"], "jour": []}


def test_several_tags_in_one_run_keep_the_text_between_them() -> None:
    assert told(texts("a{{ city }}b {{ city }}{{ city }} c")) == ["aAlençonb AlençonAlençon c"]


def test_a_value_of_several_lines_breaks_the_line() -> None:
    content = made(texts("{{ city }}"), {"city": "Lyon\nParis"})
    assert len(list(opened(content).iter("{*}br"))) == 1


# --- what is missing -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Bonjour {{ first_name }} de {{ city }}", ("first_name", "city")),
        ("{{ street2 }}", ("street2",)),
        ("{% if city == 'Rennes' %}oui{% endif %}", ("city",)),
        ("{% for o in orders %}{{ o.note }}{% endfor %}", ("orders.note",)),
        ("{% set v = city %}{{ v }}", ("city",)),
        ("{{ contact.city|upper }}", ("city",)),
    ],
)
def test_a_missing_value_holds_the_letter_by_its_name(text: str, names: tuple[str, ...]) -> None:
    values = {"orders": [{"amount": Decimal(1), "note": None}]}
    with pytest.raises(MissingValues) as error:
        made(texts(text), values)
    assert error.value.names == names


def test_a_line_that_may_be_empty_vanishes() -> None:
    body = texts("{{ city }}", "{{ street2|default('') }}", "{% if street2 %}x{% endif %}", "Fin")
    assert told(body) == ["Alençon", "Fin"]


def test_the_fields_are_counted_and_the_needed_ones_known() -> None:
    body = texts("{{ city }} {{ street2|default('') }} {{ contact.last_name }}",
                 "{% if revenue %}{{ revenue }} {{ since }}{% endif %}")  # fmt: skip
    program = compiled(body)
    assert {*program.fields} == {"city", "street2", "last_name", "revenue", "since"}
    assert {*program.required} == {"city", "last_name"}
    template = read_template(docx(body), "lettre.docx")
    assert {*template.fields} == {*program.fields}


def test_what_cannot_be_computed_for_a_person_is_told_with_its_expression() -> None:
    with pytest.raises(ExpressionFailure, match="city / 2"):
        made(texts("{{ city / 2 }}"))


# --- conditions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("revenue", "expected"), [(5, "petit."), (50, "moyen."), (500, "gros."), (None, "rien.")]
)
def test_one_branch_of_a_condition_in_a_paragraph_is_printed(
    revenue: int | None, expected: str
) -> None:
    text = (
        "{% if not revenue %}rien{% elif revenue > 100 %}gros{% elif revenue > 10 %}moyen"
        "{% else %}petit{% endif %}."
    )
    assert told(texts(text), {"revenue": revenue}) == [expected]


@pytest.mark.parametrize("tags", [("{%p if city %}", "{%p else %}", "{%p endif %}"),
                                  ("{% if city %}", "{% else %}", "{% endif %}")])  # fmt: skip
def test_paragraphs_between_tags_in_paragraphs_of_their_own(tags: tuple[str, str, str]) -> None:
    body = texts("A", tags[0], "Ville {{ city }}", "B", tags[1], "Sans", tags[2], "Fin")
    assert told(body) == ["A", "Ville Alençon", "B", "Fin"]
    assert told(body, NOBODY) == ["A", "Sans", "Fin"]


def test_a_paragraph_with_both_tags_is_there_or_not() -> None:
    body = texts("A", "{%p if city %}Ville {{ city }}{%p endif %}")
    assert (told(body), told(body, NOBODY)) == (["A", "Ville Alençon"], ["A"])


def test_conditions_stand_in_one_another() -> None:
    body = texts("{%p if city %}", "{%p if street2 %}", "deux", "{%p else %}",
                 "x{% if revenue %}y{% if since %}z{% endif %}{% endif %}", "{%p endif %}",
                 "{%p endif %}")  # fmt: skip
    assert (told(body), told(body, NOBODY)) == (["xyz"], [""])


def test_cells_and_rows_are_left_out(tmp_path: Path) -> None:
    body = table(("a", "{%tc if city %}", "b", "{%tc endif %}"), ("{%tr if street2 %}",),
                 ("c",), ("{%tr endif %}",))  # fmt: skip
    assert (cells(made(body)), cells(made(body, NOBODY))) == (["a | b"], ["a"])
    assert real_faults(made(body), tmp_path) == []


def test_the_ways_of_a_letter_are_known_to_the_preview() -> None:
    program = compiled(texts("{% if city %}a{% endif %}{{ street2 }}"))
    found = ways(program, MARIE, locale="fr_FR", today=TODAY)
    assert (found.taken, found.missing) == (frozenset({("city", True)}), ("street2",))


# --- loops -----------------------------------------------------------------------------------

ROWS = [
    ("Date", "Montant"),
    ("{%tr for o in orders %}", ""),
    ("{{ o.on|date('dd/MM') }}", "{{ o.montant|number(2) }}"),
    ("{%tr endfor %}", ""),
]
SAME = [("Date", "Montant"),
        ("{%tr for o in commandes %}{{ o.on|date('dd/MM') }}",
         "{{ o.amount|number(2) }}{%tr endfor %}")]  # fmt: skip


@pytest.mark.parametrize("rows", [ROWS, SAME])
def test_a_row_is_written_for_each_order(rows: list[tuple[str, ...]], tmp_path: Path) -> None:
    body = table(*rows)
    assert cells(made(body)) == ["Date | Montant", "01/12 | 100,00", "15/01 | 20,50"]
    assert cells(made(body, NOBODY)) == ["Date | Montant"]
    for values in (MARIE, NOBODY):
        assert real_faults(made(body, values), tmp_path) == []


def test_a_table_of_rows_only_vanishes_with_the_last(tmp_path: Path) -> None:
    body = table(*ROWS[1:])
    assert (cells(made(body)), cells(made(body, NOBODY))) == (
        ["01/12 | 100,00", "15/01 | 20,50"],
        [],
    )
    assert real_faults(made(body, NOBODY), tmp_path) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{% for o in orders %}{{ loop.index }}:{{ o.amount }}{% if not loop.last %}, {% endif %}"
         "{% endfor %}", "1:100, 2:20,5"),
        ("{% for o in orders if o.amount > 50 %}{{ o.amount }};{% endfor %}", "100;"),
        ("{% for o in orders|sort(attribute='amount') %}{{ o.amount }};{% endfor %}", "20,5;100;"),
        ("{% for o in orders[:1] %}{{ o.amount }};{% endfor %}", "100;"),
        ("{% for o in orders if o.amount > 999 %}x{% else %}aucune{% endfor %}", "aucune"),
        ("{% for o in orders %}{{ o.note|default('-') }};{% endfor %}", "-;livré;"),
        ("{% set t = orders|sum(attribute='amount') %}{{ t|money }}", "120,50\xa0€"),
    ],
)  # fmt: skip
def test_a_loop_in_a_paragraph(text: str, expected: str) -> None:
    assert told(texts(text)) == [expected]


def test_a_loop_of_paragraphs_with_an_otherwise() -> None:
    body = texts("{%p for o in orders %}", "Montant {{ o.amount }}", "{%p else %}", "Rien",
                 "{%p endfor %}")  # fmt: skip
    assert told(body) == ["Montant 100", "Montant 20,5"]
    assert told(body, NOBODY) == ["Rien"]


def test_fields_of_word_and_tags_stand_in_one_document() -> None:
    body = table(("{%tr for o in orders %}",), ("{{ o.amount }} FIELD",), ("{%tr endfor %}",))
    field = merge("amount", '\\# "0,00"')
    body = body.replace(
        run("{{ o.amount }} FIELD"), run("{{ o.amount }} {{ city }} ") + field + merge("city")
    )
    assert cells(made(body)) == ["100 Alençon 100,00Alençon", "20,5 Alençon 20,50Alençon"]
    both = paragraph(run("{% if city %}"), merge("city"), run("{% endif %}!"))
    assert (told(both), told(both, NOBODY)) == (["Alençon!"], ["!"])


# --- everywhere ------------------------------------------------------------------------------


def test_tags_in_headers_notes_boxes_links_and_bundles(tmp_path: Path) -> None:
    inside = f"<w:txbxContent>{texts('{{ city }}')}</w:txbxContent>"
    shape = f'<v:shape id="s1"><v:textbox>{inside}</v:textbox></v:shape>'
    box = f"<w:r><w:pict>{shape}</w:pict></w:r>"
    link = f'<w:hyperlink w:anchor="x">{run("{{ last_name }}")}</w:hyperlink>'
    word = complex_field("HYPERLINK https://example.org", "vers {{ city }}")
    body = paragraph(box) + paragraph(link) + paragraph(word)
    header = part("header1", texts("{% if city %}Pour {{ last_name }}{% endif %}"))
    content = made(body, header1=header)
    shown = "".join(t.text or "" for t in opened(content).iter("{*}t"))
    assert shown == "AlençonLe Goffvers Alençon"
    assert lines(content, "word/header1.xml") == ["Pour Le Goff"]
    writer = BundleWriter(compiled(body, header1=header), locale="fr_FR", today=TODAY)
    other = {**MARIE, "last_name": "Durand"}
    whole = b"".join([writer.add(MARIE), writer.add(other), writer.finish()])
    assert lines(whole, "word/header1_2.xml") == ["Pour Durand"]
    assert real_faults(whole, tmp_path) == []


def test_bookmarks_cut_by_a_condition_are_taken_out(tmp_path: Path) -> None:
    start, end = '<w:bookmarkStart w:id="7" w:name="ici"/>', '<w:bookmarkEnd w:id="7"/>'
    body = (paragraph(start, run("{%p if city %}")) + paragraph(run("a"), end)
            + texts("{%p endif %}"))  # fmt: skip
    for values in (MARIE, NOBODY):
        assert not list(opened(made(body, values)).iter("{*}bookmarkStart", "{*}bookmarkEnd"))


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (texts("{% include 'a' %}"), r"\{% include 'a' %\} is not supported in a letter"),
        (texts("{% macro a() %}"), "is not supported in a letter"),
        (texts("{{r last_name }}"), "rich text and documents inside a letter"),
        (texts("{{p last_name }}"), "rich text and documents inside a letter"),
        (texts("{%- if city %}a{% endif %}"), "- and . in a tag are not supported"),
        (texts("{{ city"), r"\{\{ city … is not closed in its paragraph"),
        (texts("{{ citty }}"), "the contact base has no field 'citty'"),
        (texts("{{ city|uper }}"), "there is no filter 'uper'"),
        (texts("{{ city|urlize }}"), "there is no filter 'urlize'"),
        (texts("{{ city is foo }}"), "there is no test 'foo'"),
        (texts("{{ city + }}"), r"“city \+” cannot be read"),
        (texts("{{ }}"), "a tag says nothing"),
        (texts("{{ tags }}"), "'tags' is known in e-mails and not in letters"),
        (texts("{{ loop.index }}"), "'loop' stands in no loop"),
        (texts("{{ organisation.nam }}"), "organisation.nam"),
        (texts("{% if city %}a"), "has no counterpart"),
        (texts("a{% endif %}"), "has no counterpart"),
        (texts("{% for o in lots %}a{% endfor %}"), "there is no list 'lots'"),
        (texts("{% for o in orders %}{{ o.prix }}{% endfor %}"), "have no field 'prix'"),
        (texts("{% for a, b in orders %}x{% endfor %}"), "cannot be read"),
        (texts("{{ orders.amount }}"), "'orders' is a list: it has no 'amount'"),
        (texts("a {% if city %}b", "c{% endif %}"), "do not stand beside each other"),
        (texts("{%p if city %} x", "c", "{%p endif %}"), "beside .* stands something"),
        (texts("{%p if city %}", "c", "{% endif %}"), "are not about the same"),
        (texts("{%tr if city %}", "c", "{%tr endif %}"), "stands in no table"),
        (table(("{%tc if city %}", "b", "{%tc endif %}")), "all cells of a row"),
        (texts("{% set a %}x"), "is not supported in a letter"),
        (paragraph(complex_field('IF 1 = 1 "{{ city }}" ""')), "holds a tag"),
        (table(("{% for o in orders %}a", "b{% endfor %}")), "do not stand beside each other"),
        (texts("{% for o in orders %}{% for p in orders %}x{% endfor %}{% endfor %}"),
         "repeated inside itself"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_by_name(body: str, says: str) -> None:
    with pytest.raises(Problems, match=says):
        compiled(body)


def test_nothing_of_python_is_within_reach() -> None:
    body = texts("{{ city.__class__.__mro__ }}")
    with pytest.raises((Problems, ExpressionFailure)):
        made(body)


def _all_parts(content: bytes) -> Iterator[str]:
    yield "".join(opened(content).itertext())


def test_no_brace_is_left_in_a_letter() -> None:
    for text in _all_parts(made(texts("{{ city }} {% if city %}x{% endif %} {# n #}"))):
        assert "{" not in text
