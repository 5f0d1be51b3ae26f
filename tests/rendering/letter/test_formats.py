"""Values by `\\@`, `\\#` and `\\*`: dates, numbers in words, case."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from outreach.model.field import Value
from outreach.rendering.letter.formats import Format, form_of
from outreach.rendering.letter.number_forms import FormError, write_form

MARCH = date(2027, 3, 1)
AFTERNOON = datetime(2027, 3, 1, 14, 5, 9)


@pytest.mark.parametrize(
    ("value", "picture", "locale", "printed"),
    [
        (MARCH, "dddd d MMMM yyyy", "fr_FR", "lundi 1 mars 2027"),
        (MARCH, "DDDD DD MMMM YYYY", "fr_FR", "lundi 01 mars 2027"),
        (MARCH, "dddd, MMMM d, yyyy", "en_US", "Monday, March 1, 2027"),
        (date(2027, 12, 24), "d MMM yy", "fr_FR", "24 déc. 27"),
        (MARCH, "d-M-yy H:m:s", "fr_FR", "1-3-27 0:0:0"),
        (AFTERNOON, "d/MM/yyyy 'à' HH'h'mm", "fr_FR", "1/03/2027 à 14h05"),
        (AFTERNOON, "h:mm am/pm", "en_US", "2:05 pm"),
        (AFTERNOON, "hh:mm:ss AM/PM", "en_US", "02:05:09 PM"),
        ("01/03/2027", "d MMMM yyyy", "fr_FR", "1 mars 2027"),
        ("01/03/2027", "d MMMM yyyy", "en_US", "3 January 2027"),
        ("01/03/2027", "d MMMM yyyy", "en_GB", "1 March 2027"),
        ("2027-03-01", "d MMMM yyyy", "fr_FR", "1 mars 2027"),
        ("1er mars 2027", "dd/MM/yyyy", "fr_FR", "01/03/2027"),
        ("24 déc. 2027", "dd/MM/yyyy", "fr_FR", "24/12/2027"),
        ("24 DECEMBRE 2027", "dd/MM/yyyy", "fr_FR", "24/12/2027"),
        ("March 1, 2027", "yyyy-MM-dd", "en_US", "2027-03-01"),
        ("5.7.99", "dd.MM.yyyy", "de_DE", "05.07.1999"),
        ("01/03/2027 14h05", "H:mm", "fr_FR", "14:05"),
        ("01/03/2027 14:05:09", "H:mm:ss", "fr_FR", "14:05:09"),
        ("1/3/49", "yyyy", "fr_FR", "2049"),
        ("1/3/50", "yyyy", "fr_FR", "1950"),
        (datetime(2027, 3, 1, 12), "h:mm am/pm", "en_US", "12:00 pm"),
        (datetime(2027, 3, 1, 0, 5), "h:mm am/pm", "en_US", "12:05 am"),
        (MARCH, "am/pm", "en_US", "am"),
    ],
)
def test_a_date_is_written_by_its_picture(
    value: Value, picture: str, locale: str, printed: str
) -> None:
    assert Format(date_picture=picture).write(value, locale) == printed


@pytest.mark.parametrize(
    "text", ["31/02/2027", "03/13/2027", "1/2", "bientôt", "1 mai", "01/03-2027", "1/3/20270"]
)
def test_a_text_that_is_no_date_stays_as_it_is(text: str) -> None:
    assert Format(date_picture="d MMMM yyyy").write(text, "fr_FR") == text


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Decimal("1234.5"), "1\u202f234,50 €"),
        (1234, "1\u202f234,00 €"),
        ("1 234,5", "1\u202f234,50 €"),
        ("1234,5 € TTC", "1\u202f234,50 €"),
        ("offert", "offert"),
        (None, ""),
        (True, "oui"),
        (MARCH, "1 mars 2027"),
    ],
)
def test_a_number_picture_is_for_numbers(value: Value, printed: str) -> None:
    assert Format(number_picture="# ##0,00 €").write(value, "fr_FR") == printed


@pytest.mark.parametrize(
    ("number", "form", "locale", "printed"),
    [
        ("45080", "cardtext", "fr_FR", "quarante-cinq mille quatre-vingts"),
        ("0", "cardtext", "fr_FR", "zéro"),
        ("200000", "cardtext", "fr_FR", "deux cent mille"),
        (
            "999999",
            "cardtext",
            "en_US",
            "nine hundred ninety-nine thousand nine hundred ninety-nine",
        ),
        ("71", "cardtext", "fr_FR", "soixante et onze"),
        ("71", "cardtext", "fr_CH", "septante et un"),
        ("2.5", "cardtext", "fr_FR", "trois"),
        ("790", "cardtext", "en_US", "seven hundred ninety"),
        ("1234", "cardtext", "en_US", "one thousand two hundred thirty-four"),
        ("1", "ordtext", "fr_FR", "premier"),
        ("80", "ordtext", "fr_FR", "quatre-vingtième"),
        ("200", "ordtext", "fr_FR", "deux centième"),
        ("21", "ordtext", "en_US", "twenty-first"),
        ("1", "ordinal", "fr_FR", "1er"),
        ("2", "ordinal", "fr_FR", "2e"),
        ("111", "ordinal", "en_US", "111th"),
        ("22", "ordinal", "en_US", "22nd"),
        ("3", "ordinal", "de_DE", "3."),
        ("14.55", "dollartext", "en_US", "fourteen and 55/100"),
        ("0", "dollartext", "fr_FR", "zéro et 00/100"),
        ("14.995", "dollartext", "fr_FR", "quinze et 00/100"),
        ("2026", "roman", "fr_FR", "mmxxvi"),
        ("1994", "ROMAN", "fr_FR", "MCMXCIV"),
        ("9", "roman", "fr_FR", "ix"),
        ("32767", "roman", "fr_FR", "m" * 32 + "dcclxvii"),
        ("780", "alphabetic", "fr_FR", "z" * 30),
        ("54", "ALPHABETIC", "fr_FR", "BBB"),
        ("26", "alphabetic", "fr_FR", "z"),
        ("458", "hex", "fr_FR", "1CA"),
        ("31.4", "arabic", "fr_FR", "31"),
    ],
)
def test_a_number_is_written_in_another_form(
    number: str, form: str, locale: str, printed: str
) -> None:
    assert write_form(Decimal(number), form, locale) == printed


@pytest.mark.parametrize(
    ("number", "form", "locale"),
    [
        ("999999.5", "cardtext", "fr_FR"), ("-1", "cardtext", "fr_FR"), ("0", "roman", "fr_FR"),
        ("32768", "ROMAN", "fr_FR"), ("781", "alphabetic", "fr_FR"), ("-1", "hex", "fr_FR"),
        ("-0.5", "dollartext", "fr_FR"), ("5", "cardtext", "br_FR"),
    ],
)  # fmt: skip
def test_what_a_form_cannot_write_is_refused(number: str, form: str, locale: str) -> None:
    with pytest.raises(FormError):
        write_form(Decimal(number), form, locale)


def test_the_form_says_what_was_possible() -> None:
    with pytest.raises(FormError) as refused:
        write_form(Decimal(1_000_000), "cardtext", "fr_FR")
    assert str(refused.value) == (
        "the number 1000000 cannot be written in the form asked for\n"
        "  possible are the numbers from 0 to 999999"
    )


def test_forms_are_applied_from_left_to_right_behind_the_picture() -> None:
    assert Format(forms=("lower", "firstcap")).write("RICHARD", "fr_FR") == "Richard"
    assert Format(forms=("firstcap",)).write("RICHARD", "fr_FR") == "RICHARD"
    assert Format(forms=("caps",)).write("jean-paul d’ARCY", "fr_FR") == "Jean-Paul D’ARCY"
    assert Format(forms=("cardtext", "firstcap")).write("45", "fr_FR") == "Quarante-cinq"
    assert Format("d", forms=("ordinal",)).write(MARCH, "fr_FR") == "1er"
    assert Format(number_picture="# ##0,00 €", forms=("cardtext",)).write(12, "fr_FR") == "douze"


def test_a_form_of_numbers_leaves_other_text_alone() -> None:
    assert Format(forms=("cardtext", "upper")).write("bientôt", "fr_FR") == "BIENTÔT"
    assert Format(forms=("cardtext",)).write(None, "fr_FR") == ""


def test_switches_are_named_in_any_case_but_capitals_are_meant() -> None:
    asked = ("Upper", "FIRSTCAP", "CardText", "roman", "Roman", "ROMAN", "Alphabetic")
    assert [form_of(name) for name in asked] == [
        "upper", "firstcap", "cardtext", "roman", "ROMAN", "ROMAN", "ALPHABETIC"
    ]  # fmt: skip
    assert form_of("MERGEFORMAT") is None
