"""One exchange with the ledger does what its plain twin does, on both databases."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import plain_ledger
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from outreach.model.audience import Arm
from outreach.model.campaign import After, AudienceRule, Campaign, Channel, Step
from outreach.model.change import Change, Deed, Done, Planned, Progress, Settled, Stop
from outreach.model.delivery import Claimed, Delivery, DeliveryState
from outreach.model.event import Event, EventKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId, RunId, StepId
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.store import claims, schema
from outreach.store.engine import Database
from outreach.store.freezing import Member
from outreach.store.ledger import write_change
from outreach.store.store import Store

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
PEOPLE = (1, 2, 3, 4, 5)
#: No delivery has this number.
NOBODY = 10**12
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
    """Five people, the last two of one mailbox, each with an e-mail that is due."""
    rows = []
    for number in PEOPLE:
        address = f"p{min(number, 4)}@mail.example"
        rows.append(
            {"id": number, "last_name": f"P{number}", "last_name_folded": f"p{number}",
             "kind": ("suspect", "prospect", "customer", "suspect", "suspect")[number - 1],
             "email": address, "email_folded": address, "email_domain": "mail.example",
             "email_print": database.fingerprint("email", address),
             "created_at": NOON, "updated_at": NOON}
        )  # fmt: skip
    with database.writing() as connection:
        connection.execute(schema.contact.insert(), rows)
    store = Store(database)
    members = [_member(number) for number in PEOPLE]
    store.campaigns.launch(
        SPRING, members, file="spring.yaml", fingerprint="f", matched=5, selected=5, pilot=False,
        now=NOON,
    )  # fmt: skip
    store.runs.start(now=NOON, host="here", pid=1)
    return store


def _member(number: int) -> Member:
    first = Planned(
        campaign=CampaignId(0), step=StepId(0), contact=ContactId(number), channel=Channel.EMAIL,
        due_at=NOON, sender="marie",
    )  # fmt: skip
    return Member(
        contact=ContactId(number), arm=Arm.ENROLLED, kind="suspect", first=(("mail", first),)
    )


# --- what may be asked of the ledger ----------------------------------------------------------

_CAMPAIGN = CampaignId(1)
_instants = st.sampled_from([NOON, LATER, LATER + timedelta(days=1)])
_people = st.sampled_from([ContactId(number) for number in PEOPLE])
_deliveries = st.sampled_from([DeliveryId(number) for number in (*PEOPLE, NOBODY)])
_states = st.sampled_from(list(DeliveryState))
_steps = st.sampled_from([StepId(1), StepId(2)])
_costs = st.sampled_from([None, Decimal("0.60"), Decimal(2)])

_settled = st.builds(
    Settled,
    delivery=_deliveries,
    state=_states,
    at=_instants,
    expected=st.lists(_states, min_size=1, unique=True).map(tuple),
    detail=st.sampled_from([None, "250 « ok »"]),
    due_at=st.none() | _instants,
    attempted=st.booleans(),
    cost=_costs,
    address=st.sampled_from([None, "p@x.example"]),
    fingerprint=st.sampled_from([None, "f2"]),
)
_events = st.builds(
    Event,
    kind=st.sampled_from([EventKind.TOUCHED, EventKind.REACHED, EventKind.HELD]),
    contact=_people,
    at=_instants,
    recorded_at=_instants,
    campaign=st.sampled_from([None, _CAMPAIGN]),
    step=st.sampled_from([None, StepId(1)]),
    delivery=st.none() | st.sampled_from([DeliveryId(number) for number in PEOPLE]),
    channel=st.sampled_from([None, Channel.EMAIL]),
    stage=st.sampled_from([None, "contacted", "replied", "order", "no_answer"]),
    amount=_costs,
    cost=_costs,
    data=st.sampled_from([None, {"word": "été"}]),
)
_planned = st.builds(
    Planned,
    campaign=st.just(_CAMPAIGN),
    step=_steps,
    contact=_people,
    channel=st.just(Channel.CALL),
    due_at=_instants,
    occurrence=st.sampled_from([1, 2]),
    sender=st.sampled_from([None, "yann"]),
)
_progress = st.builds(
    Progress,
    campaign=st.just(_CAMPAIGN),
    contact=_people,
    stage=st.sampled_from(["contacted", "replied", "order"]),
    rank=st.integers(0, 2),
)
_stops = st.builds(
    Stop, campaign=st.just(_CAMPAIGN), contact=_people, reason=st.just("replied"), at=_instants
)
_suppressed = st.builds(
    Suppression,
    key=st.just(SuppressionKey.EMAIL),
    value=st.sampled_from(["p1@mail.example", "p4@mail.example"]),
    scope=st.just(SuppressionScope.ALL),
    reason=st.just("opted_out"),
    at=_instants,
)
_deeds = st.builds(
    Deed,
    campaign=st.just(_CAMPAIGN),
    step=st.just(StepId(1)),
    channel=st.just(Channel.EMAIL),
    at=_instants,
    recorded_at=_instants,
    stage=st.sampled_from([None, "contacted"]),
    expected=st.lists(_states, min_size=1, unique=True).map(tuple),
    cost=_costs,
    minutes=st.sampled_from([None, Decimal(2)]),
    author=st.sampled_from([None, "yann"]),
    address=st.sampled_from([None, "p@x.example"]),
)
_one = st.tuples(_deliveries, st.sampled_from([None, "250 « ok »"]))


def _done(deeds: list[Deed], named: list[tuple[DeliveryId, str | None]]) -> tuple[Done, ...]:
    """These deliveries, shared out among these deeds."""
    return tuple(Done(deed, tuple(named[n :: len(deeds)])) for n, deed in enumerate(deeds))


_changes = st.builds(
    Change,
    done=st.builds(
        _done,
        st.lists(_deeds, min_size=1, max_size=3),
        st.lists(_one, max_size=6, unique_by=lambda one: one[0]),
    ),
    events=st.lists(_events, max_size=6).map(tuple),
    settled=st.lists(_settled, max_size=6).map(tuple),
    planned=st.lists(_planned, max_size=4).map(tuple),
    progress=st.lists(_progress, max_size=4).map(tuple),
    stops=st.lists(_stops, max_size=2).map(tuple),
    suppressions=st.lists(_suppressed, max_size=2).map(tuple),
    bounced=st.lists(_people, max_size=2).map(tuple),
)
_claims = st.lists(st.sampled_from([DeliveryId(n) for n in (*PEOPLE, NOBODY)]), unique=True).map(
    lambda ids: {number: f"<{number}@x>" for number in ids}
)


class _UndoneError(Exception):
    """Ends what is only tried."""


def _tables(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Everything a change may touch, without the numbers of new rows and in a fixed order."""
    d = schema.delivery.c
    query = select(d.id, d.campaign_id, d.step_id, d.occurrence, d.contact_id)
    keys = {row.id: tuple(row)[1:] for row in connection.execute(query)}
    found = {}
    for table in (
        schema.delivery, schema.event, schema.contact, schema.enrolment, schema.suppression
    ):  # fmt: skip
        columns = [c for c in table.c if c.name != "id" or table is schema.contact]
        rows = [dict(row._mapping) for row in connection.execute(select(*columns))]
        for row in rows:
            if "delivery_id" in row:
                row["delivery_id"] = keys.get(row["delivery_id"])
        found[table.name] = sorted((tuple(row.values()) for row in rows), key=repr)
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(_changes, min_size=1, max_size=3), asked=_claims)
def test_an_exchange_writes_what_its_plain_twin_writes(
    store: Store, changes: list[Change], asked: dict[DeliveryId, str]
) -> None:
    database, run = store.database, RunId(1)
    written: list[Any] = []
    with suppress(_UndoneError), database.writing() as connection:
        claimed = []
        for change in changes:
            plain_ledger.write_change(connection, database, change)
            ids = plain_ledger.claim(connection, database, asked, run=run, now=LATER)
            claimed.append(ids)
        written.append((claimed, _tables(connection)))
        raise _UndoneError
    with suppress(_UndoneError), database.writing() as connection:
        claimed = []
        for change in changes:
            write_change(connection, database, change)
            got = claims.claim(connection, database, asked, run=run, now=LATER)
            claimed.append([one.id for one in got])
        written.append((claimed, _tables(connection)))
        raise _UndoneError

    plain, ours = written
    assert ours[0] == plain[0]
    for table, rows in plain[1].items():
        assert ours[1][table] == rows, table


