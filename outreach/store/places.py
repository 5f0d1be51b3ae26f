"""Where the people of a campaign stand before a step: since when it counts, what waits of it.

Read page by page, for a change that dates steps anew. What nobody has begun is `untouched`:
what is claimed or in doubt, what was tried, held or printed is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select, tuple_

from outreach.model.audience import Arm
from outreach.model.campaign import Track
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.store import schema
from outreach.store.edited import EDITED
from outreach.store.engine import Database
from outreach.store.lists import among

#: People read at once.
_PAGE = 5_000

_DUE = DeliveryState.DUE.value
#: What the steps that wait for it are counted from.
OVER = (DeliveryState.SENT.value, DeliveryState.REFUSED.value, DeliveryState.SKIPPED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a person stands before a step: since when it may be counted, and what there is."""

    contact: ContactId
    #: When what the step waits for was over; when the person came in, of one that opens.
    since: datetime
    #: What it waits for was passed over, not done.
    passed_over: bool
    occurrence: int
    wave: int
    #: Who writes to the person, where the campaign has several senders.
    writer: str | None
    #: The delivery that waits untouched, with its date; None: there is none yet.
    waits: DeliveryId | None
    due_at: datetime | None
    variant: str | None
    sender: str | None


class Places:
    def __init__(self, database: Database, people: Collection[ContactId] | None = None) -> None:
        self.database = database
        #: Nobody else is read; None: everybody of the campaign is.
        self.people = people

    def of(self, people: Collection[ContactId]) -> Places:
        return Places(self.database, people)

    def after(
        self, campaign: CampaignId, step: StepId, waits_for: StepId, track: Track
    ) -> Iterator[list[Place]]:
        """Everybody who is still in and for whom the step that is waited for is over."""
        p, e = schema.delivery.alias("before"), schema.enrolment.c
        s = schema.delivery.alias("step")
        same = and_(
            s.c.campaign_id == p.c.campaign_id,
            s.c.step_id == step,
            s.c.occurrence == p.c.occurrence,
            s.c.contact_id == p.c.contact_id,
        )
        skipped = p.c.state == DeliveryState.SKIPPED.value
        query = (
            select(
                p.c.contact_id, p.c.settled_at.label("since"), skipped.label("passed_over"),
                p.c.occurrence, e.wave, e.sender.label("writer"),
                _waiting(s), s.c.due_at, s.c.variant, s.c.sender,
            )
            .join(
                schema.enrolment,
                and_(e.campaign_id == p.c.campaign_id, e.contact_id == p.c.contact_id),
            )
            .outerjoin(s, same)
            .where(
                p.c.campaign_id == campaign, p.c.step_id == waits_for, p.c.state.in_(OVER),
                p.c.settled_at.is_not(None), _in_track(track), _open_for_change(s),
            )
        )  # fmt: skip
        return self._places(query, p.c.occurrence, p.c.contact_id)

    def opening(self, campaign: CampaignId, step: StepId, occurrence: int) -> Iterator[list[Place]]:
        """Everybody who is still in the main track, with what opens the chain."""
        e, s = schema.enrolment.c, schema.delivery.alias("step")
        same = and_(
            s.c.campaign_id == e.campaign_id,
            s.c.step_id == step,
            s.c.occurrence == occurrence,
            s.c.contact_id == e.contact_id,
        )
        query = (
            select(
                e.contact_id, e.enrolled_at.label("since"),
                literal(False).label("passed_over"), literal(occurrence).label("occurrence"),
                e.wave, e.sender.label("writer"),
                _waiting(s), s.c.due_at, s.c.variant, s.c.sender,
            )
            .outerjoin(s, same)
            .where(e.campaign_id == campaign, _in_track(Track.MAIN), _open_for_change(s))
        )  # fmt: skip
        return self._places(query, e.contact_id)

    def in_track(
        self, campaign: CampaignId, step: StepId, track: Track, facts: Collection[str]
    ) -> Iterator[list[Place]]:
        """Everybody who went over to a track, with the first of those facts about him."""
        e, v, s = schema.enrolment.c, schema.event.c, schema.delivery.alias("step")
        fix = schema.event.alias("fix")
        known = (
            select(v.contact_id, func.min(v.at).label("since"))
            .where(
                v.campaign_id == campaign,
                v.kind == EventKind.REACHED.value,
                v.stage.in_(facts),
                ~select(fix.c.id).where(fix.c.corrects == v.id).exists(),
            )
            .group_by(v.contact_id)
            .subquery()
        )
        same = and_(
            s.c.campaign_id == e.campaign_id, s.c.step_id == step, s.c.occurrence == 1,
            s.c.contact_id == e.contact_id,
        )  # fmt: skip
        query = (
            select(
                e.contact_id, known.c.since, literal(False).label("passed_over"),
                literal(1).label("occurrence"), e.wave, e.sender.label("writer"),
                _waiting(s), s.c.due_at, s.c.variant, s.c.sender,
            )
            .join(known, known.c.contact_id == e.contact_id)
            .outerjoin(s, same)
            .where(e.campaign_id == campaign, _in_track(track), _open_for_change(s))
        )  # fmt: skip
        return self._places(query, e.contact_id)

    def _places(self, query: Select[Any], *place: ColumnElement[Any]) -> Iterator[list[Place]]:
        """Page by page, in the order of an index: what is written of one page is not read again.

        `place` is where a page begins: the contact, or the firing and the contact.
        """
        query = query.order_by(*place).limit(_PAGE)
        page = query
        while True:
            with self.database.reading() as connection:
                if self.people is not None:
                    page = page.where(among(connection, place[-1], self.people))
                places = [_place(row) for row in connection.execute(page)]
            if places:
                yield places
            if len(places) < _PAGE:
                return
            last = (places[-1].occurrence, places[-1].contact)[-len(place) :]
            page = query.where(tuple_(*place) > last)


