"""The doctor at the contact base: its file, its lock, its disk, its clock; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from outreach.model.finding import Health
from outreach.runner.doctor_store import clock_finding, disk_finding, size
from outreach.runner.lock import holder
from outreach.store.engine import Database
from outreach.store.health import Damaged, StoreHealth

GB = 1_000_000_000


def test_a_new_store_is_whole_and_nobody_holds_it(database: Database) -> None:
    health = StoreHealth(database)

    health.check(5)
    assert not health.state().is_outdated
    assert health.held_by() is None
    assert health.last_recorded() is None
    assert (health.server() is None) == database.is_sqlite
    assert health.server() is None or str(health.server()).startswith("PostgreSQL 1")


def test_who_holds_a_shared_store_is_known_without_taking_the_lock(database: Database) -> None:
    health = StoreHealth(database)

    with database.alone() as free:
        assert free
        held = health.held_by()
    assert (held is None) == database.is_sqlite
    assert held is None or (held.who and held.since.tzinfo is not None)
    assert health.held_by() is None


@pytest.mark.parametrize("where", ["root", "last"])
def test_a_damaged_file_is_found(
    tmp_path: Path, open_store: Callable[..., Database], where: str
) -> None:
    path = tmp_path / "store.db"
    opened = open_store()
    with opened.writing() as connection:
        rows = [{"key": f"k{number}", "value": "x" * 400} for number in range(400)]
        connection.execute(text("INSERT INTO meta VALUES (:key, :value)"), rows)
        root = connection.execute(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'meta'")
        ).scalar_one()
    opened.engine.dispose()  # the log goes into the file
    damaged = bytearray(path.read_bytes())
    page = root if where == "root" else len(damaged) // 4096
    damaged[(page - 1) * 4096 + 8 : (page - 1) * 4096 + 60] = b"\xff" * 52
    path.write_bytes(damaged)

    health = StoreHealth(open_store())
    with pytest.raises(Damaged, match="the file of the contact base is damaged"):
        health.check(5)


def test_the_size_is_that_of_the_file_and_its_log(database: Database) -> None:
    found = StoreHealth(database).size()
    assert (found > 4096) == database.is_sqlite


@pytest.mark.parametrize(
    ("free", "store", "state"),
    [
        (40_000_000, 0, Health.ERROR),
        (400_000_000, 0, Health.WARNING),
        (600_000_000, 0, Health.OK),
        (3 * GB, 2 * GB, Health.WARNING),
        (4 * GB, 2 * GB, Health.OK),
    ],
)
def test_a_disk_must_have_room_for_a_copy(free: int, store: int, state: Health) -> None:
    assert disk_finding(Path("data"), free=free, store=store).state is state


def test_sizes_are_told_as_disks_are_sold() -> None:
    assert [str(size(n)) for n in (1, 999_999, 1_500_000, 2 * GB)] == [
        "1 kB", "1000 kB", "1.5 MB", "2.0 GB",
    ]  # fmt: skip


def test_a_clock_behind_the_newest_event_is_looked_at(now: datetime) -> None:
    assert clock_finding(now, None).state is Health.OK
    assert clock_finding(now, now + timedelta(minutes=1)).state is Health.OK
    assert clock_finding(now, now + timedelta(hours=1)).state is Health.WARNING


def test_a_note_without_a_run_holds_nothing(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    (tmp_path / "outreach.lock.owner").write_text("12 2027-03-01T08:00:00+00:00\n")
    assert holder(tmp_path) is None
