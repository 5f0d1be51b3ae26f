"""Bringing a store to the revision of this program, step by step, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from outreach.store import schema
from outreach.store.columns import drop_left_behind, left_behind
from outreach.store.engine import Database
from outreach.store.opening import revision_of

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class State:
    """Where a store stands."""

    revision: str | None
    wanted: str
    #: Columns of deleted fields, which an upgrade drops.
    left_behind: tuple[str, ...]

    @property
    def is_outdated(self) -> bool:
        return self.revision != self.wanted or bool(self.left_behind)


def outdated(database: Database) -> State:
    """What an upgrade would do."""
    with database.reading() as connection:
        dead = tuple(left_behind(connection))
    return State(revision_of(database), schema.REVISION, dead)


def upgrade(database: Database, revision: str | None = None) -> None:
    """Run every migration up to `revision`, this program's by default; the whole or nothing.

    Columns of deleted fields are dropped with it.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision or schema.REVISION)
        if revision in (None, schema.REVISION):
            drop_left_behind(connection)
    database.forget_fields()
