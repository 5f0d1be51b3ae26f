"""Postal codes and towns that belong together, and those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.cleaning.postcodes import Postcodes, town_key
from outreach.errors import OutreachError
from outreach.files.postcodes import read_postcodes

TABLE = Postcodes([
    ("35000", "RENNES"), ("35200", "RENNES"), ("42000", "ST ETIENNE"), ("75005", "PARIS 05"),
    ("35400", "ST MALO"), ("63240", "MONT DORE"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("code", "town"),
    [
        ("35000", "Rennes"), ("35200", "RENNES CEDEX 2"), ("42000", "Saint-Étienne"),
        ("75005", "Paris"), ("75005", "Paris 5e arrondissement"), ("63240", "Montdore"),
        ("35042", "Nantes"),
    ],
)  # fmt: skip
def test_towns_that_fit_their_code_however_they_are_written(code: str, town: str) -> None:
    assert TABLE.misfit(code, town) is None


def test_a_town_of_another_code_is_told() -> None:
    assert str(TABLE.misfit("35000", "Nantes")) == (
        "the postal code 35000 is not that of this town, but of RENNES"
    )


def test_the_key_of_a_town() -> None:
    assert town_key("L'Haÿ-les-Roses Cedex") == "l hay les roses"


def test_the_table_of_the_post_office(real_data: Path) -> None:
    table = read_postcodes(real_data / "postcodes" / "laposte_hexasmal.csv")

    assert len(table) == 6328
    assert table.misfit("35000", "Rennes") is None
    assert table.misfit("35000", "Lyon") is not None


def test_another_file_is_no_table_of_postal_codes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Nom;Ville\nPetit;Rennes\n")

    with pytest.raises(OutreachError):
        read_postcodes(tmp_path / "a.csv")
