"""Where a clock stands, by country and postcode."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from outreach.scheduling import zones
from outreach.scheduling.zones import zone_of


@pytest.mark.parametrize(
    ("country", "postcode", "zone"),
    [
        ("FR", "35000", "Europe/Paris"),
        ("FR", "97 410", "Indian/Reunion"),
        ("FR", "98800", "Pacific/Noumea"),
        ("RE", None, "Indian/Reunion"),
        ("CA", "H2X 1Y4", "America/Toronto"),
        ("CA", "v6b", "America/Vancouver"),
        ("CA", None, None),
        ("ES", "35001", "Atlantic/Canary"),
        ("PT", "9500", "Atlantic/Azores"),
        ("US", "10001", None),
    ],
)
def test_a_country_and_a_postcode_tell_the_zone(
    country: str, postcode: str | None, zone: str | None
) -> None:
    assert zone_of(country, postcode) == zone


def test_every_zone_is_one_that_the_machine_knows() -> None:
    known = (*zones._COUNTRIES.values(), *zones._CANADA.values(), *zones._FRANCE_OVERSEAS.values())
    assert all(ZoneInfo(zone) for zone in known)
