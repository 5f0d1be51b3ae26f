"""What the plan counts in the base: areas, kinds of people, visits, retention, sales delays.

One statement for each question, over sets. Dates are those of the workspace; a period begins
on its first day and ends before `until`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select

from outreach.model.campaign import Channel
from outreach.model.contact import Kind, LifeStage
from outreach.model.days import start_of
from outreach.model.event import EventKind
from outreach.model.market_tally import GroupTally, RetentionTally, VisitTally
from outreach.model.money import from_minor
from outreach.store import schema
from outreach.store.conditions import Selection
from outreach.store.engine import Database
from outreach.store.life import life_stage_column
from outreach.store.rows import is_there
from outreach.store.tally_queries import ORDER, attempt, no_customer_before, stands

#: From here on a prospect is easy to win (ease of conquest, 1–5).
EASY = 4


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since` to the day before `until`."""

    since: date
    until: date


class PlanTallies:
    def __init__(self, database: Database) -> None:
        self.database = database

    def groups(self, who: Mapping[str, Selection], period: Period) -> dict[str, GroupTally]:
        """People by area or any other group; who fits two of them counts in both.

        Who is a lost customer on the last day of the period is neither customer nor prospect;
        his turnover and the visits to him count all the same.
        """
        if not who:
            return {}
        c = self.database.contact.c
        lost = self._lost(period.until - timedelta(days=1))
        here = lost.c.id.is_(None)
        sums: list[ColumnElement[Any]] = []
        for place, condition in enumerate(who.values()):
            won, amount = (
                _if(and_(condition, here, self._is_customer())),
                case((condition, c.revenue_minor), else_=0),
            )
            first = func.min(case((condition, c.first_order_on)))
            for name, one in (
                ("people", func.sum(_if(and_(condition, here)))),
                ("customers", func.sum(won)),
                ("revenue", func.sum(amount)),
                ("first", first),
            ):
                sums.append(one.label(f"{name}_{place}"))
        everybody = self.database.contact.outerjoin(lost, lost.c.id == c.id)
        query = select(*sums).select_from(everybody).where(is_there(self.database))
        with self.database.reading() as connection:
            row = connection.execute(query).one()._mapping
            visits = connection.execute(self._visits(who, period)).one()._mapping
        found = {}
        for place, name in enumerate(who):
            customers = int(row[f"customers_{place}"] or 0)
            found[name] = GroupTally(
                customers=customers,
                prospects=int(row[f"people_{place}"] or 0) - customers,
                revenue=self._money(row[f"revenue_{place}"]),
                visits=int(visits[f"visits_{place}"] or 0),
                first_order_on=row[f"first_{place}"],
            )
        return found

    def types(self) -> dict[str | None, GroupTally]:
        """People by type (typology): customers of a trade are references for its prospects.

        `School` and `school` are one type, under one of the ways it is written.
        """
        c = self.database.contact.c
        folded = c.customer_type_folded
        query = (
            select(
                func.max(c.customer_type).label("customer_type"),
                func.count().label("people"),
                func.coalesce(func.sum(_if(self._is_customer())), 0).label("customers"),
                func.coalesce(func.sum(c.revenue_minor), 0).label("revenue"),
            )
            .where(is_there(self.database))
            .group_by(folded)
            .order_by(folded.is_(None), folded)
        )
        with self.database.reading() as connection:
            return {
                row.customer_type: GroupTally(
                    customers=int(row.customers),
                    prospects=row.people - int(row.customers),
                    revenue=self._money(row.revenue),
                )
                for row in connection.execute(query)
            }

    def classes(self) -> dict[int, int]:
        """Prospects by how promising they are: 3 big and easy to win, 2 one of them, 1 neither.

        Big: a potential not below the mean of those known. Empty where nobody was scored.
        """
        c = self.database.contact.c
        prospects = and_(is_there(self.database), not_(self._is_customer()))
        known = or_(c.potential_minor.is_not(None), c.ease_of_conquest.is_not(None))
        mean = select(func.avg(c.potential_minor)).where(prospects).scalar_subquery()
        points = 1 + _if(c.potential_minor >= mean) + _if(c.ease_of_conquest >= EASY)
        points_of = points.label("points")
        query = select(points_of, func.count(), func.sum(_if(known))).where(prospects)
        with self.database.reading() as connection:
            rows = connection.execute(query.group_by(points_of)).all()
        if not any(row[2] for row in rows):
            return {}
        return dict.fromkeys((3, 2, 1), 0) | {int(row[0]): row[1] for row in rows}

    def life_stages(self, today: date) -> dict[str, int]:
        """Customers by life stage."""
        c = self.database.contact.c
        stage = life_stage_column(self.database, today=today, zone=self.database.zone)
        inner = select(stage.label("stage")).where(is_there(self.database), c.order_count > 0)
        held = inner.subquery("held")
        query = select(held.c.stage, func.count()).group_by(held.c.stage)
        with self.database.reading() as connection:
            rows = connection.execute(query.where(held.c.stage.is_not(None)))
            return dict(sorted((stage, count) for stage, count in rows if stage))

    def customers(self, period: Period) -> int:
        """People whose last order is not older than the period."""
        c = self.database.contact.c
        query = select(func.count()).where(is_there(self.database), c.last_order_on >= period.since)
        with self.database.reading() as connection:
            return connection.execute(query).scalar_one()

    def retention(self, first: Period, second: Period) -> RetentionTally:
        """Who ordered in `first`, and who of them did again in `second`."""
        e, c = schema.event.c, schema.contact.c
        who = func.coalesce(c.merged_into, c.id)
        person = (
            select(
                func.max(_if(self._within(e.at, first))).label("before"),
                func.max(_if(self._within(e.at, second))).label("after"),
            )
            .select_from(schema.event.join(schema.contact, c.id == e.contact_id))
            .where(e.kind == EventKind.REACHED.value, e.stage == ORDER, stands())
            .where(self._within(e.at, Period(first.since, second.until)))
            .group_by(who)
            .subquery("person")
        )
        query = select(func.sum(person.c.before), func.sum(person.c.before * person.c.after))
        with self.database.reading() as connection:
            row = connection.execute(query).one()
        return RetentionTally(at_start=int(row[0] or 0), stayed=int(row[1] or 0))

    def prospecting(self, period: Period) -> VisitTally:
        """Visits to people who were no customers as the period began, and whom it won."""
        e, c = schema.event.c, self.database.contact.c
        prospect = no_customer_before(self.database, c, start_of(period.since, self.database.zone))
        visits = (
            select(func.count(), func.coalesce(func.sum(_if(prospect)), 0))
            .select_from(self._visited())
            .where(_is_visit(), self._within(e.at, period))
        )
        won = select(func.count()).where(
            is_there(self.database), prospect, c.first_order_on < period.until,
        )  # fmt: skip
        with self.database.reading() as connection:
            total, of_prospects = connection.execute(visits).one()
            new = connection.execute(won).scalar_one()
        return VisitTally(prospect_visits=int(of_prospects), visits=total, new_customers=new)

    def sales_delay(self, since: date) -> tuple[Fraction | None, int]:
        """Mean days from the first touch to the first order, and of how many people.

        Of those who became customers since that day and were touched before. None of nobody.
        """
        total = count = 0
        for days in self._delays(since):
            total += days
            count += 1
        return (Fraction(total, count) if count else None), count

    def _delays(self, since: date) -> Iterator[int]:
        e, c = schema.event.c, self.database.contact.c
        first = (
            select(func.min(e.at))
            .where(e.contact_id == c.id, e.kind == EventKind.TOUCHED.value, stands())
            .correlate(self.database.contact)
            .scalar_subquery()
        )
        query = select(c.first_order_on, first.label("touched_at")).where(
            is_there(self.database),
            c.first_order_on.is_not(None),
            no_customer_before(self.database, c, start_of(since, self.database.zone)),
        )
        with self.database.reading() as connection:
            rows = connection.execution_options(yield_per=2000).execute(query)
            for ordered_on, touched_at in rows:
                if touched_at is not None:
                    days = (ordered_on - self.database.day_of(touched_at)).days
                    if days >= 0:
                        yield days

    # --- pieces ---------------------------------------------------------------------------------

    def _is_customer(self) -> ColumnElement[bool]:
        """Ordered, or came in as a customer: the first file of a firm knows no orders yet."""
        c = self.database.contact.c
        return or_(c.order_count > 0, func.coalesce(c.kind, "") == Kind.CUSTOMER.value)

    def _lost(self, today: date) -> Any:
        """Customers who are lost by life stage: no part of the penetration, here as elsewhere."""
        stage = life_stage_column(self.database, today=today, zone=self.database.zone)
        return select(self.database.contact.c.id).where(stage == LifeStage.LOST.value).subquery()

    def _visits(self, who: Mapping[str, Selection], period: Period) -> Any:
        sums = [
            func.sum(_if(condition)).label(f"visits_{place}")
            for place, condition in enumerate(who.values())
        ]
        found = select(*sums).select_from(self._visited())
        return found.where(_is_visit(), self._within(schema.event.c.at, period))

    def _visited(self) -> Any:
        """Events beside the person as he is on file now."""
        e, c = schema.event.c, self.database.contact.c
        of = schema.contact.alias("of")
        start = schema.event.join(of, of.c.id == e.contact_id)
        return start.join(self.database.contact, c.id == func.coalesce(of.c.merged_into, of.c.id))

    def _within(self, at: ColumnElement[Any], period: Period) -> ColumnElement[bool]:
        zone = self.database.zone
        return and_(at >= start_of(period.since, zone), at < start_of(period.until, zone))

    def _money(self, minor: Any) -> Decimal:
        return from_minor(int(minor or 0), self.database.currency)


def _if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _is_visit() -> ColumnElement[bool]:
    e = schema.event.c
    # Nobody was there: the way was made all the same, and its time is gone.
    return and_(attempt(), e.channel == Channel.VISIT.value)
