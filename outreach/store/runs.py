"""Which runs there were: whose claims are open is known by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import case, select, update

from outreach.model.campaign import Channel
from outreach.model.delivery import DeliveryState
from outreach.model.ids import RunId
from outreach.store import schema
from outreach.store.counted import fold
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

    def began(self, run: RunId) -> datetime | None:
        """The instant at which that run began; None for one that the store does not know."""
        query = select(schema.run.c.started_at).where(schema.run.c.id == run)
        with self.database.reading() as connection:
            found: datetime | None = connection.execute(query).scalar_one_or_none()
            return found

    def bring_back(self, *, now: datetime, longest: timedelta) -> int:
        """Undo the waits of a clock that was ahead; how many e-mails are due at once instead.

        Asked before a run begins. Only where the last run began or ended after `now`: a deferral
        of its clock, further away than the `longest` wait there is, would last until the clock
        has caught up. Such a message never left: a date that is still to come goes too.
        """
        r, d = schema.run.c, schema.delivery.c
        with self.database.writing() as connection:
            last = connection.execute(
                select(r.started_at, r.finished_at).order_by(r.id.desc()).limit(1)
            ).first()
            if last is None or max(one for one in last if one) <= now:
                return 0
            done = connection.execute(
                update(schema.delivery)
                .where(
                    d.state == DeliveryState.DUE.value,
                    d.channel == Channel.EMAIL.value,
                    # What the server said: another date is the plan's, and stays.
                    d.detail.is_not(None),
                    d.due_at > now + longest,
                )
                .values(
                    due_at=now,
                    message_date=case((d.message_date > now, None), else_=d.message_date),
                )
            )
            return int(done.rowcount)

    def finish(self, run: RunId, *, now: datetime, summary: Mapping[str, object]) -> None:
        with self.database.writing() as connection:
            fold(connection)
            connection.execute(
                update(schema.run)
                .where(schema.run.c.id == run)
                .values(finished_at=now, summary=dict(summary))
            )
