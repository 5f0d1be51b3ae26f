"""The clock on the wall, of instants and of the seconds as which they are gathered."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import literal, select

from outreach.store.engine import Database
from outreach.store.types import Instant
from outreach.store.wall_clock import EpochSeconds, wall_clock

PARIS = ZoneInfo("Europe/Paris")
#: From winter to summer and back: the clock changes on 28 March and 31 October 2027, at 1:00 UTC.
CLOCK = wall_clock(PARIS, datetime(2027, 1, 4, tzinfo=UTC), datetime(2028, 1, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("instant", "wall"),
    [
        ("2027-01-15T08:00:00+00:00", "2027-01-15T09:00:00+00:00"),
        ("2027-03-28T00:59:59.900000+00:00", "2027-03-28T01:59:59+00:00"),
        ("2027-03-28T01:00:00+00:00", "2027-03-28T03:00:00+00:00"),
        ("2027-10-31T00:59:59+00:00", "2027-10-31T02:59:59+00:00"),
        ("2027-10-31T01:00:00.500000+00:00", "2027-10-31T02:00:00+00:00"),
        # Before the first instant and after the last one, their offsets hold too.
        ("2026-08-01T08:00:00+00:00", "2026-08-01T09:00:00+00:00"),
        ("2028-08-01T08:00:00+00:00", "2028-08-01T09:00:00+00:00"),
    ],
)
def test_an_instant_and_its_seconds_show_the_same_time(
    database: Database, instant: str, wall: str
) -> None:
    at = literal(datetime.fromisoformat(instant), Instant())
    with database.reading() as connection:
        shown = connection.execute(
            select(CLOCK.seconds(at), CLOCK.of_epoch(EpochSeconds(at)))
        ).one()
    expected = int(datetime.fromisoformat(wall).timestamp())
    assert tuple(shown) == (expected, expected)


def test_seconds_that_are_not_known_stay_unknown(database: Database) -> None:
    nothing = literal(None, Instant())
    with database.reading() as connection:
        assert connection.execute(select(CLOCK.of_epoch(EpochSeconds(nothing)))).scalar() is None
