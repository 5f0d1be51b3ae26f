"""Cells become values, or are set aside with a reason; nothing is guessed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from outreach.cleaning.column_types import ColumnType, typed
from outreach.cleaning.drafts import Drafter
from outreach.cleaning.fields import plan_fields, see_columns
from outreach.cleaning.headers import map_columns
from outreach.cleaning.text import tidy
from outreach.cleaning.values import (
    civility_cleaner,
    email,
    kind,
    phone_cleaner,
    postal_code_cleaner,
    siret,
)
from outreach.errors import Text
from outreach.model.contact import Draft, SetAside
from outreach.model.field import Catalogue, Field, FieldType, Origin


def draft(**row: str) -> Draft:
    """One row under the given headers (`_` is a space)."""
    headers = [name.replace("_", " ") for name in row]
    columns = map_columns(headers, Catalogue())
    types = plan_fields(
        columns, see_columns(columns, [list(row.values())]), Catalogue(), empty=frozenset()
    )
    drafter = Drafter(columns, types.types, country="FR", language="fr")
    return drafter.draft(2, list(row.values()))


def type_of(cells: Iterable[str], header: str = "valeur") -> FieldType:
    column = ColumnType(header)
    for cell in cells:
        column.see(cell)
    return column.type


# --- standard fields -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Marie.LeGoff@Lys.EXAMPLE", "Marie.LeGoff@lys.example"),
        ("mailto:a@lys.example", "a@lys.example"),
        ("Marie Le Goff <a@lys.example>", "a@lys.example"),
        ("a@lys.example; b@lys.example", "a@lys.example"),
        ("zoé@lys.example", "zoé@lys.example"),
        ("o'neil+x@host.invalid", "o'neil+x@host.invalid"),
        ("a@b", None),
        ("a b@lys.example", None),
        ("a@lys..example", None),
        ("marie(at)lys.example", None),
        ("a@-lys.example", None),
        (".a@lys.example", None),
    ],
)
def test_e_mail_addresses(written: str, address: str | None) -> None:
    clean = email(written)

    assert clean.value == address
    assert (clean.reason is None) == (address is not None and ";" not in written)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("02 99 85 38 02", "+33299853802"),
        ("02.99.85.38.02", "+33299853802"),
        ("+33 (0)2 99 85 38 02", "+33299853802"),
        ("0033 2 99 85 38 02", "+33299853802"),
        ("299853802", "+33299853802"),
        ("06 39 98 12 34", "+33639981234"),
        ("0262 12 34 56", "+262262123456"),
        ("+44 20 7946 0958", "+442079460958"),
        ("02 99 85 38", None),
        ("non", None),
    ],
)
def test_phone_numbers_are_read_as_dialled_in_france(written: str, number: str | None) -> None:
    assert phone_cleaner("FR")(written).value == number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("213 500 168 00025", "21350016800025"),
        ("356 000 000 00048", "35600000000048"),
        ("21350016800026", None),
        ("3,90098E+13", None),
        ("390 098 000", None),
    ],
)
def test_sirets(written: str, number: str | None) -> None:
    assert siret(written).value == number


def test_postal_codes_get_back_the_zero_a_spreadsheet_took() -> None:
    clean = postal_code_cleaner("FR")

    assert [clean(code).value for code in ("1000", "35 000", "2a004", "L-1234")] == [
        "01000", "35000", "2A004", "L-1234",
    ]  # fmt: skip
    assert postal_code_cleaner("BE")("1000").value == "1000"


def test_civilities_and_kinds_in_both_languages() -> None:
    french, english = civility_cleaner("fr"), civility_cleaner("en")

    assert [french(c).value for c in ("Madame", "MR", "m", "mlle", "Maître Dupuis")] == [
        "Mme", "M.", "M.", "Mlle", "Maître Dupuis",
    ]  # fmt: skip
    assert english("MR.").value == "Mr"
    assert [kind(word).value for word in ("Client", "PROSPECT", "customer", "suspect", "ami")] == [
        "customer", "prospect", "customer", "suspect", None,
    ]  # fmt: skip


def test_text_loses_what_nobody_sees_and_is_composed() -> None:
    assert tidy("  Le\u00a0 Goff\u200b\u202e \x07") == "Le Goff"
    assert tidy(unicodedata.normalize("NFD", "Éloïse")) == "Éloïse"
    assert tidy("12 rue\r\ndu Four") == "12 rue\ndu Four"
    assert tidy("'=SOMME(A1)") == "=SOMME(A1)"
    assert tidy("''=y") == "'=y"
    assert tidy("'s Hertogenbosch") == "'s Hertogenbosch"


def test_a_bad_cell_keeps_its_row_and_stays_known() -> None:
    row = draft(Nom="Petit", Mail="petit(at)lys", Tél="02 99", Ville="Rennes")

    assert row.values == {"last_name": "Petit", "city": "Rennes"}
    assert row.set_aside == (
        SetAside("email", "petit(at)lys", Text("not an e-mail address")),
        SetAside("phone", "02 99", Text("not a phone number")),
    )


def test_the_original_is_kept_only_where_cleaning_changed_it() -> None:
    row = draft(Nom=" Petit ", Mail="P@LYS.example", Tél="0299853802", SIRET="213 500 168 00025")

    assert row.set_aside == (
        SetAside("email", "P@LYS.example"),
        SetAside("phone", "0299853802"),
        SetAside("siret", "213 500 168 00025"),
    )


def test_invisible_signs_that_were_removed_are_reported() -> None:
    assert draft(Nom="Pe\u202etit").set_aside == (SetAside("last_name", "Pe\u202etit"),)


def test_tags_of_one_cell_are_several() -> None:
    assert draft(Nom="Petit", Tags="VIP, salon 2026; ,VIP").tags == ("VIP", "salon 2026")


# --- types of the user's columns -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "type_"),
    [
        (["1", "0", "143"], FieldType.INTEGER),
        (["1 234", "12"], FieldType.INTEGER),
        (["1", "2,5"], FieldType.NUMBER),
        (["1 234,50 €", "12 €"], FieldType.NUMBER),
        (["2027-03-01", "01/03/2027", "1.3.2027"], FieldType.DATE),
        (["oui", "Non", "oui"], FieldType.BOOLEAN),
        (["true", "FALSE"], FieldType.BOOLEAN),
        (["12", "douze"], FieldType.TEXT),
        (["35016", "01004"], FieldType.TEXT),
        (["1234567890123456"], FieldType.TEXT),
        (["1.2345678901234567"], FieldType.TEXT),
        (["2A", "35"], FieldType.TEXT),
        (["12", "n/a", "inconnu", "13"], FieldType.INTEGER),
        (["31/02/2027"], FieldType.TEXT),
        ([*["01/03/2027"] * 30, "31/02/2027"], FieldType.DATE),
        ([], FieldType.TEXT),
    ],
)
def test_a_type_is_found_from_all_cells(cells: list[str], type_: FieldType) -> None:
    assert type_of(cells) is type_


@pytest.mark.parametrize("header", ["Code nature", "N° adhérent", "id_tiers", "Fax"])
def test_what_a_header_calls_an_identifier_is_text(header: str) -> None:
    assert type_of(["151", "152"], header) is FieldType.TEXT


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1 234,50 €", "1234.50"), ("1.234,5", "1234.5"), ("1,234.5", "1234.5"), ("-0,5", "-0.5"),
        ("1.234.567", "1234567"), ("12,5", "12.5"), ("12.5", "12.5"), ("007", None),
        ("12 34", None), ("1,5e3", None), ("douze", None),
    ],
)  # fmt: skip
def test_numbers_in_both_conventions(written: str, number: str | None) -> None:
    assert typed(written, FieldType.NUMBER) == (None if number is None else Decimal(number))


def test_dates_have_the_day_first() -> None:
    assert typed("03/04/2027", FieldType.DATE) == date(2027, 4, 3)
    assert typed("2027-04-03 00:00:00", FieldType.DATE) == date(2027, 4, 3)
    assert typed("31/02/2027", FieldType.DATE) is None


# --- fields that are known already ---------------------------------------------------------------


def plan(known: FieldType, cells: list[str], *, empty: bool = False) -> dict[str, FieldType]:
    catalogue = Catalogue([Field("note", known, "Note", Origin.USER, "f_note")])
    columns = map_columns(["Note"], catalogue)
    seen = see_columns(columns, [[cell] for cell in cells])
    planned = plan_fields(columns, seen, catalogue, empty=frozenset({"note"} if empty else ()))
    assert planned.new == ()
    return dict(planned.retyped)


def test_a_known_field_keeps_its_type_against_a_few_odd_cells() -> None:
    assert plan(FieldType.INTEGER, ["1", "2", "beaucoup"]) == {}


def test_a_known_field_grows_where_no_value_is_lost() -> None:
    assert plan(FieldType.INTEGER, ["1,5", "2"]) == {"note": FieldType.NUMBER}
    assert plan(FieldType.INTEGER, ["007", "12"]) == {"note": FieldType.TEXT}
    assert plan(FieldType.NUMBER, ["bien", "mal"]) == {}


def test_an_empty_field_takes_the_type_of_its_first_values() -> None:
    assert plan(FieldType.TEXT, ["1", "2"], empty=True) == {"note": FieldType.INTEGER}
    assert plan(FieldType.TEXT, ["1", "2"]) == {}
