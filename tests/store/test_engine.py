"""Opening a store: made when absent, refused when it is newer, the same on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from outreach.model.field import FieldType
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.opening import open_database
from outreach.store.trouble import StoreTooNew, StoreUnusable


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


def test_a_store_from_a_newer_program_is_refused_and_left_alone(
    tmp_path: Path, open_store: Callable[..., Database]
) -> None:
    database = open_store()
    with database.writing() as connection:
        connection.execute(schema.alembic_version.update().values(version_num="9999"))

    with pytest.raises(StoreTooNew, match="9999"):
        open_database("sqlite:///store.db", folder=tmp_path)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("not a database" * 100)

    with pytest.raises(StoreUnusable, match="not a database"):
        open_database("sqlite:///store.db", folder=tmp_path)


@pytest.mark.parametrize(
    "mistake",
    ["select nonsense from contact", "select 1 from nowhere", "selekt 1", "select nonsense(1)"],
)
def test_a_mistake_in_our_own_sql_is_no_broken_store(database: Database, mistake: str) -> None:
    """PostgreSQL says of a column, too, that it does not exist."""
    with pytest.raises(DBAPIError), database.reading() as connection:
        connection.execute(text(mistake))


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="refused"):
        open_database("postgresql://nobody@127.0.0.1:9/outreach", folder=tmp_path)


def test_a_database_that_is_not_there_is_told(database: Database, tmp_path: Path) -> None:
    """SQLite makes its file; a folder that cannot be one is told."""
    url = database.engine.url.set(database="no-such-place").render_as_string(hide_password=False)
    if database.is_sqlite:
        (tmp_path / "no-such-place").mkdir()
    with pytest.raises(StoreUnusable):
        open_database("sqlite:///no-such-place" if database.is_sqlite else url, folder=tmp_path)


def test_a_store_that_may_only_be_read_is_told(database: Database, now: datetime) -> None:
    only_read = "PRAGMA query_only=ON" if database.is_sqlite else "SET TRANSACTION READ ONLY"

    def write() -> None:
        row = {"name": "a", "expression": "true", "created_at": now, "updated_at": now}
        with database.writing() as connection:
            connection.execute(text(only_read))
            connection.execute(schema.segment.insert().values(**row))

    with pytest.raises(StoreUnusable, match="read"):
        write()
