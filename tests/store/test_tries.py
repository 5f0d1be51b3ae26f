"""From when a message is dated, and what counts in the limits by the hour and the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outreach.model.audience import Arm
from outreach.model.campaign import AudienceRule, Campaign, Channel, Step
from outreach.model.change import Change, Planned, Settled
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.freezing import Member
from outreach.store.paces import Paces
from outreach.store.store import Store

FRIDAY = datetime(2027, 3, 5, 16, tzinfo=UTC)
MONDAY = FRIDAY + timedelta(days=3)
MINUTE = timedelta(minutes=1)

SPRING = Campaign(
    name="spring",
    audience=AudienceRule(where="true"),
    sender="marie",
    steps=(Step(name="mail", channel=Channel.EMAIL, subject="Hello", template="m.html.j2"),),
)


@pytest.fixture
def store(database: Database) -> Store:
    """One person who is to get one e-mail."""
    row = {
        "id": 1, "last_name": "P1", "last_name_folded": "p1", "kind": "suspect",
        "email": "p1@mail.example", "email_folded": "p1@mail.example",
        "email_print": database.fingerprint("email", "p1@mail.example"),
        "email_domain": "mail.example", "created_at": FRIDAY, "updated_at": FRIDAY,
    }  # fmt: skip
    with database.writing() as connection:
        connection.execute(schema.contact.insert(), [row])
    store = Store(database)
    first = Planned(
        campaign=CampaignId(0), step=StepId(0), contact=ContactId(1), channel=Channel.EMAIL,
        due_at=FRIDAY, sender="marie",
    )  # fmt: skip
    member = Member(
        contact=ContactId(1), arm=Arm.ENROLLED, kind="suspect", first=(("mail", first),)
    )
    store.campaigns.launch(
        SPRING, [member], file="spring.yaml", fingerprint="f", matched=1, selected=1, pilot=False,
        now=FRIDAY,
    )  # fmt: skip
    return store


def message(store: Store, now: datetime) -> Delivery:
    (entry,) = store.deliveries.due(now=now, channels=(Channel.EMAIL,))
    return entry.delivery


def dated(store: Store, now: datetime) -> datetime:
    """Claim the message: the date it carries."""
    run = store.runs.start(now=now, host="here", pid=1)
    (claim,) = store.deliveries.claim({message(store, now).id: "<a@x>"}, run=run, now=now)
    return claim.message_date


def put_off(store: Store, now: datetime, *, counts: bool, claimed: Delivery) -> None:
    later = Settled(
        delivery=claimed.id, state=DeliveryState.DUE, at=now, due_at=now + MINUTE,
        detail="451 later", attempted=counts,
    )  # fmt: skip
    store.deliveries.write(Change(settled=(later,)))


def test_what_was_claimed_and_not_tried_is_dated_by_the_day_it_is_tried(store: Store) -> None:
    """Claimed on Friday, given back, sent on Monday: the two days of tries begin on Monday."""
    one = message(store, FRIDAY)
    assert dated(store, FRIDAY) == FRIDAY
    store.deliveries.give_back([one.id], now=FRIDAY)

    assert message(store, MONDAY).message_date is None
    assert dated(store, MONDAY) == MONDAY


def test_only_a_try_that_counts_fixes_the_date(store: Store) -> None:
    """What a dead server did is none: the next one that answers has two days as well."""
    one = message(store, FRIDAY)
    dated(store, FRIDAY)
    put_off(store, FRIDAY, counts=False, claimed=one)
    assert dated(store, MONDAY) == MONDAY
    put_off(store, MONDAY, counts=True, claimed=one)

    assert dated(store, MONDAY + MINUTE) == MONDAY
    store.deliveries.give_back([one.id], now=MONDAY + MINUTE)
    assert message(store, MONDAY + MINUTE).message_date == MONDAY


@pytest.mark.parametrize(
    ("state", "counted"),
    [(DeliveryState.SENT, 1), (DeliveryState.REFUSED, 1), (DeliveryState.UNKNOWN, 1),
     (DeliveryState.HELD, 0), (DeliveryState.SKIPPED, 0)],
)  # fmt: skip
def test_the_next_run_counts_what_a_server_was_asked_to_take(
    store: Store, state: DeliveryState, counted: int
) -> None:
    one = message(store, FRIDAY)
    dated(store, FRIDAY)
    tried = bool(counted)
    ended = Settled(delivery=one.id, state=state, at=FRIDAY, detail="said", attempted=tried)
    store.deliveries.write(Change(settled=(ended,)))

    assert log(store) == [(FRIDAY, 1)] * counted


def test_the_next_run_counts_what_was_put_off_by_its_last_try(store: Store) -> None:
    """Also while it is claimed again; not what no server was asked about."""
    one = message(store, FRIDAY)
    dated(store, FRIDAY)
    put_off(store, FRIDAY, counts=False, claimed=one)
    assert log(store) == []
    dated(store, FRIDAY + MINUTE)
    put_off(store, FRIDAY + MINUTE, counts=True, claimed=one)
    assert log(store) == [(FRIDAY + MINUTE, 1)]
    dated(store, FRIDAY + 2 * MINUTE)
    assert log(store) == [(FRIDAY + MINUTE, 1)]
    put_off(store, FRIDAY + 3 * MINUTE, counts=True, claimed=one)
    assert log(store) == [(FRIDAY + 3 * MINUTE, 1)]


def log(store: Store) -> list[tuple[datetime, int]]:
    """Of the sender, of the campaign and of the domain: all three say the same."""
    paces, since = Paces(store.database), FRIDAY - MINUTE
    told = paces.sent_log(since, sender="marie")
    assert paces.sent_log(since, campaign=store.campaigns.find("spring").id) == told
    assert paces.sent_by_domain(since) == [(at, "mail.example", count) for at, count in told]
    return told
