"""A database of the user's is read by one SELECT and never changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from postgres import PostgresServer

from outreach.store.foreign import Foreign, ForeignUnusable, OnlySelect, SameName


@pytest.fixture
def crm(tmp_path: Path) -> str:
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE people (nom TEXT, ca REAL, note TEXT, photo BLOB)")
        database.executemany(
            "INSERT INTO people VALUES (?, ?, ?, ?)",
            [("Petit", 12.0, "at 12:30", b"\xff\x00"), ("Morel", 12.5, "100 %", None)],
        )
    return f"sqlite:///{path}"


def test_rows_come_as_text_and_can_be_read_again(crm: str) -> None:
    """A colon and a percent sign in the query are what they are."""
    query = "SELECT nom, ca, photo FROM people WHERE note LIKE '%:30' OR note LIKE '100 %' ;"
    foreign = Foreign(crm, query)

    assert foreign.header == ("nom", "ca", "photo")
    expected = [("Petit", "12", "ff00"), ("Morel", "12.5", "")]
    assert [*foreign.rows()] == expected
    assert [*foreign.rows()] == expected
    assert foreign.name == "crm.db"


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM people", "SELECT 1; DELETE FROM people", "DROP TABLE people", "",
     "UPDATE people SET nom = ''", "PRAGMA user_version = 3",
     "WITH gone AS (DELETE FROM people RETURNING nom) SELECT nom FROM gone",
     "INSERT INTO people SELECT * FROM people", "ATTACH 'x' AS y", "VACUUM"],
)  # fmt: skip
def test_nothing_but_a_select_is_asked(crm: str, query: str) -> None:
    with pytest.raises(OnlySelect):
        Foreign(crm, query)

    assert len([*Foreign(crm, "SELECT * FROM people").rows()]) == 2


def test_what_cannot_be_read_is_named_without_its_password(tmp_path: Path, crm: str) -> None:
    with pytest.raises(ForeignUnusable, match="no such file"):
        Foreign(f"sqlite:///{tmp_path}/absent.db", "SELECT 1")
    with pytest.raises(ForeignUnusable, match="no such table: clients"):
        Foreign(crm, "SELECT * FROM clients")
    with pytest.raises(ForeignUnusable) as refused:
        Foreign("postgresql://marie:secret@127.0.0.1:1/base?connect_timeout=2", "SELECT 1")
    assert "secret" not in str(refused.value)
    with pytest.raises(ForeignUnusable):
        Foreign("nonsense", "SELECT 1")


def test_two_columns_of_one_name_are_refused(crm: str) -> None:
    with pytest.raises(SameName, match="AS"):
        Foreign(crm, "SELECT nom, nom FROM people")


def test_postgresql_is_read_in_a_transaction_that_cannot_write(postgres: PostgresServer) -> None:
    with postgres.fresh_database() as url:
        with psycopg.connect(url) as base:
            base.execute("CREATE TABLE people (nom text, ca numeric, le date, oui boolean)")
            base.execute("INSERT INTO people VALUES ('Petit', 12.50, '2020-02-01', true)")
            base.execute(
                "CREATE FUNCTION empty_it() RETURNS text LANGUAGE sql AS "
                "'DELETE FROM people; SELECT ''done'''"
            )

        rows = [*Foreign(url, "SELECT * FROM people WHERE nom LIKE 'P%' AND ca::int > 1").rows()]

        assert rows == [("Petit", "12.50", "2020-02-01", "true")]
        with pytest.raises(ForeignUnusable, match="read-only"):
            Foreign(url, "SELECT empty_it()")
