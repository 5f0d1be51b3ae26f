"""Numbers read from text, and written by Word's numeric pictures."""

from __future__ import annotations

from decimal import Decimal

import pytest

from outreach.rendering.letter.number_pictures import (
    doubt_about,
    number_of,
    number_within,
    write_number,
)

#: Value, picture, and what Word printed in English (recorded in Word 2010 by docx4j's author).
PRINTED_BY_WORD = [
    ("9", "00.00", "09.00"),
    ("15", "$###", "$ 15"),
    ("9.006", "00.00", "09.01"),
    ("9", "##.##", "9."),
    ("9.006", "##.##0000", "09.006000"),
    ("123.456", "####.0000", "123.4560"),
    ("123.456", "0000.####", "0123.456"),
    ("123.456", "#.0000", "123.4560"),
    ("123456", "x#.#x", "56."),
    ("123.456", "x#.#x", "23.46"),
    ("0.125678", "0.00x", "0.126"),
    ("0.75", ".x", ".8"),
    ("0.75", ".000x", ".750"),
    ("-0.75", ".###", ".75"),
    ("95.4", ".00", ".40"),
    ("95.4", "$###.00", "$ 95.40"),
    ("2456800", "$#,###,###", "$2,456,800"),
    ("-10", "-##", "-10"),
    ("10", "-##", " 10"),
    ("10", "+##", "+10"),
    ("33", "##%", "33%"),
    ("33", "#%#", "3%3"),
    ("34", "#'y'#", "3y4"),
    ("34", " # # ", "3 4"),
    ("3.89", "$##0.00 'is the sales tax'", "$  3.89 is the sales tax"),
]


@pytest.mark.parametrize(("value", "picture", "printed"), PRINTED_BY_WORD)
def test_a_padded_picture_prints_what_word_printed(value: str, picture: str, printed: str) -> None:
    assert write_number(Decimal(value), picture, "en_US", padded=True) == printed


@pytest.mark.parametrize(("value", "picture", "printed"), PRINTED_BY_WORD)
def test_without_padding_only_blanks_differ(value: str, picture: str, printed: str) -> None:
    text = write_number(Decimal(value), picture, "en_US")
    assert text.replace(" ", "") == printed.replace(" ", "")
    assert not text.startswith(("$ ", " "))


@pytest.mark.parametrize(
    ("value", "picture", "printed"),
    [
        ("1234.5", "# ##0,00 €", "1\u202f234,50 €"),
        ("1234.5", "#\u00a0##0,00\u00a0€", "1\u202f234,50\u00a0€"),
        ("1234567.5", "# ##0,00 €", "1\u202f234\u202f567,50 €"),
        ("-1234.5", "# ##0,00 €", "-1\u202f234,50 €"),
        ("12", "# ##0,00 €", "12,00 €"),
        ("0", "# ##0", "0"),
        ("1234.5", "€ # ##0,00", "€ 1\u202f234,50"),
        ("1234.5", "0,00", "1234,50"),
        ("12.5", "0,0 %", "12,5 %"),
        ("2.345", "0,00", "2,35"),
        ("-2.345", "0,00", "-2,35"),
    ],
)
def test_a_french_picture_prints_a_french_number(value: str, picture: str, printed: str) -> None:
    assert write_number(Decimal(value), picture, "fr_FR") == printed


@pytest.mark.parametrize(
    ("picture", "printed"),
    [
        ("#,##0.00", "1\u202f234,50"),
        ("0.00", "1234,50"),
        ("#.##0,00", "1\u202f234,50"),
        ("#,##0", "1\u202f235"),
        ("#.##0", "1\u202f235"),
        ("#,##0,000", "1\u202f235"),
        ("0,000", "1234,500"),
    ],
)
def test_a_foreign_picture_means_what_its_author_meant(picture: str, printed: str) -> None:
    """Of two signs the last is the decimal sign; a sign that groups nowhere is it too."""
    assert write_number(Decimal("1234.5"), picture, "fr_FR") == printed


def test_a_french_picture_keeps_its_meaning_in_an_english_letter() -> None:
    assert write_number(Decimal("1234.5"), "# ##0,00 €", "en_GB") == "1,234.50 €"
    assert write_number(Decimal("1234.5"), "#,##0", "en_GB") == "1,235"


