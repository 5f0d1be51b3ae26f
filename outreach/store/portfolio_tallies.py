"""The counts of the portfolio: stages, months, classes, scores, areas; no rate is made here.

Each figure is one statement over the tables of `portfolio_tables.py`. One number per person is
held at most, where a curve, a class or a model needs it, and then as plain whole numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, case, distinct, func, or_, select

from outreach.model import life
from outreach.model.contact import LifeStage
from outreach.model.money import minor_digits
from outreach.model.portfolio import (
    AreaTally,
    BuyingTally,
    PortfolioTally,
    StageTally,
)
from outreach.model.spending import Loyalty
from outreach.store import schema
from outreach.store.conditions import Selection
from outreach.store.engine import Database
from outreach.store.portfolio_classes import (
    Bounds,
    Cuts,
    cells_of,
    limits_of,
    scores_of,
    turnovers,
)
from outreach.store.portfolio_days import Months, months_of_period
from outreach.store.portfolio_laying import drop, lay, lay_customers
from outreach.store.portfolio_months import months_of, on_prospects
from outreach.store.portfolio_tables import (
    chosen,
    customers,
    earlier,
    moment,
    orders,
    people,
    total,
)
from outreach.store.roomy import roomy
from outreach.store.sales import sales_in, sold_of
from outreach.store.wall_clock import WallClock, date_of, number_of

_LOST = LifeStage.LOST.value


class PortfolioTallies:
    """What the portfolio is made of, as it was at the end of a day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def areas(self) -> list[tuple[str, str, int | None]]:
        """Name, expression and potential customers of each area."""
        a = schema.area.c
        query = select(a.name, a.expression, a.potential_customers).order_by(a.name)
        with self._database.reading() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def count(
        self,
        *,
        on: date,
        since: date,
        months: int,
        average: bool,
        cuts: Cuts,
        bounds: Bounds,
        areas: Sequence[tuple[str, int | None, Selection]] = (),
        most: int,
    ) -> PortfolioTally:
        """Everything at once, in one reading.

        `average`: M is the average of the amounts, not their sum. `cuts` and `bounds` say where
        classes end, once the values are known. `most` customers are read for the models.
        The months are those up to `on` and one more, parted at the end of `since`.
        """
        with self._database.reading() as connection, roomy(connection, self._database):
            clock = lay(connection, self._database, on=on, since=since)
            spans = months_of_period(on, since, months)
            read = _Reading(connection, self._database, clock, spans, on=on, since=since)
            found = read.everything(average=average, cuts=cuts, bounds=bounds, areas=areas,
                                    most=most)  # fmt: skip
            drop(connection)
        return found

    def stages(self, *, on: date, since: date) -> tuple[StageTally, ...]:
        """Customers by life stage at the end of both days: who stayed, who is lost, who is new.

        The rows that `evaluation/portfolio/loyalty.movement` makes retention and attrition of.
        """
        with self._customers(on=on, since=since) as connection:
            return stages_of(connection)

    def year(
        self, *, on: date, since: date, until: datetime
    ) -> tuple[tuple[StageTally, ...], Loyalty]:
        """The same, and what was bought after the end of `since` and before `until`."""
        with self._customers(on=on, since=since) as connection:
            return stages_of(connection), self._bought(connection, since, until)

    @contextmanager
    def _customers(self, *, on: date, since: date) -> Iterator[Connection]:
        with self._database.reading() as connection, roomy(connection, self._database):
            lay_customers(connection, self._database, on=on, since=since)
            yield connection
            drop(connection)

    def _bought(self, connection: Connection, since: date, until: datetime) -> Loyalty:
        """Who ordered, in any campaign or in none, and what; merged people are one."""
        o = orders.c
        amount = case((o.priced == 1, o.amount))
        begin = moment(since, self._database).seconds
        query = select(
            func.count(distinct(o.contact_id)).label("active"), *sold_of(amount, o.margin)
        ).where(o.at >= begin, o.at < until.timestamp())
        row = connection.execute(query).one()
        return Loyalty(active=int(row.active), sales=sales_in(row, self._database))


