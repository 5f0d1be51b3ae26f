"""Rows for each item of a list, formulas on tables, sheets of labels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from word import docx, fields, lines, opened, paragraph, real_faults

from outreach.errors import Problems
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.evaluating import Values
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.formula import FormulaError
from outreach.rendering.letter.names import ListFields
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.reading import read_template

ORDERS = ListFields("orders", {"on": "on", "amount": "amount", "montant": "amount", "note": "note"})
TWO: Values = {
    "city": "Rennes",
    "orders": [
        {"on": date(2026, 12, 1), "amount": Decimal(100), "note": None},
        {"on": date(2027, 1, 15), "amount": Decimal("20.5"), "note": "livré"},
    ],
}
NONE: Values = {"city": "Rennes", "orders": []}


def compiled(body: str, **settings: Any) -> Program:
    return compile_template(
        read_template(docx(body), "x.docx"),
        lambda name: name if name in ("city", "n") else None,
        lists={"orders": ORDERS, "commandes": ORDERS},
        **settings,
    )


def made(body: str, values: Values) -> bytes:
    return fill(compiled(body), values, locale="fr_FR", today=date(2027, 3, 1))


def table(*rows: tuple[str, ...]) -> str:
    """A table; each cell is the notation of `fields`."""
    xml = "".join(
        f"<w:tr>{''.join(f'<w:tc><w:tcPr/>{fields(cell)}</w:tc>' for cell in row)}</w:tr>"
        for row in rows
    )
    grid = "<w:gridCol/>" * len(rows[0])
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{xml}</w:tbl>{paragraph()}"


def rows(content: bytes) -> list[str]:
    return [
        " | ".join("".join(t.text or "" for t in cell.iter("{*}t")) for cell in row.iter("{*}tc"))
        for row in opened(content).iter("{*}tr")
    ]


HEAD = ("Date", "Montant")
BY_NAME = ('{MERGEFIELD orders.on \\@ "dd/MM"}', '{MERGEFIELD orders.amount \\# "0,00"}')
BY_MARKS = ('{MERGEFIELD TableStart:orders}{MERGEFIELD on \\@ "dd/MM"}',
            '{MERGEFIELD amount \\# "0,00"}{MERGEFIELD TableEnd:orders}')  # fmt: skip
FRENCH = ('{MERGEFIELD Commandes.on \\@ "dd/MM"}', '{MERGEFIELD commandes.Montant \\# "0,00"}')


@pytest.mark.parametrize("row", [BY_NAME, BY_MARKS, FRENCH])
def test_a_row_is_written_for_each_item(row: tuple[str, ...], tmp_path: Path) -> None:
    body = table(HEAD, row, ("Total", '{= SUM(ABOVE) \\# "0,00 €"}'))
    assert rows(made(body, TWO)) == ["Date | Montant", "01/12 | 100,00", "15/01 | 20,50",
                                     "Total | 120,50 €"]  # fmt: skip
    assert rows(made(body, NONE)) == ["Date | Montant", "Total | 0,00 €"]
    for values in (TWO, NONE, {}):
        assert real_faults(made(body, values), tmp_path) == []


def test_a_table_without_a_row_left_vanishes(tmp_path: Path) -> None:
    empty = made(table(BY_NAME), NONE)
    assert (rows(empty), lines(empty)) == ([], [""])
    inner = table(BY_MARKS).removesuffix(paragraph())
    outer = table(("|",)).replace(fields("|"), inner + paragraph())
    assert rows(made(outer, NONE)) == [""]
    assert real_faults(made(outer, NONE), tmp_path) == []


def test_rows_beside_each_other_and_contact_fields_are_repeated_together() -> None:
    body = table(
        ("{MERGEFIELD orders.on \\@ dd/MM}",), ("à {MERGEFIELD city} {MERGEFIELD orders.amount}",)
    )
    assert rows(made(body, TWO)) == ["01/12", "à Rennes 100", "15/01", "à Rennes 20,5"]


def test_conditions_and_missing_values_in_a_row_are_those_of_its_item() -> None:
    body = table(
        ('{IF {MERGEFIELD orders.amount} > 50 "gros" "petit"}', "{MERGEFIELD orders.note}")
    )
    assert rows(made(body, TWO)) == ["gros | ", "petit | livré"]


def test_paragraphs_and_text_are_repeated_between_marks() -> None:
    start, end = "{MERGEFIELD TableStart:orders}", "{MERGEFIELD TableEnd:orders}"
    body = fields(f"{start}¶Le {{MERGEFIELD on \\@ dd/MM}} :¶{{MERGEFIELD amount}} €¶{end}¶Fin")
    assert lines(made(body, TWO)) == ["Le 01/12 :", "100 €", "Le 15/01 :", "20,5 €", "Fin"]
    assert lines(made(body, NONE)) == ["Fin"]
    inline = fields(f"Montants : {start}{{MERGEFIELD amount}}, {end}fin")
    assert lines(made(inline, TWO)) == ["Montants : 100, 20,5, fin"]


def test_ids_in_repeated_rows_differ() -> None:
    picture = '<w:r><w:drawing><wp:inline><wp:docPr id="7" name="p"/></wp:inline></w:drawing></w:r>'
    mark = '<w:bookmarkStart w:id="3" w:name="ici"/><w:bookmarkEnd w:id="3"/>'
    body = table(("{MERGEFIELD orders.amount}",)).replace("<w:p>", f"<w:p>{mark}{picture}", 1)
    program = compiled(body)
    writer = BundleWriter(program, locale="fr_FR", today=date(2027, 3, 1))
    together = b"".join([writer.add(TWO), writer.add(TWO), writer.finish()])
    for content, count in ((made(body, TWO), 2), (together, 4)):
        ids = [e.get("id") for e in opened(content).iter("{*}docPr")]
        assert len(ids) == len(set(ids)) == count
        assert not list(opened(content).iter("{*}bookmarkStart"))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [("SUM(LEFT)", "5"), ("A1 + B1", "5"), ("SUM(A1:B2)", "14"), ("AVERAGE(ABOVE)", "None")],
)
def test_formulas_count_the_cells_of_their_table(formula: str, expected: str) -> None:
    body = table(("2", "3 €", f"{{= {formula}}}"), ("4", "5", "x"))
    if expected == "None":
        with pytest.raises(FormulaError):
            made(body, TWO)
    else:
        assert rows(made(body, TWO))[0] == f"2 | 3 € | {expected}"


def test_a_total_of_totals_counts_what_was_computed_above_it() -> None:
    body = table(("2",), ("{= A1 * 2}",), ("{= SUM(ABOVE)}",))
    assert rows(made(body, TWO)) == ["2", "4", "6"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (fields("{MERGEFIELD orders.amount}"), "stands in no row of a table"),
        (
            table(("{MERGEFIELD orders.prix}",)),
            "the items of the list 'orders' have no field 'prix'",
        ),
        (fields("{MERGEFIELD TableStart:lots}¶a¶{MERGEFIELD TableEnd:lots}"), "no list 'lots'"),
        (fields("{MERGEFIELD TableStart:orders}¶a"), "no counterpart"),
        (fields("{MERGEFIELD TableEnd:orders}¶a"), "no counterpart"),
    ],
)
def test_what_cannot_be_repeated_is_told(body: str, says: str) -> None:
    with pytest.raises(Problems, match=says):
        compiled(body)


def test_a_point_in_a_name_is_no_list() -> None:
    """Only where the base has a list of that name."""
    template = read_template(docx(fields("A {MERGEFIELD adresse.ville}")), "x.docx")
    assert (template.fields, template.problems) == (("adresse.ville",), ())
    program = compile_template(template, {"adresse.ville": "city"}.get)
    assert lines(fill(program, TWO, locale="fr_FR", today=date(2027, 3, 1))) == ["A Rennes"]


# --- labels -----------------------------------------------------------------------------------


LABEL = "{MERGEFIELD city}¶n° {MERGEFIELD n}"
SHEET = table((LABEL, "{NEXT}" + LABEL), ("{NEXT}" + LABEL, "{NEXT}" + LABEL))


def people() -> Iterator[Values]:
    return ({"city": f"V{n}", "n": n} for n in range(1, 4))


def test_a_page_of_labels_uses_a_person_per_label_and_leaves_the_rest_blank(tmp_path: Path) -> None:
    program = compiled(SHEET, several=True)
    assert program.several
    following = people()
    page = fill(program, next(following), locale="fr_FR", today=date(2027, 3, 1),
                following=following)  # fmt: skip
    assert rows(page) == ["V1n° 1 | V2n° 2", "V3n° 3 | n° "]
    assert real_faults(page, tmp_path) == []


def test_nextif_goes_on_only_where_its_condition_holds() -> None:
    body = fields('{MERGEFIELD n}{NEXTIF {MERGEFIELD n} = 1} {MERGEFIELD n}{NEXTIF 1 = 2}'
                  " {MERGEFIELD n} {MERGEREC}")  # fmt: skip
    following = people()
    page = fill(compiled(body, several=True), next(following), locale="fr_FR",
                today=date(2027, 3, 1), following=following)  # fmt: skip
    assert lines(page) == ["1 2 2 2"]


def test_the_next_person_cannot_begin_in_a_text_box() -> None:
    """Word writes a text box twice, for old readers too: a person would be left out."""
    box = f"<w:r><w:pict><w:txbxContent>{fields('{NEXT}')}</w:txbxContent></w:pict></w:r>"
    with pytest.raises(Problems, match="NEXT cannot stand in a text box"):
        compiled(paragraph(box), several=True)


def test_pages_of_labels_are_bundled_until_nobody_is_left() -> None:
    writer = BundleWriter(compiled(SHEET, several=True), locale="fr_FR", today=date(2027, 3, 1))
    following = iter([{"city": f"V{n}", "n": n} for n in range(6)])
    pages = [writer.add(first, following=following) for first in following]
    assert (len(pages), writer.count) == (2, 2)
    together = b"".join([*pages, writer.finish()])
    assert [line for line in lines(together) if line.startswith("V")] == [f"V{n}" for n in range(6)]
