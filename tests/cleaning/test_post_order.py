"""The order of the post: our country by postal code, Corsica and overseas right, abroad last."""

from __future__ import annotations

import pytest

from outreach.cleaning.post_order import department, post_order, postcode


def person(name: str, code: str | None, country: str | None = None) -> dict[str, str | None]:
    return {"last_name": name, "postal_code": code, "city": "X", "country": country}


def test_at_home_by_postal_code_then_abroad_by_country_then_nowhere() -> None:
    everybody = [
        person("Nowhere", None),
        person("Neuchâtel", "2000", "Suisse"),
        person("Réunion", "97400", "La Réunion"),
        person("Brussels", "1000", "Belgique"),
        person("Bastia", "20200"),
        person("Bourg", "01000"),
        person("Liège", "4000", "belgium"),
        person("Rennes", "35000", "France"),
    ]

    everybody.sort(key=lambda one: post_order(one, home="FR"))

    assert [one["last_name"] for one in everybody] == [
        "Bourg", "Bastia", "Rennes", "Réunion", "Brussels", "Liège", "Neuchâtel", "Nowhere",
    ]  # fmt: skip


def test_within_a_postal_code_by_town_then_name_whatever_the_accents() -> None:
    two = [
        {"last_name": "Évrard", "postal_code": "35000", "city": "Rennes"},
        {"last_name": "Dupont", "postal_code": "35000", "city": "RENNES"},
        {"company": "Zèbre", "postal_code": "35000", "city": "Cesson"},
    ]

    two.sort(key=lambda one: post_order(one, home="FR"))

    assert [one.get("last_name") for one in two] == [None, "Dupont", "Évrard"]


@pytest.mark.parametrize(
    ("code", "country", "group"),
    [
        ("01000", None, "01"),
        ("35042", "France", "35"),
        ("20000", None, "2A"),
        ("20190", None, "2A"),
        ("20200", None, "2B"),
        ("20620", None, "2B"),
        ("97110", "Guadeloupe", "971"),
        ("97400", None, "974"),
        ("98800", "Nouvelle-Calédonie", "988"),
        ("1000", "Belgique", "Belgique"),
        ("1000", "Royaume d'Ailleurs", "Royaume d'Ailleurs"),
        (None, None, ""),
    ],
)
def test_the_department_of_an_address(code: str | None, country: str | None, group: str) -> None:
    assert department(person("A", code, country), home="FR") == group


def test_the_postal_code_names_a_group_and_a_country_one_abroad() -> None:
    assert postcode(person("A", "35000"), home="FR") == "35000"
    assert postcode(person("A", "35000", "Allemagne"), home="FR") == "Allemagne"


def test_elsewhere_a_region_is_the_beginning_of_the_code() -> None:
    assert department(person("A", "20190"), home="DE") == "20"
    assert department(person("A", "20190", "France"), home="DE") == "France"
