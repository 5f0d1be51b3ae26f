"""Gathers everyone whom some campaigns follow, a row each, in one reading of the events.

The table (`followed.py` reads it) is one of this connection alone, and is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from outreach.model.asked import Asked
from outreach.model.audience import Arm
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.store.begun import TOLD, lay_begun, of_period
from outreach.store.engine import Database
from outreach.store.followed import TOGETHER, Followed, clock_of_events, words_of
from outreach.store.one_person import one_person
from outreach.store.roomy import roomy
from outreach.store.schema import event
from outreach.store.tally_queries import ORDER, stands
from outreach.store.temporary import studied, temporary
from outreach.store.types import Instant, Whole


@contextmanager
def followed(
    connection: Connection,
    database: Database,
    chains: Mapping[CampaignId, Sequence[str]],
    asked: Asked,
) -> Iterator[Followed]:
    """Gather the people of these campaigns; the table is gone afterwards."""
    words = words_of(chains)
    clock = clock_of_events(connection, database)
    parted = not database.is_sqlite and len(chains) > 1
    table = _table(asked, len(words.places), clustered=database.is_sqlite, parted=parted)
    with (
        roomy(connection, database),
        one_person(connection, chains) as one,
        temporary(connection, table),
    ):
        people = Followed(connection, table, words, clock, asked, tuple(chains), database.zone, one)
        if parted:
            _part(people)
        _fill(people)
        if len(chains) > 1:
            studied(connection, table)
            _fill_together(people)
        studied(connection, table)
        yield people


_TOUCHES = ("touches", "visits", "first_touch")
#: Beside that of all campaigns together.
_PARTS = 12
_ORDERS = ("orders", "revenue_minor", "margin_minor", "with_amount", "with_margin")


def _table(asked: Asked, stages: int, *, clustered: bool, parted: bool) -> Table:
    """`clustered`: laid in the order of its key, so that one campaign's people lie together.

    `parted`: the same on PostgreSQL, which keeps no order; see `_part`.
    """
    numbers = (*_TOUCHES, *of_period(asked), *_ORDERS)
    return Table(
        "followed",
        MetaData(),
        Column("campaign_id", Whole, nullable=False, primary_key=clustered),
        Column("contact_id", Whole, nullable=False, primary_key=clustered),
        *(Column(name, type_) for name, type_ in TOLD.items()),
        *(Column(name, Whole) for name in numbers),
        *(Column(f"at_{place}", Whole) for place in range(stages)),
        prefixes=["TEMPORARY"],
        sqlite_with_rowid=not clustered,
        postgresql_partition_by="LIST (campaign_id)" if parted else None,
    )


def _part(people: Followed) -> None:
    """A part for each of a few campaigns, and for all together: what asks for one reads no other.

    Many campaigns share `_PARTS`, for each takes its time to be made.
    """
    name = people.table.name
    shared = [people.campaigns[place::_PARTS] for place in range(_PARTS)]
    for place, campaigns in enumerate([(TOGETHER,), *shared]):
        if campaigns:
            numbers = ", ".join(str(int(one)) for one in campaigns)
            people.connection.exec_driver_sql(
                f"CREATE TEMPORARY TABLE {name}_{place} PARTITION OF {name}"
                f" FOR VALUES IN ({numbers})"
            )


def _fill(people: Followed) -> None:
    """Everybody with the touches and the first stage, then the few who came further."""
    lay_begun(people)
    _fill_further(people)


def _fill_further(people: Followed) -> None:
    """Stages beyond the first, and orders with their money."""
    v, places = event.c, people.words.places
    what = people.words.number()
    # A quote has an amount too, and brings nothing.
    amount, margin = (case((v.stage == ORDER, of)) for of in (v.amount_minor, v.margin_minor))
    sums: dict[str, ColumnElement[Any]] = {
        "orders": func.count(case((what == places[ORDER], 1))),
        "revenue_minor": func.sum(amount),
        "margin_minor": func.sum(margin),
        "with_amount": func.count(amount),
        "with_margin": func.count(margin),
    }
    instants = {f"at_{n}": _first(what == n, v.at) for n in range(1, len(places))}
    person = people.one.of(v.contact_id)
    came = (
        select(
            v.campaign_id,
            person.label("contact_id"),
            *(column.label(name) for name, column in {**sums, **instants}.items()),
        )
        .where(
            v.campaign_id.in_(people.campaigns),
            v.kind == EventKind.REACHED.value,
            v.stage.in_(people.words.later()),
            stands(),
            *people.in_time(),
        )
        .group_by(v.campaign_id, person)
        .subquery("came")
    )
    values: dict[str, Any] = {name: came.c[name] for name in sums}
    values |= {name: people.clock.seconds(came.c[name]) for name in instants}
    c = people.table.c
    same = and_(c.campaign_id == came.c.campaign_id, c.contact_id == came.c.contact_id)
    people.connection.execute(update(people.table).where(same).values(values))


def _first(when: ColumnElement[bool], at: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.min(case((when, at)), type_=Instant())


def _fill_together(people: Followed) -> None:
    """A row per person over all the campaigns: what was done in those he was enrolled in.

    Whoever is control in one and enrolled in another is enrolled; his own time as control
    counts for nothing. As with each campaign: everybody's beginning, then the few.
    """
    c = people.table.c
    each = c.campaign_id.in_(people.campaigns)
    summed = ["touches", "visits", *of_period(people.asked)]
    begun: dict[str, ColumnElement[Any]] = {
        "campaign_id": literal(int(TOGETHER), Whole),
        "contact_id": c.contact_id,
        "arm": func.max(c.arm),
        **{name: _of_his_arm(func.sum, c[name], c.arm) for name in summed},
        **{
            name: _of_his_arm(func.min, c[name], c.arm)
            for name in ("is_customer", "wave", "first_touch", "at_0")
        },
        **{name: literal(0, Whole) for name in ("orders", "with_amount", "with_margin")},
    }
    rows = select(*begun.values()).where(each).group_by(c.contact_id)
    people.connection.execute(insert(people.table).from_select(list(begun), rows))
    places = [f"at_{place}" for place in range(1, len(people.words.places))]
    further = {name: func.sum(c[name]) for name in _ORDERS} | {
        name: func.min(c[name]) for name in places
    }
    his = people.table.alias("his")
    came = (
        select(c.contact_id, *(column.label(name) for name, column in further.items()))
        .join(his, and_(his.c.campaign_id == TOGETHER, his.c.contact_id == c.contact_id))
        .where(
            each,
            c.arm == his.c.arm,
            or_(*(c[name].is_not(None) for name in places)),
        )
        .group_by(c.contact_id)
        .subquery("came")
    )
    same = and_(c.campaign_id == TOGETHER, c.contact_id == came.c.contact_id)
    values = {name: came.c[name] for name in further}
    people.connection.execute(update(people.table).where(same).values(values))


def _of_his_arm(
    total: Callable[[ColumnElement[Any]], ColumnElement[Any]],
    number: ColumnElement[Any],
    arm: ColumnElement[Any],
) -> ColumnElement[Any]:
    """Of one person: over the campaigns in which he is enrolled; over all where he is so nowhere.

    In one reading: asked for each row, PostgreSQL would go through a million people for it.
    """
    enrolled = Arm.ENROLLED.value
    return case(
        (func.max(arm) == enrolled, total(case((arm == enrolled, number)))), else_=total(number)
    )
