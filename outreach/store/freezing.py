"""Freezing an audience: everyone matched at launch, in or out, and what opens their chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert

from outreach.model.audience import Arm, Exclusion
from outreach.model.campaign import Step
from outreach.model.change import Planned
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.store import schema
from outreach.store.bulk import insert_rows
from outreach.store.ledger import insert_ignoring, plan
from outreach.store.lists import among

#: Rows written at once when an audience is frozen.
_CHUNK = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One matched person at launch: in, out or control."""

    contact: ContactId
    arm: Arm
    kind: str | None = None
    reason: Exclusion | None = None
    #: Of `not_permitted`: the id of the rule (`compliance/rules.py`).
    rule: str | None = None
    rank: int | None = None
    #: Who writes to this person, where the campaign has several senders.
    sender: str | None = None
    #: The stratum in which control and variants were drawn, where there are any.
    stratum: str | None = None
    #: What was drawn of the opening steps within the stratum, by step name.
    variants: tuple[tuple[str, str], ...] = ()
    #: Which group begins with this person: 1 at launch, higher for those added later.
    wave: int = 1
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
    *,
    again: bool = False,
) -> None:
    """Write the members of a campaign, their events and their first steps, chunk by chunk.

    `again`: the campaign has people already, and some of these were left out before.
    """
    for chunk in _chunks(members):
        rows = [_member_row(campaign, member, now) for member in chunk]
        known = _judged_before(connection, campaign, chunk) if again else {}
        connection.execute(insert_ignoring(connection, schema.enrolment), rows)
        events = [
            _member_event(member, campaign, now)
            for member in chunk
            if member.arm is not Arm.EXCLUDED or known.get(member.contact) != member.reason
        ]
        insert_rows(connection, schema.event, events)
        plan(connection, (_aimed(p, campaign, steps[name]) for m in chunk for name, p in m.first))
    if connection.dialect.name == "postgresql":
        # Runs begin at once; until the server counts by itself, it would take the tables for empty.
        connection.exec_driver_sql("ANALYZE enrolment, delivery, event")


def _judged_before(
    connection: Connection, campaign: CampaignId, members: Sequence[Member]
) -> dict[ContactId, str | None]:
    """Forget that these were left out, now that they are judged anew; the reasons there were."""
    e = schema.enrolment.c
    these = and_(
        e.campaign_id == campaign,
        e.arm == Arm.EXCLUDED.value,
        among(connection, e.contact_id, [member.contact for member in members]),
    )
    gone = connection.execute(
        delete(schema.enrolment).where(these).returning(e.contact_id, e.reason)
    )
    return {ContactId(row.contact_id): row.reason for row in gone}


def _member_row(campaign: CampaignId, member: Member, now: datetime) -> dict[str, object]:
    return {
        "campaign_id": campaign,
        "contact_id": member.contact,
        "arm": member.arm.value,
        "reason": member.reason.value if member.reason else None,
        "kind": member.kind,
        "stratum": member.stratum,
        "rank": member.rank,
        "sender": member.sender,
        "wave": member.wave,
        "enrolled_at": now,
    }


def _member_event(member: Member, campaign: CampaignId, now: datetime) -> dict[str, object]:
    excluded = member.arm is Arm.EXCLUDED
    kind = EventKind.EXCLUDED if excluded else EventKind.ENROLLED
    data = {"reason": member.reason.value if member.reason else None}
    if member.rule:
        data["rule"] = member.rule
    return {
        "at": now,
        "recorded_at": now,
        "kind": kind.value,
        "contact_id": member.contact,
        "campaign_id": campaign,
        "data": data if excluded else {"arm": member.arm.value},
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
