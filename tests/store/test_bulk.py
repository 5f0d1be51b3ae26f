"""Many rows at once: all of them arrive, whole statements and what is left over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.engine import Database

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def people(count: int) -> list[dict[str, Any]]:
    """Number 1 on; every third has a town, and says what hurts in COPY."""
    return [
        {"id": n, "kind": "suspect", "created_at": NOON, "updated_at": NOON,
         "city": None if n % 3 else f"R\\N\t{n}\n", "extra": {"n": n}}
        for n in range(1, count + 1)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 399, 400, 401, 1203])
def test_every_row_arrives_as_it_was_given(database: Database, count: int) -> None:
    c = schema.contact.c
    with database.writing() as connection:
        insert_rows(connection, schema.contact, people(count))

    columns = (c.id, c.kind, c.created_at, c.updated_at, c.city, c.extra)
    with database.reading() as connection:
        rows = connection.execute(select(*columns).order_by(c.id)).all()
    assert [tuple(row) for row in rows] == [tuple(one.values()) for one in people(count)]


def test_those_that_are_there_are_passed_over(database: Database) -> None:
    tags = [{"contact_id": n, "tag_folded": "vip", "tag": "VIP"} for n in range(1, 904)]
    with database.writing() as connection:
        insert_rows(connection, schema.contact, people(903))
        insert_rows(connection, schema.tag, tags[::2], once=True)
        insert_rows(connection, schema.tag, tags, once=True)

    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.tag)) == 903
