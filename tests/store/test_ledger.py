"""The ledger on both databases: one delivery ever, one claim, one change whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from outreach.model.audience import Arm, Exclusion
from outreach.model.campaign import After, AudienceRule, Campaign, CampaignState, Channel, Step
from outreach.model.change import Change, Planned, Progress, Settled, Stop
from outreach.model.delivery import Claimed, Delivery, DeliveryState
from outreach.model.event import Event, EventKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.store import schema
from outreach.store.campaigns import Launched
from outreach.store.engine import Database
from outreach.store.freezing import Member
from outreach.store.store import Store

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)

SPRING = Campaign(
    name="spring",
    audience=AudienceRule(where="true"),
    sender="marie",
    steps=(
        Step(name="mail", channel=Channel.EMAIL, subject="Hello", template="m.html.j2"),
        Step(name="call", channel=Channel.CALL, after=After("mail", 2)),
    ),
)


@pytest.fixture
def store(database: Database) -> Store:
    """Three people with addresses, two of them enrolled, one left out."""
    rows = [
        {"id": n, "last_name": f"P{n}", "last_name_folded": f"p{n}", "kind": "suspect",
         "email": f"p{n}@mail.example", "email_folded": f"p{n}@mail.example",
         "email_print": database.fingerprint("email", f"p{n}@mail.example"),
         "email_domain": "mail.example", "created_at": NOON, "updated_at": NOON}
        for n in (1, 2, 3)
    ]  # fmt: skip
    with database.writing() as connection:
        connection.execute(schema.contact.insert(), rows)
    store = Store(database)
    first = Planned(
        campaign=CampaignId(0), step=StepId(0), contact=ContactId(0), channel=Channel.EMAIL,
        due_at=NOON, sender="marie",
    )  # fmt: skip
    members = [_member(n, first) for n in (1, 2)]
    members.append(Member(contact=ContactId(3), arm=Arm.EXCLUDED, reason=Exclusion.BOUNCED))
    store.campaigns.launch(
        SPRING, members, file="spring.yaml", fingerprint="f", matched=3, selected=2, pilot=False,
        now=NOON,
    )  # fmt: skip
    return store


def _member(number: int, first: Planned) -> Member:
    mine = replace(first, contact=ContactId(number))
    return Member(
        contact=ContactId(number), arm=Arm.ENROLLED, kind="suspect", first=(("mail", mine),)
    )


def due(store: Store, at: datetime = LATER) -> list[Delivery]:
    return [d.delivery for d in store.deliveries.due(now=at, channels=(Channel.EMAIL,))]


def claimed(store: Store, delivery: Delivery, *, message_id: str = "<a@x>") -> list[Claimed]:
    run = store.runs.start(now=LATER, host="here", pid=1)
    return store.deliveries.claim({delivery.id: message_id}, run=run, now=LATER)


def state(store: Store, number: DeliveryId) -> str:
    with store.database.reading() as connection:
        query = select(schema.delivery.c.state).where(schema.delivery.c.id == number)
        return str(connection.execute(query).scalar_one())


def spring(store: Store) -> Launched:
    return store.campaigns.find("spring")


def test_a_launch_freezes_the_audience_and_plans_the_first_step(store: Store) -> None:
    launched = spring(store)

    assert launched.definition == SPRING
    assert store.campaigns.arms(launched.id) == {Arm.ENROLLED: 2, Arm.EXCLUDED: 1}
    assert [(d.step, d.contact, d.state) for d in due(store)] == [
        ("mail", 1, DeliveryState.DUE),
        ("mail", 2, DeliveryState.DUE),
    ]


def test_a_campaign_is_launched_once(store: Store) -> None:
    with pytest.raises(IntegrityError):
        store.campaigns.launch(
            SPRING, [], file=None, fingerprint="", matched=0, selected=0, pilot=False, now=NOON
        )

    assert len(store.campaigns.all()) == 1


def test_a_delivery_exists_once_however_often_it_is_planned(store: Store) -> None:
    one = due(store)[0]
    again = Planned(
        campaign=one.campaign, step=one.step_id, contact=one.contact, channel=one.channel,
        due_at=LATER,
    )  # fmt: skip

    store.deliveries.write(Change(planned=(again, again)))

    with store.database.reading() as connection:
        count = connection.execute(select(func.count()).select_from(schema.delivery)).scalar_one()
    assert count == 2


def test_a_claim_is_given_once_and_keeps_its_message_id_for_ever(store: Store) -> None:
    one = due(store)[0]
    first = claimed(store, one, message_id="<first@x>")

    assert first == [Claimed(one.id, one.contact, "<first@x>", LATER)]
    assert state(store, one.id) == "claimed"
    assert claimed(store, one, message_id="<second@x>") == []
    store.deliveries.give_back([one.id], now=LATER)
    assert claimed(store, one, message_id="<third@x>")[0].message_id == "<first@x>"


def test_who_stopped_or_is_suppressed_meanwhile_is_not_claimed(store: Store) -> None:
    one, two = due(store)
    stop = Stop(campaign=one.campaign, contact=one.contact, reason="replied", at=LATER)
    store.deliveries.write(Change(stops=(stop,)))
    store.suppressions.add(
        [Suppression(key=SuppressionKey.EMAIL, value="P2@mail.example",
                     scope=SuppressionScope.ALL, reason="suppressed", at=LATER)]
    )  # fmt: skip

    assert claimed(store, one) == []
    assert claimed(store, two) == []
    assert state(store, one.id) == "cancelled"
    look = store.deliveries.due(now=LATER, channels=(Channel.EMAIL,))
    assert [(entry.delivery.id, entry.obstacle) for entry in look] == [(two.id, "suppressed")]


def test_a_record_that_was_merged_away_gets_nothing_whatever_is_due(store: Store) -> None:
    """A merge ends its chains; should anything be left, or come again, it does not leave."""
    one, two = due(store)
    with store.database.writing() as connection:
        c = schema.contact.c
        merged = update(schema.contact).where(c.id == one.contact).values(merged_into=two.contact)
        connection.execute(merged)

    assert claimed(store, one) == []
    look = store.deliveries.due(now=LATER, channels=(Channel.EMAIL,))
    assert [(entry.delivery.id, entry.obstacle) for entry in look] == [
        (one.id, "merged"), (two.id, None),
    ]  # fmt: skip
    assert len(claimed(store, two)) == 1


def test_a_change_is_written_whole_or_not_at_all(store: Store) -> None:
    one = due(store)[0]
    claimed(store, one)
    good = Settled(delivery=one.id, state=DeliveryState.SENT, at=LATER)
    nobody = Event(kind=EventKind.TOUCHED, contact=ContactId(999), at=LATER, recorded_at=LATER)

    with pytest.raises(IntegrityError):
        store.deliveries.write(Change(settled=(good,), events=(nobody,)))

    assert state(store, one.id) == "claimed"


def test_a_touch_a_first_contact_and_an_order_are_counted_on_the_person(store: Store) -> None:
    one = due(store)[0]
    common = {"contact": one.contact, "campaign": one.campaign, "recorded_at": LATER}
    events = (
        Event(kind=EventKind.TOUCHED, at=NOON, channel=Channel.EMAIL, **common),
        Event(kind=EventKind.REACHED, at=NOON, stage="contacted", **common),
        Event(kind=EventKind.REACHED, at=LATER, stage="order", amount=Decimal("1234.50"),
              margin=Decimal(400), **common),
    )  # fmt: skip
    progress = Progress(campaign=one.campaign, contact=one.contact, stage="order", rank=4)
    store.deliveries.write(Change(events=events, progress=(progress,)))

    values = store.contacts.get(one.contact).values
    assert (values["touch_count"], values["order_count"]) == (1, 1)
    assert values["revenue"] == Decimal("1234.50")
    assert values["last_order_on"] == values["last_contacted_on"] == NOON.date()
    assert values["kind"] == "customer"
    kinds = [row.kind for row in store.events.of_contact(one.contact)]
    assert kinds.count("became") == 2  # suspect → prospect → customer


def test_an_earlier_stage_changes_nothing_of_a_later_one(store: Store) -> None:
    one = due(store)[0]
    for stage, rank in (("quote", 3), ("replied", 1)):
        progress = Progress(campaign=one.campaign, contact=one.contact, stage=stage, rank=rank)
        store.deliveries.write(Change(progress=(progress,)))

    row = store.campaigns.enrolment(one.campaign, one.contact)
    assert (row.stage, row.stage_rank) == ("quote", 3)


def test_a_late_answer_settles_a_doubt_and_nothing_else(store: Store) -> None:
    one, two = due(store)
    claimed(store, one)
    doubt = Settled(delivery=one.id, state=DeliveryState.UNKNOWN, at=LATER)
    store.deliveries.write(Change(settled=(doubt,)))
    answer = Settled(
        delivery=one.id, state=DeliveryState.SENT, at=LATER, expected=(DeliveryState.UNKNOWN,)
    )
    other = Settled(
        delivery=two.id, state=DeliveryState.SENT, at=LATER, expected=(DeliveryState.UNKNOWN,)
    )
    store.deliveries.write(Change(settled=(answer, other)))

    assert (state(store, one.id), state(store, two.id)) == ("sent", "due")


def test_a_paused_campaign_has_nothing_due(store: Store) -> None:
    store.standing.pause(spring(store).id, None, now=LATER)

    assert due(store) == []


def test_only_one_process_acts_for_a_shared_store(database: Database) -> None:
    """PostgreSQL: an advisory lock; an SQLite file is held by the lock of its folder."""
    with database.alone() as first, database.alone() as second:
        assert (first, second) == (True, database.is_sqlite)
    with database.alone() as again:
        assert again


def test_a_stopped_campaign_has_nothing_open_and_an_event_for_each_step(store: Store) -> None:
    assert store.standing.stop(spring(store).id, now=LATER) == 2

    assert spring(store).state is CampaignState.STOPPED
    assert store.deliveries.by_state(spring(store).id)[DeliveryState.CANCELLED] == 2
    told = [e for e in store.events.of_contact(ContactId(1)) if e.kind == "cancelled"]
    assert [event.data for event in told] == [{"reason": "stopped"}]
    assert store.standing.stop(spring(store).id, now=LATER) == 0
    assert not store.standing.resume(spring(store).id, now=LATER)
    assert store.standing.recent(spring(store).id, 100) == []