def test_blanks_that_do_not_part_thousands_are_text() -> None:
    """The usual pictures of a phone number and of a SIRET number."""
    assert write_number(Decimal(612345678), "00 00 00 00 00", "fr_FR") == "06 12 34 56 78"
    assert write_number(Decimal(612345678), "00.00.00.00.00", "fr_FR") == "06.12.34.56.78"
    siret = write_number(Decimal(73282932000074), "000 000 000 00000", "fr_FR")
    assert siret == "732 829 320 00074"


def test_positive_negative_and_zero_have_pictures_of_their_own() -> None:
    picture = "# ##0,00 'dus';(# ##0,00);'rien'"
    written = [write_number(Decimal(v), picture, "fr_FR") for v in ("1200", "-3", "0", "-0.001")]
    assert written == ["1\u202f200,00 dus", "(3,00)", "rien", "rien"]


def test_a_percent_sign_multiplies_nothing() -> None:
    assert write_number(Decimal("0.125"), "0.00%", "en_US") == "0.13%"


def test_zero_is_printed_as_zero_and_without_sign() -> None:
    pictures = ("#", "# ###", "#,##", ",##", "+#", "-#", "# ##0 €")
    written = [write_number(Decimal(0), picture, "fr_FR") for picture in pictures]
    assert written == ["0", "0", "0,", ",0", "0", "0", "0 €"]
    assert write_number(Decimal(0), "+#", "fr_FR", padded=True) == " 0"


def test_quoted_text_and_words_are_printed_as_they_are() -> None:
    assert write_number(Decimal(5), "'n° '0 'prix; sous-total'", "fr_FR") == "n° 5 prix; sous-total"
    assert write_number(Decimal(5), "0 prix sous-total", "fr_FR") == "5 prix sous-total"


def test_a_minus_that_the_picture_lacks_stands_before_the_currency_sign() -> None:
    assert write_number(Decimal(-10), "$#,##0.00", "en_US") == "-$10.00"
    assert write_number(Decimal(-10), "'Solde : '0,00", "fr_FR") == "Solde : -10,00"


def test_a_picture_without_digits_prints_its_text() -> None:
    assert write_number(Decimal(-7), "'néant'", "fr_FR") == "néant"
    assert write_number(Decimal(7), "", "fr_FR") == ""


def test_a_long_result_is_written_in_full() -> None:
    assert write_number(Decimal(10) ** 40, "0", "fr_FR") == "1" + "0" * 40


@pytest.mark.parametrize(
    ("text", "locale", "number"),
    [
        ("1 234,5", "fr_FR", "1234.5"),
        ("1\u202f234\u202f567", "fr_FR", "1234567"),
        ("-12", "fr_FR", "-12"),
        ("−12,50", "fr_FR", "-12.5"),
        (" 007 ", "fr_FR", "7"),
        (",5", "fr_FR", "0.5"),
        ("123456789012345", "fr_FR", "123456789012345"),
        ("1,234.5", "en_US", "1234.5"),
        ("1.234,5", "de_DE", "1234.5"),
    ],
)
def test_a_text_is_a_number_by_its_locale(text: str, locale: str, number: str) -> None:
    assert number_of(text, locale) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("1.5", "fr_FR"), ("1,5", "en_US"), ("1,23,456", "en_US"), ("12 34", "fr_FR"),
        ("12 €", "fr_FR"), ("12 %", "fr_FR"), ("", "fr_FR"), ("-", "fr_FR"), ("1e5", "en_US"),
        ("1234567890123456", "fr_FR"), ("٣", "fr_FR"), ("12-", "fr_FR"),
    ],
)  # fmt: skip
def test_everything_else_is_no_number(text: str, locale: str) -> None:
    """Sixteen digits are an identifier, and would lose some on the way through Word."""
    assert number_of(text, locale) is None


def test_word_takes_the_first_number_out_of_a_text() -> None:
    assert number_within("€180,000.00 EUR", "en_US") == 180_000
    assert number_within("Total : -1 234,50 € TTC", "fr_FR") == Decimal("-1234.5")
    assert number_within("12-34", "fr_FR") == 12
    assert number_within("sans prix", "fr_FR") is None


def test_a_picture_that_may_not_be_as_expected_is_told() -> None:
    assert doubt_about("# ##0,00 €", "fr_FR") is None
    assert str(doubt_about("#,##0.00", "fr_FR")) == (
        "the picture #,##0.00 has the signs of another language: 1234.5 is printed “1\u202f234,50”"
    )
    assert doubt_about("#,##0", "fr_FR") is not None
    assert doubt_about("#,##0", "en_US") is None
    assert doubt_about("0 `table`", "fr_FR") is not None
