"""Where everybody stands at the beginning: his enrolment, the attempts on him, the first stage.

A row each of the people whom some campaigns follow; how much further the few of them came is
told by `gathering.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    case,
    func,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy.types import TypeEngine

from outreach.model.asked import Asked
from outreach.model.audience import Arm
from outreach.model.channels import Channel
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId
from outreach.store.followed import Followed
from outreach.store.schema import enrolment, event
from outreach.store.tally_queries import FOLLOWED, is_customer, reached_somebody, stands, tried
from outreach.store.temporary import temporary
from outreach.store.types import Whole
from outreach.store.wall_clock import EpochSeconds

#: What an enrolment tells. `record` is the contact whose enrolment it is: of merged records the
#: one that counts (`_enrolled`); `contact_id` is the person.
TOLD: Mapping[str, TypeEngine[Any]] = {
    "arm": Text(), "kind": Text(), "stratum": Text(), "is_customer": Whole, "wave": Whole,
    "record": Whole,
}  # fmt: skip
#: What an event tells of the beginning: the first stage, or an attempt of one kind or another.
#: What was tried before the period is remembered and not counted; a touch of the period that
#: got through makes a contact of it, though the first stage was reached before.
_STAGE, _THROUGH, _TOUCH, _VISIT, _EARLIER = range(5)
_FIRSTS = ("first_touch", "at_0")


def lay_begun(people: Followed) -> None:
    """Enrolments, each beside what was done and the first stage: one campaign after the other.

    In SQLite what was done is gathered in a table of its own, laid in the order of the
    enrolments. What is sorted is thereby as narrow and as short as can be, and stays in memory.
    PostgreSQL sorts neither: it finds people by hashing them.
    """
    connection = people.connection
    for campaign in people.campaigns:
        told = _told(people, campaign)
        if connection.dialect.name != "sqlite":
            _lay(connection, people.table, _beside(people, campaign, told.subquery("begun")))
            continue
        begun = _begun(people)
        with temporary(connection, begun):
            _lay(connection, begun, told)
            _lay(connection, people.table, _beside(people, campaign, begun))


def _lay(connection: Connection, table: Table, rows: Select[Any]) -> None:
    connection.execute(insert(table).from_select(rows.selected_columns.keys(), rows))


def _begun(people: Followed) -> Table:
    """Of one campaign: what was done to each person, and when he reached the first stage.

    The instants are seconds since 1970 as yet: the first on the wall may not be the first.
    """
    counts = _counts(people)
    return Table(
        "begun",
        MetaData(),
        Column("contact_id", Whole, primary_key=True, autoincrement=False),
        *(Column(name, Whole) for name in (*counts, *_FIRSTS)),
        prefixes=["TEMPORARY"],
    )


def _counts(people: Followed) -> tuple[str, ...]:
    return ("touches", "visits", *of_period(people.asked))


def of_period(asked: Asked) -> tuple[str, ...]:
    """What is counted of each person only where the report is one of a period."""
    return () if asked.since is None else ("earlier", "through")


def _told(people: Followed, campaign: CampaignId) -> Select[Any]:
    """A row per person: the attempts, the first of them, and the first stage."""
    parts = [_attempts(people, campaign), _first_stages(people, campaign)]
    if people.asked.since is not None:
        parts.append(_through(people, campaign))
    laid = union_all(*parts).subquery("laid")
    what, at = laid.c.what, laid.c.at
    counted = {
        "touches": what.in_((_TOUCH, _VISIT)), "visits": what == _VISIT,
        "earlier": what == _EARLIER, "through": what == _THROUGH,
    }  # fmt: skip
    firsts = {"first_touch": what > _THROUGH, "at_0": what == _STAGE}
    return select(
        laid.c.contact_id,
        *(func.count(case((counted[name], 1))).label(name) for name in _counts(people)),
        *(func.min(case((when, at))).label(name) for name, when in firsts.items()),
    ).group_by(laid.c.contact_id)


def _attempts(people: Followed, campaign: CampaignId) -> Select[Any]:
    in_period = and_(*people.since()) if people.asked.since is not None else None
    before = [] if in_period is None else [(~in_period, _EARLIER)]
    what = case(*before, (event.c.channel == Channel.VISIT.value, _VISIT), else_=_TOUCH)
    return _events(people, campaign, what).where(tried(), *people.until())


def _first_stages(people: Followed, campaign: CampaignId) -> Select[Any]:
    v = event.c
    first = (v.kind == EventKind.REACHED.value, v.stage.in_(people.words.first(campaign)))
    return _events(people, campaign, literal(_STAGE, Whole)).where(*first, *people.in_time())


def _through(people: Followed, campaign: CampaignId) -> Select[Any]:
    told = _events(people, campaign, literal(_THROUGH, Whole))
    return told.where(reached_somebody(), *people.in_time())


def _events(people: Followed, campaign: CampaignId, what: ColumnElement[Any]) -> Select[Any]:
    v = event.c
    return select(
        people.one.of(v.contact_id).label("contact_id"),
        what.label("what"),
        EpochSeconds(v.at).label("at"),
    ).where(v.campaign_id == campaign, stands())


def _beside(people: Followed, campaign: CampaignId, begun: FromClause) -> Select[Any]:
    """The rows of one campaign; nobody who has not been tried or reached is left out."""
    enrolled = _enrolled(people, campaign).subquery("enrolled")
    e, b = enrolled.c, begun.c
    none_yet = {name: literal(0, Whole) for name in ("orders", "with_amount", "with_margin")}
    return select(
        *e,
        *(func.coalesce(b[name], 0).label(name) for name in _counts(people)),
        *(people.clock.of_epoch(b[name]).label(name) for name in _FIRSTS),
        *(zero.label(name) for name, zero in none_yet.items()),
    ).select_from(enrolled.outerjoin(begun, b.contact_id == e.contact_id))


def _enrolled(people: Followed, campaign: CampaignId) -> Select[Any]:
    """The enrolments, one for each person.

    Of records that were merged later, the one that counts is an enrolled one, for it was
    written to, whatever the other was meant for; of two of these the earliest. A person was a
    customer at the launch if one of his records was.
    """
    e = enrolment.c
    here = (e.campaign_id == campaign, e.arm.in_(FOLLOWED))
    if not people.one.merged:
        return select(
            e.campaign_id, e.contact_id, e.arm, e.kind, e.stratum,
            is_customer().label("is_customer"), e.wave, e.contact_id.label("record"),
        ).where(*here)  # fmt: skip
    person = people.one.of(e.contact_id)
    by: dict[str, Any] = {"partition_by": person}
    control = case((e.arm == Arm.ENROLLED.value, 0), else_=1)
    # The words for kinds stand in the alphabet as they do in a life, the furthest first.
    each = (
        select(
            e.campaign_id,
            person.label("contact_id"),
            e.arm,
            func.min(e.kind).over(**by).label("kind"),
            e.stratum,
            func.max(is_customer()).over(**by).label("is_customer"),
            e.wave,
            e.contact_id.label("record"),
            func.row_number()
            .over(**by, order_by=(control, e.enrolled_at, e.contact_id))
            .label("place"),
        )
        .where(*here)
        .subquery("each_record")
    )
    told = ("campaign_id", "contact_id", *TOLD)
    return select(*(each.c[name] for name in told)).where(each.c.place == 1)
