"""Which runs there were: whose claims are open is known by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update

from outreach.model.ids import RunId
from outreach.store import schema
from outreach.store.engine import Database


class Runs:
    def __init__(self, database: Database) -> None:
        self.database = database

    def start(self, *, now: datetime, host: str, pid: int, boot: str = "") -> RunId:
        """`boot`: which start of the machine it is (`flight_journal.boot_id`), where known."""
        statement = schema.run.insert().returning(schema.run.c.id)
        row = {"started_at": now, "host": host, "pid": pid, "boot_id": boot or None}
        with self.database.writing() as connection:
            return RunId(connection.execute(statement, row).scalar_one())

    def finish(self, run: RunId, *, now: datetime, summary: Mapping[str, object]) -> None:
        with self.database.writing() as connection:
            connection.execute(
                update(schema.run)
                .where(schema.run.c.id == run)
                .values(finished_at=now, summary=dict(summary))
            )
