"""Whom an expression matches, with everything that may keep them out: one pass of SQL.

What is true of a person alone is asked here; what depends on the others (the same
address twice, one per household, the limit) is decided in the stable order by
`runner/launch.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, exists, func, literal, null, or_, select

from outreach.model.audience import Arm, Exclusion
from outreach.model.campaign import CampaignState, Channel
from outreach.model.delivery import DeliveryState
from outreach.model.field import Field
from outreach.model.ids import CampaignId, ContactId
from outreach.model.pressure import Pressure
from outreach.model.value import value
from outreach.store import schema
from outreach.store.counted import counts
from outreach.store.engine import Database
from outreach.store.permission import no_address
from outreach.store.persons import Standing, standing_columns
from outreach.store.prepared import Query
from outreach.store.pressure import under_pressure
from outreach.store.sources import used_up
from outreach.store.suppressions import forbidden


@value
class Candidate:
    """One matched person. `reason` keeps him out whatever the others do."""

    id: ContactId
    kind: str | None
    reason: Exclusion | None
    #: Fingerprint of the mailbox, folded postal address, folded firm: what "the same" means.
    mailbox: str | None
    household: str | None
    company: str | None
    #: What `Question.permission` answered: one value for all of one case.
    permission: Any = None
    #: What he has in the fields of `Question.strata`, in words.
    traits: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a launch asks of everyone its expression matches."""

    #: The channels of the steps that open the chain.
    channels: Collection[Channel]
    #: Who may not be touched on `day`, the first of the campaign, where the settings state it.
    pressure: Pressure | None = None
    day: date | None = None
    #: People in another unfinished campaign may be taken too.
    alongside: bool = False
    #: Campaigns that keep nobody from being in another one.
    beside: Collection[CampaignId] = ()
    #: The campaign itself, when it is extended after a pilot or by more people.
    campaign: CampaignId | None = None
    #: Its people too, whether they match or not: nobody may come in twice.
    with_members: bool = False
    #: What the rules of the law say of a person, and since when somebody must have acted for
    #: his data to be kept (`runner/permission.py`).
    permission: Callable[[Standing], Any] | None = None
    kept_since: date = date.min
    #: What people are sorted by before control and variants are drawn.
    strata: Sequence[Field] = ()


#: Columns of a candidate before those of his traits and of his standing.
_ASKED = 6

#: Rows fetched at once.
_PAGE = 2000


def candidates(
    database: Database, condition: ColumnElement[bool] | None, question: Question
) -> Iterator[Candidate]:
    """Everyone matched, in the order of their ids, streamed."""
    contact = database.contact
    c = contact.c
    query = select(
        c.id,
        c.kind,
        _reason(database, contact, question, _under_way(database, question)).label("reason"),
        c.email_print,
        c.household,
        func.coalesce(c.siret, c.company_folded).label("firm"),
    ).where(c.merged_into.is_(None), c.erased_at.is_(None))
    traits = [c[field.stored_in] for field in question.strata]
    query = query.add_columns(*traits)
    told = _ASKED + len(traits)
    asks, by_email = question.permission, Channel.EMAIL in question.channels
    if asks is not None:
        standing = standing_columns(contact, question.kept_since, database.zone)
        query = query.add_columns(*standing)
    if condition is not None and question.with_members:
        condition = or_(condition, c.id.in_(_members(question.campaign)))
    if condition is not None:
        query = query.where(condition)
    everyone = Query(query.order_by(c.id), database.engine.dialect)
    with database.reading() as connection:
        for page in everyone.pages(connection, _PAGE):
            for row in page:
                number, kind, reason, mailbox, household, firm = row[:_ASKED]
                yield Candidate(
                    ContactId(number),
                    kind,
                    Exclusion(reason) if reason else None,
                    mailbox if by_email else None,
                    household,
                    firm,
                    asks(Standing(*row[told:])) if asks is not None else None,
                    _in_words(row[_ASKED:told]) if traits else (),
                )


def _in_words(traits: Sequence[Any]) -> tuple[str | None, ...]:
    return tuple([None if one is None else str(one) for one in traits])


def _members(campaign: CampaignId | None) -> Select[Any]:
    e = schema.enrolment.c
    return select(e.contact_id).where(e.campaign_id == campaign, e.arm != Arm.EXCLUDED.value)


