"""Word's formulas: read by the locale, exact, and refused where Word would print an error."""

from __future__ import annotations

from decimal import Decimal

import pytest

from outreach.rendering.letter.cells import TableCells
from outreach.rendering.letter.formula import FormulaError, read_formula, write_result

NUMBERS = {"prix": Decimal("12.5"), "tva": Decimal(20), "Q1": Decimal(7)}
#: The formula stands in B4.
TABLE = TableCells(
    [["Article", "Prix"], ["Cahier", "1 000,50 €"], ["Stylo", "12"], ["Total", "", "3", "", "9"]],
    row=3,
    column=1,
    locale="fr_FR",
)  # fmt: skip


def value(text: str, locale: str = "fr_FR") -> Decimal:
    return read_formula(text, locale).value(NUMBERS.get, TABLE)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("= 1,5 + 2 * 3", "7.5"),
        ("0,1+0,2", "0.3"),
        ("(1+2)*3", "9"),
        ("-2^2", "-4"),
        ("2^3^2", "512"),
        ("2^-1", "0.5"),
        ("10-4-3", "3"),
        ("20%*50", "10"),
        ("prix*(1+tva%)", "15"),
        ("2>1", "1"),
        ("1=2", "0"),
        ("3<>3", "0"),
        ("prix>=12,5", "1"),
        ("ROUND(2,345;2)", "2.35"),
        ("ROUND(-2,5)", "-3"),
        ("ROUND(1234;-2)", "1200"),
        ("INT(-1,5)", "-1"),
        ("ABS(-3)", "3"),
        ("SIGN(-3)", "-1"),
        ("MOD(7;3)", "1"),
        ("MIN(3;1;2)", "1"),
        ("MAX(3;1;2)", "3"),
        ("PRODUCT(2;3;4)", "24"),
        ("AVERAGE(1;2)", "1.5"),
        ("COUNT(1;2;3)", "3"),
        ("AND(1;prix>1)", "1"),
        ("OR(0;0)", "0"),
        ("NOT(0)", "1"),
        ("TRUE", "1"),
        ("FALSE", "0"),
        ("IF(prix>10;1;2)", "1"),
        ("IF(prix<10;1/0;2)", "2"),
        ("DEFINED(prix)", "1"),
        ("DEFINED(absent)", "0"),
        ("DEFINED(1/0)", "0"),
        ("SUM(ABOVE)", "1012.5"),
        ("sum(b2:b3)*2", "2025"),
        ("SUM(B:B)", "1012.5"),
        ("SUM(3:3;1)", "13"),
        ("COUNT(RIGHT)", "1"),
        ("SUM(LEFT)", "0"),
        ("$B$3/2", "6"),
        ("B9", "0"),
    ],
)
def test_a_formula_comes_to(text: str, result: str) -> None:
    assert value(text) == Decimal(result)


def test_arguments_are_divided_by_the_sign_of_the_locale_or_a_semicolon() -> None:
    assert value("SUM(1.5,2)", "en_US") == Decimal("3.5")
    assert value("SUM(1.5;2)", "en_US") == Decimal("3.5")
    assert value("SUM(1,5;2)") == Decimal("3.5")


def test_what_looks_like_a_cell_is_a_bookmark_outside_a_table() -> None:
    assert read_formula("Q1*2", "fr_FR").value(NUMBERS.get, None) == 14
    assert read_formula("SUM(Q1;1)", "fr_FR").value(NUMBERS.get, None) == 8
    assert read_formula("Q1*2", "fr_FR").value(NUMBERS.get, TABLE) == 0


