"""What address books keep in several columns becomes one address and one telephone a row."""

from __future__ import annotations

from outreach.cleaning.address_books import Arrangement, arrangement, with_mobiles
from outreach.cleaning.headers import map_columns
from outreach.model.field import Catalogue


def arranged(header: str, *, map_: dict[str, str] | None = None) -> Arrangement | None:
    return arrangement(with_mobiles(map_columns(header.split(";"), Catalogue(), map_)))


def test_a_plain_table_is_left_as_it_is() -> None:
    assert arranged("Code;Nom;Adresse;CP;Ville;Téléphone;Portable") is None


def test_who_has_no_office_is_reached_at_home_as_a_whole() -> None:
    """An address is never made of the street of one place and the town of another."""
    found = arranged("Rue (bureau);Ville (bureau);Rue (domicile);Ville (domicile)")

    assert found is not None
    assert found.of(["", "", "1 rue Y", "Brest"]) == ["1 rue Y", "Brest", "1 rue Y", "Brest"]
    assert found.of(["", "Rennes", "1 rue Y", "Brest"])[:2] == ["", "Rennes"]


def test_the_office_is_called_before_the_home() -> None:
    found = arranged("Home Phone;Business Phone")

    assert found is not None
    assert found.of(["02 98", "02 99"])[1] == "02 99"
    assert found.of(["02 98", ""])[1] == "02 98"


def test_numbers_go_where_their_type_says() -> None:
    found = arranged("Phone 1 - Label;Phone 1 - Value;Phone 2 - Label;Phone 2 - Value")

    assert found is not None
    assert found.of(["Mobile", "06", "Work", "02"]) == ["Mobile", "02", "Work", "02", "06"]
    assert found.of(["Work Fax", "01", "", "02"])[1:] == ["02", "", "02", ""]
    assert found.of(["", "02", "", ""])[1:] == ["02", "", "", ""]


def test_a_map_that_names_a_number_is_obeyed() -> None:
    header = "Phone 1 - Label;Phone 1 - Value"

    assert arranged(header, map_={"Phone 1 - Value": "mobile"}) is None
