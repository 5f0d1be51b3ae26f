"""Counts that planning asks for beside the history of campaigns: how long attempts take, who
came by himself, what was done and won since a day.

One statement each, over the events; what was taken back does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Double, and_, case, cast, distinct, exists, func, or_, select

from outreach.model.audience import Arm
from outreach.model.effort_tally import AmountTally, ChannelTally, InboundTally, WorkTally
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.model.money import from_minor
from outreach.model.stage import NO_STAGES
from outreach.store.engine import Database
from outreach.store.schema import contact, enrolment, event
from outreach.store.tally_queries import (
    CONTACTED,
    ORDER,
    QUOTE,
    bought_by_himself,
    got_through,
    is_enrolment_of,
    no_customer_before,
    not_own_work,
    of_enrolled,
    of_prospects,
    person_of,
    prospecting,
    reached,
    stands,
)

#: Facts that make an active prospect without a stage of a chain.
_ACTIVE = ("active", "inbound")


class EffortTallies:
    def __init__(self, database: Database) -> None:
        self._database = database

    def channels(self) -> tuple[ChannelTally, ...]:
        """Attempts with prospects by channel, the most used first."""
        timed = event.c.minutes.is_not(None)
        query = (
            select(
                event.c.channel,
                func.count().label("touches"),
                func.count(case((timed, 1))).label("timed"),
                func.coalesce(func.sum(event.c.minutes), 0).label("minutes"),
            )
            .select_from(event.join(enrolment, is_enrolment_of(event)))
            .where(event.c.kind == EventKind.TOUCHED.value, stands(), of_prospects())
            .group_by(event.c.channel)
            .order_by(func.count().desc(), event.c.channel)
        )
        with self._database.reading() as connection:
            return tuple(
                ChannelTally(
                    channel=row.channel,
                    touches=row.touches,
                    timed=row.timed,
                    minutes=_decimal(row.minutes),
                )
                for row in connection.execute(query)
            )

    def amounts(self) -> AmountTally:
        """How the amounts of prospects' orders vary: in major units, squares included."""
        amount = cast(event.c.amount_minor, Double)  # squares of money pass 64 bits
        query = (
            select(
                func.count().label("orders"),
                func.coalesce(func.sum(event.c.amount_minor), 0).label("total"),
                func.coalesce(func.sum(amount * amount), 0).label("squares"),
            )
            .select_from(event.join(enrolment, is_enrolment_of(event)))
            .where(reached(), of_prospects(), event.c.stage == ORDER)
            .where(event.c.amount_minor.is_not(None))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one()
        unit = from_minor(1, self._database.currency)
        return AmountTally(
            orders=row.orders,
            total=int(row.total) * unit,
            squares=_decimal(row.squares) * unit * unit,
        )

    def inbound(self, since: datetime, until: datetime) -> InboundTally:
        """Who came by himself in a period; `since` of the answer: its first recorded fact."""
        inbound = and_(reached(), event.c.stage == "inbound", _between(since, until))
        first = select(func.min(event.c.at)).where(_between(since, until)).scalar_subquery()
        query = (
            select(func.count(distinct(person_of(contact))).label("people"), first.label("first"))
            .select_from(event.join(contact, contact.c.id == event.c.contact_id))
            .where(inbound)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one()
        known = self._database.day_of(row.first) if row.first else None
        return InboundTally(people=row.people, since=known)

    def work(
        self,
        since: datetime,
        until: datetime,
        firsts: Mapping[CampaignId, Sequence[str]],
        campaign: CampaignId | None = None,
    ) -> WorkTally:
        """What was done from `since` on and before `until` with those who were no customers yet.

        `firsts` is the campaigns' chains: a first stage of another name is contact itself.
        Orders of a campaign in which nobody was contacted, or of somebody whom his campaign had
        not contacted, are results, and no work with anybody; orders in no campaign likewise. Who
        was left alone by lot is counted with the campaign's people all the same.
        """
        words = {id_: chain[0] for id_, chain in firsts.items() if chain[0] != CONTACTED}
        stage, person, of = event.c.stage, contact.c.id, contact.alias("of")
        touched = event.c.kind == EventKind.TOUCHED.value
        own = [and_(event.c.campaign_id == id_, stage == word) for id_, word in words.items()]
        first = or_(stage == CONTACTED, *own)
        ours = and_(
            or_(event.c.campaign_id.is_(None), event.c.campaign_id.in_(prospecting(words))),
            or_(~bought_by_himself(words), _is_control()),
        )
        later = and_(ours, stage.not_in(sorted(NO_STAGES)))
        active = and_(~touched, ~first, or_(later, stage.in_(_ACTIVE)))
        ordered = and_(~touched, stage == ORDER)

        def people(condition: Any) -> Any:
            return func.count(distinct(case((condition, person))))

        query = (
            select(
                people(or_(got_through(), first, active)).label("contacted"),
                func.count(case((touched, 1))).label("touches"),
                func.coalesce(func.sum(case((touched, event.c.minutes))), 0).label("minutes"),
                people(active).label("actives"),
                people(and_(~touched, ours, stage.in_((QUOTE, ORDER)))).label("quotes"),
                func.count(case((ordered, 1))).label("orders"),
                func.coalesce(func.sum(case((ordered, event.c.amount_minor))), 0).label("revenue"),
            )
            .select_from(
                event.join(of, of.c.id == event.c.contact_id).join(contact, person == person_of(of))
            )
            .where(
                event.c.kind.in_((EventKind.TOUCHED.value, EventKind.REACHED.value)),
                or_(~touched, not_own_work()),
                stands(),
                _between(since, until),
                no_customer_before(self._database, contact.c, since),
            )
        )
        if campaign is not None:
            query = query.where(event.c.campaign_id == campaign, of_enrolled(campaign))
        with self._database.reading() as connection:
            row = connection.execute(query).one()
        return WorkTally(
            contacted=row.contacted,
            touches=row.touches,
            minutes=_decimal(row.minutes),
            actives=row.actives,
            quotes=row.quotes,
            orders=row.orders,
            revenue=from_minor(int(row.revenue), self._database.currency),
        )


def _is_control() -> Any:
    return exists().where(is_enrolment_of(event), enrolment.c.arm == Arm.CONTROL.value)


def _between(since: datetime, until: datetime) -> Any:
    return and_(event.c.at >= since, event.c.at < until)


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
