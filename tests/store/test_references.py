"""No row of the great tables points at nothing, whoever adds and deletes what at the same time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from postgres import PostgresServer
from psycopg.errors import (
    DeadlockDetected,
    FeatureNotSupported,
    ForeignKeyViolation,
    SerializationFailure,
)
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import IntegrityError

from outreach.store import schema
from outreach.store.copies import copies_of
from outreach.store.engine import Database
from outreach.store.references import POINTERS
from outreach.store.upgrading import upgrade

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)

AT = "'2027-03-01T12:00:00.000000Z'"

#: A row of each table that speaks of person, campaign and step 1, unless something is said.
ROWS = {
    "enrolment": {"arm": "'enrolled'", "enrolled_at": AT, "campaign_id": "1", "contact_id": "1"},
    "delivery": {"channel": "'email'", "state": "'due'", "due_at": AT,
                 "campaign_id": "1", "step_id": "1", "contact_id": "1"},
    "event": {"at": AT, "recorded_at": AT, "kind": "'noted'",
              "campaign_id": "1", "contact_id": "1"},
}  # fmt: skip

EVERY_POINTER = [(table, column) for table, columns in POINTERS.items() for column in columns]


def row(table: str, **said: str) -> str:
    """The statement that adds one."""
    cells = ROWS[table] | said
    return f"INSERT INTO {table} ({', '.join(cells)}) VALUES ({', '.join(cells.values())})"


def lay(connection: Connection, people: int = 3) -> None:
    """People 1 to `people`, campaigns 1 and 2, each with a step of the same number."""
    for number in range(1, people + 1):
        connection.exec_driver_sql(
            "INSERT INTO contact (id, kind, created_at, updated_at)"
            f" VALUES ({number}, 'suspect', {AT}, {AT})"
        )
    for number in (1, 2):
        connection.exec_driver_sql(
            "INSERT INTO campaign (id, name, state, definition, fingerprint, salt, launched_at,"
            f" matched, selected) VALUES ({number}, 'c{number}', 'running', '', '', '', {AT}, 1, 1)"
        )
        connection.exec_driver_sql(
            "INSERT INTO step (id, campaign_id, name, channel, position)"
            f" VALUES ({number}, {number}, 'mail', 'email', 1)"
        )


@pytest.fixture
def store(database: Database) -> Database:
    with database.writing() as connection:
        lay(connection)
    return database


def act(database: Database, *statements: str) -> None:
    with database.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


# --- what a foreign key keeps, on both databases ----------------------------------------------


@pytest.mark.parametrize(("table", "column"), EVERY_POINTER)
def test_a_row_that_points_at_nothing_is_refused(store: Database, table: str, column: str) -> None:
    with pytest.raises(IntegrityError):
        act(store, row(table, **{column: "99"}))


@pytest.mark.parametrize(("table", "column"), EVERY_POINTER)
def test_among_many_rows_one_that_points_at_nothing_is_enough(
    store: Database, table: str, column: str
) -> None:
    """All of the statement is refused: `contact_id` makes each row of a campaign another one."""
    rows = [ROWS[table] | {"contact_id": str(n)} for n in (1, 2, 3)]
    rows[1][column] = "99"
    values = ", ".join(f"({', '.join(cells.values())})" for cells in rows)
    with pytest.raises(IntegrityError):
        act(store, f"INSERT INTO {table} ({', '.join(ROWS[table])}) VALUES {values}")

    with store.reading() as connection:
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


@pytest.mark.parametrize(("table", "column"), EVERY_POINTER)
def test_a_pointer_is_moved_to_what_is_there_alone(
    store: Database, table: str, column: str
) -> None:
    act(store, row(table), f"UPDATE {table} SET {column} = 2")
    with pytest.raises(IntegrityError):
        act(store, f"UPDATE {table} SET {column} = 99")


@pytest.mark.parametrize(("table", "column"), EVERY_POINTER)
def test_what_is_pointed_at_cannot_be_deleted(store: Database, table: str, column: str) -> None:
    """Nothing else points at it: the second campaign and step, the second person."""
    target = POINTERS[table][column]
    if target == "campaign":
        act(store, "DELETE FROM step WHERE id = 2")
    act(store, row(table, **{column: "2"}))

    with pytest.raises(IntegrityError):
        act(store, f"DELETE FROM {target} WHERE id = 2")
    with pytest.raises(IntegrityError):
        act(store, f"UPDATE {target} SET id = 77 WHERE id = 2")

    act(store, f"DELETE FROM {table}", f"DELETE FROM {target} WHERE id = 2")


def test_an_event_of_no_campaign_points_at_none(store: Database) -> None:
    act(store, row("event", campaign_id="NULL"), "UPDATE event SET campaign_id = NULL")
    act(store, "DELETE FROM step", "DELETE FROM campaign")


# --- PostgreSQL: two at the same time ---------------------------------------------------------


@pytest.fixture
def url(postgres: PostgresServer, open_store: Callable[..., Database]) -> Iterator[str]:
    """A laid store in PostgreSQL."""
    with postgres.laid_database() as url:
        with open_store(url).writing() as connection:
            lay(connection)
        yield url


class Two:
    """Two connections; what one of them says may have to wait for the other."""

    def __init__(self, url: str) -> None:
        self.one, self.other = psycopg.connect(url), psycopg.connect(url)
        self._watching = psycopg.connect(url, autocommit=True)
        self._threads = ThreadPoolExecutor(1)

    def close(self) -> None:
        self._threads.shutdown()
        for connection in (self.one, self.other, self._watching):
            connection.close()

    def other_waits(self, statement: str) -> Future[object]:
        """Begun by the other one; waits for a lock by now."""
        begun: Future[object] = self._threads.submit(self.other.execute, statement.encode())
        query = "SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s"
        for _ in range(500):
            found = self._watching.execute(query, (self.other.info.backend_pid,)).fetchone()
            if found == ("Lock",):
                return begun
            time.sleep(0.01)
        raise AssertionError("nobody waits")

    def there(self, query: str) -> object:
        found = self._watching.execute(query.encode()).fetchone()
        return found and found[0]


@pytest.fixture
def two(url: str) -> Iterator[Two]:
    two = Two(url)
    yield two
    two.close()


TARGETS = sorted({target for columns in POINTERS.values() for target in columns.values()})


@pytest.mark.parametrize(("table", "column"), EVERY_POINTER)
def test_who_deletes_waits_for_a_row_that_is_being_added_and_is_refused(
    two: Two, table: str, column: str
) -> None:
    target = POINTERS[table][column]
    two.one.execute(f"DELETE FROM step WHERE id = 2 AND '{target}' = 'campaign'".encode())
    two.one.commit()
    two.one.execute(row(table, **{column: "2"}).encode())

    deleting = two.other_waits(f"DELETE FROM {target} WHERE id = 2")
    two.one.commit()

    with pytest.raises(ForeignKeyViolation):
        deleting.result()


@pytest.mark.parametrize(("table", "column"), EVERY_POINTER)
def test_who_adds_waits_for_who_deletes_and_is_refused(two: Two, table: str, column: str) -> None:
    target = POINTERS[table][column]
    two.one.execute(f"DELETE FROM step WHERE id = 2 AND '{target}' = 'campaign'".encode())
    two.one.commit()
    two.one.execute(f"DELETE FROM {target} WHERE id = 2".encode())

    adding = two.other_waits(row(table, **{column: "2"}))
    two.one.commit()

    with pytest.raises(ForeignKeyViolation):
        adding.result()


def test_who_adds_goes_on_if_nothing_is_deleted_after_all(two: Two) -> None:
    two.one.execute("DELETE FROM contact WHERE id = 2")

    adding = two.other_waits(row("event", contact_id="2"))
    two.one.rollback()

    adding.result()
    two.other.commit()
    assert two.there("SELECT count(*) FROM event") == 1


def test_what_is_deleted_while_a_statement_is_under_way_is_missed_at_its_end(two: Two) -> None:
    """Of two deliveries the second waits for one of the same key: nobody holds person 2 yet."""
    two.one.execute(row("delivery").encode())
    cells = [ROWS["delivery"] | {"contact_id": str(person)} for person in (2, 1)]
    values = ", ".join(f"({', '.join(one.values())})" for one in cells)
    adding = two.other_waits(
        f"INSERT INTO delivery ({', '.join(ROWS['delivery'])}) VALUES {values}"
    )

    assert two.there("DELETE FROM contact WHERE id = 2 RETURNING id") == 2
    two.one.rollback()

    with pytest.raises(ForeignKeyViolation):
        adding.result()


def test_whoever_changes_a_person_and_whoever_writes_of_him_do_not_wait(two: Two) -> None:
    two.one.execute(row("event", contact_id="2").encode())
    two.other.execute("UPDATE contact SET city = 'Rennes' WHERE id = 2")
    two.other.execute(row("event", contact_id="2").encode())
    two.other.commit()
    two.one.commit()

    assert two.there("SELECT count(*) FROM event") == 2


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize("target", TARGETS)
def test_who_cannot_see_what_others_add_may_not_delete(two: Two, target: str, level: str) -> None:
    """What was added since the transaction began is invisible to it: it would be let go."""
    two.other.execute(f"SET TRANSACTION ISOLATION LEVEL {level}".encode())
    with pytest.raises(FeatureNotSupported):
        two.other.execute(f"DELETE FROM {target} WHERE id = 3".encode())


def test_who_cannot_see_what_others_delete_adds_nothing_to_it(two: Two) -> None:
    two.other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    two.other.execute("SELECT count(*) FROM contact")
    two.one.execute("DELETE FROM contact WHERE id = 2")
    two.one.commit()

    with pytest.raises(SerializationFailure):
        two.other.execute(row("event", contact_id="2").encode())


@pytest.mark.parametrize("target", ["campaign", "contact"])
def test_a_table_that_is_pointed_at_is_not_emptied(two: Two, target: str) -> None:
    """`CASCADE` empties what has a foreign key; people's enrolments have none. (Of `step` it
    empties all that points at it: deliveries by way of the bundles of letters.)
    """
    for table in POINTERS:
        two.one.execute(row(table).encode())
    with pytest.raises(ForeignKeyViolation):
        two.one.execute(f"TRUNCATE {target} CASCADE".encode())


def test_they_are_emptied_together(two: Two) -> None:
    for table in POINTERS:
        two.one.execute(row(table).encode())
    two.one.execute("TRUNCATE contact, campaign, step, enrolment, delivery, event CASCADE")


def test_whoever_adds_and_deletes_at_random_leaves_nothing_that_points_at_nothing(url: str) -> None:
    """Four at once; the numbers are few, so that they meet."""
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM contact")
    until = time.monotonic() + 2
    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(_at_random, url, seed, until) for seed in range(4)]
    refused, kept = map(sum, zip(*(one.result() for one in done), strict=True))

    assert refused > 20
    assert kept > 20
    with psycopg.connect(url) as connection:
        for table in POINTERS:
            lost = f"SELECT count(*) FROM {table} WHERE contact_id NOT IN (SELECT id FROM contact)"
            assert connection.execute(lost.encode()).fetchone() == (0,)


def _at_random(url: str, seed: int, until: float) -> tuple[int, int]:
    draw, refused, kept = random.Random(seed), 0, 0
    with psycopg.connect(url) as connection:
        while time.monotonic() < until:
            person = draw.randrange(1, 9)
            table = draw.choice(sorted(POINTERS))
            statement = draw.choice((
                f"INSERT INTO contact (id, kind, created_at, updated_at)"
                f" VALUES ({person}, 'suspect', {AT}, {AT}) ON CONFLICT DO NOTHING",
                f"DELETE FROM contact WHERE id = {person}",
                f"DELETE FROM {table} WHERE contact_id = {person}",
                f"{row(table, contact_id=str(person))} ON CONFLICT DO NOTHING",
            ))  # fmt: skip
            try:
                connection.execute(statement.encode())
                time.sleep(draw.random() / 500)
                connection.commit()
                kept += 1
            except (ForeignKeyViolation, DeadlockDetected):
                connection.rollback()
                refused += 1
    return refused, kept


# --- the triggers themselves ------------------------------------------------------------------


def test_the_other_pointers_are_foreign_keys(url: str) -> None:
    """Every pointer of the schema is kept by the one or by the other."""
    in_schema = {
        (table.name, column.name)
        for table in schema.metadata.tables.values()
        for column in table.columns
        if column.foreign_keys
    }
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT conrelid::regclass::text, attname FROM pg_constraint JOIN pg_attribute"
            " ON attrelid = conrelid AND attnum = conkey[1] WHERE contype = 'f'"
        ).fetchall()

    assert set(rows) == in_schema - set(EVERY_POINTER)


def test_a_migrated_store_has_the_triggers_of_a_laid_one(
    postgres: PostgresServer, open_store: Callable[..., Database]
) -> None:
    with postgres.laid_database() as url:
        database = open_store(url)
        laid = _triggers(database)
        with database.writing() as connection:
            schema.metadata.drop_all(connection)
        upgrade(database)

        assert len(laid) == 2 * len(POINTERS) + 3 * len(TARGETS)
        assert _triggers(database) == laid


def _triggers(database: Database) -> dict[str, tuple[str, str]]:
    """By name: what each is laid on, and what its function does."""
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT tgname, pg_get_triggerdef(t.oid), prosrc FROM pg_trigger t"
            " JOIN pg_proc p ON p.oid = tgfoid WHERE tgname LIKE 'refer%%'"
        )
        return {name: (on, does) for name, on, does in rows}


def test_a_copy_of_today_is_restored_over_an_older_store_and_back(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """The foreign keys that the one has and the other has not do not stand in the way."""
    with postgres.fresh_database() as url, postgres.laid_database() as today:
        older = Database(create_engine(url.replace("postgresql:", "postgresql+psycopg:")))
        upgrade(older, "0006")
        older.engine.dispose()
        copies = copies_of(url, tmp_path)
        copies.backup(tmp_path / "older.dump", now=NOON)
        copies_of(today, tmp_path).backup(tmp_path / "today.dump", now=NOON)

        copies.restore(tmp_path / "today.dump", now=NOON)
        with (
            psycopg.connect(url) as connection,
            pytest.raises(ForeignKeyViolation, match="would point at nothing in contact"),
        ):
            connection.execute(row("event", campaign_id="NULL").encode())
        copies.restore(tmp_path / "older.dump", now=NOON)
        copies.restore(tmp_path / "today.dump", now=NOON)
