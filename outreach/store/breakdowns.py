"""The chain by step, channel, segment, seller, source, kind, wave and period: only when asked.

Two kinds of rows. What people are (source, kind, wave) puts each of them in one row, and the
rows add up. What was done (steps, channels, sellers, periods) and segments may have a person
in several rows, or in none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    null,
    or_,
    select,
    union_all,
)

from outreach.model.asked import Dimension
from outreach.model.audience import Arm
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.model.path import GroupTally
from outreach.model.tally import ArmTally
from outreach.store.conditions import Selection
from outreach.store.engine import Database
from outreach.store.followed import TOGETHER, Followed, furthest
from outreach.store.schema import delivery, enrolment, event, step
from outreach.store.tally_queries import (
    attempt,
    is_enrolment_of,
    reached_somebody,
    stands,
    tried,
)
from outreach.store.types import Whole
from outreach.store.wall_clock import DAY, MonthOf, monday, week_of

#: Rows of (key, contact_id, place in the chain or NULL), several to a person.
Rows = Select[Any]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One campaign, or all of them together, to be broken down."""

    people: Followed
    database: Database
    campaign: CampaignId
    chain: Sequence[str]
    segments: Mapping[str, Selection]

    def by(self, dimension: Dimension) -> tuple[GroupTally, ...]:
        if dimension is Dimension.SEGMENT:
            rows = [
                (name, row.place, row.people)
                for name, selection in self.segments.items()
                for row in self._counted(self._of_segment(selection))
            ]
            return _groups(rows, self.chain, list(self.segments))
        found = [
            (_said(dimension, row.key), row.place, row.people)
            for row in self._counted(_ROWS[dimension](self))
        ]
        return _groups(found, self.chain, self._order(dimension, found))

    def _counted(self, rows: Rows) -> Iterable[Any]:
        """People by key and furthest place: distinct ones, however many rows each has."""
        each = rows.subquery("each")
        person = (
            select(each.c.key, func.max(each.c.place).label("place"))
            .group_by(each.c.key, each.c.contact_id)
            .subquery("person")
        )
        query = select(*person.c, func.count().label("people")).group_by(*person.c)
        return self.people.connection.execute(query).all()

    def _order(self, dimension: Dimension, rows: Iterable[tuple[Any, Any, int]]) -> list[Any]:
        keys = sorted({key for key, _, _ in rows if key is not None})
        if dimension is not Dimension.STEP:
            return keys
        query = select(step.c.name).where(step.c.campaign_id.in_(self._campaigns()))
        ordered = self.people.connection.scalars(
            query.order_by(step.c.campaign_id, step.c.position)
        )
        return [name for name in dict.fromkeys(ordered) if name in keys]

    def _campaigns(self) -> Sequence[CampaignId]:
        together = self.campaign == TOGETHER
        return self.people.campaigns if together else (self.campaign,)

    # --- rows of what people are -------------------------------------------------------------

    def _members(self, key: ColumnElement[Any]) -> Rows:
        p, contact = self.people.table, self.database.contact
        return (
            select(key.label("key"), p.c.contact_id, self.people.rank(self.chain).label("place"))
            .select_from(p.join(contact, contact.c.id == p.c.contact_id))
            .where(p.c.campaign_id.in_(self._campaigns()), p.c.arm == Arm.ENROLLED.value)
        )

    def _of_source(self) -> Rows:
        return self._members(func.nullif(self.database.contact.c.source, ""))

    def _of_kind(self) -> Rows:
        return self._at_first(self._members(self.people.table.c.kind), func.max)

    def _of_wave(self) -> Rows:
        return self._at_first(self._members(self.people.table.c.wave), func.min)

    def _at_first(self, rows: Rows, pick: Callable[[Any], ColumnElement[Any]]) -> Rows:
        """Over several campaigns everyone is in one row: what he was before any of them.

        A customer is thus who was one at each launch, as in the tally (`gathering.py`). The words
        for kinds stand in the alphabet against the order of a life, so the last one is the first.
        """
        if self.campaign != TOGETHER:
            return rows
        each = rows.subquery("each_campaign").c
        place = func.max(each.place).label("place")
        return select(pick(each.key).label("key"), each.contact_id, place).group_by(each.contact_id)

    def _of_segment(self, selection: Selection) -> Rows:
        return self._members(null()).where(selection)

    # --- rows of what was done ---------------------------------------------------------------

    def _events(self, key: ColumnElement[Any], *, deliveries: bool = False) -> Rows:
        """Touches and stages of the people enrolled, each with the place it tells of."""
        v, contact, p = event, self.database.contact, self.people.table
        laid = v.join(p, self.people.is_of(v))
        if deliveries:
            laid = laid.outerjoin(enrolment, is_enrolment_of(v))
            laid = laid.outerjoin(delivery, delivery.c.id == v.c.delivery_id)
            laid = laid.join(contact, contact.c.id == v.c.contact_id)
        words = self.people.words
        places = {words.places[word]: place for place, word in enumerate(self.chain) if place}
        reached = case({0: 0} | places, value=words.number())
        place = case((v.c.kind == EventKind.REACHED.value, reached), (reached_somebody(), 0))
        told = or_(
            tried(),
            and_(v.c.kind == EventKind.REACHED.value, reached.is_not(None)),
        )
        return (
            select(key.label("key"), p.c.contact_id, place.label("place"))
            .select_from(laid)
            .where(
                v.c.campaign_id.in_(self._campaigns()),
                v.c.kind.in_([EventKind.TOUCHED.value, EventKind.REACHED.value]),
                p.c.arm == Arm.ENROLLED.value,
                told,
                stands(),
                *self.people.in_time(),
            )
        )

    def _of_seller(self) -> Rows:
        """Who did it, else who was to, else who wrote, else whose person it is."""
        e, contact = enrolment.c, self.database.contact.c
        given = func.coalesce(e.owner, contact.owner, e.sender)
        did = func.coalesce(
            func.nullif(event.c.author, ""), delivery.c.assignee, delivery.c.sender, given
        )
        p = self.people.table
        counts = and_(e.campaign_id == p.c.campaign_id, e.contact_id == p.c.record)
        waiting = select(
            given.label("key"), p.c.contact_id, cast(null(), Whole).label("place")
        ).select_from(
            p.join(enrolment, counts).join(self.database.contact, contact.id == e.contact_id)
        )
        waiting = waiting.where(
            p.c.campaign_id.in_(self._campaigns()),
            p.c.arm == Arm.ENROLLED.value,
            given.is_not(None),
        )
        both = union_all(self._events(did, deliveries=True), waiting).subquery("both")
        return select(*both.c)

    def _of_week(self) -> Rows:
        return self._events(week_of(self.people.clock.seconds(event.c.at)))

    def _of_month(self) -> Rows:
        return self._events(MonthOf(self.people.clock.seconds(event.c.at)))

    def _of_step(self) -> Rows:
        name = select(step.c.name).where(step.c.id == event.c.step_id).scalar_subquery()
        return self._touched(name)

    def _of_channel(self) -> Rows:
        return self._touched(event.c.channel)

    def _touched(self, key: ColumnElement[Any]) -> Rows:
        """Who got it, and how far he came from then on; an attempt in vain reached nobody.

        What came before the first such touch is not its doing. Of a period: who got it then,
        and the first one may have been before.
        """
        v, p = event.c, self.people.table
        got_through = case((v.stage.is_(None), self.people.clock.seconds(v.at)))
        person = self.people.one.of(v.contact_id)
        told = [key.label("key"), v.campaign_id, person.label("contact_id")]
        first = (
            select(*told, func.min(got_through).label("at"))
            .where(
                v.campaign_id.in_(self._campaigns()),
                attempt(),
                *self.people.until(),
            )
            .group_by(key, v.campaign_id, person)
            .having(*(func.count(case((now, 1))) > 0 for now in self.people.since()))
            .subquery("first")
        )
        day = first.c.at - first.c.at % DAY
        later = [case((at >= day, at)) for at in self.people.reached_at(self.chain)[1:]]
        since: list[ColumnElement[Any]] = [first.c.at, *later]
        same = and_(p.c.campaign_id == first.c.campaign_id, p.c.contact_id == first.c.contact_id)
        return (
            select(first.c.key, first.c.contact_id, furthest(since).label("place"))
            .select_from(first.join(p, same))
            .where(p.c.arm == Arm.ENROLLED.value)
        )


