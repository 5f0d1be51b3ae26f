"""The migrations lead to the schema, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from postgres import PostgresServer
from sqlalchemy import Text, cast, create_engine, event, inspect, select
from sqlalchemy.engine import Engine

from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.opening import begin_sqlite, prepare_sqlite
from outreach.store.references import POINTERS
from outreach.store.upgrading import MIGRATIONS, upgrade


def migrated(engine: Engine) -> list[object]:
    """An empty database brought up by migrations alone; how it differs from the schema."""
    database = Database(engine)
    upgrade(database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        found: list[object] = compare_metadata(context, schema.metadata)
    # Alembic keeps its own table, with a shorter column than ours.
    return [difference for difference in found if "alembic_version" not in repr(difference)]


def test_migrations_give_the_schema_on_sqlite(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/store.db")
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)

    assert migrated(engine) == []
    assert set(schema.metadata.tables) == set(inspect(engine).get_table_names())
    engine.dispose()


def test_migrations_give_the_schema_on_postgresql(postgres: PostgresServer) -> None:
    with postgres.fresh_database() as url:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        try:
            differences: Any = migrated(engine)
        finally:
            engine.dispose()
    # The pointers that triggers keep there (`test_references.py`), and nothing else.
    lacking = {(act, key.table.name, *key.column_keys) for act, key in differences}
    assert len(differences) == len(lacking)
    assert lacking == {("add_fk", table, name) for table, of in POINTERS.items() for name in of}


def test_the_program_knows_every_revision_and_ends_at_the_newest() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    revisions = [script.revision for script in scripts.walk_revisions()]

    assert tuple(reversed(revisions)) == schema.REVISIONS
    assert scripts.get_current_head() == schema.REVISION


@pytest.mark.parametrize("table", sorted(schema.metadata.tables))
def test_every_table_says_why_it_exists(table: str) -> None:
    """A comment that begins with `#:` stands right above each table in schema.py."""
    lines = Path(schema.__file__).read_text().splitlines()
    at = next(
        i
        for i, line in enumerate(lines)
        if f'"{table}",' in line and lines[i - 1].endswith("_table(")
    )
    assert lines[at - 2].startswith("#:"), f"{table} has no reason"


def test_a_store_as_it_was_first_laid_comes_up_with_its_campaigns(database: Database) -> None:
    """`database` is laid at today's revision: it is emptied first."""
    with database.writing() as connection:
        schema.metadata.drop_all(connection)
    upgrade(database, "0001")
    with database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO campaign"
            " (name, state, definition, fingerprint, salt, launched_at, matched, selected)"
            " VALUES ('spring', 'running', '', '', '', '2027-03-01 08:00:00.000000', 2, 2)"
        )

    upgrade(database)

    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT name, state, state_at FROM campaign").all()
    assert [tuple(row) for row in rows] == [("spring", "running", None)]


def test_an_instant_in_the_form_of_the_driver_is_mended(database: Database) -> None:
    """Only SQLite has forms: PostgreSQL has a type of its own."""
    with database.writing() as connection:
        schema.metadata.drop_all(connection)
    upgrade(database, "0003")
    with database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO contact (kind, created_at, updated_at, order_count, revenue_minor,"
            " margin_minor, touch_count, last_active_at, informed_at) VALUES ('suspect',"
            " '2027-03-01T08:00:00.000000Z', '2027-03-01T08:00:00.000000Z', 0, 0, 0, 0,"
            f" '{DRIVERS if database.is_sqlite else OURS}', '{OURS}')"
        )

    upgrade(database)

    c = schema.contact.c
    with database.reading() as connection:
        rows = connection.execute(select(c.last_active_at, c.informed_at)).all()
        written = connection.scalars(select(cast(c.last_active_at, Text))).one()
    same = datetime(2027, 3, 3, 9, 0, tzinfo=UTC)
    assert [tuple(row) for row in rows] == [(same, same)]
    assert not database.is_sqlite or written == OURS


DRIVERS, OURS = "2027-03-03 09:00:00.000000", "2027-03-03T09:00:00.000000Z"


def test_types_of_customers_get_their_folded_twin(database: Database) -> None:
    with database.writing() as connection:
        schema.metadata.drop_all(connection)
    upgrade(database, "0004")
    with database.writing() as connection:
        for word in ("'École'", "'École'", "NULL", "'Garage'"):
            connection.exec_driver_sql(
                "INSERT INTO contact (kind, created_at, updated_at, order_count, revenue_minor,"
                f" margin_minor, touch_count, customer_type) VALUES ('suspect', '{OURS}', '{OURS}',"
                f" 0, 0, 0, 0, {word})"
            )

    upgrade(database)

    c = schema.contact.c
    with database.reading() as connection:
        query = select(c.customer_type, c.customer_type_folded).order_by(c.id)
        rows = [tuple(row) for row in connection.execute(query)]
    assert rows == [("École", "ecole"), ("École", "ecole"), (None, None), ("Garage", "garage")]
