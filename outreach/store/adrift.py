"""Who was forgotten: nothing dated, no campaign, no reason why nothing comes.

One statement over the base says who (anti-joins, so that a million people take seconds on
either database); what is said of each is read for a page of people at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, true

from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState
from outreach.model.contact import Contact, Interest
from outreach.model.delivery import DeliveryState
from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.conditions import Selection
from outreach.store.engine import Database
from outreach.store.last_words import Facts, last_facts, last_kept, last_steps
from outreach.store.lists import among
from outreach.store.oppositions import not_in_peace
from outreach.store.rows import is_there, one_with

#: People whose past is read at once.
_PAGE = 1000

#: States of a campaign in which something may still come.
_ALIVE = (CampaignState.RUNNING.value, CampaignState.PAUSED.value)

#: States of a step that is still to come, or of which somebody has still to say what it became.
_TO_COME = tuple(
    state.value
    for state in (
        DeliveryState.DUE,
        DeliveryState.CLAIMED,
        DeliveryState.HELD,
        DeliveryState.UNKNOWN,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A campaign somebody was in, or was matched by and left out of."""

    campaign: str
    arm: Arm
    #: Why he was left out.
    reason: str | None
    stop_reason: str | None
    state: CampaignState
    enrolled_at: datetime
    #: Since when nothing comes from it any more.
    over_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """Somebody for whom nothing is to come, and the last that is known of him."""

    id: ContactId
    name: str
    email: str | None
    kind: str | None
    owner: str | None
    interest: str | None
    interest_reason: str | None
    #: The last campaign that he was in or left out of; None when there was none.
    last: Membership | None
    #: The last that he said or did, whatever the campaign, and when.
    stage: str | None
    stage_at: datetime | None
    #: Since when nothing is to come.
    since: datetime


class Drift:
    def __init__(self, database: Database) -> None:
        self.database = database

    def count(self, wanted: Selection | None, planned: Sequence[Selection]) -> int:
        """How many of the people of `wanted` are adrift."""
        query = select(func.count()).select_from(self.database.contact)
        with self.database.reading() as connection:
            return connection.execute(query.where(*self._adrift(wanted, planned))).scalar_one()

    def people(
        self,
        wanted: Selection | None,
        planned: Sequence[Selection],
        *,
        limit: int | None = None,
    ) -> Iterator[Forgotten]:
        """Those of `wanted` who are adrift, in the order they came on file.

        `planned` are the audiences of campaigns that are written and not launched.
        """
        c = self.database.contact.c
        query = (
            select(c.id, c.first_name, c.last_name, c.company, c.email, c.kind, c.owner,
                   c.interest, c.interest_reason, c.created_at,
                   c.email_bounced_at, c.post_returned_at)
            .where(*self._adrift(wanted, planned))
            .order_by(c.id)
            .limit(limit)
        )  # fmt: skip
        with self.database.reading() as connection:
            found = connection.execute(query.execution_options(yield_per=_PAGE))
            for page in found.partitions(_PAGE):
                yield from self._told(page)

    def adrift(self, contact: ContactId, planned: Sequence[Selection]) -> Forgotten | None:
        """What is to be said of one person if he is adrift; None when he is not."""
        this = self.database.contact.c.id == contact
        return next(self.people(this, planned), None)

    def fits(self, contact: ContactId, audience: Selection) -> bool:
        """Whether a person is in an audience as it is now."""
        c = self.database.contact.c
        with self.database.reading() as connection:
            found = connection.execute(select(c.id).where(c.id == contact, audience))
            return found.first() is not None

    def launched(self) -> frozenset[str]:
        """The names that were launched, of deleted campaigns too."""
        with self.database.reading() as connection:
            return frozenset(connection.scalars(select(schema.campaign.c.name)))

    # --- who -------------------------------------------------------------------------------------

    def _adrift(
        self, wanted: Selection | None, planned: Sequence[Selection]
    ) -> list[ColumnElement[bool]]:
        """Every condition that leaves somebody without a next step or a reason for none."""
        contact = self.database.contact
        c, f, i = contact.c, schema.follow_up.c, schema.inquiry.c
        dated = and_(c.interest == Interest.LATENT.value, c.interest_until.is_not(None))
        closed = or_(c.interest == Interest.ARID.value, dated)
        promised = exists(
            select(literal(1)).where(f.contact_id == c.id, f.done_at.is_(None)).correlate(contact)
        )
        asked = exists(
            select(literal(1))
            .where(i.contact_id == c.id, i.answered_at.is_(None))
            .correlate(contact)
        )
        return [
            *([wanted] if wanted is not None else []),
            is_there(self.database),
            closed.is_not(true()),
            *(named.is_not(true()) for named in planned),
            ~self._in_pool(),
            ~self._in_pool_as_another(),
            ~promised,
            ~asked,
            *not_in_peace(contact),
        ]  # fmt: skip

    def _in_pool(self) -> ColumnElement[bool]:
        """In a campaign from which something is to come, or in the control group of one."""
        contact, e = self.database.contact, schema.enrolment.c
        query = select(literal(1)).where(e.contact_id == contact.c.id, _living())
        return exists(query.correlate(contact))

    def _in_pool_as_another(self) -> ColumnElement[bool]:
        """The same under a record that was merged into this one."""
        contact, e = self.database.contact, schema.enrolment.c
        other = contact.alias("merged")
        gone = or_(other.c.merged_into.is_not(None), other.c.erased_at.is_not(None))
        query = (
            select(literal(1))
            .select_from(other.join(schema.enrolment, e.contact_id == other.c.id))
            .where(gone, other.c.merged_into == contact.c.id, _living())
        )
        return exists(query.correlate(contact))

    # --- what is said of them ---------------------------------------------------------------------

    def _told(self, page: Sequence[Any]) -> Iterator[Forgotten]:
        with self.database.reading() as connection:
            people = [ContactId(row.id) for row in page]
            owners = one_with(connection, self.database, people)
            done: dict[tuple[int, int], datetime] = {
                (row.campaign_id, row.contact_id): row.at
                for row in connection.execute(last_steps(connection, owners))
            }
            last: dict[ContactId, Membership] = {}
            for row in connection.execute(_memberships(connection, owners)):
                step = done.get((row.campaign_id, row.contact_id))
                last[owners[ContactId(row.contact_id)]] = _membership(row, step)
            facts: dict[ContactId, Facts] = {}
            for row in connection.execute(last_facts(connection, owners)):
                who = owners[ContactId(row.contact_id)]
                facts[who] = facts.get(who, Facts()).then(row.at, row.stage)
            kept: dict[ContactId, datetime] = {
                ContactId(row.contact_id): row.at
                for row in connection.execute(last_kept(connection, people))
            }
        for row in page:
            yield _forgotten(row, last.get(row.id), facts.get(row.id, Facts()), kept.get(row.id))