_ROWS: Mapping[Dimension, Callable[[Breakdown], Rows]] = {
    Dimension.STEP: Breakdown._of_step,
    Dimension.CHANNEL: Breakdown._of_channel,
    Dimension.SELLER: Breakdown._of_seller,
    Dimension.SOURCE: Breakdown._of_source,
    Dimension.KIND: Breakdown._of_kind,
    Dimension.WAVE: Breakdown._of_wave,
    Dimension.WEEK: Breakdown._of_week,
    Dimension.MONTH: Breakdown._of_month,
}


def _said(dimension: Dimension, key: Any) -> str | None:
    """A key as people write it: weeks by their Monday."""
    if key is None:
        return None
    return monday(int(key)).isoformat() if dimension is Dimension.WEEK else str(key)


def _groups(
    rows: Iterable[tuple[str | None, int | None, int]],
    chain: Sequence[str],
    order: Sequence[str],
) -> tuple[GroupTally, ...]:
    """A row per key in its order, those of whom it is not known last."""
    people: dict[str | None, int] = {}
    furthest_: dict[str | None, dict[str, int]] = {}
    for key, place, count in rows:
        people[key] = people.get(key, 0) + count
        if place is not None:
            stages = furthest_.setdefault(key, {})
            stages[chain[place]] = stages.get(chain[place], 0) + count
    keys: list[str | None] = [*order, None] if None in people else [*order]
    return tuple(
        GroupTally(key=key, arm=ArmTally(people.get(key, 0), furthest_.get(key, {})))
        for key in keys
    )
