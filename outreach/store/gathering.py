"""Gathers everyone whom some campaigns follow, a row each, in one reading of the events.

The table (`followed.py` reads it) is one of this connection alone, and is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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
    update,
)
from sqlalchemy.exc import DatabaseError
from sqlalchemy.types import TypeEngine

from outreach.model.asked import Asked
from outreach.model.audience import Arm
from outreach.model.channels import Channel
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.store.engine import Database
from outreach.store.followed import TOGETHER, TOLD, Followed, clock_of_events, words_of
from outreach.store.one_person import one_person
from outreach.store.roomy import roomy
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
    table = _table(asked, len(words.places), clustered=database.is_sqlite)
    with roomy(connection, database), one_person(connection, chains) as one:
        people = Followed(connection, table, words, clock, asked, tuple(chains), database.zone, one)
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
                with suppress(DatabaseError):
                    table.drop(connection)


#: What an enrolment tells. `record` is the contact whose enrolment it is: of merged records the
#: one that counts (`_enrolled`); `contact_id` is the person.
_TOLD: Mapping[str, TypeEngine[Any]] = {
    "arm": Text(), "kind": Text(), "stratum": Text(), "is_customer": Whole, "wave": Whole,
    "record": Whole,
}  # fmt: skip
_TOUCHES = ("touches", "visits", "first_touch")
_ORDERS = ("orders", "revenue_minor", "margin_minor", "with_amount", "with_margin")


def _table(asked: Asked, stages: int, *, clustered: bool) -> Table:
    """`clustered`: laid in the order of its key, so that one campaign's people lie together."""
    numbers = (*_TOUCHES, *(() if asked.since is None else ("earlier",)), *_ORDERS)
    return Table(
        "followed",
        MetaData(),
        Column("campaign_id", Whole, nullable=False, primary_key=clustered),
        Column("contact_id", Whole, nullable=False, primary_key=clustered),
        *(Column(name, type_) for name, type_ in _TOLD.items()),
        *(Column(name, Whole) for name in numbers),
        *(Column(f"at_{place}", Whole) for place in range(stages)),
        prefixes=["TEMPORARY"],
        sqlite_with_rowid=not clustered,
    )


def _fill(people: Followed) -> None:
    """Everybody with the touches and the first stage, then the few who came further."""
    _fill_begun(people)
    _fill_further(people)


def _fill_begun(people: Followed) -> None:
    """Enrolments and events laid one under the other and gathered by person.

    A join would do, but SQLite without statistics runs it as a loop in a loop.
    """
    laid = union_all(_enrolled(people), _begun(people)).subquery("laid")
    c = laid.c
    had = c.what < 0
    here = had if people.asked.since is None else c.what.in_((_TOUCH, _VISIT))
    plain: dict[str, ColumnElement[Any]] = {
        "campaign_id": c.campaign_id,
        "contact_id": c.contact_id,
        **{name: func.max(c[name]) for name in _TOLD},
        "touches": func.count(case((here, 1))),
        "visits": func.count(case((c.what == _VISIT, 1))),
    }
    if people.asked.since is not None:
        plain["earlier"] = func.count(case((c.what == _EARLIER, 1)))
    firsts = {"first_touch": had, "at_0": c.what == 0}
    person = (
        select(
            *(column.label(name) for name, column in plain.items()),
            *(_first(when, c.at).label(name) for name, when in firsts.items()),
        )
        .group_by(c.campaign_id, c.contact_id)
        .having(func.max(c.arm).is_not(None))
        .subquery("person")
    )
    none_yet = {name: literal(0, Whole) for name in ("orders", "with_amount", "with_margin")}
    rows = select(
        *(person.c[name] for name in plain),
        *(people.clock.seconds(person.c[name]) for name in firsts),
        *none_yet.values(),
    )
    people.connection.execute(insert(people.table).from_select([*plain, *firsts, *none_yet], rows))


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


def _row(
    table: Any, person: ColumnElement[Any], **known: ColumnElement[Any]
) -> tuple[ColumnElement[Any], ...]:
    """What one table says of a person; NULL, with its type, where it says nothing."""
    types: dict[str, TypeEngine[Any]] = {"what": Whole, "at": Instant(), **_TOLD}
    return (
        table.c.campaign_id.label("campaign_id"),
        person.label("contact_id"),
        *(known.get(name, cast(null(), type_)).label(name) for name, type_ in types.items()),
    )


def _enrolled(people: Followed) -> Select[Any]:
    """The enrolments, one for each person.

    Of records that were merged later, the one that counts is an enrolled one, for it was
    written to, whatever the other was meant for; of two of these the earliest. A person was a
    customer at the launch if one of his records was.
    """
    e = enrolment.c
    here = (e.campaign_id.in_(people.campaigns), e.arm.in_(FOLLOWED))
    names = ("arm", "kind", "stratum", "wave")
    if not people.one.merged:
        row = _row(enrolment, e.contact_id, **{name: e[name] for name in names},
                   is_customer=is_customer(), record=e.contact_id)  # fmt: skip
        return select(*row).where(*here)
    person = people.one.of(e.contact_id)
    by: dict[str, Any] = {"partition_by": (e.campaign_id, person)}
    control = case((e.arm == Arm.ENROLLED.value, 0), else_=1)
    # The words for kinds stand in the alphabet as they do in a life, the furthest first.
    each = (
        select(
            e.campaign_id,
            e.contact_id,
            person.label("person"),
            e.arm,
            e.stratum,
            e.wave,
            func.min(e.kind).over(**by).label("kind"),
            func.max(is_customer()).over(**by).label("is_customer"),
            func.row_number()
            .over(**by, order_by=(control, e.enrolled_at, e.contact_id))
            .label("place"),
        )
        .where(*here)
        .subquery("each_record")
    )
    c = each.c
    told = {name: c[name] for name in (*names, "is_customer")}
    return select(*_row(each, c.person, **told, record=c.contact_id)).where(c.place == 1)


def _begun(people: Followed) -> Select[Any]:
    """Touches, and first stages reached."""
    v = event.c
    in_period = and_(*people.since()) if people.asked.since is not None else None
    before = [] if in_period is None else [(~in_period, _EARLIER)]
    touch = case(*before, (v.channel == Channel.VISIT.value, _VISIT), else_=_TOUCH)
    what = case((v.kind == EventKind.TOUCHED.value, touch), else_=people.words.number())
    first = and_(
        v.kind == EventKind.REACHED.value, v.stage.in_(people.words.first()), *people.since()
    )
    row = _row(event, people.one.of(v.contact_id), what=what, at=v.at)
    return select(*row).where(
        v.campaign_id.in_(people.campaigns),
        v.kind.in_(TOLD),
        or_(tried(), first),
        stands(),
        *people.until(),
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
