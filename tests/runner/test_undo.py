"""Whatever is recorded and taken back, in whatever order, the rest is as if it had never been.

The counters, stages and stops that the store keeps beside the events are compared with a fold
over the events that stand, written here once more and plainly.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from outreach.model.audience import Arm
from outreach.model.campaign import After, AudienceRule, Campaign, Channel, Step, Unit
from outreach.model.change import Planned
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.model.settings import Settings
from outreach.runner.record import Fact, credited, record
from outreach.runner.undo import TakenBackAlready, find, undo
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.freezing import Member
from outreach.store.rehearsing import rehearsed
from outreach.store.store import Store

ZONE = ZoneInfo("Europe/Paris")
#: A Tuesday.
LAUNCHED = datetime(2027, 3, 2, 8, tzinfo=UTC)
#: Wednesday of the week after.
NOW = datetime(2027, 3, 10, 9, tzinfo=UTC)
SETTINGS = Settings(folder=Path("/nowhere"))

SPRING = Campaign(
    name="spring",
    audience=AudienceRule(where="true"),
    steps=(
        Step(name="call", channel=Channel.CALL),
        Step(name="visit", channel=Channel.VISIT, after=After("call", 3, Unit.WORKING_DAYS)),
    ),
    stop_on=("replied", "appointment", "order", "opted_out", "bounced", "colleague"),
)

#: Anne and Paul work together; Ann's second record has her mobile; Zoé is a stranger to them.
ANNE, PAUL, ANNE_AGAIN, ZOE = (ContactId(n) for n in (1, 2, 3, 4))
PEOPLE = (ANNE, PAUL, ANNE_AGAIN, ZOE)


@pytest.fixture
def store(database: Database) -> Store:
    """Four people with a call to be made; the first two are colleagues."""
    names = {ANNE: ("anne", "le goff"), PAUL: ("paul", "martin"),
             ANNE_AGAIN: ("anne", "le goff"), ZOE: ("zoe", "cadiou")}  # fmt: skip
    rows = [
        {"id": n, "first_name": first, "first_name_folded": first, "last_name": last,
         "last_name_folded": last, "kind": "suspect", "company_id": 1 if n <= PAUL else None,
         "mobile": "+33600000001" if "anne" in first else None,
         "mobile_folded": "+33600000001" if "anne" in first else None,
         "email": f"p{n}@mail.example", "email_folded": f"p{n}@mail.example",
         "email_print": database.fingerprint("email", f"p{n}@mail.example"),
         "created_at": LAUNCHED, "updated_at": LAUNCHED}
        for n, (first, last) in names.items()
    ]  # fmt: skip
    with database.writing() as connection:
        firm = {"id": 1, "name": "Firm", "name_folded": "firm", "created_at": LAUNCHED}
        connection.execute(schema.company.insert(), [firm])
        connection.execute(schema.contact.insert(), rows)
    found = Store(database)
    members = [
        Member(
            contact=n, arm=Arm.ENROLLED, kind="suspect",
            first=(("call", Planned(campaign=CampaignId(0), step=StepId(0), contact=n,
                                    channel=Channel.CALL, due_at=LAUNCHED)),),
        )
        for n in PEOPLE
    ]  # fmt: skip
    found.campaigns.launch(
        SPRING, members, file="spring.yaml", fingerprint="f", matched=4, selected=4,
        pilot=False, now=LAUNCHED,
    )  # fmt: skip
    return found


def told(store: Store, who: ContactId, stage: str, *, days_ago: int = 0, **more: Any) -> int:
    """Record it and give its number."""
    contact, at = store.contacts.get(who), NOW - timedelta(days=days_ago)
    fact = Fact(contact=contact, stage=stage, at=at, campaign=credited(store, contact, at), **more)
    number = record(store, fact, settings=SETTINGS, now=NOW).number
    assert number is not None
    return number


def take_back(store: Store, number: int | None = None) -> None:
    undo(store, find(store, number), settings=SETTINGS, now=NOW)


# --- what stands, as the store keeps it -------------------------------------------------------

_COUNTERS = (
    "kind", "order_count", "revenue_minor", "margin_minor", "first_order_on", "last_order_on",
    "last_contacted_on", "last_reply_on", "touch_count", "stage", "interest",
    "interest_reason", "interest_until", "last_active_at", "email_bounced_at",
    "post_returned_at",
)  # fmt: skip


def kept(store: Store) -> dict[str, Any]:
    """Everything beside the events, without the numbers of rows."""
    c, e, d = schema.contact.c, schema.enrolment.c, schema.delivery.c
    f, s = schema.follow_up.c, schema.suppression.c
    queries = {
        "contacts": select(c.id, *(c[name] for name in _COUNTERS)).order_by(c.id),
        "enrolments": select(
            e.contact_id, e.stage, e.stage_rank, e.stop_reason, e.stopped_at
        ).order_by(e.contact_id),
        "deliveries": select(d.contact_id, d.step_id, d.state, d.due_at, d.attempts)
        .where((d.state != "cancelled") | (d.detail != "undone"))
        .order_by(d.id),
        "promises": select(f.contact_id, f.kind, f.due_on, f.done_at).order_by(f.id),
        "suppressions": select(s.key, s.value).where(s.removed_at.is_(None)).order_by(s.id),
        "inquiries": select(schema.inquiry.c.contact_id, schema.inquiry.c.answered_at),
        "referrals": select(schema.referral.c.referrer_id, schema.referral.c.referred_id),
    }
    with store.database.reading() as connection:
        return {name: [tuple(row) for row in connection.execute(query)]
                for name, query in queries.items()}  # fmt: skip


def standing(store: Store) -> list[Any]:
    """The events that nothing takes back, in the order in which they happened."""
    e = schema.event.c
    with store.database.reading() as connection:
        rows = connection.execute(select(schema.event).order_by(e.at, e.id)).all()
    gone = {row.corrects for row in rows}
    return [row for row in rows if row.id not in gone]


# --- the same by hand -------------------------------------------------------------------------

_CONTACT = {"contacted", "replied", "appointment", "quote", "order", "met", "call_back",
            "refused", "lost", "arid", "latent", "active", "inbound", "answered"}  # fmt: skip
_ACTS = {"replied", "appointment", "quote", "order", "met", "opted_out", "call_back", "inbound"}


def by_hand(events: list[Any], who: ContactId) -> dict[str, Any]:
    """The counters of one person, one event after the other."""
    mine: dict[str, Any] = dict.fromkeys(_COUNTERS) | {
        "kind": "suspect", "order_count": 0, "revenue_minor": 0, "margin_minor": 0,
        "touch_count": 0,
    }  # fmt: skip
    for event in events:
        if event.contact_id != who:
            continue
        day, stage = event.at.astimezone(ZONE).date(), event.stage
        if event.kind == "touched":
            mine["touch_count"] += 1
            if stage is None:
                mine["last_contacted_on"] = day
        if event.kind != "reached":
            continue
        if stage in _CONTACT and mine["kind"] == "suspect":
            mine["kind"] = "prospect"
        if stage in _ACTS:
            mine |= {"stage": stage, "last_active_at": event.at}
        if stage == "replied":
            mine["last_reply_on"] = day
        if stage in ("appointment", "quote"):
            mine |= {"interest": "active", "interest_reason": None, "interest_until": None}
        if stage in ("arid", "latent", "active", "inbound"):
            back_on = event.data.get("back_on")
            mine |= {"interest": stage, "interest_reason": event.data.get("reason")}
            mine["interest_until"] = date.fromisoformat(back_on) if back_on else None
        if stage == "bounced":
            mine["email_bounced_at"] = event.at
        if stage == "order":
            mine["kind"] = "customer"
            mine["order_count"] += 1
            mine["revenue_minor"] += event.amount_minor or 0
            mine["first_order_on"] = mine["first_order_on"] or day
            mine["last_order_on"] = day
    return mine


def agrees(store: Store) -> None:
    """What is kept is what the events that stand say."""
    events, beside = standing(store), kept(store)
    for row in beside["contacts"]:
        assert dict(zip(_COUNTERS, row[1:], strict=True)) == by_hand(events, row[0]), row[0]
    chain = SPRING.chain
    for contact, stage, rank, _, _ in beside["enrolments"]:
        said = {e.stage for e in events if e.kind == "reached" and e.contact_id == contact}
        furthest = max((chain.index(one) for one in said if one in chain), default=None)
        assert (stage, rank) == (None if furthest is None else chain[furthest], furthest)


#: Facts, with what goes with them.
_FACTS = {
    "no_answer": {}, "call_back": {}, "met": {}, "replied": {}, "appointment": {},
    "quote": {"amount": Decimal(900)}, "order": {"amount": Decimal("1250.50")},
    "refused": {"reason": "too dear"}, "arid": {"reason": "bound elsewhere"},
    "latent": {"back_on": date(2027, 9, 1)}, "inbound": {"origin": "web"}, "answered": {},
    "opted_out": {}, "bounced": {},
}  # fmt: skip
_acts = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from(sorted(_FACTS)), st.integers(0, 6)),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=_acts, order=st.randoms(use_true_random=False))
def test_what_is_kept_is_what_stands_and_all_taken_back_is_as_before(
    store: Store, acts: list[Any], order: Any
) -> None:
    with rehearsed(store.database) as database:
        tried = Store(database)
        before = kept(tried)
        open_: list[int] = []
        for act in acts:
            if isinstance(act, tuple):
                who, stage, days_ago = act
                open_.append(told(tried, who, stage, days_ago=days_ago, **_FACTS[stage]))
            elif open_:
                take_back(tried, open_.pop(act % len(open_)))
            agrees(tried)
        order.shuffle(open_)
        for number in open_:
            take_back(tried, number)
            agrees(tried)
        assert kept(tried) == before


# --- one by one -------------------------------------------------------------------------------


def test_the_last_recording_goes_first_and_none_twice(store: Store) -> None:
    first, second = told(store, ANNE, "replied"), told(store, ZOE, "order", amount=Decimal(10))
    take_back(store)
    assert [one.number for one in store.recordings.last(5)] == [first]
    with pytest.raises(TakenBackAlready):
        find(store, second)


def test_a_chain_that_two_facts_had_ended_goes_on_when_both_are_gone(store: Store) -> None:
    reply, appointment = told(store, ZOE, "replied"), told(store, ZOE, "appointment")
    take_back(store, reply)
    assert [row[3] for row in kept(store)["enrolments"]][3] == "appointment"
    take_back(store, appointment)
    assert [row[3:] for row in kept(store)["enrolments"]][3] == (None, None)
    assert [row[2] for row in kept(store)["deliveries"]] == ["due"] * 4


def test_a_reply_ends_the_chain_of_a_colleague_and_of_another_address(store: Store) -> None:
    told(store, ANNE, "replied")
    assert [row[3] for row in kept(store)["enrolments"]] == [
        "replied", "colleague", "replied", None,
    ]  # fmt: skip
    take_back(store)
    assert [row[3] for row in kept(store)["enrolments"]] == [None] * 4


def test_an_opposition_holds_for_both_records_and_ends_no_colleagues_chain(store: Store) -> None:
    told(store, ANNE_AGAIN, "opted_out")
    assert [row[3] for row in kept(store)["enrolments"]] == ["opted_out", None, "opted_out", None]
    assert set(kept(store)["suppressions"]) == {
        ("contact", "1"), ("contact", "3"), ("email", "p3@mail.example"), ("phone", "+33600000001"),
    }  # fmt: skip


def test_a_suppression_that_was_there_before_stays_when_the_recording_goes(store: Store) -> None:
    from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope

    own = Suppression(
        key=SuppressionKey.EMAIL, value="p4@mail.example", scope=SuppressionScope.ALL,
        reason="asked by phone", at=LAUNCHED,
    )  # fmt: skip
    store.suppressions.add([own])
    told(store, ZOE, "opted_out")
    take_back(store)
    assert kept(store)["suppressions"] == [("email", "p4@mail.example")]


def test_steps_after_a_call_are_counted_from_the_day_it_was_made(store: Store) -> None:
    """Told on Wednesday that it was made on Monday: three working days later is Thursday."""
    told(store, ZOE, "met", days_ago=2)
    visit = [row for row in kept(store)["deliveries"] if row[2] == "due"][-1]
    assert visit[3] == datetime(2027, 3, 10, 23, tzinfo=UTC)
    take_back(store)
    told(store, ZOE, "met", days_ago=1)
    visit = [row for row in kept(store)["deliveries"] if row[2] == "due"][-1]
    assert visit[3] == datetime(2027, 3, 11, 23, tzinfo=UTC)


def test_an_order_told_late_is_the_first_one_if_it_came_first(store: Store) -> None:
    told(store, ZOE, "order", amount=Decimal(100))
    told(store, ZOE, "order", amount=Decimal(50), days_ago=5)
    zoe = store.contacts.get(ZOE)
    assert (zoe.values["first_order_on"], zoe.values["last_order_on"]) == (
        date(2027, 3, 5), date(2027, 3, 10),
    )  # fmt: skip


def test_what_happened_before_the_campaign_is_not_credited_to_it(store: Store) -> None:
    zoe = store.contacts.get(ZOE)
    assert credited(store, zoe, LAUNCHED - timedelta(days=1)) is None
    campaign = credited(store, zoe, LAUNCHED.replace(hour=0))
    assert campaign is not None
    assert campaign.name == "spring"


def test_a_suspect_becomes_prospect_and_customer_and_what_he_was(store: Store) -> None:
    reply, order = told(store, ZOE, "replied", days_ago=1), told(store, ZOE, "order")
    assert store.contacts.get(ZOE).values["kind"] == "customer"
    take_back(store, reply)
    assert store.contacts.get(ZOE).values["kind"] == "customer"
    take_back(store, order)
    assert store.contacts.get(ZOE).values["kind"] == "suspect"
