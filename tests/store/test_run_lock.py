"""The lock of a run on PostgreSQL: it hangs on a session, and is looked at before every claim."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from postgres import PostgresServer

from outreach.model.ids import DeliveryId, RunId
from outreach.store.opening import open_database
from outreach.store.store import Store
from outreach.store.trouble import LockLost

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
END_OF_THE_LOCK = """
    SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database b ON b.oid = l.database
    WHERE l.locktype = 'advisory' AND b.datname = current_database()
"""


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    with postgres.fresh_database() as address:
        yield address


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    opened = Store(open_database(url, folder=tmp_path))
    yield opened
    opened.database.engine.dispose()


def administer(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(statement)


def claim(store: Store) -> None:
    store.deliveries.claim({DeliveryId(1): "<1@atelier.example>"}, run=RunId(1), now=NOON)


def test_nothing_is_claimed_under_a_lock_that_is_gone(
    store: Store, url: str, tmp_path: Path
) -> None:
    """The server has ended the session: another machine takes the lock, and we are told."""
    other = open_database(url, folder=tmp_path)
    with store.database.alone() as free:
        claim(store)
        administer(url, END_OF_THE_LOCK)
        with other.alone() as free_too:
            assert (free, free_too) == (True, True)
            for _ in range(2):
                with pytest.raises(LockLost, match="let go of the lock"):
                    claim(store)
            # What became of messages is written all the same.
            store.deliveries.give_back([DeliveryId(1)], now=NOON)
    claim(store)
    with store.database.alone() as free_again:
        assert free_again
    other.engine.dispose()


def test_an_error_of_the_run_is_not_hidden_by_the_end_of_its_lock(store: Store, url: str) -> None:
    def run() -> None:
        with store.database.alone():
            administer(url, END_OF_THE_LOCK)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run()


def test_a_server_that_ends_idle_sessions_leaves_the_lock_alone(
    store: Store, url: str, tmp_path: Path
) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    administer(url, f"ALTER DATABASE \"{name}\" SET idle_session_timeout = '100ms'")
    store.database.engine.dispose()
    other = open_database(url, folder=tmp_path)
    with store.database.alone():
        time.sleep(0.4)
        other.engine.dispose()
        with other.alone() as free:
            assert not free
        store.database.still_alone()
    other.engine.dispose()
