"""A life stage set by hand, with its reason: it wins over the computed one until taken back.

An event tells it, so that the stage at any past day can be told again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from outreach.model.event import EventKind
from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.portfolio_laying import COMPUTED


@dataclass(frozen=True, slots=True)
class Chosen:
    """The stage of a person that was set by hand; None: it is computed."""

    stage: str | None
    reason: str | None


class LifeChoice:
    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, contact: ContactId) -> Chosen:
        c = schema.contact.c
        query = select(c.life_stage_override, c.life_stage_reason).where(c.id == contact)
        with self._database.reading() as connection:
            return Chosen(*connection.execute(query).one())

    def choose(
        self,
        contact: ContactId,
        stage: str | None,
        *,
        reason: str | None,
        author: str | None,
        now: datetime,
    ) -> None:
        """Set a stage by hand; None lets it be computed again."""
        c = schema.contact.c
        row = {
            "at": now,
            "recorded_at": now,
            "kind": EventKind.CHANGED.value,
            "contact_id": contact,
            "stage": stage or COMPUTED,
            "note": reason,
            "author": author,
            "data": {"fields": ["life_stage"]},
        }
        kept = {
            "life_stage_override": stage,
            "life_stage_reason": reason if stage else None,
            "updated_at": now,
        }
        with self._database.writing() as connection:
            connection.execute(insert(schema.event), row)
            connection.execute(update(schema.contact).where(c.id == contact).values(kept))
