"""What two records had lived is one person's past, and one person's promises and consents."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from outreach.model.contact import Draft
from outreach.model.ids import CampaignId, ContactId
from outreach.store import schema
from outreach.store.contacts import ImportStart
from outreach.store.engine import Database
from outreach.store.store import Store

ONE, OTHER, THIRD = ContactId(1), ContactId(2), ContactId(3)


@pytest.fixture
def store(database: Database, now: datetime) -> Store:
    """Three people on file."""
    store = Store(database)
    start = ImportStart(file="list.csv", mapping={}, new_fields=[], retyped={}, now=now)
    number = store.contacts.begin_import(start)
    names = ("Tanguy", "Tangui", "Morel")
    drafts = [Draft(line, {"last_name": name}) for line, name in enumerate(names, 1)]
    store.contacts.put(drafts, import_id=number, now=now)
    return store


def campaign(store: Store, now: datetime, *people: ContactId) -> CampaignId:
    """A running campaign of one letter, due for these people."""
    with store.database.writing() as connection:
        number: int = connection.execute(
            insert(schema.campaign)
            .values(
                name="spring", state="running", definition="{}", fingerprint="", salt="",
                launched_at=now, matched=2, selected=2,
            )
            .returning(schema.campaign.c.id)
        ).scalar_one()  # fmt: skip
        step = connection.execute(
            insert(schema.step)
            .values(campaign_id=number, name="letter", channel="letter", position=0)
            .returning(schema.step.c.id)
        ).scalar_one()
        for contact in people:
            connection.execute(
                insert(schema.enrolment).values(
                    campaign_id=number, contact_id=contact, arm="enrolled", enrolled_at=now
                )
            )
            connection.execute(
                insert(schema.delivery).values(
                    campaign_id=number, step_id=step, contact_id=contact, channel="letter",
                    state="due", due_at=now,
                )
            )  # fmt: skip
    return CampaignId(number)


def happened(store: Store, contact: ContactId, now: datetime, **more: Any) -> None:
    with store.database.writing() as connection:
        connection.execute(
            insert(schema.event).values(contact_id=contact, at=now, recorded_at=now, **more)
        )


def kinds(store: Store, contact: ContactId) -> list[tuple[int, str]]:
    return [(event.contact_id, event.kind) for event in store.events.of_contact(contact)]


def test_the_past_of_a_merged_record_is_told_under_the_one_that_stays(
    store: Store, now: datetime
) -> None:
    """Also over two merges: 3 into 2, 2 into 1; and it goes back when they are taken back."""
    happened(store, THIRD, now + timedelta(hours=1), kind="noted", note="met at the fair")
    store.duplicates.merge([[OTHER, THIRD]], now=now + timedelta(hours=2))
    store.duplicates.merge([[ONE, OTHER]], now=now + timedelta(hours=3))

    # The three imports and the note; of the two merges what the one that stayed says.
    assert kinds(store, ONE) == [
        (1, "imported"), (2, "imported"), (3, "imported"), (3, "noted"), (2, "merged"),
        (1, "merged"),
    ]  # fmt: skip

    assert store.duplicates.undo(now=now + timedelta(hours=4)) == [OTHER]
    assert (3, "noted") not in kinds(store, ONE)
    assert (3, "noted") in kinds(store, OTHER)
    assert store.duplicates.undo(now=now + timedelta(hours=5)) == [THIRD]
    assert kinds(store, OTHER)[:1] == [(2, "imported")]
    assert (3, "noted") not in kinds(store, OTHER)


def test_whoever_got_a_campaign_under_another_record_has_got_it(
    store: Store, now: datetime
) -> None:
    """Neither `received(…)` nor the rest of a pilot may write to the person again."""
    spring = campaign(store, now, OTHER)
    happened(store, OTHER, now, kind="touched", channel="letter", campaign_id=spring)
    e = schema.enrolment.c
    with store.database.writing() as connection:
        connection.execute(
            update(schema.enrolment).where(e.contact_id == OTHER).values(
                stopped_at=now, stop_reason="replied"
            )
        )  # fmt: skip
        # The other record has less behind it: it is the one that goes.
        for day in range(3):
            at = now - timedelta(days=day)
            row = {"contact_id": ONE, "at": at, "recorded_at": at, "kind": "noted"}
            connection.execute(insert(schema.event).values(row))

    merged = store.duplicates.merge([[ONE, OTHER]], now=now + timedelta(hours=1))

    assert merged.gone == {OTHER: ONE}
    assert set(store.campaigns.members(spring)) == {ONE, OTHER}
    assert [row.campaign_id for row in store.campaigns.all_memberships(ONE)] == [spring]
    assert [row.kind for row in store.events.history([ONE])[ONE]] == ["touched"]


def test_an_answer_under_one_record_ends_the_chain_of_the_other(
    store: Store, now: datetime
) -> None:
    spring = campaign(store, now, ONE, OTHER)
    e, d = schema.enrolment.c, schema.delivery.c
    with store.database.writing() as connection:
        connection.execute(
            update(schema.enrolment).where(e.contact_id == OTHER).values(
                stopped_at=now, stop_reason="replied"
            )
        )  # fmt: skip

    store.duplicates.merge([[ONE, OTHER]], now=now + timedelta(hours=1))

    def one() -> tuple[str | None, str]:
        with store.database.reading() as connection:
            reason = select(e.stop_reason).where(e.contact_id == ONE, e.campaign_id == spring)
            state = select(d.state).where(d.contact_id == ONE)
            return connection.scalar(reason), connection.scalars(state).one()

    assert one() == ("replied", "cancelled")

    store.duplicates.undo(now=now + timedelta(hours=2))
    assert one() == (None, "due")


def test_consents_promises_and_recommendations_go_with_the_person_and_come_back(
    store: Store, now: datetime
) -> None:
    with store.database.writing() as connection:
        connection.execute(
            insert(schema.consent).values(
                contact_id=OTHER, channel="email", purpose="news", basis="consent", given_at=now
            )
        )
        for contact in (ONE, OTHER):
            connection.execute(
                insert(schema.follow_up).values(
                    contact_id=contact, kind="call_back", due_on=date(2027, 4, 1), created_at=now
                )
            )
        pairs = ((OTHER, THIRD), (THIRD, OTHER), (ONE, OTHER), (OTHER, None))
        for referrer, referred in pairs:
            connection.execute(
                insert(schema.referral).values(referrer_id=referrer, referred_id=referred, at=now)
            )
    f, r = schema.follow_up.c, schema.referral.c

    def owners() -> tuple[list[int], list[int], list[tuple[int, int | None]]]:
        with store.database.reading() as connection:
            consents = connection.scalars(select(schema.consent.c.contact_id)).all()
            promises = connection.scalars(select(f.contact_id).order_by(f.id)).all()
            known = connection.execute(select(r.referrer_id, r.referred_id).order_by(r.id)).all()
        return list(consents), list(promises), [tuple(row) for row in known]

    before = owners()
    store.duplicates.merge([[ONE, OTHER]], now=now)

    # Who recommended his other record recommended nobody: that row stays as it was.
    assert owners() == ([1], [1, 1], [(1, 3), (3, 1), (1, 2), (1, None)])

    store.duplicates.undo(now=now)
    assert owners() == before


def test_a_siren_that_was_no_siret_is_compared(store: Store, now: datetime) -> None:
    """73282932000074 is known to be right; 732 829 321 fails its check digit."""
    with store.database.writing() as connection:
        for contact, cell in ((ONE, "732 829 320"), (OTHER, "732829320 00099"),
                              (THIRD, "732 829 321")):  # fmt: skip
            connection.execute(
                insert(schema.set_aside).values(
                    contact_id=contact, field="siret", original=cell, reason={"msgid": "x"}
                )
            )

    sirets = [person.values["siret"] for person in store.duplicates.people()]

    assert sirets == ["732829320", "732829320", None]