def _reason(
    database: Database, contact: Table, question: Question, elsewhere: Collection[CampaignId]
) -> ColumnElement[Any]:
    """The first reason that applies, in the order of CONTRACT; NULL when none does."""
    channels = sorted(question.channels)

    def on_every_channel(reason: Any) -> ColumnElement[bool]:
        return reduce(and_, [reason(channel) for channel in channels])

    # Whoever is forbidden by hand is forbidden: of all the others it is asked once only.
    by_hand = on_every_channel(lambda ch: _suppressed_by_hand(contact, ch))
    which = case((by_hand, Exclusion.SUPPRESSED.value), else_=Exclusion.OPTED_OUT.value)
    whens: list[tuple[ColumnElement[bool], Any]] = [
        (on_every_channel(lambda ch: forbidden(contact, ch)), which),
        (on_every_channel(lambda ch: _bounced(contact, ch)), Exclusion.BOUNCED),
        (on_every_channel(lambda ch: _unusable(contact, ch)), Exclusion.INVALID_ADDRESS),
        (on_every_channel(lambda ch: no_address(contact, ch)), Exclusion.NO_ADDRESS),
    ]
    if elsewhere:
        whens.append((_elsewhere(contact, elsewhere), Exclusion.OTHER_CAMPAIGN))
    pressure = question.pressure
    if pressure and question.day and all(pressure.covers(channel) for channel in channels):
        pressed = under_pressure(database, contact, pressure, question.day)
        whens.append((pressed, Exclusion.PRESSURE))
    whens.append((used_up(contact, question.campaign), Exclusion.NOT_PERMITTED))
    return case(*[(when, _told(reason)) for when, reason in whens], else_=null())


def _told(reason: Exclusion | ColumnElement[Any]) -> ColumnElement[Any]:
    return literal(reason.value) if isinstance(reason, Exclusion) else reason


def _suppressed_by_hand(contact: Table, channel: Channel) -> ColumnElement[bool]:
    """Forbidden by an entry that is not the person's own opposition."""
    return forbidden(contact, channel) & ~forbidden(contact, channel, reason="opted_out")


def _bounced(contact: Table, channel: Channel) -> ColumnElement[bool]:
    dead = channel.kind.dead
    if dead and dead[1] == Exclusion.BOUNCED.value:
        return contact.c[dead[0]].is_not(None)
    return literal(False)


def _unusable(contact: Table, channel: Channel) -> ColumnElement[bool]:
    """An address was written and could not be used, or post came back from it."""
    kind = channel.kind
    if kind.dead and kind.dead[1] == Exclusion.INVALID_ADDRESS.value:
        return contact.c[kind.dead[0]].is_not(None)
    if not kind.any_of:
        return literal(False)
    s = schema.set_aside.c
    written = exists(
        select(literal(1))
        .where(s.contact_id == contact.c.id, s.field.in_(kind.any_of), s.reason.is_not(None))
        .correlate(contact)
    )
    return no_address(contact, channel) & written


#: What has not ended.
_UNFINISHED = (CampaignState.RUNNING.value, CampaignState.PAUSED.value)
_OPEN = (
    DeliveryState.DUE.value,
    DeliveryState.CLAIMED.value,
    DeliveryState.HELD.value,
    DeliveryState.UNKNOWN.value,
)


def _under_way(database: Database, question: Question) -> list[CampaignId]:
    """The other campaigns whose people may not be taken: those in which anything is still open.

    Nobody needs to be looked up in the others, however many people went through them.
    """
    if question.alongside:
        return []
    c = schema.campaign.c
    query = select(c.id).where(
        c.state.in_(_UNFINISHED), c.id.not_in([*question.beside, question.campaign or 0])
    )
    with database.reading() as connection:
        unfinished = connection.scalars(query.order_by(c.id)).all()
        return [
            CampaignId(one)
            for one in unfinished
            if not counts(connection, one).keys().isdisjoint(_OPEN)
        ]


def _elsewhere(contact: Table, campaigns: Collection[CampaignId]) -> ColumnElement[bool]:
    """In a chain of one of these campaigns that has not ended for this person."""
    e, d = schema.enrolment.c, schema.delivery.c
    waiting = exists(
        select(literal(1))
        .where(d.campaign_id == e.campaign_id, d.contact_id == e.contact_id, d.state.in_(_OPEN))
        .correlate(schema.enrolment)
    )
    query = select(literal(1)).where(
        e.contact_id == contact.c.id,
        e.arm == Arm.ENROLLED.value,
        e.stopped_at.is_(None),
        e.campaign_id.in_(campaigns),
        waiting,
    )
    return exists(query.correlate(contact))
