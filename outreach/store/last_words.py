"""The last that is known of people: what they said, which step was done, what was kept.

Each is one statement for a page of people at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from outreach.model.event import EventKind
from outreach.store import schema
from outreach.store.lists import among

#: Facts that say nothing about how it goes on: our own doings, and tries in vain.
_OURS = frozenset({"contacted", "no_answer", "promised", "asked", "thanked", "done"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is recorded of one person, read from the oldest to the newest."""

    #: When the last of all was recorded.
    at: datetime | None = None
    #: The last that he said or did, and when.
    stage: str | None = None
    stage_at: datetime | None = None

    def then(self, at: datetime, stage: str | None) -> Facts:
        if stage is None or stage in _OURS:
            return Facts(at, self.stage, self.stage_at)
        return Facts(at, stage, at)


def last_steps(connection: Any, people: Any) -> Select[Any]:
    """When the last step of each of these people was done, in each of their campaigns."""
    d = schema.delivery.c
    return (
        select(d.campaign_id, d.contact_id, func.max(d.settled_at).label("at"))
        .where(among(connection, d.contact_id, people), d.settled_at.is_not(None))
        .group_by(d.campaign_id, d.contact_id)
    )


def last_facts(connection: Any, people: Any) -> Select[Any]:
    """What is recorded of each of them, the newest last.

    The kind is hidden from the planner: SQLite would read every fact of the base for a page.
    """
    e = schema.event.c
    corrections = select(e.corrects).where(e.corrects.is_not(None))
    return (
        select(e.contact_id, e.at, e.stage)
        .where(
            among(connection, e.contact_id, people),
            func.coalesce(e.kind, "") == EventKind.REACHED.value,
            e.id.not_in(corrections),
        )
        .order_by(e.contact_id, e.at, e.id)
    )


def last_kept(connection: Any, people: Any) -> Select[Any]:
    """When the last promise to each of them was kept."""
    f = schema.follow_up.c
    return (
        select(f.contact_id, func.max(f.done_at).label("at"))
        .where(among(connection, f.contact_id, people), f.done_at.is_not(None))
        .group_by(f.contact_id)
    )
