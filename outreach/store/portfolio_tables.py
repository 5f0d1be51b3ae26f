"""The temporary tables that the figures of the portfolio have in common, and their moments.

They hold every order, every customer and everybody on file once, as it was at the end of a
day, and are gone when the reading ends. `portfolio_laying.py` fills them. Merged people are
one; who was erased is nobody. Seconds and days are whole numbers since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Index, MetaData, Table, Text, func
from sqlalchemy import cast as sql_cast

from outreach.model.days import end_of
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.types import Whole
from outreach.store.wall_clock import number_of


def _table(name: str, *columns: str, words: tuple[str, ...] = ()) -> Table:
    return Table(
        f"portfolio_{name}",
        MetaData(),
        *(Column(column, Text if column in words else Whole) for column in columns),
        prefixes=["TEMPORARY"],
    )


#: Orders that stand. `gap` is days since the order before, `next_day` the day of the next one;
#: `there` is 0 of who was erased: his turnover stays, he does not. `articles` is NULL where
#: nobody said how many it held.
orders = _table(
    "orders", "contact_id", "at", "day", "first_day", "next_day", "gap", "fresh", "amount",
    "margin", "priced", "articles", "there",
)  # fmt: skip
Index("portfolio_orders_person", orders.c.contact_id, orders.c.at)

#: Stages set by hand, at the start and at the end; NULL: not by hand then.
chosen = _table("chosen", "contact_id", "before", "stage", words=("before", "stage"))

#: Customers at the start, each with a stage.
earlier = _table("earlier", "contact_id", "stage", words=("stage",))

#: What the orders of a customer add up to; who never ordered has no days.
DAYS = ("first_day", "last_day")
SUMS = (
    *DAYS, "days", "orders", "lifetime", "repeats_value", "year_orders", "year_amount",
)  # fmt: skip

#: Customers at the end. `days` are days with orders; the `year_…` are of the last twelve months.
customers = _table("customers", "contact_id", *SUMS, "stage", words=("stage",))
Index("portfolio_customers_id", customers.c.contact_id)

#: Everybody on file: since when, when first in contact, since when a customer, from where.
people = _table(
    "people", "contact_id", "known", "contacted", "customer", "source", "potential",
    words=("source",),
)  # fmt: skip
Index("portfolio_people_id", people.c.contact_id)

TABLES = (orders, chosen, earlier, customers, people)


@dataclass(frozen=True, slots=True)
class Moment:
    """The end of a day, as the statements write it."""

    day: date
    seconds: int

    @property
    def number(self) -> int:
        return number_of(self.day)


def moment(day: date, database: Database) -> Moment:
    return Moment(day, int(end_of(day, database.zone).timestamp()))


def owner() -> tuple[Any, ColumnElement[int], ColumnElement[bool]]:
    """The contact of an event, joined: who he is now, and whether he is still there."""
    who = schema.contact.alias("who")
    whole = func.coalesce(who.c.merged_into, who.c.id)
    return who, whole, who.c.erased_at.is_(None)


def total(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A sum as a whole number, 0 of nothing."""
    return sql_cast(func.coalesce(func.sum(column), 0), Whole)
