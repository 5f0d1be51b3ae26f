"""Countries as people write them, and what the country of a row changes."""

from __future__ import annotations

import pytest

from outreach.cleaning.countries import country_code
from outreach.cleaning.drafts import Drafter
from outreach.cleaning.headers import map_columns
from outreach.model.field import Catalogue


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Belgique", "BE"), ("belgium", "BE"), ("be", "BE"), ("Deutschland", "DE"), ("UK", "GB"),
        ("États-Unis", "US"), ("U.S.A.", "US"), ("Pays-Bas", "NL"), ("La Réunion", "RE"),
        ("Syldavie", None), ("xx", None),
    ],
)  # fmt: skip
def test_countries_in_several_languages(written: str, code: str | None) -> None:
    assert country_code(written) == code


def test_a_number_is_read_by_the_country_of_its_row() -> None:
    columns = map_columns(["Tél", "CP", "Pays"], Catalogue())
    drafter = Drafter(columns, {}, country="FR", language="fr")

    rows = [
        ("02 99 85 38 02", "1000", "France"),
        ("02 99 85 38 02", "1000", ""),
        ("02 512 34 56", "1000", "Belgique"),
        ("020 7946 0958", "sw1a 1aa", "Royaume-Uni"),
        ("02 99 85 38 02", "1000", "Syldavie"),
    ]

    assert [
        (drafter.draft(2, row).values.get("phone"), drafter.draft(2, row).values["postal_code"])
        for row in rows
    ] == [
        ("+33299853802", "01000"),
        ("+33299853802", "01000"),
        ("+3225123456", "1000"),
        ("+442079460958", "SW1A 1AA"),
        ("+33299853802", "01000"),
    ]
