"""What each list of contacts added to the base, what came of it, and whom two have in common.

A person came by one list, the field `source`; that he stands in another one too is a cell that
an import set aside (`store/records.py`). Counted by sets: nothing is read per person.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, distinct, func, or_, select

from outreach.model.audience import Arm
from outreach.model.event import EventKind
from outreach.model.market_tally import SourceTally
from outreach.model.money import from_minor
from outreach.model.stage import DEFAULT_CHAIN
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.rows import is_there
from outreach.store.tally_queries import stands

APPOINTMENT = "appointment"
#: Under this field an import sets the name of a second list aside.
SOURCE = "source"
#: Whoever got here was in contact with us.
_IN_CONTACT = (*DEFAULT_CHAIN, "spoken", "met")


def source_tallies(database: Database, limited: Collection[str]) -> dict[str, SourceTally]:
    """Every list that anybody stands in, by name; uses of those that a licence limits."""
    with database.reading() as connection:
        found = {
            row.source: _tally(row, database.currency)
            for row in connection.execute(_people(database))
        }
        for name, people in connection.execute(_elsewhere(database)):
            known = found.get(name, SourceTally())
            found[name] = replace(known, people=known.people + people)
        for name, people in connection.execute(_appointments(database)):
            found[name] = replace(found[name], appointments=people)
        for name, uses in _uses(connection, database, limited).items():
            found[name] = replace(found.get(name, SourceTally()), uses=uses)
    return found


def in_common(database: Database) -> dict[tuple[str, str], int]:
    """Pairs of lists, each in the order of the alphabet, and the people who stand in both."""
    a, b, c = schema.set_aside.c, schema.set_aside.alias("other").c, database.contact.c
    there = is_there(database)
    with_first = (
        select(c.source, a.original, func.count().label("people"))
        .join(database.contact, c.id == a.contact_id)
        .where(a.field == SOURCE, c.source.is_not(None), c.source != a.original, there)
        .group_by(c.source, a.original)
    )
    between = (
        select(a.original, b.original.label("second"), func.count().label("people"))
        .join(b.id.table, and_(b.contact_id == a.contact_id, b.original > a.original))
        .join(database.contact, c.id == a.contact_id)
        .where(a.field == SOURCE, b.field == SOURCE, there)
        .group_by(a.original, b.original)
    )
    found: dict[tuple[str, str], int] = {}
    with database.reading() as connection:
        for query in (with_first, between):
            for one, other, people in connection.execute(query):
                pair = (min(one, other), max(one, other))
                found[pair] = found.get(pair, 0) + people
    return found


# --- queries ------------------------------------------------------------------------------------


def _is_new(database: Database) -> ColumnElement[bool]:
    """The person was made by an import of his list, or by hand: the base did not have him before.

    Another import may have made him, and his list's only filled in where he came from.
    """
    r, s = schema.import_run.c, schema.source.c
    return or_(r.source_id.is_(None), s.id.is_(None), r.source_id == s.id)


def _with_run(database: Database, start: Any) -> Any:
    """The contact's first import and his list, beside it."""
    r, s, c = schema.import_run.c, schema.source.c, database.contact.c
    joined = start.outerjoin(schema.import_run, r.id == c.import_id)
    return joined.outerjoin(schema.source, s.name == c.source)


def _people(database: Database) -> Select[Any]:
    c, new = database.contact.c, _is_new(database)

    def of_new(value: Any) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((new, value), else_=0)), 0)

    return (
        select(
            c.source,
            func.count().label("people"),
            of_new(1).label("added"),
            of_new(case((_contacted(database), 1), else_=0)).label("contacted"),
            of_new(case((c.order_count > 0, 1), else_=0)).label("customers"),
            of_new(c.order_count).label("orders"),
            of_new(c.revenue_minor).label("revenue"),
        )
        .select_from(_with_run(database, database.contact))
        .where(c.source.is_not(None), is_there(database))
        .group_by(c.source)
    )


def _contacted(database: Database) -> ColumnElement[bool]:
    """Touched, or noted by hand as somebody who was reached or has come further."""
    e, c = schema.event.c, database.contact.c
    of = schema.contact.alias("reached")
    reached = (
        select(func.coalesce(of.c.merged_into, of.c.id))
        .select_from(schema.event.join(of, of.c.id == e.contact_id))
        .where(e.kind == EventKind.REACHED.value, e.stage.in_(_IN_CONTACT), stands())
    )
    return or_(c.last_contacted_on.is_not(None), c.id.in_(reached))


def _tally(row: Any, currency: str) -> SourceTally:
    return SourceTally(
        people=row.people,
        added=int(row.added),
        contacted=int(row.contacted),
        customers=int(row.customers),
        orders=int(row.orders),
        revenue=from_minor(int(row.revenue), currency),
    )


def _elsewhere(database: Database) -> Select[Any]:
    a, c = schema.set_aside.c, database.contact.c
    return (
        select(a.original, func.count())
        .join(database.contact, c.id == a.contact_id)
        .where(a.field == SOURCE, or_(c.source.is_(None), c.source != a.original))
        .where(is_there(database))
        .group_by(a.original)
    )


def _appointments(database: Database) -> Select[Any]:
    """Distinct new people of each list with an appointment, under whatever record it stands."""
    e, c = schema.event.c, database.contact.c
    of = schema.contact.alias("of")
    start = schema.event.join(of, of.c.id == e.contact_id)
    start = start.join(database.contact, c.id == func.coalesce(of.c.merged_into, of.c.id))
    return (
        select(c.source, func.count(distinct(c.id)))
        .select_from(_with_run(database, start))
        .where(e.kind == EventKind.REACHED.value, e.stage == APPOINTMENT, stands())
        .where(c.source.is_not(None), is_there(database), _is_new(database))
        .group_by(c.source)
    )


def _uses(connection: Connection, database: Database, limited: Collection[str]) -> dict[str, int]:
    """How many campaigns used each of these lists; 0 for those that none did."""
    if not limited:
        return {}
    e, c = schema.enrolment.c, database.contact.c
    query = (
        select(c.source, func.count(distinct(e.campaign_id)))
        .join(schema.enrolment, e.contact_id == c.id)
        .where(c.source.in_(sorted(limited)), e.arm == Arm.ENROLLED.value)
        .group_by(c.source)
    )
    uses = dict.fromkeys(limited, 0)
    uses.update((name, campaigns) for name, campaigns in connection.execute(query))
    return uses
