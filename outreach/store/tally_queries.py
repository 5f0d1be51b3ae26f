"""The statements the tallies run: which events count, whose, and how far each person came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    distinct,
    exists,
    func,
    or_,
    select,
)

from outreach.model.audience import Arm
from outreach.model.campaign import Channel
from outreach.model.contact import Kind
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.model.stage import NO_STAGES
from outreach.store.engine import Database
from outreach.store.schema import campaign, contact, enrolment, event

CONTACTED = "contacted"
QUOTE = "quote"
ORDER = "order"

#: A task is our own work: it touches nobody.
DONE = "done"

#: The campaigns' people, alone: those matched but left out are in no figure.
FOLLOWED = (Arm.ENROLLED.value, Arm.CONTROL.value)


# --- conditions, written once --------------------------------------------------------------


def stands(table: Any = event) -> ColumnElement[bool]:
    """No other event takes this one back."""
    correction = event.alias("correction")
    # PostgreSQL takes all events for corrections, unless it is told that hardly one is.
    few = correction.c.corrects.is_not(None)
    return ~exists().where(correction.c.corrects == table.c.id, few)


def tried(table: Any = event) -> ColumnElement[bool]:
    """A touch, in vain or not; a task that was ticked off is none."""
    return and_(table.c.kind == EventKind.TOUCHED.value, not_own_work(table))


def not_own_work(table: Any = event) -> ColumnElement[bool]:
    return or_(table.c.stage.is_(None), table.c.stage != DONE)


def attempt(table: Any = event) -> ColumnElement[bool]:
    """What every count of attempts counts, whoever counts them.

    Where the people of campaigns are meant, `of_enrolled` belongs to it. What an attempt cost
    is another matter: that was spent, whoever it was made on.
    """
    return and_(tried(table), stands(table))


def got_through(table: Any = event) -> ColumnElement[bool]:
    """What makes somebody a person contacted (CONTRACT, "Words"), whoever counts them.

    A message sent, a letter posted, a call or a visit that reached someone: the touch itself, or
    the first stage of the chain, which is told of the enrolled as soon as one of these is.
    """
    told = and_(table.c.kind == EventKind.REACHED.value, table.c.stage == CONTACTED)
    return or_(reached_somebody(table), told)


def reached_somebody(table: Any = event) -> ColumnElement[bool]:
    """A touch that was not in vain."""
    return and_(table.c.kind == EventKind.TOUCHED.value, table.c.stage.is_(None))


def of_enrolled(campaign_id: CampaignId) -> ColumnElement[bool]:
    """Nothing was done to the control group, whatever was recorded of it.

    The few who are not enrolled are looked up, once: a join would look up everybody. Whoever is
    enrolled under another of his records is enrolled, as in the report.
    """
    e, own, gone = enrolment.c, contact.alias("own"), contact.alias("gone")
    there = enrolment.alias("there")
    enrolled = and_(there.c.campaign_id == campaign_id, there.c.arm == Arm.ENROLLED.value)
    # As the index of the few that are gone states it.
    is_gone = or_(gone.c.merged_into.is_not(None), gone.c.erased_at.is_not(None))
    behind = (
        select(gone.c.merged_into)
        .join_from(gone, there, there.c.contact_id == gone.c.id)
        .where(is_gone, gone.c.merged_into.is_not(None), enrolled)
    )
    in_front = exists().where(enrolled, there.c.contact_id == own.c.merged_into)
    others = (
        select(e.contact_id)
        .join_from(enrolment, own, own.c.id == e.contact_id)
        .where(e.campaign_id == campaign_id, e.arm != Arm.ENROLLED.value)
        .where(person_of(own).not_in(behind), ~in_front)
    )
    return event.c.contact_id.not_in(others)


def person_of(record: Any) -> ColumnElement[int]:
    """Who a record is now: itself, or the one it was merged into."""
    person: ColumnElement[int] = func.coalesce(record.c.merged_into, record.c.id)
    return person


def reached() -> ColumnElement[bool]:
    return and_(event.c.kind == EventKind.REACHED.value, stands())


def no_customer_before(database: Database, person: Any, since: datetime) -> ColumnElement[bool]:
    """Who was no customer when that moment came; `person`: the columns of the contact table.

    Whoever is on file as a customer, and did not become one since, came as a customer: his list
    said so, and the first order on record is not his first. The portfolio counts the same.
    """
    e, own = event.alias("turned"), contact.alias("turned_record")
    to = (
        func.json_extract(e.c.data, "$.to", type_=Text)
        if database.is_sqlite
        else func.jsonb_extract_path_text(e.c.data, "to", type_=Text)
    )
    became = (
        select(person_of(own))
        .join_from(e, own, own.c.id == e.c.contact_id)
        .where(e.c.kind == EventKind.BECAME.value, e.c.at >= since, stands(e))
        .where(to == Kind.CUSTOMER.value)
    )
    return and_(
        or_(person.first_order_on.is_(None), person.first_order_on >= database.day_of(since)),
        or_(person.kind.is_(None), person.kind != Kind.CUSTOMER.value, person.id.in_(became)),
    )


def is_enrolment_of(table: Any) -> ColumnElement[bool]:
    return and_(
        enrolment.c.campaign_id == table.c.campaign_id,
        enrolment.c.contact_id == table.c.contact_id,
    )


def is_customer() -> ColumnElement[int]:
    """1 for who was a customer at launch; everybody else was a prospect, known or not."""
    return case((enrolment.c.kind == Kind.CUSTOMER.value, 1), else_=0)


# --- all campaigns ----------------------------------------------------------------------------


def of_prospects() -> ColumnElement[bool]:
    """Events of enrolled people who were no customers at that campaign's launch."""
    return and_(enrolment.c.arm == Arm.ENROLLED.value, is_customer() == 0)


