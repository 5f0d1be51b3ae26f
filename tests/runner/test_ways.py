"""Which way people go when facts come out of order, are taken back, or two records are one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.model.audience import Arm
from outreach.model.campaign import After, AudienceRule, Campaign, Channel, Step, Track, Unit
from outreach.model.change import Planned
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.model.settings import Settings
from outreach.runner.record import Fact, credited, record
from outreach.runner.undo import find, undo
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.freezing import Member
from outreach.store.store import Store

#: A Tuesday.
LAUNCHED = datetime(2027, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
SETTINGS = Settings(folder=Path("/nowhere"))
ANNE, ZOE = ContactId(1), ContactId(2)

SPRING = Campaign(
    name="spring",
    audience=AudienceRule(where="true"),
    steps=(
        Step(name="call", channel=Channel.CALL, after=None),
        Step(
            name="visit", channel=Channel.VISIT, track=Track.POSITIVE,
            after=After("replied", 2, Unit.DAYS, fact=True),
        ),
        Step(name="card", channel=Channel.TASK, track=Track.NEGATIVE),
    ),
    stop_on=("order", "opted_out"),
    tracks={Track.POSITIVE: ("replied",), Track.NEGATIVE: ("refused",)},
)  # fmt: skip


@pytest.fixture
def store(database: Database) -> Store:
    """Two people who are to be called a week after the launch."""
    rows = [
        {"id": n, "last_name": name, "last_name_folded": name, "kind": "suspect",
         "created_at": LAUNCHED, "updated_at": LAUNCHED}
        for n, name in ((ANNE, "le goff"), (ZOE, "cadiou"))
    ]  # fmt: skip
    with database.writing() as connection:
        connection.execute(schema.contact.insert(), rows)
    found = Store(database)
    members = [
        Member(
            contact=n, arm=Arm.ENROLLED, kind="suspect",
            first=(("call", Planned(campaign=CampaignId(0), step=StepId(0), contact=n,
                                    channel=Channel.CALL, due_at=LAUNCHED + 7 * DAY)),),
        )
        for n in (ANNE, ZOE)
    ]  # fmt: skip
    found.campaigns.launch(
        SPRING, members, file="spring.yaml", fingerprint="f", matched=2, selected=2,
        pilot=False, now=LAUNCHED,
    )  # fmt: skip
    return found


def told(store: Store, who: ContactId, stage: str, *, day: int, now: int) -> None:
    """It happened so many days after the launch, and became known so many days after it."""
    contact, at = store.contacts.get(who), LAUNCHED + day * DAY
    fact = Fact(contact=contact, stage=stage, at=at, campaign=credited(store, contact, at),
                channel=Channel.EMAIL)  # fmt: skip
    record(store, fact, settings=SETTINGS, now=LAUNCHED + now * DAY)


def take_back(store: Store, *, now: int) -> None:
    undo(store, find(store, None), settings=SETTINGS, now=LAUNCHED + now * DAY)


def waits(store: Store, who: ContactId) -> dict[str, int]:
    """What is to come, with the day after the launch on which it falls due."""
    d, s = schema.delivery.c, schema.step.c
    query = (
        select(s.name, d.due_at)
        .join(schema.step, s.id == d.step_id)
        .where(d.contact_id == who, d.state == "due")
        .order_by(s.position)
    )
    with store.database.reading() as connection:
        return {name: (due_at - LAUNCHED).days for name, due_at in connection.execute(query)}


def way(store: Store, who: ContactId) -> tuple[str | None, bool]:
    """The track, and whether the chain has ended."""
    row = store.campaigns.enrolment(store.campaigns.find("spring").id, who)
    assert row is not None
    return row.stop_reason, row.stopped_at is not None


def test_what_was_said_first_and_told_last_turns_nobody_back(store: Store) -> None:
    """Refused on day 3; that a reply had come on day 1 is told on day 4: no visit, no call."""
    told(store, ANNE, "refused", day=3, now=3)
    told(store, ANNE, "replied", day=1, now=4)
    assert (way(store, ANNE), list(waits(store, ANNE))) == (("negative", False), ["card"])
    told(store, ANNE, "replied", day=5, now=5)
    # Two days after day 5, at midnight in the workspace's zone.
    assert waits(store, ANNE) == {"visit": 6}


def test_who_comes_back_to_a_track_gets_its_steps_and_undo_leads_out_of_it(store: Store) -> None:
    told(store, ANNE, "replied", day=1, now=1)
    told(store, ANNE, "refused", day=2, now=2)
    assert list(waits(store, ANNE)) == ["card"]
    told(store, ANNE, "replied", day=4, now=4)
    assert waits(store, ANNE) == {"visit": 5}
    take_back(store, now=4)
    assert (way(store, ANNE), list(waits(store, ANNE))) == (("negative", False), ["card"])
    take_back(store, now=4)
    assert list(waits(store, ANNE)) == ["visit"]
    take_back(store, now=4)
    assert (way(store, ANNE), waits(store, ANNE)) == ((None, False), {"call": 7})


def test_a_step_that_an_edit_adds_is_dated_from_the_answer_that_stands(store: Store) -> None:
    """A reply of day 1 was taken back; the one of day 3 counts."""
    told(store, ANNE, "replied", day=1, now=1)
    take_back(store, now=1)
    told(store, ANNE, "replied", day=3, now=3)
    launched = store.campaigns.find("spring")
    places = store.places.in_track(
        launched.id, launched.steps["card"], Track.POSITIVE, ["replied"]
    )  # fmt: skip
    ((one,),) = list(places)
    assert (one.contact, one.since) == (ANNE, LAUNCHED + 3 * DAY)


@pytest.mark.parametrize(
    ("kept", "other", "both"),
    [
        ([], [("refused", 2)], ("negative", "card")),
        ([("refused", 2)], [], ("negative", "card")),
        ([("replied", 1)], [("refused", 2)], ("negative", "card")),
        ([("replied", 3)], [("refused", 2)], ("positive", "visit")),
        ([], [], (None, "call")),
    ],
)
def test_the_last_word_of_either_record_leads_both_and_the_merge_is_taken_back(
    store: Store, kept: list[tuple[str, int]], other: list[tuple[str, int]], both: tuple[str, str]
) -> None:
    for who, facts in ((ANNE, kept), (ZOE, other)):
        for stage, day in facts:
            told(store, who, stage, day=day, now=day)
    for _ in range(9):  # The one with more history stays.
        store.people.note(ANNE, "calls often", author=None, now=LAUNCHED + 3 * DAY)
    before = [(way(store, who), waits(store, who)) for who in (ANNE, ZOE)]
    merged = store.duplicates.merge([[ANNE, ZOE]], now=LAUNCHED + 4 * DAY)
    assert merged.gone == {ZOE: ANNE}
    assert (way(store, ANNE), list(waits(store, ANNE))) == ((both[0], False), [both[1]])
    assert waits(store, ZOE) == {}
    store.duplicates.undo(now=LAUNCHED + 5 * DAY)
    assert [(way(store, who), waits(store, who)) for who in (ANNE, ZOE)] == before
