"""Regions as people call them: every French one is known, few have holidays of their own."""

from __future__ import annotations

import pytest

from outreach.files.french_regions import DEPARTMENTS, OTHER_NAMES, REGIONS
from outreach.files.regions import read_region
from outreach.files.values import Unreadable


@pytest.mark.parametrize(
    "name",
    ["Bretagne", "bretagne", "BRE", "FR-BRE", "Ille-et-Vilaine", "ille et vilaine", "35", "FR-35",
     "Ile de France", "75", "Provence-Alpes-Côte d’Azur", "PACA", "Corse", "2A", "Finistere",
     "Pays de la Loire", "Seine Saint Denis", "Grand Est", "Lorraine"],
)  # fmt: skip
def test_a_french_region_without_holidays_of_its_own_has_the_country_s(name: str) -> None:
    assert read_region(name, "FR") is None


@pytest.mark.parametrize(
    ("name", "code"),
    [("Moselle", "57"), ("57", "57"), ("FR-57", "57"), ("Alsace", "6AE"), ("67", "6AE"),
     ("haut rhin", "6AE"), ("alsace-moselle", "6AE"), ("La Réunion", "974"), ("reunion", "974"),
     ("974", "974"), ("Guadeloupe", "971"), ("Guyane", "973"), ("polynesie francaise", "PF"),
     ("988", "NC")],
)  # fmt: skip
def test_alsace_moselle_and_overseas_have_their_own(name: str, code: str) -> None:
    assert read_region(name, "FR") == code


def test_every_departement_and_region_of_the_mainland_and_of_corsica_is_there() -> None:
    """96 départements, of which 57, 67 and 68 have their own holidays; 20 is what Corsica was."""
    numbers = {f"{number:02}" for number in range(1, 96)} - {"57", "67", "68"} | {"2A", "2B"}
    assert set(DEPARTMENTS) == numbers
    assert len(REGIONS) == 13
    for name in (*DEPARTMENTS, *DEPARTMENTS.values(), *REGIONS, *REGIONS.values(), *OTHER_NAMES):
        assert read_region(name, "FR") is None, name


@pytest.mark.parametrize(
    ("name", "country", "hint"),
    [
        ("Bretange", "FR", "did you mean 'Bretagne'?"),
        ("Morbian", "FR", "did you mean 'Morbihan'?"),
        ("Bayernn", "DE", "did you mean 'Bayern'?"),
        ("Bretagne", "LU", "leave the line out"),
        ("Xyzzy", "BE", "there are: Flemish, French, German"),
    ],
)
def test_a_name_that_is_none_is_told_with_what_was_meant(
    name: str, country: str, hint: str
) -> None:
    with pytest.raises(Unreadable, match="is no region of") as raised:
        read_region(name, country)
    assert str(raised.value.hint) == hint