# --- the exchange -----------------------------------------------------------------------------


def due(store: Store) -> list[Delivery]:
    return [d.delivery for d in store.deliveries.due(now=LATER, channels=(Channel.EMAIL,))]


def states(store: Store) -> list[str]:
    d = schema.delivery.c
    with store.database.reading() as connection:
        return list(connection.execute(select(d.state).order_by(d.id)).scalars())


def test_one_exchange_settles_gives_back_and_claims(store: Store) -> None:
    one, two, three, *_ = due(store)
    run = store.runs.start(now=LATER, host="here", pid=1)
    store.deliveries.claim({one.id: "<1@x>", two.id: "<2@x>"}, run=run, now=LATER)
    sent = Change(
        settled=(Settled(delivery=one.id, state=DeliveryState.SENT, at=LATER, attempted=True),)
    )

    claimed = store.deliveries.exchange(
        [sent, Change()], {three.id: "<3@x>"}, give_back=[two.id], run=run, now=LATER
    )

    assert claimed == [Claimed(three.id, three.contact, "<3@x>", LATER)]
    assert states(store) == ["sent", "due", "claimed", "due", "due"]


def test_of_two_contacts_of_one_mailbox_asked_for_together_the_first_is_claimed(
    store: Store,
) -> None:
    *_, four, five = due(store)
    run = store.runs.start(now=LATER, host="here", pid=1)

    claimed = store.deliveries.claim({five.id: "<5@x>", four.id: "<4@x>"}, run=run, now=LATER)

    assert [d.id for d in claimed] == [five.id]


