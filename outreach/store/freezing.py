"""Freezing an audience: everyone matched at launch, in or out, and what opens their chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, insert

from outreach.model.audience import Arm, Exclusion
from outreach.model.campaign import Step
from outreach.model.change import Planned
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.store import schema
from outreach.store.ledger import insert_ignoring, plan

#: Rows written at once when an audience is frozen.
_CHUNK = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One matched person at launch: in, out or control."""

    contact: ContactId
    arm: Arm
    kind: str | None = None
    reason: Exclusion | None = None
    rank: int | None = None
    #: Who writes to this person, where the campaign has several senders.
    sender: str | None = None
    #: What opens the chain for this person, by step name.
    first: tuple[tuple[str, Planned], ...] = ()


def insert_steps(
    connection: Connection, campaign: CampaignId, steps: Sequence[Step]
) -> dict[str, StepId]:
    """The steps of a campaign, in their order: name → number in the ledger."""
    s = schema.step.c
    statement = insert(schema.step).returning(s.id)
    return {
        step.name: StepId(
            connection.execute(
                statement,
                {
                    "campaign_id": campaign,
                    "name": step.name,
                    "channel": step.channel.value,
                    "position": position,
                },
            ).scalar_one()
        )
        for position, step in enumerate(steps)
    }


def freeze(
    connection: Connection,
    campaign: CampaignId,
    steps: Mapping[str, StepId],
    members: Iterable[Member],
    now: datetime,
) -> None:
    """Write the members of a campaign, their events and their first steps, chunk by chunk."""
    for chunk in _chunks(members):
        rows = [_member_row(campaign, member, now) for member in chunk]
        connection.execute(insert_ignoring(connection, schema.enrolment), rows)
        connection.execute(schema.event.insert(), [_member_event(row, now) for row in rows])
        plan(connection, (_aimed(p, campaign, steps[name]) for m in chunk for name, p in m.first))
    if connection.dialect.name == "postgresql":
        # Runs begin at once; until the server counts by itself, it would take the tables for empty.
        connection.exec_driver_sql("ANALYZE enrolment, delivery, event")


def _member_row(campaign: CampaignId, member: Member, now: datetime) -> dict[str, object]:
    return {
        "campaign_id": campaign,
        "contact_id": member.contact,
        "arm": member.arm.value,
        "reason": member.reason.value if member.reason else None,
        "kind": member.kind,
        "rank": member.rank,
        "sender": member.sender,
        "enrolled_at": now,
    }


def _member_event(row: Mapping[str, object], now: datetime) -> dict[str, object]:
    excluded = row["arm"] == Arm.EXCLUDED.value
    kind = EventKind.EXCLUDED if excluded else EventKind.ENROLLED
    return {
        "at": now,
        "recorded_at": now,
        "kind": kind.value,
        "contact_id": row["contact_id"],
        "campaign_id": row["campaign_id"],
        "data": {"reason": row["reason"]} if excluded else {"arm": row["arm"]},
    }


def _aimed(planned: Planned, campaign: CampaignId, step: StepId) -> Planned:
    return replace(planned, campaign=campaign, step=step)


def _chunks(members: Iterable[Member]) -> Iterator[list[Member]]:
    chunk: list[Member] = []
    for member in members:
        chunk.append(member)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
