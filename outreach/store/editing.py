"""A change of a running campaign in the ledger: what waits is found, moved, put off, added.

Only what nobody has begun is touched (`untouched`): what is claimed or in doubt, what was
tried, held or printed stays as it is. Set statements; what must be dated anew is streamed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Dialect

from outreach.model.audience import Arm
from outreach.model.campaign import Step
from outreach.model.change import Planned
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.store import schema
from outreach.store.edited import EDITED
from outreach.store.engine import Database
from outreach.store.ledger import plan
from outreach.store.lists import among
from outreach.store.places import OVER, untouched
from outreach.store.prepared import ForEach

_DUE, _HELD = DeliveryState.DUE.value, DeliveryState.HELD.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A delivery that waits, as it is from now on."""

    delivery: DeliveryId
    due_at: datetime
    variant: str | None
    sender: str | None


class Editing:
    def __init__(self, database: Database) -> None:
        self.database = database

    # --- steps --------------------------------------------------------------------------------

    def steps(self, campaign: CampaignId, steps: Sequence[Step]) -> dict[str, StepId]:
        """The steps of a campaign as they are now, in their order; new ones get a number."""
        s = schema.step.c
        known = select(s.name, s.id).where(s.campaign_id == campaign)
        with self.database.writing() as connection:
            numbers = {row.name: StepId(row.id) for row in connection.execute(known)}
            for position, step in enumerate(steps):
                if step.name in numbers:
                    here = s.id == numbers[step.name]
                    connection.execute(update(schema.step).where(here).values(position=position))
                    continue
                row = {"campaign_id": campaign, "name": step.name, "position": position}
                row["channel"] = step.channel.value
                made = connection.execute(insert(schema.step).returning(s.id), row).scalar_one()
                numbers[step.name] = StepId(made)
        return numbers

    # --- what becomes of it -------------------------------------------------------------------

    def last_wave(self, campaign: CampaignId) -> int:
        """The number of the last group that came in; 0 where nobody is in."""
        e = schema.enrolment.c
        query = select(func.coalesce(func.max(e.wave), 0)).where(
            e.campaign_id == campaign, e.arm != Arm.EXCLUDED.value
        )
        with self.database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def plan(self, planned: Sequence[Planned]) -> None:
        """Deliveries to come; what was put off by an earlier change comes back."""
        with self.database.writing() as connection:
            plan(connection, planned)

    def move(self, moved: Sequence[Moved]) -> None:
        with self.database.writing() as connection:
            _moving(connection.dialect).run(
                connection,
                {
                    "id": [one.delivery for one in moved],
                    "due_at": [one.due_at for one in moved],
                    "variant": [one.variant for one in moved],
                    "sender": [one.sender for one in moved],
                },
            )

    def put_off(
        self,
        campaign: CampaignId,
        step: StepId,
        waits_for: StepId,
        now: datetime,
        *,
        people: Collection[ContactId] | None = None,
    ) -> int:
        """What waits untouched though the step it waits for is not over; how many.

        `people`: only what is theirs; None: everybody's.
        """
        d, p = schema.delivery.c, schema.delivery.alias("before")
        over = exists(
            select(literal(1)).where(
                p.c.campaign_id == d.campaign_id,
                p.c.step_id == waits_for,
                p.c.occurrence == d.occurrence,
                p.c.contact_id == d.contact_id,
                p.c.state.in_(OVER),
            )
        )
        here = and_(d.campaign_id == campaign, d.step_id == step, ~over)
        if people is not None:
            with self.database.reading() as connection:
                here = and_(here, among(connection, d.contact_id, people))
        return self._cancel(and_(here, untouched(schema.delivery)), now)

    def take_out(self, campaign: CampaignId, step: StepId, now: datetime) -> int:
        """What is due or held of a step that is gone; what is printed or on its way stays."""
        d = schema.delivery.c
        here = and_(d.campaign_id == campaign, d.step_id == step, d.batch_id.is_(None))
        return self._cancel(and_(here, d.state.in_([_DUE, _HELD])), now)

    def take_firings(self, campaign: CampaignId, step: StepId, *, first: int, now: datetime) -> int:
        """What is planned ahead of a repeat that is gone: the firings from `first` on."""
        d = schema.delivery.c
        here = and_(d.campaign_id == campaign, d.step_id == step, d.occurrence >= first)
        return self._cancel(and_(here, d.due_at > now, untouched(schema.delivery)), now)

    def nobody(self, step: StepId) -> None:
        """Who makes the calls and visits of a step is to be asked anew."""
        d = schema.delivery.c
        with self.database.writing() as connection:
            connection.execute(
                update(schema.delivery)
                .where(d.step_id == step, d.state == _DUE)
                .values(assignee=None)
            )

    def under_way(self, campaign: CampaignId) -> dict[StepId, int]:
        """How many deliveries of each step are open and not to be touched."""
        d = schema.delivery.c
        states = [DeliveryState.CLAIMED.value, DeliveryState.UNKNOWN.value, _HELD, _DUE]
        query = (
            select(d.step_id, func.count())
            .where(d.campaign_id == campaign, d.state.in_(states), ~untouched(schema.delivery))
            .group_by(d.step_id)
        )
        with self.database.reading() as connection:
            return {StepId(step): count for step, count in connection.execute(query)}

    def waves(self, campaign: CampaignId, size: int) -> None:
        """The waves anew, by rank: people of a control group fill no place."""
        e = schema.enrolment.c
        ranked = (
            select(
                e.contact_id,
                (
                    (
                        func.sum(_one_if(e.arm == Arm.ENROLLED.value)).over(
                            order_by=[e.rank, e.contact_id]
                        )
                        - _one_if(e.arm == Arm.ENROLLED.value)
                    )
                    // size
                    + 1
                ).label("wave"),
            )
            .where(e.campaign_id == campaign, e.arm != Arm.EXCLUDED.value)
            .subquery()
        )
        with self.database.writing() as connection:
            rows = connection.execute(select(ranked.c.contact_id, ranked.c.wave)).all()
            _waving(connection.dialect).run(
                connection,
                {"contact": [r[0] for r in rows], "wave": [int(r[1]) for r in rows]},
                campaign=campaign,
            )

    def writers(self, campaign: CampaignId, senders: Sequence[str]) -> None:
        """Whoever wrote to people and is no sender any more hands them on to the others."""
        e = schema.enrolment.c
        gone = or_(e.sender.is_(None), e.sender.not_in(senders))
        with self.database.writing() as connection:
            for number, sender in enumerate(senders):
                mine = func.coalesce(e.rank, 0) % len(senders) == number
                connection.execute(
                    update(schema.enrolment)
                    .where(e.campaign_id == campaign, e.arm == Arm.ENROLLED.value, gone, mine)
                    .values(sender=sender)
                )

    def _cancel(self, these: ColumnElement[bool], now: datetime) -> int:
        """Cancelled for the change's sake, each with its event, by two statements."""
        d, v = schema.delivery.c, schema.event.c
        told: Mapping[Any, ColumnElement[Any]] = {
            v.at: literal(now, v.at.type),
            v.recorded_at: literal(now, v.recorded_at.type),
            v.kind: literal(EventKind.CANCELLED.value),
            v.contact_id: d.contact_id,
            v.campaign_id: d.campaign_id,
            v.step_id: d.step_id,
            v.delivery_id: d.id,
            v.channel: d.channel,
            v.data: literal({"reason": EDITED}, v.data.type),
        }
        with self.database.writing() as connection:
            # First the deliveries: the events are of those that were changed, and of no others.
            changed = connection.execute(
                update(schema.delivery)
                .where(these)
                .values(
                    state=DeliveryState.CANCELLED.value, detail=EDITED, settled_at=now,
                    run_id=None,
                )
            )  # fmt: skip
            count = int(changed.rowcount)
            if count:
                again = and_(
                    d.state == DeliveryState.CANCELLED.value,
                    d.detail == EDITED,
                    d.settled_at == now,
                    ~exists(
                        select(literal(1)).where(
                            v.contact_id == d.contact_id,
                            v.delivery_id == d.id,
                            v.kind == EventKind.CANCELLED.value,
                            v.at == now,
                        )
                    ),
                )
                rows = select(*told.values()).where(again)
                names = [column.name for column in told]
                connection.execute(insert(schema.event).from_select(names, rows))
        return count


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


@lru_cache(maxsize=4)
def _moving(dialect: Dialect) -> ForEach:
    d = schema.delivery.c

    def statement(given: Any) -> Any:
        return (
            update(schema.delivery)
            .where(d.id == given["id"])
            .values(due_at=given["due_at"], variant=given["variant"], sender=given["sender"])
        )

    each = {"id": d.id, "due_at": d.due_at, "variant": d.variant, "sender": d.sender}
    return ForEach(statement, dialect, each=each)


@lru_cache(maxsize=4)
def _waving(dialect: Dialect) -> ForEach:
    e = schema.enrolment.c

    def statement(given: Any) -> Any:
        return (
            update(schema.enrolment)
            .where(e.campaign_id == given["campaign"], e.contact_id == given["contact"])
            .values(wave=given["wave"])
        )

    return ForEach(
        statement, dialect, each={"contact": e.contact_id, "wave": e.wave},
        same={"campaign": e.campaign_id},
    )  # fmt: skip
