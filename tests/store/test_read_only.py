"""A base that may be looked at and not changed: reading works, writing says why not."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from outreach.store import schema
from outreach.store.opening import open_database
from outreach.store.read_only import StoreMoved, StoreReadOnly
from outreach.store.trouble import StoreUnusable

#: Run for root by `tests/journeys/test_read_only_folder.py`, in a process without root's rights.
pytestmark = pytest.mark.skipif(os.access("/proc/1/mem", os.W_OK), reason="run without rights")

URL = "sqlite:///outreach.db"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a base in it, which nobody may write in from then on."""
    there = tmp_path / "shared"
    there.mkdir()
    open_database(URL, folder=there).engine.dispose()
    close(there)
    yield there
    there.chmod(0o700)


def close(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o400)
    folder.chmod(0o500)


def settings(folder: Path) -> int:
    database = open_database(URL, folder=folder)
    with database.reading() as connection:
        count = connection.execute(select(func.count()).select_from(schema.meta)).scalar_one()
    database.engine.dispose()
    return int(count)


def test_it_is_read_and_nothing_is_laid_beside_it(folder: Path) -> None:
    assert settings(folder) == 2
    assert [file.name for file in folder.iterdir()] == ["outreach.db"]


def test_writing_says_that_it_is_read_only(folder: Path) -> None:
    database = open_database(URL, folder=folder)
    with pytest.raises(StoreReadOnly, match="read here, and not changed"), database.writing():
        pass
    database.engine.dispose()


def test_what_somebody_else_is_writing_is_read_with_its_log(folder: Path) -> None:
    """A row in the log alone: without the log it would not be there."""
    with closing(_with_a_log(folder)):
        close(folder)
        assert settings(folder) == 3


def test_by_a_link_the_log_beside_the_file_itself_is_read(folder: Path, tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    (links / "outreach.db").symlink_to(folder / "outreach.db")
    with closing(_with_a_log(folder)):
        close(folder)
        links.chmod(0o500)
        assert settings(links) == 3
    links.chmod(0o700)


def test_a_log_without_its_index_is_refused_by_name(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    with closing(_with_a_log(folder)):
        for name in ("outreach.db", "outreach.db-wal"):
            shutil.copy(folder / name, copy / name)
    close(copy)
    with pytest.raises(StoreUnusable, match=r"outreach\.db-wal"):
        open_database(URL, folder=copy)
    copy.chmod(0o700)


def test_what_was_read_while_the_file_moved_is_thrown_away(folder: Path) -> None:
    database = open_database(URL, folder=folder)
    with pytest.raises(StoreMoved, match="changed while it was read"), database.reading():
        os.utime(folder / "outreach.db")
    database.engine.dispose()


def _with_a_log(folder: Path) -> sqlite3.Connection:
    """Somebody who may write has written, and goes on."""
    folder.chmod(0o700)
    (folder / "outreach.db").chmod(0o600)
    connection = sqlite3.connect(folder / "outreach.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("INSERT INTO meta (key, value) VALUES ('late', 'row')")
    return connection
