"""Fills the tables of the portfolio, one statement each, as it was at the end of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    case,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy import cast as sql_cast

from outreach.model.days import end_of
from outreach.model.event import EventKind
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.portfolio_people import everybody
from outreach.store.portfolio_stages import stages
from outreach.store.portfolio_tables import (
    DAYS,
    SUMS,
    TABLES,
    Moment,
    chosen,
    customers,
    earlier,
    moment,
    orders,
    owner,
    people,
)
from outreach.store.rows import is_there
from outreach.store.tally_queries import ORDER, stands
from outreach.store.types import Whole
from outreach.store.wall_clock import EpochSeconds, Unindexed, WallClock, wall_clock

_DAY = 86400

#: What an event says from which on a life stage set by hand is computed again.
COMPUTED = "computed"


def drop(connection: Connection) -> None:
    for table in TABLES:
        connection.execute(text(f"DROP TABLE IF EXISTS {table.name}"))


def lay(connection: Connection, database: Database, *, on: date, since: date) -> WallClock:
    """Fill the tables as of the end of `on`; `since` is the end of the day to compare with."""
    begun = (schema.contact.c.created_at, schema.enrolment.c.enrolled_at)
    clock = lay_customers(connection, database, on=on, since=since, begun=begun)
    _fill(connection, people, everybody(database, clock, moment(on, database)))
    if not database.is_sqlite:
        for table in TABLES:
            connection.execute(text(f"ANALYZE {table.name}"))
    return clock


def lay_customers(
    connection: Connection,
    database: Database,
    *,
    on: date,
    since: date,
    begun: Sequence[ColumnElement[Any]] = (),
) -> WallClock:
    """Orders and customers alone: all that who stays and who is lost is counted from.

    The clock is that of the orders; `begun`: of these instants too.
    """
    drop(connection)
    for table in TABLES:
        table.create(connection, checkfirst=False)
    first = _first(connection, begun) or database.now()
    clock = wall_clock(database.zone, first, end_of(on, database.zone))
    now, then = moment(on, database), moment(since, database)
    _fill(connection, orders, _orders(database, clock, end_of(on, database.zone)))
    _choose(connection, database, then, now)
    _fill(connection, earlier, stages(database, then, chosen.c.before))
    _fill(connection, customers, stages(database, now, chosen.c.stage, *SUMS))
    for table, by_hand in ((earlier, chosen.c.before), (customers, chosen.c.stage)):
        _add_chosen(connection, table, by_hand)
    return clock


def _first(connection: Connection, begun: Sequence[ColumnElement[Any]]) -> datetime | None:
    """The first instant of anything that is counted; None on an empty base."""
    found = [connection.execute(select(func.min(column))).scalar_one_or_none() for column in begun]
    dated = select(func.min(schema.event.c.at)).where(
        schema.event.c.kind == EventKind.REACHED.value
    )
    found.append(connection.execute(dated).scalar_one_or_none())
    return min((at for at in found if at is not None), default=None)


def _fill(connection: Connection, table: Table, query: Any) -> None:
    connection.execute(insert(table).from_select([column.name for column in table.c], query))


def _add_chosen(connection: Connection, table: Table, by_hand: ColumnElement[Any]) -> None:
    """Who has a stage set by hand is a customer, without an order too."""
    sums = [name for name in SUMS if name in table.c and name not in DAYS]
    query: Select[Any] = select(chosen.c.contact_id, *(literal(0) for _ in sums), by_hand).where(
        by_hand.is_not(None), chosen.c.contact_id.not_in(select(table.c.contact_id))
    )
    connection.execute(insert(table).from_select(["contact_id", *sums, "stage"], query))


# --- orders -------------------------------------------------------------------------------------


def _orders(database: Database, clock: WallClock, end: datetime) -> Any:
    e = schema.event
    who, whole, there = owner()
    at = EpochSeconds(e.c.at)
    plain = (
        select(
            whole.label("contact_id"),
            at.label("at"),
            clock.day(e.c.at).label("day"),
            func.coalesce(e.c.amount_minor, 0).label("amount"),
            e.c.margin_minor.label("margin"),
            case((e.c.amount_minor.is_not(None), 1), else_=0).label("priced"),
            _items(database).label("articles"),
            case((there, 1), else_=0).label("there"),
        )
        # In the order in which they lie: by their kind, all that was ever reached would be fetched
        # from here and there, in the order of its time.
        .select_from(e.join(who, who.c.id == Unindexed(e.c.contact_id)))
        .where(Unindexed(e.c.kind) == EventKind.REACHED.value, stands())
        .where(e.c.stage == ORDER, Unindexed(e.c.at) < end)
        .subquery("plain")
    )
    one: dict[str, Any] = {"partition_by": plain.c.contact_id, "order_by": plain.c.at}
    before = func.lag(plain.c.day, type_=Whole).over(**one)
    gap = (plain.c.at - func.lag(plain.c.at, type_=Whole).over(**one) + _DAY // 2) // _DAY
    return select(
        plain.c.contact_id,
        plain.c.at,
        plain.c.day,
        func.first_value(plain.c.day).over(**one),
        func.lead(plain.c.day, type_=Whole).over(**one),
        gap,
        case((before == plain.c.day, 0), else_=1),
        plain.c.amount,
        plain.c.margin,
        plain.c.priced,
        plain.c.articles,
        plain.c.there,
    )


def _items(database: Database) -> ColumnElement[Any]:
    """How many articles an order held, where its event tells."""
    data = schema.event.c.data
    if database.is_sqlite:
        return func.json_extract(data, literal_column("'$.items'"), type_=Whole)
    return sql_cast(data.op("->>")(literal_column("'items'")), Whole)


# --- stages set by hand ---------------------------------------------------------------------------


def _choose(connection: Connection, database: Database, then: Moment, now: Moment) -> None:
    """The stages set by hand that held at both moments; they are few, and are folded here.

    One that no event tells of holds at any time.
    """
    e = schema.event
    who, whole, there = owner()
    told = (
        select(whole.label("contact_id"), EpochSeconds(e.c.at).label("at"), e.c.stage)
        .select_from(e.join(who, who.c.id == e.c.contact_id))
        .where(e.c.kind == EventKind.CHANGED.value, e.c.stage.is_not(None), stands(), there)
        .order_by(e.c.at, e.c.id)
    )
    held: dict[int, dict[str, str | None]] = {}
    for row in connection.execute(told):
        one = held.setdefault(row.contact_id, {"before": None, "stage": None})
        word = None if row.stage == COMPUTED else row.stage
        if row.at < then.seconds:
            one["before"] = word
        if row.at < now.seconds:
            one["stage"] = word
    c = database.contact.c
    silent = select(c.id, c.life_stage_override).where(
        c.life_stage_override.is_not(None), is_there(database)
    )
    for row in connection.execute(silent):
        word = row.life_stage_override
        held.setdefault(row.id, {"before": word, "stage": word})
    if rows := [{"contact_id": contact, **words} for contact, words in held.items()]:
        connection.execute(insert(chosen), rows)
