"""Whose call it is now, and what was tried before: the same on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from outreach.model.audience import Arm
from outreach.model.campaign import AudienceRule, Campaign, Channel, Step
from outreach.model.change import Change, Planned, Settled
from outreach.model.delivery import DeliveryState
from outreach.model.event import Event, EventKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId, EventId, StepId
from outreach.runner.past import past_lines
from outreach.store import schema
from outreach.store.by_hand import CallLog, HandWork, recent
from outreach.store.engine import Database
from outreach.store.freezing import Member
from outreach.store.store import Store

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
EVENING = NOON + timedelta(hours=12)
SPRING = Campaign(
    name="spring",
    audience=AudienceRule(where="true"),
    steps=(Step(name="call", channel=Channel.CALL),),
)


@pytest.fixture
def store(database: Database) -> Store:
    """Two people to call, the second without a number."""
    rows = [
        {"id": n, "last_name": f"P{n}", "last_name_folded": f"p{n}", "kind": "suspect",
         "phone": f"+3329900000{n}" if n == 1 else None, "created_at": NOON, "updated_at": NOON}
        for n in (1, 2)
    ]  # fmt: skip
    with database.writing() as connection:
        connection.execute(schema.contact.insert(), rows)
    store = Store(database)
    first = Planned(
        campaign=CampaignId(0), step=StepId(0), contact=ContactId(0), channel=Channel.CALL,
        due_at=NOON,
    )  # fmt: skip
    members = [
        Member(contact=ContactId(n), arm=Arm.ENROLLED, kind="suspect",
               first=(("call", replace(first, contact=ContactId(n))),))
        for n in (1, 2)
    ]  # fmt: skip
    store.campaigns.launch(
        SPRING, members, file="spring.yaml", fingerprint="f", matched=2, selected=2, pilot=False,
        now=NOON,
    )  # fmt: skip
    return store


def waiting(store: Store, now: datetime = NOON) -> list[HandWork]:
    campaigns = [campaign.id for campaign in store.campaigns.all()]
    return store.by_hand.waiting((Channel.CALL,), before=EVENING, now=now, campaigns=campaigns)


def touched(
    contact: int,
    at: datetime,
    *,
    stage: str | None = None,
    author: str | None = None,
    note: str | None = None,
) -> Event:
    return Event(
        kind=EventKind.REACHED if stage == "refused" else EventKind.TOUCHED,
        contact=ContactId(contact),
        at=at,
        recorded_at=at,
        channel=Channel.CALL,
        stage=stage,
        author=author,
        note=note,
    )


def test_who_cannot_be_called_says_why(store: Store) -> None:
    assert [(one.delivery.contact, one.obstacle) for one in waiting(store)] == [
        (1, None),
        (2, "no_address"),
    ]


def test_a_call_is_held_by_one_seller_at_a_time(store: Store) -> None:
    number = waiting(store)[0].delivery.id
    assert store.by_hand.take(number, now=NOON)
    assert not store.by_hand.take(number, now=NOON + timedelta(minutes=5))
    assert waiting(store, NOON + timedelta(minutes=5))[0].held
    store.by_hand.give_back(number, taken=NOON)
    assert store.by_hand.take(number, now=NOON + timedelta(minutes=6))


def test_a_hold_is_over_after_an_hour_without_an_answer(store: Store) -> None:
    """A terminal that died keeps nothing from anybody for longer than that."""
    number = waiting(store)[0].delivery.id
    store.by_hand.take(number, now=NOON)
    assert store.by_hand.hold_on(number, taken=NOON, now=NOON + timedelta(minutes=50))
    renewed = NOON + timedelta(minutes=50)
    assert not store.by_hand.take(number, now=NOON + timedelta(minutes=70))
    assert store.by_hand.take(number, now=NOON + timedelta(minutes=111))
    assert not store.by_hand.hold_on(number, taken=renewed, now=NOON + timedelta(minutes=112))


def test_what_another_one_took_is_not_given_back_by_us(store: Store) -> None:
    number = waiting(store)[0].delivery.id
    store.by_hand.take(number, now=NOON)
    store.by_hand.take(number, now=NOON + timedelta(hours=2))
    store.by_hand.give_back(number, taken=NOON, keep_for="marie")
    (mine, _) = waiting(store, NOON + timedelta(hours=2))
    assert (mine.held, mine.assignee) == (True, None)


def test_what_is_done_cannot_be_taken(store: Store) -> None:
    number = waiting(store)[0].delivery.id
    done = Settled(delivery=number, state=DeliveryState.SENT, at=NOON,
                   expected=(DeliveryState.DUE,))  # fmt: skip
    store.deliveries.write(Change(settled=(done,)))
    assert not store.by_hand.take(number, now=NOON)
    assert not store.by_hand.take(DeliveryId(99), now=NOON)


def test_a_hold_is_no_claim_of_a_run(store: Store) -> None:
    store.by_hand.take(waiting(store)[0].delivery.id, now=NOON)
    assert store.deliveries.left_claimed() == []


def test_whoever_began_with_a_person_goes_on(store: Store) -> None:
    number = waiting(store)[0].delivery.id
    store.by_hand.assign(number, "marie")
    assert waiting(store)[0].assignee == "marie"


def test_the_log_of_calls_leaves_out_what_was_undone(store: Store) -> None:
    week = timedelta(days=7)
    events = (
        touched(1, NOON - 5 * week),
        touched(1, NOON - 2 * week, stage="no_answer"),
        touched(1, NOON - week),
        touched(1, NOON - week, stage="refused"),
        touched(2, NOON - week),
    )
    store.deliveries.write(Change(events=events))
    with store.database.reading() as connection:
        numbers = connection.execute(select(schema.event.c.id).order_by(schema.event.c.at)).all()
    undone = EventId(next(row.id for row in numbers[1:]))
    correction = Event(kind=EventKind.CORRECTED, contact=ContactId(1), at=NOON, recorded_at=NOON,
                       corrects=undone)  # fmt: skip
    store.deliveries.write(Change(events=(correction,)))
    logs = store.by_hand.call_logs([ContactId(1), ContactId(2)], since=NOON - 4 * week)
    assert logs == {
        1: CallLog((NOON - week,), NOON - week),
        2: CallLog((NOON - week,), None),
    }


def test_the_past_is_told_in_three_lines_that_say_what_belongs_together(store: Store) -> None:
    day = timedelta(days=1)
    said = [
        touched(1, NOON - 9 * day),
        touched(1, NOON - 3 * day, stage="no_answer", author="marie"),
        Event(kind=EventKind.NOTED, contact=ContactId(1), at=NOON - 2 * day,
              recorded_at=NOON, note="likes oak"),
        touched(1, NOON - day),
        touched(1, NOON - day, stage="refused", note="too dear"),
    ]  # fmt: skip
    store.deliveries.write(Change(events=tuple(said)))
    rows = recent(store.database, [ContactId(1)])[ContactId(1)]
    lines = past_lines(rows, ZoneInfo("Europe/Paris"), team={"marie": "Marie Le Goff"})
    assert [str(line) for line in lines] == [
        "2027-02-26  –  call · no answer · by Marie Le Goff",
        "2027-02-27  –  likes oak",
        "2027-02-28  –  call · refused · too dear",
    ]


def test_people_merged_into_one_bring_their_calls_along(store: Store) -> None:
    store.deliveries.write(Change(events=(touched(2, NOON),)))
    with store.database.writing() as connection:
        c = schema.contact.c
        connection.execute(update(schema.contact).where(c.id == 2).values(merged_into=1))
    logs = store.by_hand.call_logs([ContactId(1)], since=NOON - timedelta(days=1))
    assert logs[ContactId(1)].attempts == (NOON,)
