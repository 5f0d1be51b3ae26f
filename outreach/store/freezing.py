"""Freezing an audience: everyone matched at launch, in or out, and what opens their chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, and_, delete, insert

from outreach.model.audience import Arm, Exclusion
from outreach.model.campaign import Step
from outreach.model.change import Planned
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.model.value import value
from outreach.store import schema
from outreach.store.bulk import insert_tuples
from outreach.store.edited import bring_back
from outreach.store.ledger import DELIVERY, delivery_row
from outreach.store.lists import among

#: Rows written at once when an audience is frozen.
_CHUNK = 5000


@value(kw_only=True)
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
    #: What opens the chain for this person, by step name. Whom it is for, and the numbers of the
    #: campaign and the step, are not looked at: one plan serves all who begin alike.
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
        insert_tuples(connection, schema.enrolment, _ENROLMENT, rows, once=True)
        events = [
            (now, now, *_told(member), member.contact, campaign)
            for member in chunk
            if member.arm is not Arm.EXCLUDED or known.get(member.contact) != member.reason
        ]
        insert_tuples(connection, schema.event, _EVENT, events)
        _plan(connection, campaign, steps, chunk)
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


def _plan(
    connection: Connection,
    campaign: CampaignId,
    steps: Mapping[str, StepId],
    members: Sequence[Member],
) -> None:
    """What opens their chains: from the sender that their enrolment says, if nothing else does."""
    opening = [(m, steps[name], planned) for m in members for name, planned in m.first]
    again = [
        replace(planned, campaign=campaign, step=step, contact=member.contact)
        for member, step, planned in opening
        if planned.again
    ]
    bring_back(connection, again)
    rows = [
        delivery_row(planned, campaign, step, member.contact, planned.sender or member.sender)
        for member, step, planned in opening
    ]
    insert_tuples(connection, schema.delivery, DELIVERY, rows, once=True)


#: The columns of `_member_row`.
_ENROLMENT = (
    "campaign_id", "contact_id", "arm", "reason", "kind", "stratum", "rank", "sender", "wave",
    "enrolled_at",
)  # fmt: skip


def _member_row(campaign: CampaignId, member: Member, now: datetime) -> tuple[object, ...]:
    reason = member.reason
    return (
        campaign,
        member.contact,
        # `value` of an enumeration is a property: it takes several times as long.
        member.arm._value_,
        None if reason is None else reason._value_,
        member.kind,
        member.stratum,
        member.rank,
        member.sender,
        member.wave,
        now,
    )


#: The columns of an event: the instants, what `_told` says, who and where.
_EVENT = ("at", "recorded_at", "kind", "data", "contact_id", "campaign_id")


def _told(member: Member) -> tuple[str, Mapping[str, object]]:
    return _telling(member.arm, member.reason, member.rule)


@lru_cache(maxsize=256)
def _telling(
    arm: Arm, reason: Exclusion | None, rule: str | None
) -> tuple[str, Mapping[str, object]]:
    """The kind of the event and its data: the same for all of whom the same is told."""
    if arm is not Arm.EXCLUDED:
        return EventKind.ENROLLED.value, {"arm": arm.value}
    told = {"reason": reason.value if reason else None}
    return EventKind.EXCLUDED.value, told | ({"rule": rule} if rule else {})


def _chunks(members: Iterable[Member]) -> Iterator[list[Member]]:
    chunk: list[Member] = []
    for member in members:
        chunk.append(member)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
