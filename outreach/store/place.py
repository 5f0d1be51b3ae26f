"""Where a store was last sent from: what tells the store itself from a copy of it.

A copy does not know what was sent after it was made, and two copies would both send. A
store therefore remembers its machine and its file. A folder that is moved or renamed on
its disk keeps its file (the inode); whoever copies it makes a new one. The number of the
last run stands in a note beside the file as well: a file that was overwritten with an
older copy of itself knows fewer runs than its note.

PostgreSQL serves several machines: there, only the database itself is looked at.
"""

from __future__ import annotations

import hmac
import json
import platform
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, func, select, text

from outreach.store import schema
from outreach.store.copies import COPIED_AT
from outreach.store.engine import Database

#: The key in `meta` under which the place stands, as JSON.
PLACE = "sends_from"
#: The note beside an SQLite file: the store's identity and the number of its last run.
NOTE_NAME = "outreach.run"

#: Where Linux keeps the name that a machine has for good; containers often have none.
_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store lies. What is None is not known, and not compared."""

    #: The machine, in a form that tells nobody its real identity.
    machine: str | None
    #: The inode of the file; the number of PostgreSQL's database.
    file: str | None
    #: The machine's name, for people.
    name: str = ""

    def differs_by_machine(self, other: Place) -> bool:
        return None not in (self.machine, other.machine) and self.machine != other.machine

    def differs_by_file(self, other: Place) -> bool:
        return None not in (self.file, other.file) and self.file != other.file


@dataclass(frozen=True, slots=True)
class Placed:
    """What a store remembers of its place, and of what was done from it."""

    last: Place | None
    #: Since when it is a copy, or put back from one; None when it is neither.
    copied_at: datetime | None
    #: The number of the last run that it knows, and when that began.
    last_run: int
    last_run_at: datetime | None
    #: The number of the last run of this store by the note beside its file.
    noted_run: int


def here(database: Database) -> Place:
    """Where the store lies now."""
    if not database.is_sqlite:
        with database.reading() as connection:
            query = text("SELECT oid FROM pg_database WHERE datname = current_database()")
            return Place(None, str(connection.execute(query).scalar_one()))
    path = _path(database)
    file = str(path.stat().st_ino) if path and path.stat().st_ino else None
    return Place(_machine(database), file, platform.node())


def placed(database: Database) -> Placed:
    """What the store remembers."""
    run = schema.run.c
    with database.reading() as connection:
        rows = connection.execute(select(schema.meta.c.key, schema.meta.c.value)).all()
        number, at = connection.execute(select(func.max(run.id), func.max(run.started_at))).one()
    known = {row.key: row.value for row in rows}
    last, copied = known.get(PLACE), known.get(COPIED_AT)
    return Placed(
        last=Place(**json.loads(last)) if last else None,
        copied_at=datetime.fromisoformat(copied) if copied else None,
        last_run=number or 0,
        last_run_at=at,
        noted_run=_noted(database, known["store_id"]),
    )


def remember(database: Database, place: Place) -> None:
    """From now on the store sends from here; it is a copy no longer."""
    meta = schema.meta
    with database.writing() as connection:
        connection.execute(delete(meta).where(meta.c.key.in_([PLACE, COPIED_AT])))
        row = {"key": PLACE, "value": json.dumps(asdict(place))}
        connection.execute(meta.insert(), row)
    note_last_run(database)


def note_last_run(database: Database) -> None:
    """Write the number of the last run beside the file; a note that cannot be written is none."""
    path = _path(database)
    if path is None:
        return
    with database.reading() as connection:
        number = connection.execute(select(func.max(schema.run.c.id))).scalar_one() or 0
        query = select(schema.meta.c.value).where(schema.meta.c.key == "store_id")
        identity = connection.execute(query).scalar_one()
    with suppress(OSError):
        path.with_name(NOTE_NAME).write_text(f"{identity} {number}\n", encoding="ascii")


def _noted(database: Database, identity: str) -> int:
    path = _path(database)
    if path is None:
        return 0
    try:
        whose, number = path.with_name(NOTE_NAME).read_text(encoding="ascii").split()
        return int(number) if whose == identity else 0
    except (OSError, ValueError):
        return 0


def _path(database: Database) -> Path | None:
    """The file of an SQLite store."""
    name = database.engine.url.database if database.is_sqlite else None
    return Path(name) if name and name != ":memory:" else None


def _machine(database: Database) -> str | None:
    """The machine's lasting name, keyed with the store's secret: it tells nothing elsewhere."""
    for file in _MACHINE_IDS:
        with suppress(OSError):
            if name := file.read_text(encoding="ascii").strip():
                return hmac.digest(database.secret, name.encode(), "sha256").hex()[:16]
    return None
