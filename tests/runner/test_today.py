"""The day of the team: counted, listed and ticked off, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from outreach.model.campaign import AudienceRule, Campaign, CampaignState, Channel, Step
from outreach.model.change import Change
from outreach.model.contact import Interest
from outreach.model.follow_up import FollowUp, FollowUpKind
from outreach.model.ids import CampaignId, ContactId
from outreach.model.network import Inquiry, InterestSet, Referral
from outreach.runner.today import NobodyOfTheTeam, NoSuchPromise, Today, keep, today
from outreach.store import schema
from outreach.store.campaigns import Launched
from outreach.store.engine import Database
from outreach.store.store import Store

DAY = date(2027, 3, 1)
MORNING = datetime(2027, 3, 1, 8, tzinfo=UTC)
BEGINS = datetime(2027, 3, 1, tzinfo=UTC)
TEAM = ("marie", "yann")

SPRING = Campaign(
    name="spring",
    audience=AudienceRule(where="true"),
    steps=(
        Step(name="call", channel=Channel.CALL, by="marie"),
        Step(name="visit", channel=Channel.VISIT),
        Step(name="letter", channel=Channel.LETTER),
    ),
)


@pytest.fixture
def store(database: Database) -> Store:
    """Six people; the last one has asked to be left alone; Yann looks after the second."""
    rows = [
        {"id": n, "last_name": f"P{n}", "last_name_folded": f"p{n}", "kind": "prospect",
         "phone": f"+3329900000{n}", "postal_code": "35000", "city": "Rennes",
         "owner": "yann" if n == 2 else None, "created_at": BEGINS, "updated_at": BEGINS}
        for n in range(1, 7)
    ]  # fmt: skip
    opposition = {"key": "contact", "fingerprint": "contact:6", "scope": "all",
                  "reason": "opted_out", "at": BEGINS}  # fmt: skip
    with database.writing() as connection:
        connection.execute(schema.contact.insert(), rows)
        connection.execute(insert(schema.suppression).values(**opposition))
    return Store(database)


def _day(store: Store, seller: str | None = None, campaigns: tuple[Launched, ...] = ()) -> Today:
    return today(
        store, campaigns, day=DAY, begins=BEGINS, ends=BEGINS + timedelta(days=1), seller=seller,
        team=TEAM,
    )  # fmt: skip


def _promise(who: int, kind: FollowUpKind, due_on: date, owner: str | None = None) -> FollowUp:
    return FollowUp(contact=ContactId(who), kind=kind, due_on=due_on, created_at=BEGINS,
                    owner=owner, note=f"about {who}")  # fmt: skip


def _write(store: Store, change: Change) -> None:
    store.deliveries.write(change)


def test_promises_are_of_today_or_slipped_and_those_to_come_are_not_shown(store: Store) -> None:
    """Due on 28 February, 1 March and 2 March: slipped, today's, not yet."""
    call, before = FollowUpKind.CALL_BACK, DAY - timedelta(days=1)
    _write(store, Change(follow_ups=(
        _promise(1, call, before), _promise(2, call, DAY), _promise(3, call, date(2027, 3, 2)),
    )))  # fmt: skip

    found = _day(store)

    assert [one.who.name for one in found.slipped] == ["P1"]
    assert [one.who.name for one in found.follow_ups] == ["P2"]
    assert found.promised == 2


def test_a_latent_person_stands_there_from_his_day_on_and_once(store: Store) -> None:
    """The promise to come back is not told a second time; who opted out is told no more."""
    _write(store, Change(
        follow_ups=(_promise(1, FollowUpKind.COME_BACK, DAY),),
        interests=tuple(
            InterestSet(contact=ContactId(who), interest=Interest.LATENT, reason="roof first",
                        until=until)
            for who, until in ((1, DAY), (3, date(2027, 3, 2)), (6, DAY))
        ),
    ))  # fmt: skip

    found = _day(store)

    assert [(one.who.name, one.until, one.reason) for one in found.latent] == [
        ("P1", DAY, "roof first")
    ]
    assert found.latent[0].promise == 1
    assert found.follow_ups == ()


def test_an_inbound_request_stands_there_until_it_is_answered(store: Store) -> None:
    """Its promise to answer is not told a second time; ticking it off answers the request."""
    asked = BEGINS - timedelta(days=2)
    _write(store, Change(
        inquiries=(Inquiry(contact=ContactId(4), at=asked, origin="web", subject="stairs"),),
        follow_ups=(_promise(4, FollowUpKind.ANSWER, DAY),),
    ))  # fmt: skip
    found = _day(store)
    assert [(one.who.name, one.subject, one.origin) for one in found.inquiries] == [
        ("P4", "stairs", "web")
    ]
    assert found.follow_ups == ()

    keep(store, [1], author="marie", now=MORNING)

    assert _day(store).promised == 0


def test_a_kept_promise_is_an_event_and_kept_once(store: Store) -> None:
    _write(store, Change(follow_ups=(_promise(1, FollowUpKind.PROMISE, DAY),)))

    kept = keep(store, [1], author="marie", now=MORNING)
    again = keep(store, [1], author="marie", now=MORNING + timedelta(hours=1))

    assert [one.follow_up.done_at for one in (*kept, *again)] == [None, MORNING]
    (event,) = store.events.of_contact(ContactId(1))
    assert (event.kind, event.author, event.note) == ("noted", "marie", "about 1")
    assert event.data is not None
    # The token is what `undo` knows it by.
    assert event.data.keys() == {"kept", "follow_up", "recording"}
    assert (event.data["kept"], event.data["follow_up"]) == ("promise", 1)
    assert _day(store).promised == 0


