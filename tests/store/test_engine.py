"""Opening a store: made when absent, refused when it is newer, the same on both databases."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.model.field import FieldType
from outreach.store import schema
from outreach.store.engine import Database, StoreTooNew, StoreUnusable, open_database


def test_a_new_store_has_every_table_and_a_secret(database: Database) -> None:
    with database.reading() as connection:
        for table in schema.metadata.sorted_tables:
            connection.execute(select(table).limit(1))

    assert len(database.secret) == 32


def test_a_field_of_the_users_is_a_real_column_with_a_twin(
    database: Database, now: datetime
) -> None:
    with database.writing() as connection:
        database.add_field(
            connection, name="secteur", label="Secteur", type_=FieldType.TEXT, now=now
        )

    assert database.catalogue.find("SECTEUR") is not None
    assert {"f_secteur", "f_secteur_folded"} <= set(database.contact.columns.keys())


def test_a_store_from_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    database = open_database("sqlite:///store.db", folder=tmp_path)
    with database.writing() as connection:
        connection.execute(schema.alembic_version.update().values(version_num="9999"))

    with pytest.raises(StoreTooNew, match="9999"):
        open_database("sqlite:///store.db", folder=tmp_path)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("not a database" * 100)

    with pytest.raises(StoreUnusable, match="not a database"):
        open_database("sqlite:///store.db", folder=tmp_path)
