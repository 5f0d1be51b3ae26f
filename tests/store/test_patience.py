"""A question that never ends is given up with a clear error; the next one is answered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import ColumnElement, func, literal, literal_column, select

from outreach.store.contacts import Contacts
from outreach.store.engine import Database
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
