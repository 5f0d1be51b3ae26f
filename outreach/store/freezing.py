"""Freezing an audience: everyone matched at launch, in or out, and what opens their chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, and_, delete, insert

from outreach.model.audience import Arm, Exclusion
from outreach.model.campaign import Step
from outreach.model.change import Planned
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.model.value import value
from outreach.store import schema
from outreach.store.bulk import Rows
from outreach.store.edited import bring_back
from outreach.store.ledger import DELIVERY, delivery_row
from outreach.store.lists import among

#: People written at once when an audience is frozen.
_CHUNK = 5000

#: The columns of an enrolment and of the event that tells of it.
_ENROLMENT = (
    "campaign_id", "contact_id", "arm", "reason", "kind", "stratum", "rank", "sender", "wave",
    "enrolled_at",
)  # fmt: skip
_EVENT = ("contact_id", "campaign_id", "at", "recorded_at", "kind", "data")

#: Where the person stands in the row of a delivery, and whose plan is everybody's.
_PERSON = DELIVERY.index("contact_id")
_NOBODY = ContactId(0)

#: What opens a chain, by step name; a row of it without the person.
_First = tuple[tuple[str, Planned], ...]
_Around = tuple[tuple[Any, ...], tuple[Any, ...]]


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
    first: _First = ()


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
    freezer = _Freezer(connection, campaign, steps, now, again=again)
    people = iter(members)
    while freezer.write(islice(people, _CHUNK)):
        pass
    if connection.dialect.name == "postgresql":
        # Runs begin at once; until the server counts by itself, it would take the tables for empty.
        connection.exec_driver_sql("ANALYZE enrolment, delivery, event")


class _Freezer:
    """What is written of every person of a launch; what is the same for many is made once."""

    def __init__(
        self,
        connection: Connection,
        campaign: CampaignId,
        steps: Mapping[str, StepId],
        now: datetime,
        *,
        again: bool,
    ) -> None:
        self._connection = connection
        self._campaign = campaign
        self._steps = steps
        self._again = again
        self._enrolments = Rows(connection, schema.enrolment, _ENROLMENT, once=again)
        self._events = Rows(connection, schema.event, _EVENT)
        self._deliveries = Rows(connection, schema.delivery, DELIVERY, once=again)
        self._enrolled_at = self._enrolments.cell("enrolled_at", now)
        self._at = self._events.cell("at", now)
        #: What is told of a person: the end of an event's row.
        self._told: dict[tuple[Arm, Exclusion | None, str | None], tuple[Any, ...]] = {}
        #: What opens a chain, by the plan that all who begin alike share, and by the sender:
        #: of each row what stands before and behind the person's number.
        self._openings: dict[tuple[int, str | None], tuple[_First, Sequence[_Around]]] = {}

    def write(self, members: Iterable[Member]) -> bool:
        """Some people, their events and their first steps; whether there was anybody."""
        chunk: list[Member] = []
        known: Mapping[ContactId, str | None] = {}
        if self._again:
            members = list(members)
            known = _judged_before(self._connection, self._campaign, members)
        self._events.add(self._event_rows(members, chunk, known))
        self._enrolments.add(map(self._enrolment_row, chunk))
        self._bring_back(chunk)
        self._deliveries.add(self._delivery_rows(chunk))
        return bool(chunk)

    def _event_rows(
        self,
        members: Iterable[Member],
        chunk: list[Member],
        known: Mapping[ContactId, str | None],
    ) -> Iterator[tuple[Any, ...]]:
        """People are planned one by one while the database takes the rows in: `chunk` is whom."""
        for member in members:
            chunk.append(member)
            contact, arm, reason = member.contact, member.arm, member.reason
            if arm is Arm.EXCLUDED and known.get(contact) == reason:
                continue
            case = (arm, reason, member.rule)
            told = self._told.get(case)
            if told is None:
                kind, data = _telling(*case)
                told = (self._campaign, self._at, self._at, kind, self._events.cell("data", data))
                self._told[case] = told
            yield (contact, *told)

    def _enrolment_row(self, member: Member) -> tuple[Any, ...]:
        reason = member.reason
        return (
            self._campaign,
            member.contact,
            # `value` of an enumeration is a property: it takes several times as long.
            member.arm._value_,
            None if reason is None else reason._value_,
            member.kind,
            member.stratum,
            member.rank,
            member.sender,
            member.wave,
            self._enrolled_at,
        )

    def _bring_back(self, chunk: Sequence[Member]) -> None:
        """What was planned before and put off, where the campaign was begun anew."""
        again = [
            replace(
                planned, campaign=self._campaign, step=self._steps[name], contact=member.contact
            )
            for member in chunk
            for name, planned in member.first
            if planned.again
        ]
        bring_back(self._connection, again)

    def _delivery_rows(self, chunk: Sequence[Member]) -> Iterator[tuple[Any, ...]]:
        """What opens their chains: from the sender of their enrolment, if nothing else says."""
        for member in chunk:
            first = member.first
            if not first:
                continue
            known = self._openings.get((id(first), member.sender))
            if known is None:
                # Kept with it, so that its number is nobody else's.
                known = first, [self._around(one, member) for one in first]
                self._openings[id(first), member.sender] = known
            contact = member.contact
            for before, behind in known[1]:
                yield (*before, contact, *behind)

    def _around(self, opening: tuple[str, Planned], member: Member) -> _Around:
        name, planned = opening
        row = delivery_row(
            planned, self._campaign, self._steps[name], _NOBODY, planned.sender or member.sender
        )
        cells = tuple(map(self._deliveries.cell, DELIVERY, row))
        return cells[:_PERSON], cells[_PERSON + 1 :]


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


def _telling(
    arm: Arm, reason: Exclusion | None, rule: str | None
) -> tuple[str, Mapping[str, object]]:
    """The kind of the event and its data."""
    if arm is not Arm.EXCLUDED:
        return EventKind.ENROLLED.value, {"arm": arm.value}
    told = {"reason": reason.value if reason else None}
    return EventKind.EXCLUDED.value, told | ({"rule": rule} if rule else {})