def test_a_side_ends_at_the_first_cell_without_a_number() -> None:
    """Read from the cell in the middle of a cross."""
    cross = [["1"], ["8"], ["", "", "4"], ["2", "x", "3", "", "5", "6", "-"], ["7", "", "9"]]
    cells = TableCells(cross, row=3, column=3, locale="fr_FR")
    sides = {side: [*map(int, cells.numbers(side))] for side in ("LEFT", "RIGHT", "ABOVE", "BELOW")}
    assert sides == {"LEFT": [3], "RIGHT": [5, 6], "ABOVE": [], "BELOW": []}
    column = TableCells(cross, row=2, column=0, locale="fr_FR")
    assert [*map(int, column.numbers("ABOVE"))] == [8, 1]
    assert [*map(int, column.numbers("BELOW"))] == [2, 7]
    assert [*map(int, column.numbers("C:D"))] == [4, 3, 9]
    assert [*map(int, column.numbers("A4:C5"))] == [2, 3, 7, 9]


def test_a_formula_knows_the_bookmarks_it_asks_for() -> None:
    assert read_formula("prix*tva+prix+SUM(ABOVE)", "fr_FR").names == ("prix", "tva")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the formula “” is not complete"),
        ("1+", "the formula “1+” is not complete"),
        ("SUM(1", "the formula “SUM(1” is not complete"),
        ("1 2", "the formula “1 2” cannot be read at “2”"),
        ("(1))", "the formula “(1))” cannot be read at “)”"),
        ("1+*2", "the formula “1+*2” cannot be read at “*”"),
        ("1;2", "the formula “1;2” cannot be read at “;”"),
        ("1.5*2", "the formula “1.5*2” cannot be read at “.”\n"
                  "  the decimal sign of this letter is “,”"),
        ("SUMM(1)", "the formula “SUMM(1)” has the unknown function SUMM\n  did you mean 'SUM'?"),
        ("MOD(1)", "the formula “MOD(1)” gives MOD 1 arguments\n  it takes 2"),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_when_it_is_read(text: str, told: str) -> None:
    with pytest.raises(FormulaError) as refused:
        read_formula(text, "fr_FR")
    assert str(refused.value) == told


@pytest.mark.parametrize("text", ["(" * 100 + "1" + ")" * 100, "1" + "+1" * 300, "-" * 99 + "1"])
def test_a_formula_that_would_exhaust_the_stack_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        read_formula(text, "fr_FR")


def test_a_long_sum_is_computed() -> None:
    assert value("1" + "+1" * 240) == 241


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1/0", "the formula “1/0” divides by zero"),
        ("0/0", "the formula “0/0” divides by zero"),
        ("0^-1", "the formula “0^-1” divides by zero"),
        ("MOD(1;0)", "the formula “MOD(1;0)” divides by zero"),
        ("AVERAGE(LEFT)", "the formula “AVERAGE(LEFT)” divides by zero"),
        ("10^10^10", "the formula “10^10^10” has no result that is a number"),
        ("(-8)^(1/3)", "the formula “(-8)^(1/3)” has no result that is a number"),
        ("ROUND(1;99)", "the formula “ROUND(1;99)” has no result that is a number"),
        ("absent+1", "the formula “absent+1” finds no number under the name 'absent'"),
        ("ABOVE", "the formula “ABOVE” needs a function around ABOVE, such as SUM"),
    ],
)
def test_what_has_no_result_is_refused_for_the_letter(text: str, told: str) -> None:
    formula = read_formula(text, "fr_FR")
    with pytest.raises(FormulaError) as refused:
        formula.value(NUMBERS.get, TABLE)
    assert str(refused.value) == told


def test_cells_are_only_found_inside_a_table() -> None:
    with pytest.raises(FormulaError, match="stands in no table"):
        read_formula("SUM(ABOVE)", "fr_FR").value(NUMBERS.get, None)


def test_a_result_without_picture_has_two_decimals_at_most() -> None:
    numbers = (Decimal(1) / 3, Decimal("1234.50"), Decimal("1012.0"), Decimal("-0.005"), Decimal(0))
    written = [write_result(number, "fr_FR") for number in numbers]
    assert written == ["0,33", "1234,5", "1012", "-0,01", "0"]
    assert write_result(Decimal("1234.5"), "en_US") == "1234.5"