def _distinct_people(condition: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    person = person_of(contact)
    return func.count(distinct(person if condition is None else case((condition, person))))


def history_people(firsts: Mapping[CampaignId, str]) -> Any:
    """Distinct prospects by how far they came in any campaign.

    Campaigns name their own stages, so an active prospect is one whose stage is neither
    the first of its chain (`contacted`, or what `firsts` says) nor a fact beside the chain.
    Whoever ordered was made a proposal. A campaign in which nobody was contacted, such as the
    orders of a shop that were read in, is no prospecting: it took nothing to be told here. Nor
    is what somebody bought whom his campaign had not contacted (`bought_by_himself`).
    """
    stage = event.c.stage
    own = [and_(event.c.campaign_id == id_, stage == first) for id_, first in firsts.items()]
    first = or_(stage == CONTACTED, *own)
    active = and_(~first, stage.not_in(sorted(NO_STAGES)))
    return (
        select(
            _distinct_people(or_(first, active)).label("contacted"),
            _distinct_people(active).label("actives"),
            _distinct_people(stage.in_((QUOTE, ORDER))).label("quotes"),
            _distinct_people(stage == ORDER).label("deals"),
        )
        .select_from(
            event.join(enrolment, is_enrolment_of(event)).join(
                contact, contact.c.id == event.c.contact_id
            )
        )
        .where(reached(), of_prospects(), event.c.campaign_id.in_(prospecting(firsts)))
        .where(~bought_by_himself(firsts))
    )


def prospecting(firsts: Mapping[CampaignId, str]) -> Select[Any]:
    """The campaigns in which anybody was contacted."""
    one = event.alias("one")
    own = [and_(one.c.campaign_id == id_, one.c.stage == first) for id_, first in firsts.items()]
    contacted = select(one.c.id).where(
        one.c.campaign_id == campaign.c.id, or_(got_through(one), *own), stands(one)
    )
    return select(campaign.c.id).where(contacted.correlate(campaign).exists())


def bought_by_himself(firsts: Mapping[CampaignId, str]) -> ColumnElement[bool]:
    """A quote or an order of somebody whom nobody had to do with in that campaign, or outside all.

    A message, a call, a stage that is neither of these (a reply, an appointment) is having to do
    with him; of merged records any is his. The statement reads `event` and `contact`, the row of
    the record or of the person.
    """
    with_him, record = event.alias("with_him"), contact.alias("record")
    person = person_of(contact)
    own = [
        and_(with_him.c.campaign_id == id_, with_him.c.stage == first)
        for id_, first in firsts.items()
    ]
    stage = and_(
        with_him.c.kind == EventKind.REACHED.value,
        with_him.c.stage.not_in(sorted({*NO_STAGES, QUOTE, ORDER})),
    )
    # Campaigns are compared as values: the index of the people is the narrow one.
    here = and_(
        func.coalesce(with_him.c.campaign_id, 0) == func.coalesce(event.c.campaign_id, 0),
        or_(got_through(with_him), stage, *own),
        stands(with_him),
    )
    own_or_his = with_him.c.contact_id.in_((event.c.contact_id, person))
    # As the index of the few that are gone states it.
    is_gone = or_(record.c.merged_into.is_not(None), record.c.erased_at.is_not(None))
    under_another = select(with_him.c.id).join_from(
        record, with_him, with_him.c.contact_id == record.c.id
    ).where(is_gone, record.c.merged_into == person, here)  # fmt: skip
    return and_(
        event.c.stage.in_((QUOTE, ORDER)),
        ~select(with_him.c.id).where(own_or_his, here).correlate(event, contact).exists(),
        ~under_another.correlate(event, contact).exists(),
    )


def history_orders() -> Any:
    return (
        select(
            func.count().label("orders"),
            func.coalesce(func.sum(event.c.amount_minor), 0).label("revenue"),
        )
        .select_from(event.join(enrolment, is_enrolment_of(event)))
        .where(reached(), of_prospects(), event.c.stage == ORDER)
        .where(event.c.amount_minor.is_not(None))
    )


def history_touches() -> Any:
    timed = and_(event.c.channel == Channel.CALL.value, event.c.minutes.is_not(None))
    return (
        select(
            func.count().label("touches"),
            func.count(case((timed, 1))).label("calls"),
            func.coalesce(func.sum(case((timed, event.c.minutes))), 0).label("call_minutes"),
        )
        .select_from(event.join(enrolment, is_enrolment_of(event)))
        .where(attempt(), of_prospects())
    )
