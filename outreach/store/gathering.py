"""Gathers everyone whom some campaigns follow, a row each, in one reading of the events.

The table (`followed.py` reads it) is one of this connection alone, and is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.types import TypeEngine

from outreach.model.asked import Asked
from outreach.model.audience import Arm
from outreach.model.channels import Channel
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.store.engine import Database
from outreach.store.followed import TOGETHER, TOLD, Followed, clock_of_events, words_of
from outreach.store.schema import enrolment, event
from outreach.store.tally_queries import FOLLOWED, ORDER, is_customer, stands, tried
from outreach.store.types import Instant, Whole

#: Touches and their kinds, beside the stages, which are numbered from 0. What was tried before
#: the period is remembered and not counted.
_TOUCH = -1
_VISIT = -2
_EARLIER = -3


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
    numbers = _NUMBERS if asked.since is None else (*_NUMBERS, "earlier")
    table = _table(numbers, len(words.places), clustered=database.is_sqlite)
    people = Followed(connection, table, words, clock, asked, tuple(chains), database.zone)
    table.create(connection)
    try:
        _fill(people)
        if len(chains) > 1:
            _fill_together(people)
        if not database.is_sqlite:
            connection.exec_driver_sql(f"ANALYZE {table.name}")
        yield people
    finally:
        # A transaction that failed has lost the table already, and takes no statement more.
        if not connection.invalidated and connection.in_transaction():
            _drop(connection, table)


def _drop(connection: Connection, table: Table) -> None:
    from contextlib import suppress

    from sqlalchemy.exc import DatabaseError

    with suppress(DatabaseError):
        table.drop(connection)


_NUMBERS = ("is_customer", "wave", "touches", "visits", "first_touch", "orders", "revenue_minor",
            "margin_minor", "with_amount", "with_margin")  # fmt: skip


def _table(numbers: Sequence[str], stages: int, *, clustered: bool) -> Table:
    """`clustered`: laid in the order of its key, so that one campaign's people lie together."""
    return Table(
        "followed",
        MetaData(),
        Column("campaign_id", Whole, nullable=False, primary_key=clustered),
        Column("contact_id", Whole, nullable=False, primary_key=clustered),
        Column("arm", Text, nullable=False),
        *(Column(name, Whole) for name in numbers),
        *(Column(f"at_{place}", Whole) for place in range(stages)),
        prefixes=["TEMPORARY"],
        sqlite_with_rowid=not clustered,
    )


def _fill(people: Followed) -> None:
    """Enrolments and events laid one under the other and gathered by person.

    A join would do, but SQLite without statistics runs it as a loop in a loop.
    """
    laid = union_all(_enrolled(people), _happened(people)).subquery("laid")
    c = laid.c
    had = c.what < 0
    here = had if people.asked.since is None else c.what.in_((_TOUCH, _VISIT))
    plain: dict[str, ColumnElement[Any]] = {
        "campaign_id": c.campaign_id,
        "contact_id": c.contact_id,
        "arm": func.max(c.arm),
        "is_customer": func.max(c.is_customer),
        "wave": func.min(c.wave),
        "touches": func.count(case((here, 1))),
        "visits": func.count(case((c.what == _VISIT, 1))),
        "orders": func.count(case((c.what == people.words.places[ORDER], 1))),
        "revenue_minor": func.sum(c.amount_minor),
        "margin_minor": func.sum(c.margin_minor),
        "with_amount": func.count(c.amount_minor),
        "with_margin": func.count(c.margin_minor),
    }
    if people.asked.since is not None:
        plain["earlier"] = func.count(case((c.what == _EARLIER, 1)))
    instants: dict[str, ColumnElement[Any]] = {"first_touch": had} | {
        f"at_{place}": c.what == place for place in range(len(people.words.places))
    }
    firsts = [func.min(case((when, c.at)), type_=Instant()).label(name)
              for name, when in instants.items()]  # fmt: skip
    person = (
        select(*(column.label(name) for name, column in plain.items()), *firsts)
        .group_by(c.campaign_id, c.contact_id)
        .having(func.max(c.arm).is_not(None))
        .subquery("person")
    )
    seconds = [people.clock.seconds(person.c[name]) for name in instants]
    rows = select(*(person.c[name] for name in plain), *seconds)
    people.connection.execute(insert(people.table).from_select([*plain, *instants], rows))


def _row(table: Any, **known: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """What one table says of a person; NULL, with its type, where it says nothing."""
    types: dict[str, TypeEngine[Any]] = {
        "what": Whole, "at": Instant(), "amount_minor": Whole, "margin_minor": Whole,
        "arm": Text(), "is_customer": Whole, "wave": Whole,
    }  # fmt: skip
    return (
        table.c.campaign_id.label("campaign_id"),
        table.c.contact_id.label("contact_id"),
        *(known.get(name, cast(null(), type_)).label(name) for name, type_ in types.items()),
    )


def _enrolled(people: Followed) -> Select[Any]:
    e = enrolment.c
    row = _row(enrolment, arm=e.arm, is_customer=is_customer(), wave=e.wave)
    return select(*row).where(e.campaign_id.in_(people.campaigns), e.arm.in_(FOLLOWED))


def _happened(people: Followed) -> Select[Any]:
    v = event.c
    in_period = and_(*people.since()) if people.asked.since is not None else None
    before = [] if in_period is None else [(~in_period, _EARLIER)]
    touch = case(*before, (v.channel == Channel.VISIT.value, _VISIT), else_=_TOUCH)
    what = case((v.kind == EventKind.TOUCHED.value, touch), else_=people.words.number())
    # A quote has an amount too, and brings nothing.
    order = v.stage == ORDER
    row = _row(
        event,
        what=what,
        at=v.at,
        amount_minor=case((order, v.amount_minor)),
        margin_minor=case((order, v.margin_minor)),
    )
    told = or_(
        tried(),
        and_(v.kind == EventKind.REACHED.value, v.stage.in_(people.words.all()), *people.since()),
    )
    return select(*row).where(
        v.campaign_id.in_(people.campaigns), v.kind.in_(TOLD), told, stands(), *people.until()
    )


def _fill_together(people: Followed) -> None:
    """A row per person over all the campaigns: what was done in those he was enrolled in.

    Whoever is control in one and enrolled in another is enrolled; his own time as control
    counts for nothing.
    """
    c = people.table.c
    summed = ["touches", "visits", "orders", "revenue_minor", "margin_minor", "with_amount",
              "with_margin"]  # fmt: skip
    summed += ["earlier"] if "earlier" in c else []
    earliest = ["is_customer", "wave", "first_touch"]
    earliest += [f"at_{place}" for place in range(len(people.words.places))]
    counts = or_(c.arm == Arm.ENROLLED.value, c.contact_id.not_in(_enrolled_somewhere(people)))
    gathered: dict[str, ColumnElement[Any]] = {
        "campaign_id": literal(int(TOGETHER), Whole),
        "contact_id": c.contact_id,
        "arm": func.max(c.arm),
        **{name: func.sum(c[name]) for name in summed},
        **{name: func.min(c[name]) for name in earliest},
    }
    rows = select(*gathered.values()).where(counts).group_by(c.contact_id)
    people.connection.execute(insert(people.table).from_select(list(gathered), rows))


def _enrolled_somewhere(people: Followed) -> Select[Any]:
    other = people.table.alias("elsewhere")
    return select(other.c.contact_id).where(other.c.arm == Arm.ENROLLED.value)
