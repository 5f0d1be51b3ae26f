"""Labels of fields in every language mean the same field."""

from __future__ import annotations

import pytest

from outreach.cleaning.headers import map_columns
from outreach.cleaning.labels import field_meant
from outreach.model.field import Catalogue, Field, Origin


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Commandes", "order_count"),
        ("Orders", "order_count"),
        ("chiffre d’affaires", "revenue"),
        ("Dernière commande", "last_order_on"),
        ("Nature", "kind"),
        ("Ville", "city"),
        ("Couleur", None),
    ],
)
def test_a_label_in_any_language_is_its_field(label: str, name: str | None) -> None:
    assert field_meant(label) == name


def test_a_field_of_the_users_own_with_that_label_comes_first() -> None:
    own = Field("commandes", label="Commandes", origin=Origin.USER, column="f_commandes")

    assert Catalogue([own], field_meant).labelled("Commandes") == own


def test_no_column_of_a_file_fills_a_field_that_is_counted() -> None:
    (column,) = map_columns(["Commandes"], Catalogue((), field_meant))

    assert (column.field, column.own) == ("commandes", True)