def test_a_promise_that_is_not_there_keeps_none_of_the_others(store: Store) -> None:
    _write(store, Change(follow_ups=(_promise(1, FollowUpKind.PROMISE, DAY),)))
    with pytest.raises(NoSuchPromise):
        keep(store, [1, 7], author=None, now=MORNING)
    assert _day(store).promised == 1


def test_thanking_a_referrer_is_noted_with_the_recommendation(store: Store) -> None:
    _write(store, Change(
        referrals=(Referral(referrer=ContactId(1), referred=ContactId(2), at=BEGINS),),
        follow_ups=(_promise(1, FollowUpKind.THANK, DAY),),
    ))  # fmt: skip
    keep(store, [1], author="marie", now=MORNING)
    with store.database.reading() as connection:
        assert connection.execute(select(schema.referral.c.thanked_on)).scalar_one() == DAY


def test_who_was_come_back_to_is_latent_without_a_day_until_his_answer_is_known(
    store: Store,
) -> None:
    """He leaves the day's list and is adrift: somebody has to say how it goes on."""
    latent = InterestSet(contact=ContactId(1), interest=Interest.LATENT, reason="roof", until=DAY)
    promise = _promise(1, FollowUpKind.COME_BACK, DAY)
    _write(store, Change(follow_ups=(promise,), interests=(latent,)))

    keep(store, [1], author="marie", now=MORNING)

    assert _day(store).latent == ()
    forgotten = store.drift.adrift(ContactId(1), ())
    assert forgotten is not None
    assert (forgotten.interest, forgotten.interest_reason) == ("latent", "roof")


# --- steps of campaigns, by channel and person ------------------------------------------------


@pytest.fixture
def spring(store: Store) -> Launched:
    """Calls of 1 to 3 (one late, one of Yann's) and 6, a visit of 4, letters of 5, one tomorrow."""
    database, late = store.database, BEGINS - timedelta(days=1)
    tomorrow = BEGINS + timedelta(days=1)
    rows = [("call", 1, BEGINS), ("call", 2, BEGINS), ("call", 3, late), ("call", 6, BEGINS),
            ("call", 4, tomorrow), ("visit", 4, BEGINS), ("letter", 5, BEGINS)]  # fmt: skip
    with database.writing() as connection:
        connection.execute(insert(schema.campaign).values(
            id=1, name="spring", state="running", definition="{}", fingerprint="", salt="",
            launched_at=BEGINS, matched=6, selected=6,
        ))  # fmt: skip
        for place, step in enumerate(SPRING.steps, 1):
            connection.execute(insert(schema.step).values(
                id=place, campaign_id=1, name=step.name, channel=step.channel.value, position=place
            ))  # fmt: skip
        for step_name, who, due_at in rows:
            number = ("call", "visit", "letter").index(step_name) + 1
            connection.execute(insert(schema.delivery).values(
                campaign_id=1, step_id=number, contact_id=who, channel=step_name, state="due",
                due_at=due_at, assignee="yann" if who == 2 else None,
                ))  # fmt: skip
    return Launched(
        id=CampaignId(1), name="spring", state=CampaignState.RUNNING, definition=SPRING,
        steps={}, fingerprint="", launched_at=BEGINS, matched=6, selected=6, pilot=False,
    )  # fmt: skip


def test_steps_are_counted_by_channel_and_by_who_does_them(store: Store, spring: Launched) -> None:
    """Who was given a call comes before whom the step names; who opted out is not called."""
    found = _day(store, campaigns=(spring,))

    counts = {channel: found.due(channel).count for channel in
              (Channel.CALL, Channel.VISIT, Channel.TASK, Channel.LETTER)}  # fmt: skip
    assert list(counts.values()) == [3, 1, 0, 1]
    assert found.due(Channel.CALL).late == 1
    assert {seller: share[Channel.CALL].count for seller, share in found.shares.items()
            if Channel.CALL in share} == {"marie": 2, "yann": 1}  # fmt: skip
    assert found.shares[None].keys() == {Channel.VISIT, Channel.LETTER}


def test_a_seller_sees_his_own_and_what_is_nobodys(store: Store, spring: Launched) -> None:
    """Of three calls one is Yann's; a visit, a letter and a promise are nobody's."""
    _write(store, Change(follow_ups=(
        _promise(1, FollowUpKind.PROMISE, DAY, owner="yann"), _promise(3, FollowUpKind.THANK, DAY),
        _promise(4, FollowUpKind.PROMISE, DAY, owner="marie"),
    )))  # fmt: skip

    found = _day(store, "yann", (spring,))

    assert found.due(Channel.CALL).count == 1
    assert found.due(Channel.VISIT).count == 1
    assert [one.who.name for one in found.follow_ups] == ["P1", "P3"]
    assert found.nobodys == 3
    with pytest.raises(NobodyOfTheTeam):
        _day(store, "mary", (spring,))


def test_a_paused_campaign_asks_nothing_of_the_day(store: Store, spring: Launched) -> None:
    with store.database.writing() as connection:
        connection.execute(update(schema.campaign).values(state="paused"))
    assert _day(store, campaigns=(spring,)).due(Channel.CALL).count == 0