class _Reading:
    def __init__(
        self,
        connection: Connection,
        database: Database,
        clock: WallClock,
        months: Months,
        *,
        on: date,
        since: date,
    ) -> None:
        self.connection = connection
        self.database = database
        self.clock = clock
        self.months = months
        self.on, self.since = on, since

    def everything(
        self, *, average: bool, cuts: Cuts, bounds: Bounds,
        areas: Sequence[tuple[str, int | None, Selection]], most: int,
    ) -> PortfolioTally:  # fmt: skip
        amounts, counts = turnovers(self.connection)
        limits = limits_of(self.connection, bounds, amounts, counts)
        return PortfolioTally(
            on=self.on,
            since=self.since,
            per_unit=10 ** minor_digits(self.database.currency),
            stages=stages_of(self.connection),
            months=months_of(self.connection, self.database, self.clock, self.months),
            without_orders=self._without_orders(),
            **self._year(),
            amounts=amounts,
            amount_counts=counts,
            cells=cells_of(self.connection, limits),
            bounds=limits,
            scores=scores_of(self.connection, cuts, on=self.on, average=average),
            areas=tuple(self._area(*one) for one in areas),
            buying=self._buying(most),
            begun=self._begun(),
            last_touch=self._last_touch(),
            last_order=self._last_order(),
            by_hand=self._one(select(func.count()).where(chosen.c.stage.is_not(None))) or 0,
        )

    def _one(self, query: Select[Any]) -> int | None:
        found = self.connection.execute(query).scalar_one_or_none()
        return None if found is None else int(found)

    # --- orders -----------------------------------------------------------------------------

    def _without_orders(self) -> int:
        """Customers on file of whom no order is known."""
        c, p = customers.c, people.c
        query = select(func.count()).select_from(
            people.outerjoin(customers, c.contact_id == p.contact_id)
        )
        return self._one(query.where(p.customer.is_not(None), c.contact_id.is_(None))) or 0

    def _year(self) -> Mapping[str, int]:
        """Orders of the last twelve months."""
        o = orders.c
        with_margin = o.margin.is_not(None)
        query = select(
            func.count().label("orders"),
            total(o.amount).label("revenue"),
            total(o.priced).label("orders_with_amount"),
            func.count(o.margin).label("orders_with_margin"),
            total(case((with_margin, o.amount), else_=0)).label("revenue_with_margin"),
            total(o.margin).label("margin"),
            func.count(o.articles).label("orders_with_items"),
            total(o.articles).label("items"),
        ).where(o.day > number_of(self.on) - life.YEAR)
        row = self.connection.execute(query).one()._mapping
        return {name: int(value) for name, value in row.items()}

    # --- areas, and how they buy -------------------------------------------------------------

    def _area(self, name: str, potential: int | None, condition: Selection) -> AreaTally:
        """As `PlanTallies.groups` counts them: the lost are none, without an order one may be."""
        c, p, contact = customers.c, people.c, self.database.contact
        joined = contact.join(people, p.contact_id == contact.c.id).outerjoin(
            customers, c.contact_id == p.contact_id
        )
        query = (
            select(func.count())
            .select_from(joined)
            .where(
                or_(c.contact_id.is_not(None), p.customer.is_not(None)),
                func.coalesce(c.stage, "") != _LOST,
                condition,
            )
        )
        return AreaTally(name, self._one(query) or 0, potential)

    def _buying(self, most: int) -> BuyingTally | None:
        """What the models of buying are fitted to: all customers, or an even part of them."""
        c = customers.c
        of = self._one(select(func.count()).where(c.days > 0)) or 0
        if not of:
            return None
        query = select(
            c.days - 1, c.last_day - c.first_day, number_of(self.on) - c.first_day, c.repeats_value
        ).where(c.days > 0)
        if of > most:
            query = query.where(c.contact_id % -(-of // most) == 0)
        repeats, last, age, value = array("q"), array("q"), array("q"), array("q")
        for row in self.connection.execute(query.order_by(c.contact_id)):
            for column, cell in zip((repeats, last, age, value), row, strict=True):
                column.append(int(cell))
        return BuyingTally(repeats, last, age, value, of)

    # --- when ---------------------------------------------------------------------------------

    def _begun(self) -> date | None:
        found = self._one(select(func.min(people.c.known)))
        return None if found is None else date_of(found)

    def _last_order(self) -> date | None:
        found = self._one(select(func.max(orders.c.day)))
        return None if found is None else date_of(found)

    def _last_touch(self) -> date | None:
        """The last attempt on a prospect."""
        at = schema.event.c.at
        query = on_prospects(
            select(self.clock.day(at)),
            self.database, self.clock, self.on,
        )  # fmt: skip
        day = self._one(query.order_by(at.desc()).limit(1))
        return None if day is None else date_of(day)


def stages_of(connection: Connection) -> tuple[StageTally, ...]:
    """Customers by life stage at the start and at the end, from the tables laid out."""
    c, e = customers.c, earlier.c
    lived = c.last_day - c.first_day
    query = (
        select(
            e.stage.label("before"),
            c.stage,
            func.count().label("customers"),
            func.count(case((c.orders == 1, 1))).label("one_time"),
            func.count(case((c.orders == 0, 1))).label("unordered"),
            *(
                total(column).label(name)
                for name, column in (
                    ("orders", c.year_orders),
                    ("revenue", c.year_amount),
                    ("lifetime", c.lifetime),
                    ("lived_days", case((lived > life.YEAR, lived), else_=life.YEAR)),
                )
            ),
        )
        .select_from(customers.outerjoin(earlier, e.contact_id == c.contact_id))
        .group_by(e.stage, c.stage)
        .order_by(c.stage, e.stage)
    )
    return tuple(
        StageTally(
            before=row.before,
            stage=row.stage,
            customers=row.customers,
            one_time=row.one_time,
            unordered=row.unordered,
            orders=int(row.orders),
            revenue=int(row.revenue),
            lifetime=int(row.lifetime),
            lived_days=int(row.lived_days),
        )
        for row in connection.execute(query)
    )
