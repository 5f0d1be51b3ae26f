"""Who is adrift, on both databases: one person for each way of being held, and the forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, update

from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.conditions import Selection
from outreach.store.engine import Database
from outreach.store.store import Store

DAY = date(2027, 3, 1)
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)

#: Whoever is adrift, and whoever is not, by what is said of each below.
FORGOTTEN = ("nobody knows", "stopped", "through", "left out", "over", "control over",
             "latent undated", "promise kept", "answered", "e-mail only",
             "opposition lifted", "deleted")  # fmt: skip
HELD = ("enrolled", "paused", "control", "latent", "arid", "promised", "asked", "alone",
        "by number", "by mobile", "by address", "by domain", "as another", "planned")  # fmt: skip
GONE = ("merged", "erased")
NUMBERS: Mapping[str, int] = {
    name: number for number, name in enumerate((*FORGOTTEN, *HELD, *GONE), 1)
}


@pytest.fixture
def store(database: Database) -> Store:
    """Everybody of `NUMBERS`, each in the state that his name tells."""
    people = [
        {"id": number, "last_name": name, "last_name_folded": name, "kind": "prospect",
         "email_print": None, "created_at": NOON, "updated_at": NOON}
        for name, number in NUMBERS.items()
    ]  # fmt: skip
    with database.writing() as connection:
        connection.execute(schema.contact.insert(), people)
    _campaigns(database)
    _states(database)
    return Store(database)


def _campaigns(database: Database) -> None:
    states = ("running", "paused", "finished", "running")
    members = (
        (1, "enrolled", {"arm": "enrolled"}),
        (1, "as another", {"arm": "excluded", "reason": "no_address"}),
        (1, "merged", {"arm": "enrolled"}),
        (1, "stopped", {"arm": "enrolled", "stopped_at": NOON + timedelta(days=3),
                        "stop_reason": "replied"}),
        (1, "through", {"arm": "enrolled"}),
        (1, "left out", {"arm": "excluded", "reason": "no_address"}),
        (1, "control", {"arm": "control"}),
        (2, "paused", {"arm": "enrolled"}),
        (3, "over", {"arm": "enrolled"}),
        (3, "control over", {"arm": "control"}),
        (4, "deleted", {"arm": "enrolled"}),
    )  # fmt: skip
    with database.writing() as connection:
        for number, state in enumerate(states, 1):
            connection.execute(
                insert(schema.campaign).values(
                    id=number, name=f"c{number}", state=state, definition="{}", fingerprint="",
                    salt="", launched_at=NOON, matched=2, selected=2,
                    finished_at=NOON + timedelta(days=9) if state == "finished" else None,
                    deleted_at=NOON if number == 4 else None,
                )
            )  # fmt: skip
        _steps(connection)
        for campaign, who, more in members:
            connection.execute(
                insert(schema.enrolment).values(
                    campaign_id=campaign, contact_id=NUMBERS[who], enrolled_at=NOON, **more
                )
            )


def _steps(connection: Connection) -> None:
    """One call each: to come for who is held by it, done on the 8th for who is through."""
    due, done = {"state": "due"}, {"state": "sent", "settled_at": NOON + timedelta(days=7)}
    steps = ((1, "enrolled", due), (1, "merged", due), (2, "paused", due), (4, "deleted", due),
             (1, "through", done))  # fmt: skip
    for campaign in (1, 2, 4):
        connection.execute(
            insert(schema.step).values(
                id=campaign, campaign_id=campaign, name="call", channel="call", position=1
            )
        )
    for campaign, who, state in steps:
        connection.execute(
            insert(schema.delivery).values(
                campaign_id=campaign, step_id=campaign, contact_id=NUMBERS[who], channel="call",
                due_at=NOON + timedelta(days=7), **state,
            )
        )  # fmt: skip


def _states(database: Database) -> None:
    contact = schema.contact
    values: Mapping[str, Mapping[str, object]] = {
        "latent": {"interest": "latent", "interest_until": DAY},
        "latent undated": {"interest": "latent"},
        "arid": {"interest": "arid", "interest_reason": "has a supplier"},
        "by number": {"phone_print": "a number"},
        "by mobile": {"mobile_print": "a mobile"},
        "by address": {"email_print": "an address"},
        "by domain": {"email_domain": "firm.example"},
        "merged": {"merged_into": NUMBERS["as another"]},
        "erased": {"erased_at": NOON},
        "e-mail only": {"email_print": "mails only"},
        "opposition lifted": {"email_print": "lifted"},
    }
    oppositions = (
        (f"contact:{NUMBERS['alone']}", "all", None),
        ("a number", "all", None),
        ("a mobile", "all", None),
        ("an address", "all", None),
        ("domain:firm.example", "all", None),
        ("mails only", "email", None),
        ("lifted", "all", NOON),
    )
    kept = NOON + timedelta(days=5)
    with database.writing() as connection:
        for name, columns in values.items():
            connection.execute(
                update(contact).where(contact.c.id == NUMBERS[name]).values(**columns)
            )
        for mark, scope, removed in oppositions:
            connection.execute(
                insert(schema.suppression).values(
                    key="contact", fingerprint=mark, scope=scope, reason="opted_out", at=NOON,
                    removed_at=removed,
                )
            )  # fmt: skip
        for who, done in (("promised", None), ("promise kept", kept)):
            connection.execute(
                insert(schema.follow_up).values(
                    contact_id=NUMBERS[who], kind="call_back", due_on=DAY, created_at=NOON,
                    done_at=done,
                )
            )  # fmt: skip
        for who, answered in (("asked", None), ("answered", NOON)):
            connection.execute(
                insert(schema.inquiry).values(
                    contact_id=NUMBERS[who], at=NOON, answered_at=answered
                )
            )


def _planned(store: Store) -> list[Selection]:
    return [store.database.contact.c.last_name_folded == "planned"]


def test_whoever_has_no_date_no_campaign_and_no_reason_is_adrift(store: Store) -> None:
    """Everybody of `FORGOTTEN` and nobody else, in the order they came on file."""
    planned = _planned(store)
    people = list(store.drift.people(None, planned))
    assert tuple(person.name for person in people) == FORGOTTEN
    assert store.drift.count(None, planned) == len(FORGOTTEN)


def test_whoever_a_planned_campaign_would_take_is_adrift_without_it(store: Store) -> None:
    assert store.drift.count(None, ()) == len(FORGOTTEN) + 1
    assert store.drift.adrift(ContactId(NUMBERS["planned"]), ()) is not None
    assert store.drift.fits(ContactId(NUMBERS["planned"]), _planned(store)[0])


def test_since_when_is_the_last_thing_that_held_the_person(store: Store) -> None:
    """A chain that ended on the 4th, a campaign on the 10th, a promise on the 6th, and the last
    step of a campaign that others keep going on the 8th."""
    since = {person.name: person.since for person in store.drift.people(None, _planned(store))}
    assert since["nobody knows"] == NOON
    assert since["stopped"] == NOON + timedelta(days=3)
    assert since["over"] == since["control over"] == NOON + timedelta(days=9)
    assert since["through"] == NOON + timedelta(days=7)
    assert since["promise kept"] == NOON + timedelta(days=5)


def test_the_last_campaign_of_somebody_forgotten_is_told(store: Store) -> None:
    last = {person.name: person.last for person in store.drift.people(None, _planned(store))}
    assert last["nobody knows"] is None
    assert last["deleted"] is None
    stopped, out = last["stopped"], last["left out"]
    assert stopped is not None
    assert out is not None
    assert (stopped.campaign, stopped.stop_reason) == ("c1", "replied")
    assert (out.arm, out.reason) == ("excluded", "no_address")


def test_people_are_chosen_and_limited(store: Store) -> None:
    wanted = store.database.contact.c.last_name_folded.like("%over")
    assert [one.name for one in store.drift.people(wanted, ())] == ["over", "control over"]
    assert [one.name for one in store.drift.people(wanted, (), limit=1)] == ["over"]
    assert store.drift.count(wanted, ()) == 2