def _living() -> ColumnElement[bool]:
    """Of an enrolment: its campaign goes on, and a step of it is to come for the person.

    Who has all steps behind him, or waits in a track for what nobody may ever record, is not
    held by the steps of others.
    """
    e, k, d = schema.enrolment.c, schema.campaign.c, schema.delivery.c
    alive = select(k.id).where(k.state.in_(_ALIVE), k.deleted_at.is_(None))
    to_come = exists(
        select(literal(1))
        .where(
            d.contact_id == e.contact_id,
            d.campaign_id == e.campaign_id,
            d.state.in_(_TO_COME),
        )
        .correlate(schema.enrolment)
    )
    going_on = and_(e.arm == Arm.ENROLLED.value, e.stopped_at.is_(None), to_come)
    return and_(e.campaign_id.in_(alive), or_(e.arm == Arm.CONTROL.value, going_on))


def _memberships(connection: Any, people: Any) -> Select[Any]:
    """Every campaign these people were matched by, the last one last; enrolled beats left out."""
    e, k = schema.enrolment.c, schema.campaign.c
    left_out = e.arm == Arm.EXCLUDED.value
    return (
        select(schema.enrolment, k.name, k.state, k.state_at, k.finished_at)
        .join(schema.campaign, k.id == e.campaign_id)
        .where(among(connection, e.contact_id, people), k.deleted_at.is_(None))
        .order_by(left_out.desc(), e.enrolled_at, e.campaign_id)
    )


def _membership(row: Any, last_step: datetime | None) -> Membership:
    """`last_step`: when the last step of his was done or cancelled.

    Without any, nothing comes since his chain has ended, or the campaign.
    """
    ended = None if row.state in _ALIVE else row.finished_at or row.state_at
    if row.arm == Arm.ENROLLED.value:
        ended = last_step or row.stopped_at or ended
    return Membership(
        campaign=row.name,
        arm=Arm(row.arm),
        reason=row.reason,
        stop_reason=row.stop_reason,
        state=CampaignState(row.state),
        enrolled_at=row.enrolled_at,
        over_at=ended or row.enrolled_at,
    )


def _forgotten(
    row: Any,
    last: Membership | None,
    facts: Facts,
    kept: datetime | None,
) -> Forgotten:
    known = {"first_name": row.first_name, "last_name": row.last_name, "company": row.company,
             "email": row.email}  # fmt: skip
    instants = [row.created_at, last and last.over_at, facts.at, kept]
    return Forgotten(
        id=ContactId(row.id),
        name=Contact(ContactId(row.id), known).name,
        email=row.email,
        kind=row.kind,
        owner=row.owner,
        interest=row.interest,
        interest_reason=row.interest_reason,
        last=last,
        stage=None if _is_mended(row, facts.stage) else facts.stage,
        stage_at=facts.stage_at,
        since=max(instant for instant in instants if instant is not None),
    )


def _is_mended(row: Any, stage: str | None) -> bool:
    """Whether another address was found since the one that was dead."""
    return (stage == "bounced" and row.email_bounced_at is None) or (
        stage == "returned" and row.post_returned_at is None
    )
