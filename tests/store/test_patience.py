"""A question that never ends is given up with a clear error; the next one is answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, func, literal, literal_column, select

from outreach.store.contacts import Contacts
from outreach.store.engine import Database
from outreach.store.opening import open_database
from outreach.store.patience import QueryTooSlow

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def test_a_selection_that_takes_too_long_is_given_up(database: Database) -> None:
    contact = database.contact
    with database.writing() as connection:
        connection.execute(contact.insert().values(id=1, created_at=NOW, updated_at=NOW))
    forever: ColumnElement[bool] = literal_column(
        "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000000)"
        " SELECT max(x) FROM n) > 0"
    )
    contacts = Contacts(database, patience=0.2)

    with pytest.raises(QueryTooSlow, match="no answer within"):
        contacts.count(forever)
    with pytest.raises(QueryTooSlow):
        list(contacts.matching(forever))

    assert contacts.count() == 1
    with database.reading() as connection:
        assert connection.execute(select(func.lower(literal("A")))).scalar() == "a"


class Ticking:
    """A clock that goes on by 0.4 s whenever it is looked at: SQLite looks every so many steps."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> float:
        self.looks += 1
        return self.looks * 0.4


#: A thousand steps of SQLite's for each person, and true.
TOILSOME: ColumnElement[bool] = literal_column(
    "(WITH RECURSIVE n(x) AS (SELECT contact.id * 0 UNION ALL SELECT x + 1 FROM n WHERE x < 150)"
    " SELECT max(x) FROM n) > 0"
)


@pytest.fixture
def thousands(tmp_path: Path) -> Iterator[Database]:
    """Four thousand people. PostgreSQL counts for each page that is fetched, without our help."""
    database = open_database("sqlite:///thousands.db", folder=tmp_path)
    contact = database.contact
    rows = [{"id": n, "created_at": NOW, "updated_at": NOW} for n in range(1, 4001)]
    with database.writing() as connection:
        connection.execute(contact.insert(), rows)
    yield database
    database.engine.dispose()


def test_a_list_that_keeps_coming_is_not_given_up_however_long_it_takes(
    thousands: Database,
) -> None:
    """All of it takes longer than the patience there is; no page of it does."""
    clock = Ticking()
    contacts = Contacts(thousands, patience=6, clock=clock)
    assert sum(1 for _ in contacts.matching(TOILSOME)) == 4000
    assert clock() > 2 * 6

    # The same people counted: there is nothing to be seen before the end.
    with pytest.raises(QueryTooSlow, match="no answer within 6 seconds"):
        contacts.count(TOILSOME)


def test_the_time_somebody_takes_to_read_a_page_is_not_the_databases(thousands: Database) -> None:
    """The clock goes on by an hour between two looks: half a second of it counts at most."""
    hours = count()
    contacts = Contacts(thousands, patience=60, clock=lambda: next(hours) * 3600.0)
    assert sum(1 for _ in contacts.matching(TOILSOME)) == 4000
