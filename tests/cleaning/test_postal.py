"""An address on an envelope: NF Z10-011, six lines of 38 characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.cleaning.postal import LINE, MOST_LINES, line_field, line_fields, lines


def test_a_person_at_a_firm() -> None:
    assert lines({
        "civility": "Mme", "first_name": "Marie", "last_name": "Le Goff",
        "company": "Atelier Brocéliande", "street2": "Bât. B, 2e étage", "street": "3, rue du Four",
        "postal_code": "44360", "city": "Saint-Étienne-de-Montluc", "country": "France",
    }) == (
        "Atelier Brocéliande", "Mme Marie Le Goff", "Bât B 2e étage", "3 rue du Four",
        "44360 SAINT ETIENNE DE MONTLUC",
    )  # fmt: skip


def test_words_are_abbreviated_only_where_a_line_is_too_long() -> None:
    short = {
        "last_name": "Petit",
        "street": "12 boulevard Carnot",
        "postal_code": "13001",
        "city": "X",
    }
    long = {**short, "street": "1234 boulevard du Maréchal de Lattre de Tassigny"}

    assert lines(short)[1] == "12 boulevard Carnot"
    assert lines(long)[1] == "1234 BD du MAL de Lattre de Tassigny"


def test_what_is_still_too_long_goes_on_below() -> None:
    found = lines({
        "company": "Institut national de la recherche agronomique et de l'environnement",
        "street": "3 rue du Four", "postal_code": "35000", "city": "Rennes",
    })  # fmt: skip

    assert found == (
        "INST national de la recherche", "agronomique et de l'environnement", "3 rue du Four",
        "35000 RENNES",
    )  # fmt: skip


def test_abroad_the_country_stands_last() -> None:
    belgian = {"last_name": "Peeters", "street": "Rue de la Loi 16", "postal_code": "1000",
               "city": "Bruxelles", "country": "Belgium"}  # fmt: skip

    assert lines(belgian) == ("Peeters", "Rue de la Loi 16", "1000 BRUXELLES", "BELGIQUE")
    assert lines(belgian, home="BE") == ("Peeters", "Rue de la Loi 16", "1000 BRUXELLES")


def test_without_a_town_there_is_no_address() -> None:
    assert lines({"last_name": "Petit", "street": "3 rue du Four"}) == ()


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "civility",
                "first_name",
                "last_name",
                "company",
                "street",
                "street2",
                "city",
                "country",
            ]
        ),
        st.text(max_size=90),
    )
)
def test_there_are_never_more_than_six_lines_of_38(values: dict[str, str]) -> None:
    found = lines(values)

    assert len(found) <= MOST_LINES
    assert all(0 < len(line) <= LINE for line in found)


def test_letters_name_the_lines() -> None:
    assert [line_field(name) for name in ("Ligne_adresse_3", "postal line 1", "Adresse_1")] == [
        "postal_line_3", "postal_line_1", None,
    ]  # fmt: skip
    fields = line_fields({"last_name": "Petit", "postal_code": "35000", "city": "Rennes"})
    assert list(fields.values()) == ["Petit", "35000 RENNES", None, None, None, None]


@pytest.mark.parametrize("country", ["France", "FR", "", None])
def test_at_home_the_country_is_not_written(country: str | None) -> None:
    assert lines({"postal_code": "35000", "city": "Rennes", "country": country}) == (
        "35000 RENNES",
    )
