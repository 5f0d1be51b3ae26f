"""Which field a column fills: recognised in French and English, the rest named after itself."""

from __future__ import annotations

import pytest

from outreach.cleaning.headers import BadMap, Column, map_columns, slug
from outreach.model.field import Catalogue, Field, FieldType, Origin


def fields(*headers: str, user: tuple[Field, ...] = (), **overrides: str) -> list[str | None]:
    return [column.field for column in map_columns(headers, Catalogue(user), overrides)]


@pytest.mark.parametrize(
    ("field", "headers"),
    [
        ("external_id", "Code|Identifiant|ID|Réf|Identifiant_de_l_etablissement"),
        ("civility", "Civilité|Titre|Title"),
        ("first_name", "Prénom|First name|PRENOM|Given Name"),
        ("last_name", "Nom|Last name|Nom de famille|Surname"),
        ("job_title", "Fonction|Job title"),
        ("company", "Société|Raison sociale|Entreprise|Company|Nom_etablissement|Organization"),
        ("siret", "SIRET|SIREN_SIRET|N° SIRET"),
        ("email", "E-mail|Mail|Courriel|Adresse mail|Adresse e-mail|Primary Email|EMAIL"),
        ("phone", "Téléphone|Tél|Phone|Telephone|Tél.|N° de téléphone"),
        ("mobile", "Portable|Mobile|Mobile Number"),
        ("street", "Adresse|Rue|Adresse_1|Street"),
        ("street2", "Complément|Adresse_2|Complément d’adresse"),
        ("postal_code", "Code postal|CP|Code_postal|CODE-POSTAL|Zip"),
        ("city", "Ville|Commune|Nom_commune|Town"),
        ("country", "Pays|Country"),
        ("tags", "Tags|Étiquettes"),
        ("kind", "kind|Type de contact"),
    ],
)
def test_headers_are_recognised(field: str, headers: str) -> None:
    for header in headers.split("|"):
        assert fields(header) == [field], header


def test_other_columns_become_the_users_fields_with_the_label_kept() -> None:
    columns = map_columns(
        ["Date de 1re commande", "% remise", "2024", "", "Order", "Stage"], Catalogue()
    )

    assert [(c.field, c.header, c.own) for c in columns] == [
        ("date_de_1re_commande", "Date de 1re commande", True),
        ("remise", "% remise", True),
        ("_2024", "2024", True),
        ("column_4", "", True),
        ("order_", "Order", True),
        ("stage_", "Stage", True),
    ]


def test_of_two_columns_for_one_field_the_best_name_wins_and_the_other_is_the_users() -> None:
    assert fields("Tél bureau", "Téléphone") == ["tel_bureau", "phone"]
    assert fields("Code postal", "Code_postal") == ["postal_code", "code_postal"]


def test_the_same_header_in_a_later_file_is_the_same_field() -> None:
    known = Field("ca_annuel", FieldType.NUMBER, "CA annuel", Origin.USER, "f_ca_annuel")

    assert fields("CA_Annuel", user=(known,)) == ["ca_annuel"]
    assert fields("CA (annuel)", "CA-annuel", user=(known,)) == ["ca_annuel", "ca_annuel_2"]


def test_a_map_wins_over_what_is_recognised() -> None:
    headers = ["N° adh", "Nom", "Obs"]

    mapped = map_columns(
        headers, Catalogue(), {"n° adh": "external_id", "Nom": "company", "Obs": "ignore"}
    )

    assert [c.field for c in mapped] == ["external_id", "company", None]
    assert fields("Code", "Num", Num="external_id") == ["code", "external_id"]
    assert fields("Secteur", Secteur="branche") == ["branche"]


@pytest.mark.parametrize(
    "overrides", [{"Nam": "last_name"}, {"Nom": "Last Name"}, {"Nom": "revenue"}]
)
def test_a_map_that_cannot_be_is_refused(overrides: dict[str, str]) -> None:
    with pytest.raises(BadMap):
        map_columns(["Nom"], Catalogue(), overrides)


def test_the_columns_that_we_add_to_rejected_rows_are_passed_over() -> None:
    assert map_columns(["outreach_line", "Nom"], Catalogue()) == (
        Column(0, "outreach_line", None),
        Column(1, "Nom", "last_name"),
    )


def test_a_name_can_be_written_in_an_expression() -> None:
    assert slug("Chiffre d’affaires (k€) – 2026") == "chiffre_d_affaires_k_2026"
    assert fields("And", "Like", "ID client", "Select") == ["and_", "like_", "id_client", "select_"]