def _place(row: Any) -> Place:
    return Place(
        contact=ContactId(row.contact_id),
        since=row.since,
        passed_over=bool(row.passed_over),
        occurrence=row.occurrence,
        wave=row.wave,
        writer=row.writer,
        waits=DeliveryId(row.waits) if row.waits is not None else None,
        due_at=row.due_at,
        variant=row.variant,
        sender=row.sender,
    )


# --- conditions ------------------------------------------------------------------------------


def _waiting(step: Any) -> ColumnElement[Any]:
    """The number of what waits; none where it was put off: that is planned again."""
    return case((step.c.state == _DUE, step.c.id), else_=None).label("waits")


def _in_track(track: Track) -> ColumnElement[bool]:
    """Enrolled, not stopped, and going that way."""
    e = schema.enrolment.c
    here = e.stop_reason.is_(None) if track is Track.MAIN else e.stop_reason == track.value
    return and_(e.arm == Arm.ENROLLED.value, e.stopped_at.is_(None), here)


def untouched(table: Any) -> ColumnElement[bool]:
    """Due, and nothing has been done or told of it: not tried, not printed, not held before."""
    d, v, fix = table.c, schema.event.c, schema.event.alias("fix")
    told = exists(
        select(literal(1))
        .where(v.contact_id == d.contact_id, v.delivery_id == d.id)
        # What was taken back, and the word that it was, tell nothing of it any more.
        .where(~exists(select(literal(1)).where(fix.c.corrects == v.id).correlate(schema.event)))
        .correlate(table)
    )
    return and_(d.state == _DUE, d.attempts == 0, d.batch_id.is_(None), ~told)


def _open_for_change(step: Any) -> ColumnElement[bool]:
    """There is no delivery yet, one that waits untouched, or one that a change had put off."""
    put_off = and_(step.c.state == DeliveryState.CANCELLED.value, step.c.detail == EDITED)
    return or_(step.c.id.is_(None), put_off, untouched(step))