def test_a_claim_that_was_left_names_its_run_and_where_it_ran(store: Store) -> None:
    one = due(store)[0]
    run = store.runs.start(now=LATER, host="here", pid=1, boot="this-boot")
    store.deliveries.claim({one.id: "<1@x>"}, run=run, now=LATER)

    (left,) = store.deliveries.left_claimed()

    assert (left.delivery.id, left.run, left.host, left.boot) == (one.id, run, "here", "this-boot")


def test_what_several_people_got_is_read_at_once(store: Store) -> None:
    one, two, three, *_ = due(store)
    run = store.runs.start(now=LATER, host="here", pid=1)
    store.deliveries.claim({d.id: f"<{d.id}@x>" for d in (one, two, three)}, run=run, now=LATER)
    sent = tuple(Settled(delivery=d.id, state=DeliveryState.SENT, at=LATER) for d in (one, two))
    store.deliveries.write(Change(settled=sent))

    found = store.deliveries.sent_ids_of(
        [d.contact for d in (one, two, three)], one.campaign, ["mail"]
    )

    assert found == {one.contact: [f"<{one.id}@x>"], two.contact: [f"<{two.id}@x>"]}
    assert store.deliveries.sent_ids_of([one.contact], one.campaign, ["call"]) == {}


def test_who_got_a_step_twice_was_touched_twice_and_reached_once(store: Store) -> None:
    one = due(store)[0]
    again = Planned(
        campaign=one.campaign, step=one.step_id, contact=one.contact, channel=Channel.EMAIL,
        due_at=NOON, occurrence=2, sender="marie",
    )  # fmt: skip
    store.deliveries.write(Change(planned=(again,)))
    both = [(d.id, "250 ok") for d in due(store) if d.contact == one.contact]
    deed = Deed(
        campaign=one.campaign, step=one.step_id, channel=Channel.EMAIL, at=LATER,
        recorded_at=LATER, stage="contacted", expected=(DeliveryState.DUE,),
    )  # fmt: skip

    store.deliveries.write(Change(done=(Done(deed, tuple(both)),)))

    kinds = [row.kind for row in store.events.of_contact(one.contact)]
    assert len(both) == 2
    assert (kinds.count("touched"), kinds.count("reached")) == (2, 1)
    assert store.contacts.get(one.contact).values["touch_count"] == 2
