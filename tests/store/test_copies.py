"""Copies of a store: made while it is used, put back whole, known as copies; on both databases."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from outreach.errors import AlreadyRunning
from outreach.model.contact import Draft
from outreach.model.settings import Settings
from outreach.runner.keeping import FileThere, back_up, restore
from outreach.runner.lock import hold, hold_file
from outreach.store import schema, upgrading
from outreach.store.copies import COPIED_AT, Copies, CopyFailed, NotACopy, copies_of
from outreach.store.engine import Database
from outreach.store.opening import revision_of
from outreach.store.store import Store
from outreach.store.trouble import StoreTooNew, StoreTooOld

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def copies(database: Database) -> Copies:
    return copies_of(address(database.engine).replace("+psycopg", ""), Path("/"))


def add(database: Database, *names: str) -> None:
    for name in names:
        Store(database).people.add(Draft(1, {"last_name": name}), force=True, now=NOW)


def names(database: Database) -> list[object]:
    return [c.values["last_name"] for c in Store(database).contacts.matching()]


def mark(database: Database) -> str | None:
    query = select(schema.meta.c.value).where(schema.meta.c.key == COPIED_AT)
    with database.reading() as connection:
        found: str | None = connection.execute(query).scalar_one_or_none()
        return found


def test_a_copy_put_back_is_the_store_as_it_was_and_says_so(
    database: Database, tmp_path: Path
) -> None:
    add(database, "Petit", "Morel")
    made = back_up(copies(database), tmp_path / "copy", replace=False, now=NOW)
    add(database, "Le Goff")
    assert (made.contacts, mark(database)) == (2, None)
    database.engine.dispose()

    done = restore(copies(database), tmp_path / "copy", settings=Settings(folder=tmp_path), now=NOW)

    database.forget_fields()
    assert names(database) == ["Petit", "Morel"]
    assert mark(database) == "2027-03-01T08:00:00.000000Z"
    assert done.copy is not None
    assert copies(database).look_into(done.copy).contacts == 3


def test_a_copy_never_writes_over_a_file_unasked(database: Database, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("precious")

    with pytest.raises(FileThere):
        back_up(copies(database), tmp_path / "copy", replace=False, now=NOW)
    assert (tmp_path / "copy").read_text() == "precious"
    assert back_up(copies(database), tmp_path / "copy", replace=True, now=NOW).contacts == 0


def test_what_is_no_copy_is_refused_and_nothing_changes(database: Database, tmp_path: Path) -> None:
    add(database, "Petit")
    (tmp_path / "list.csv").write_text("Nom\nMorel\n")
    for file in (tmp_path / "list.csv", tmp_path / "absent"):
        with pytest.raises(NotACopy):
            restore(copies(database), file, settings=Settings(folder=tmp_path), now=NOW)
    assert names(database) == ["Petit"]


def test_a_copy_of_a_newer_program_is_refused(database: Database, tmp_path: Path) -> None:
    with database.writing() as connection:
        connection.execute(schema.alembic_version.update().values(version_num="9999"))
    copies(database).backup(tmp_path / "copy", now=NOW)

    with pytest.raises(StoreTooNew):
        copies(database).look_into(tmp_path / "copy")


def test_nothing_is_put_back_under_a_run(database: Database, tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path)
    back_up(copies(database), tmp_path / "copy", replace=False, now=NOW)

    with hold(settings.data), pytest.raises(AlreadyRunning):
        restore(copies(database), tmp_path / "copy", settings=settings, now=NOW)


def test_nothing_is_put_back_under_the_run_of_another_workspace_on_the_same_base(
    database: Database, tmp_path: Path
) -> None:
    """Two workspaces may share a base: the run of the other one holds the base's own lock."""
    back_up(copies(database), tmp_path / "copy", replace=False, now=NOW)
    here = Settings(folder=tmp_path / "here")

    with hold_file(database.file), database.alone(), pytest.raises(AlreadyRunning):
        restore(copies(database), tmp_path / "copy", settings=here, now=NOW)
    assert mark(database) is None
    restore(copies(database), tmp_path / "copy", settings=here, now=NOW)
    assert mark(database) is not None


# --- SQLite alone -----------------------------------------------------------------------------


@pytest.fixture
def sqlite(open_store: Callable[..., Database]) -> Database:
    return open_store()


def test_a_copy_made_while_somebody_writes_is_whole(sqlite: Database, tmp_path: Path) -> None:
    """The writer has a contact and its event in every transaction: a copy has both or none."""
    going = threading.Event()
    going.set()

    def write() -> None:
        while going.is_set():
            add(sqlite, "Petit")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            back_up(copies(sqlite), tmp_path / f"{number}.db", replace=False, now=NOW)
    finally:
        going.clear()
        writer.join()

    for number in range(5):
        with sqlite3.connect(tmp_path / f"{number}.db") as copy:
            (people,) = copy.execute("SELECT count(*) FROM contact").fetchone()
            (events,) = copy.execute("SELECT count(*) FROM event").fetchone()
        assert people == events


def test_a_damaged_store_makes_way_and_is_kept(
    sqlite: Database, tmp_path: Path, open_store: Callable[..., Database]
) -> None:
    add(sqlite, "Petit")
    back_up(copies(sqlite), tmp_path / "copy.db", replace=False, now=NOW)
    sqlite.engine.dispose()
    (tmp_path / "store.db").write_bytes(b"not a database" * 500)

    done = restore(copies(sqlite), tmp_path / "copy.db", settings=Settings(folder=tmp_path),
                   now=NOW)  # fmt: skip

    assert names(open_store()) == ["Petit"]
    assert done.copy is not None
    assert done.copy.read_bytes().startswith(b"not a database")


def test_the_store_is_no_copy_of_itself(sqlite: Database, tmp_path: Path) -> None:
    with pytest.raises(CopyFailed, match="itself"):
        back_up(copies(sqlite), tmp_path / "store.db", replace=True, now=NOW)


def test_an_older_store_opens_for_its_upgrade_alone(
    sqlite: Database, open_store: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a later program will find a store of today."""
    sqlite.engine.dispose()
    today = schema.REVISION
    monkeypatch.setattr(schema, "REVISION", "later")
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "later"))

    with pytest.raises(StoreTooOld):
        open_store()
    opened = open_store(to_upgrade=True)
    assert revision_of(opened) == today


TODAY = schema.REVISION
LATER = f"""\
from alembic import op

revision = "later"
down_revision = "{TODAY}"


def upgrade() -> None:
    op.execute("CREATE TABLE later (id INTEGER PRIMARY KEY)")
"""


def test_an_upgrade_runs_the_migrations_or_changes_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration of a later program: the whole of it, and deleted fields go with it."""
    shutil.copytree(upgrading.MIGRATIONS, tmp_path / "migrations")
    monkeypatch.setattr(upgrading, "MIGRATIONS", tmp_path / "migrations")
    monkeypatch.setattr(schema, "REVISION", "later")
    place = tmp_path / "migrations" / "versions" / "later.py"
    add(database, "Petit")

    place.write_text(LATER + '    op.execute("no SQL at all")\n')
    with pytest.raises(DBAPIError):
        upgrading.upgrade(database)
    assert (revision_of(database), names(database)) == (TODAY, ["Petit"])

    place.write_text(LATER)
    upgrading.upgrade(database)

    assert (revision_of(database), names(database)) == ("later", ["Petit"])
    assert not upgrading.outdated(database).is_outdated
