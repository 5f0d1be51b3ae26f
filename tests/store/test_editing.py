"""A campaign that is changed, repeated, or left for another track, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from outreach.model.audience import Arm
from outreach.model.campaign import (
    After,
    AudienceRule,
    Campaign,
    CampaignState,
    Channel,
    Step,
    Track,
    Unit,
    Waves,
)
from outreach.model.change import Change, Turn
from outreach.model.ids import ContactId, RunId
from outreach.runner.beginning import Beginning
from outreach.runner.edits import compare
from outreach.runner.repeating import plan_firings
from outreach.runner.replanning import Replanned, replan
from outreach.scheduling.calendar import Calendar
from outreach.store import schema
from outreach.store.campaigns import Launched
from outreach.store.engine import Database
from outreach.store.freezing import Member
from outreach.store.store import Store

FRANCE = Calendar("FR", ZoneInfo("Europe/Paris"))
#: A Monday.
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

MAIL = Step(name="mail", channel=Channel.EMAIL)
AGAIN = Step(name="again", channel=Channel.EMAIL, after=After("mail", 5, Unit.DAYS))
VISIT = Step(name="visit", channel=Channel.VISIT, track=Track.POSITIVE)
SPRING = Campaign(
    name="spring", audience=AudienceRule(where="true"), sender="marie", steps=(MAIL, AGAIN, VISIT),
    tracks={Track.POSITIVE: ("replied",)},
)  # fmt: skip


@pytest.fixture
def store(database: Database) -> Store:
    rows = [
        {"id": n, "last_name": f"P{n}", "kind": "suspect", "created_at": NOON, "updated_at": NOON}
        for n in range(1, 6)
    ]
    with database.writing() as connection:
        connection.execute(schema.contact.insert(), rows)
    return Store(database)


def launch(store: Store, definition: Campaign = SPRING) -> Launched:
    """Five people, the third one control."""
    members = [
        Member(
            contact=ContactId(n), kind="suspect", rank=n - 1,
            arm=Arm.CONTROL if n == 3 else Arm.ENROLLED,
        )
        for n in range(1, 6)
    ]  # fmt: skip
    beginning = Beginning(definition=definition, calendar=FRANCE, launched_at=NOON, now=NOON)
    store.campaigns.launch(
        definition, beginning.members(members), file="f", fingerprint="m", matched=5, selected=5,
        pilot=False, now=NOON,
    )  # fmt: skip
    return store.campaigns.find(definition.name)


def ledger(store: Store, contact: int) -> dict[str, tuple[str, datetime]]:
    """Step and firing → state and date."""
    d, s = schema.delivery.c, schema.step.c
    query = (
        select(s.name, d.occurrence, d.state, d.due_at)
        .join(schema.step, s.id == d.step_id)
        .where(d.contact_id == contact)
        .order_by(d.id)
    )
    with store.database.reading() as connection:
        rows = connection.execute(query).all()
    return {f"{r.name}.{r.occurrence}": (r.state, r.due_at) for r in rows}


def done(store: Store, launched: Launched, *contacts: int, at: datetime = NOON) -> None:
    """The mail of these was sent, and the next one is due."""
    from outreach.model.delivery import Sent
    from outreach.model.settings import Costs
    from outreach.runner.outcomes import Situation, changes_for

    here = Situation(launched=launched, calendar=FRANCE, costs=Costs(), now=at)
    due = store.deliveries.due(now=at, channels=(Channel.EMAIL,), limit=None)
    mine = [d.delivery for d in due if d.delivery.contact in contacts]
    run = store.runs.start(now=at, host="here", pid=1)
    with store.database.writing() as connection:
        connection.execute(
            update(schema.delivery)
            .where(schema.delivery.c.id.in_([d.id for d in mine]))
            .values(state="claimed", run_id=run)
        )
    changes = changes_for([(one, Sent()) for one in mine], {launched.id: here})
    store.deliveries.write(Change.joined(changes))


def changed(store: Store, definition: Campaign, *, now: datetime = NOON + DAY) -> Replanned:
    launched = store.campaigns.find(definition.name)
    return replan(
        store, launched, compare(launched.definition, definition), fingerprint="m", file="f",
        calendar=FRANCE, now=now,
    )  # fmt: skip


def told(done: Replanned) -> Mapping[str, tuple[int, int, int, int]]:
    """Step → added, moved, cancelled, untouched."""
    return {
        one.edit.step.name: (one.added, one.moved, one.cancelled, one.untouched)
        for one in done.steps
    }


def test_only_what_waits_untouched_is_moved(store: Store) -> None:
    """One waits, one is claimed, one was tried, one has not got the first mail."""
    launched = launch(store)
    done(store, launched, 1, 2, 4)
    d = schema.delivery.c
    step = launched.steps["again"]
    with store.database.writing() as connection:
        for contact, values in ((2, {"state": "claimed"}), (4, {"attempts": 1})):
            here = (d.step_id == step) & (d.contact_id == contact)
            connection.execute(update(schema.delivery).where(here).values(values))

    later = replace(AGAIN, after=After("mail", 7, Unit.DAYS))
    assert told(changed(store, replace(SPRING, steps=(MAIL, later, VISIT)))) == {
        "mail": (0, 0, 0, 0), "again": (0, 1, 0, 2), "visit": (0, 0, 0, 0)
    }  # fmt: skip
    assert ledger(store, 1)["again.1"] == ("due", NOON + 7 * DAY)
    assert ledger(store, 2)["again.1"] == ("claimed", NOON + 5 * DAY)
    assert ledger(store, 4)["again.1"] == ("due", NOON + 5 * DAY)
    assert "again.1" not in ledger(store, 5)


def test_nothing_is_moved_by_the_same_file(store: Store) -> None:
    launched = launch(store)
    done(store, launched, 1)
    before = [ledger(store, n) for n in range(1, 6)]
    assert compare(launched.definition, SPRING).empty
    changed(store, SPRING)
    assert [ledger(store, n) for n in range(1, 6)] == before
    assert store.campaigns.find("spring").definition.edition == 1


def test_a_step_that_went_and_comes_back_takes_up_what_was_cancelled(store: Store) -> None:
    launched = launch(store)
    done(store, launched, 1, 2)
    assert told(changed(store, replace(SPRING, steps=(MAIL, VISIT))))["again"] == (0, 0, 2, 0)
    assert ledger(store, 1)["again.1"][0] == "cancelled"
    assert store.campaigns.find("spring").definition.step("again") == AGAIN

    assert told(changed(store, SPRING))["again"] == (2, 0, 0, 0)
    assert ledger(store, 1)["again.1"] == ("due", NOON + 5 * DAY)
    assert store.campaigns.find("spring").definition.former == ()


def test_a_new_step_that_opens_the_chain_comes_to_everybody_but_control(store: Store) -> None:
    launch(store)
    call = Step(name="call", channel=Channel.CALL)
    found = told(changed(store, replace(SPRING, steps=(*SPRING.steps, call))))
    assert found["call"] == (4, 0, 0, 0)
    assert "call.1" not in ledger(store, 3)


def test_waves_that_come_later_spread_who_has_not_begun(store: Store) -> None:
    """One begun; waves of two: the first two now, the others in a week."""
    launched = launch(store)
    done(store, launched, 1)
    in_waves = replace(SPRING, waves=Waves(2, 1, Unit.WEEKS))
    assert told(changed(store, in_waves))["mail"] == (0, 2, 0, 0)
    assert [ledger(store, n)["mail.1"][1] for n in (1, 2, 4, 5)] == [
        NOON, NOON, NOON + 7 * DAY, NOON + 7 * DAY
    ]  # fmt: skip


def test_a_finished_campaign_goes_on_with_a_new_step(store: Store) -> None:
    launched = launch(store, replace(SPRING, steps=(MAIL,), tracks={}))
    done(store, launched, 1, 2, 4, 5)
    store.standing.finish(launched.id, now=NOON)
    assert told(changed(store, replace(SPRING, steps=(MAIL, AGAIN), tracks={})))["again"][0] == 4
    assert store.campaigns.find("spring").state is CampaignState.RUNNING


# --- repeats ----------------------------------------------------------------------------------


NEWS = replace(SPRING, name="news", steps=(MAIL,), tracks={}, repeat="0 9 * * mon")


def test_the_next_firing_is_planned_once_the_last_one_has_come(store: Store) -> None:
    launched = launch(store, NEWS)
    assert ledger(store, 1) == {"mail.1": ("due", datetime(2027, 3, 8, 8, tzinfo=UTC))}
    assert plan_firings(store, [launched], calendar=FRANCE, now=NOON) == 0
    late = datetime(2027, 3, 20, 8, tzinfo=UTC)
    assert plan_firings(store, [launched], calendar=FRANCE, now=late) == 4
    assert plan_firings(store, [launched], calendar=FRANCE, now=late) == 0
    assert ledger(store, 1)["mail.2"] == ("due", datetime(2027, 3, 22, 8, tzinfo=UTC))
    assert ledger(store, 3) == {}


def test_what_is_left_of_a_firing_gives_way_to_the_next_but_one(store: Store) -> None:
    launched = launch(store, NEWS)
    for now in (datetime(2027, 3, 8, 8, tzinfo=UTC), datetime(2027, 3, 15, 8, tzinfo=UTC)):
        plan_firings(store, [launched], calendar=FRANCE, now=now)
    assert [state for state, _ in ledger(store, 1).values()] == ["cancelled", "due", "due"]


def test_another_rhythm_moves_the_firing_that_has_not_come(store: Store) -> None:
    launch(store, NEWS)
    changed(store, replace(NEWS, repeat="0 9 * * thu"))
    assert ledger(store, 1) == {"mail.1": ("due", datetime(2027, 3, 4, 8, tzinfo=UTC))}


# --- tracks -----------------------------------------------------------------------------------


def test_who_left_a_track_gets_nothing_of_it_that_comes_back(store: Store) -> None:
    """Claimed while the answer came, and given back: it is cancelled then."""
    launched = launch(store)
    (mine,) = [
        one.delivery
        for one in store.deliveries.due(now=NOON, channels=(Channel.EMAIL,))
        if one.delivery.contact == 1
    ]
    run = RunId(store.runs.start(now=NOON, host="here", pid=1))
    with store.database.writing() as connection:
        connection.execute(
            update(schema.delivery)
            .where(schema.delivery.c.id == mine.id)
            .values(state="claimed", run_id=run)
        )
    turn = Turn(
        campaign=launched.id, contact=ContactId(1), track=Track.POSITIVE, fact="replied", at=NOON,
        steps=(launched.steps["visit"],),
    )  # fmt: skip
    store.deliveries.write(Change(turns=(turn,)))
    assert ledger(store, 1)["mail.1"][0] == "claimed"
    store.deliveries.give_back([mine.id], now=NOON)
    assert ledger(store, 1)["mail.1"][0] == "cancelled"


def test_many_turn_at_once_and_control_does_not(store: Store) -> None:
    launched = launch(store)
    turns = tuple(
        Turn(
            campaign=launched.id, contact=ContactId(n), track=Track.POSITIVE, fact="replied",
            at=NOON, steps=(launched.steps["visit"],),
        )
        for n in (1, 2, 3)
    )  # fmt: skip
    store.deliveries.write(Change(turns=turns))
    rows = [store.campaigns.enrolment(launched.id, ContactId(n)) for n in range(1, 6)]
    assert [row.stop_reason for row in rows if row] == ["positive", "positive", None, None, None]
    assert [ledger(store, n).get("mail.1", ("none",))[0] for n in range(1, 6)] == [
        "cancelled", "cancelled", "none", "due", "due"
    ]  # fmt: skip
