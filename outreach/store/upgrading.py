"""Bringing a store to the revision of this program, step by step, in one transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from outreach.store.engine import Database
from outreach.store.schema import REVISION

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = REVISION) -> None:
    """Run every migration up to `revision`; the whole of it or nothing."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    database.forget_fields()
