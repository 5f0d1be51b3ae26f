"""The columns that orders are summed into, and what a row of them says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func

from outreach.model.money import from_minor
from outreach.model.spending import Sales
from outreach.store.engine import Database


def sold_of(amount: ColumnElement[Any], margin: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """The columns of `Sales`, each row an order."""
    both = and_(amount.is_not(None), margin.is_not(None))

    def total(what: Any) -> ColumnElement[Any]:
        return func.coalesce(func.sum(what), 0)

    return [
        func.count().label("orders"),
        total(amount).label("revenue"),
        func.count(amount).label("with_amount"),
        total(margin).label("margin"),
        func.count(margin).label("with_margin"),
        total(case((both, amount))).label("priced_revenue"),
        total(case((both, margin))).label("priced_margin"),
    ]


def sales_in(row: Any, database: Database) -> Sales:
    """What a row of these columns says."""
    return Sales(
        orders=int(row.orders),
        revenue=money_of(row.revenue, database),
        with_amount=int(row.with_amount),
        margin=money_of(row.margin, database),
        with_margin=int(row.with_margin),
        priced_revenue=money_of(row.priced_revenue, database),
        priced_margin=money_of(row.priced_margin, database),
    )


def money_of(minor: Any, database: Database) -> Decimal:
    """Sums come back as int (SQLite) or Decimal (PostgreSQL)."""
    return from_minor(int(minor), database.currency)
