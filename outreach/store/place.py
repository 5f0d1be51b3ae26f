"""Where a store was last sent from: what tells the store itself from a copy of it.

A copy does not know what was sent after it was made, and two copies would both send. A
store therefore remembers its machine and its file. A folder that is moved or renamed on
its disk keeps its file (the inode, and when that was made); whoever copies it makes a new
one. The number of the last run stands in a note beside the file as well: a file that was
overwritten with an older copy of itself knows fewer runs than its note.

PostgreSQL serves several machines: there, only the database itself is looked at.
"""

from __future__ import annotations

import hmac
import json
import os
import platform
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, func, select, text

from outreach.store import schema
from outreach.store.birth import birth_of
from outreach.store.copies import COPIED_AT
from outreach.store.engine import Database

#: The key in `meta` under which the place stands, as JSON.
PLACE = "sends_from"
#: How the note beside an SQLite file ends: the store's identity and the number of its last run.
NOTE_SUFFIX = ".run"

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
    #: When the file was made.
    born: str | None = None

    def differs_by_machine(self, other: Place) -> bool:
        return None not in (self.machine, other.machine) and self.machine != other.machine

    def differs_by_file(self, other: Place) -> bool:
        numbers, births = (self.file, other.file), (self.born, other.born)
        return any(None not in pair and pair[0] != pair[1] for pair in (numbers, births))


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
    return Place(_machine(database), file, platform.node(), birth_of(path) if path else None)


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
        noted_run=_noted(database),
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
    note = _note(database)
    if note is None:
        return
    with database.reading() as connection:
        number = connection.execute(select(func.max(schema.run.c.id))).scalar_one() or 0
    with suppress(OSError):
        # Whole or not at all, also when the machine goes down: it is the older base's only witness.
        new = note.with_name(f"{note.name}~")
        with new.open("w", encoding="ascii") as file:
            file.write(f"{database.identity} {number}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(note)


def _noted(database: Database) -> int:
    note = _note(database)
    if note is None:
        return 0
    try:
        whose, number = note.read_text(encoding="ascii").split()
        return int(number) if whose == database.identity else 0
    except (OSError, ValueError):
        return 0


def _note(database: Database) -> Path | None:
    """Each base has its own: several may lie in one folder."""
    path = _path(database)
    return path.with_name(f"{path.name}{NOTE_SUFFIX}") if path else None


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
