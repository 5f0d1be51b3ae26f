"""What was done to the people who came further than the first stage, attempt by attempt.

Which touch earned a stage is asked of each campaign and of all of them together. The touches of
the few who matter are laid out once, from one reading in the order of the events: looking each
person up would read the events here and there, again for every campaign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, MetaData, Select, Table, Text, case, insert, or_, select

from outreach.model.audience import Arm
from outreach.store.followed import Followed
from outreach.store.schema import event
from outreach.store.tally_queries import attempt
from outreach.store.temporary import studied, temporary
from outreach.store.types import Whole
from outreach.store.wall_clock import Unindexed


@contextmanager
def trail_of(people: Followed, stages: Iterable[str]) -> Iterator[Table]:
    """The attempts on whoever reached one of these stages, in every campaign he is enrolled in.

    What was done to somebody as control counts for nothing (`gathering.py`); of a period, what was
    done before it is there too.

    `at`: seconds on the wall. `got_through`: 1; 0 for an attempt that reached nobody.
    """
    trail = Table(
        "trail",
        MetaData(),
        Column("campaign_id", Whole, nullable=False),
        # In the order of which it is laid: the index is only added to at its end.
        Column("contact_id", Whole, nullable=False, index=True),
        Column("at", Whole, nullable=False),
        Column("step_id", Whole),
        Column("channel", Text),
        Column("got_through", Whole, nullable=False),
        prefixes=["TEMPORARY"],
    )
    v, p = event.c, people.table.c
    person = people.one.of(v.contact_id)
    far = _further(people, stages)
    rows = (
        select(
            v.campaign_id,
            person.label("contact_id"),
            people.clock.seconds(v.at).label("at"),
            v.step_id,
            v.channel,
            case((v.stage.is_(None), 1), else_=0).label("got_through"),
        )
        .select_from(event.join(people.table, people.is_of(event)))
        .where(
            p.arm == Arm.ENROLLED.value,
            v.campaign_id.in_(people.campaigns),
            Unindexed(person).in_(far),
            attempt(),
            *people.until(),
        )
        .order_by(person)
    )
    with temporary(people.connection, trail):
        people.connection.execute(insert(trail).from_select([*trail.c.keys()], rows))
        studied(people.connection, trail)
        yield trail


def _further(people: Followed, stages: Iterable[str]) -> Select[Any]:
    """Whoever reached one of these stages, in any campaign."""
    c = people.table.alias("further").c
    at = [c[people.at(stage).name] for stage in set(stages)]
    return select(c.contact_id).where(
        c.campaign_id.in_(people.campaigns),
        c.arm == Arm.ENROLLED.value,
        or_(*(one.is_not(None) for one in at)),
    )
