"""Two contacts become one and two again, on each database, and nothing that happened is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from outreach.model.admission import OnMatch
from outreach.model.campaign import Channel
from outreach.model.contact import Draft
from outreach.model.field import Field, FieldType, Origin, Value
from outreach.model.ids import ContactId
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.store import schema
from outreach.store.contacts import ImportStart
from outreach.store.engine import Database
from outreach.store.store import Store

ONE, OTHER, THIRD = ContactId(1), ContactId(2), ContactId(3)


def put(store: Store, now: datetime, *rows: Mapping[str, Value], tags: str = "") -> None:
    """Contacts 1, 2, 3 …; the last one bears the tags."""
    since = Field("since", FieldType.DATE, "Since", Origin.USER)
    start = ImportStart(file="list.csv", mapping={}, new_fields=[since], retyped={}, now=now)
    number = store.contacts.begin_import(start)
    drafts = [
        Draft(line, row, tuple(tags.split()) if line == len(rows) else ())
        for line, row in enumerate(rows, 1)
    ]
    assert store.contacts.put(drafts, import_id=number, now=now).counts.created == len(rows)


def row_of(database: Database, contact: ContactId) -> dict[str, Any]:
    table = database.contact
    with database.reading() as connection:
        return dict(connection.execute(select(table).where(table.c.id == contact)).one()._mapping)


HELENE: dict[str, Value] = {"first_name": "Hélène", "last_name": "Tanguy", "city": "Rennes"}
TANGUY: dict[str, Value] = {
    "first_name": "H.", "last_name": "Tanguy", "city": "Rennes", "email": "h.tanguy@lys.example",
    "since": date(2020, 2, 1), "kind": "customer",
}  # fmt: skip


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


def test_the_one_that_stays_is_filled_and_the_other_points_at_it(
    store: Store, now: datetime
) -> None:
    put(store, now, HELENE, TANGUY, tags="fair vip")
    before = row_of(store.database, ONE), row_of(store.database, OTHER)

    merged = store.duplicates.merge([[ONE, OTHER]], now=now + timedelta(days=1))

    assert (merged.gone, merged.busy) == ({OTHER: ONE}, ())
    (helene,) = store.contacts.matching()
    assert helene.id == ONE
    assert helene.text("first_name") == "Hélène"
    assert helene.text("email") == "h.tanguy@lys.example"
    assert helene.values["since"] == date(2020, 2, 1)
    assert helene.text("kind") == "customer"
    assert helene.tags == {"fair", "vip"}
    assert row_of(store.database, OTHER)["merged_into"] == ONE
    assert [event.kind for event in store.events.of_contact(OTHER)][-1] == "merged"

    assert store.duplicates.undo(now=now + timedelta(days=2)) == [OTHER]

    after = row_of(store.database, ONE), row_of(store.database, OTHER)
    for old, new in zip(before, after, strict=True):
        assert {**old, "updated_at": None} == {**new, "updated_at": None}
    assert [contact.tags for contact in store.contacts.matching()] == [set(), {"fair", "vip"}]
    assert store.duplicates.undo(now=now + timedelta(days=3)) == []


def test_half_an_address_is_not_filled_up_with_another_one(store: Store, now: datetime) -> None:
    put(store, now, HELENE, {"last_name": "Tanguy", "street": "1 quai Sud", "city": "Brest"})

    store.duplicates.merge([[ONE, OTHER]], now=now)

    (helene,) = store.contacts.matching()
    assert (helene.text("city"), helene.text("street")) == ("Rennes", None)


def test_counters_are_of_both_and_are_parted_again(store: Store, now: datetime) -> None:
    put(store, now, HELENE, TANGUY)
    table = schema.contact
    numbers = {
        ONE: {"order_count": 1, "revenue_minor": 10_000, "last_order_on": date(2026, 1, 1)},
        OTHER: {"order_count": 2, "revenue_minor": 5_000, "last_order_on": date(2027, 1, 1)},
    }
    with store.database.writing() as connection:
        for contact, values in numbers.items():
            connection.execute(table.update().where(table.c.id == contact).values(values))

    store.duplicates.merge([[ONE, OTHER]], now=now)
    both = row_of(store.database, ONE)
    assert (both["order_count"], both["revenue_minor"]) == (3, 15_000)
    assert both["last_order_on"] == date(2027, 1, 1)

    store.duplicates.undo(now=now)
    alone = row_of(store.database, ONE)
    assert (alone["order_count"], alone["revenue_minor"]) == (1, 10_000)
    assert alone["last_order_on"] == date(2026, 1, 1)


def test_whoever_opposed_under_one_record_has_opposed(store: Store, now: datetime) -> None:
    put(store, now, HELENE | {"email": "helene@home.example"}, TANGUY)
    entry = Suppression(
        key=SuppressionKey.EMAIL, value="h.tanguy@lys.example", scope=SuppressionScope.ALL,
        reason="opted_out", at=now,
    )  # fmt: skip
    store.suppressions.add([entry])
    helene = store.contacts.get(ONE)
    assert store.suppressions.forbids(helene, Channel.CALL) is None

    store.duplicates.merge([[ONE, OTHER]], now=now)
    assert store.suppressions.forbids(helene, Channel.CALL) == "opted_out"

    store.duplicates.undo(now=now)
    assert store.suppressions.forbids(helene, Channel.CALL) is None
    assert store.suppressions.forbids(store.contacts.get(OTHER), Channel.CALL) == "opted_out"


def campaign(store: Store, now: datetime, name: str, *people: ContactId) -> None:
    """A running campaign with one letter due for each of these people."""
    with store.database.writing() as connection:
        number = connection.execute(
            insert(schema.campaign).values(
                name=name, state="running", definition="", fingerprint="", salt="", matched=0,
                selected=0, launched_at=now,
            )
        ).inserted_primary_key[0]  # type: ignore[index]  # fmt: skip
        step = connection.execute(
            insert(schema.step).values(campaign_id=number, name="s", channel="letter", position=0)
        ).inserted_primary_key[0]  # type: ignore[index]
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


def states(database: Database) -> list[tuple[int, str]]:
    d = schema.delivery.c
    with database.reading() as connection:
        query = select(d.contact_id, d.state).order_by(d.contact_id)
        return [(row.contact_id, row.state) for row in connection.execute(query)]


def test_a_person_enrolled_twice_is_written_to_once(store: Store, now: datetime) -> None:
    put(store, now, HELENE, TANGUY)
    campaign(store, now, "spring", ONE, OTHER)

    store.duplicates.merge([[ONE, OTHER]], now=now)
    assert states(store.database) == [(1, "due"), (2, "cancelled")]
    assert "cancelled" in [event.kind for event in store.events.of_contact(OTHER)]

    store.duplicates.undo(now=now)
    assert states(store.database) == [(1, "due"), (2, "due")]


def test_whoever_is_in_a_campaign_stays_and_nobody_is_lost_to_one(
    store: Store, now: datetime
) -> None:
    put(store, now, HELENE, TANGUY, HELENE | {"city": "Brest"})
    campaign(store, now, "spring", OTHER)
    assert store.duplicates.merge([[ONE, OTHER]], now=now).gone == {ONE: OTHER}

    campaign(store, now, "autumn", THIRD)
    merged = store.duplicates.merge([[OTHER, THIRD]], now=now)

    assert (merged.gone, merged.busy) == ({}, (THIRD,))
    assert states(store.database) == [(2, "due"), (3, "due")]


def test_one_act_is_undone_whole_and_the_last_one_first(store: Store, now: datetime) -> None:
    fourth = ContactId(4)
    put(store, now, *({"last_name": name} for name in ("Tanguy", "Tangui", "Morel", "Morell")))
    store.duplicates.merge([[ONE, OTHER]], now=now)
    store.duplicates.merge([[THIRD, fourth]], now=now + timedelta(hours=1))

    assert store.duplicates.undo(now=now + timedelta(hours=2)) == [fourth]
    assert store.duplicates.undo(now=now + timedelta(hours=2)) == [OTHER]
    assert store.contacts.count() == 4


def test_what_changed_since_the_merge_survives_its_undo(store: Store, now: datetime) -> None:
    put(store, now, HELENE, TANGUY)
    store.duplicates.merge([[ONE, OTHER]], now=now)
    put_again = ImportStart(file="later.csv", mapping={}, retyped={}, now=now)
    number = store.contacts.begin_import(put_again)
    later = {"email": "h.tanguy@lys.example", "phone": "+33299853802"}
    store.contacts.put([Draft(1, later)], import_id=number, now=now)
    replaced = {"email": "h.tanguy@lys.example", "since": date(2021, 5, 1)}
    store.contacts.put([Draft(1, replaced)], import_id=number, policy=OnMatch.REPLACE, now=now)

    store.duplicates.undo(now=now)

    helene = store.contacts.get(ONE)
    assert (helene.text("phone"), helene.text("email")) == ("+33299853802", None)
    assert helene.values["since"] == date(2021, 5, 1)


def test_decisions_are_kept_and_may_be_changed(store: Store, now: datetime) -> None:
    put(store, now, HELENE, TANGUY)

    store.duplicates.decide(OTHER, ONE, same=False, now=now)
    assert store.duplicates.apart() == [(1, 2)]

    store.duplicates.merge([[ONE, OTHER]], now=now)
    assert store.duplicates.apart() == []


def test_numbers_that_were_set_aside_and_own_fields_are_compared_too(
    store: Store, now: datetime
) -> None:
    put(store, now, HELENE | {"mobile": "+33639980001"}, TANGUY)
    with store.database.writing() as connection:
        connection.execute(
            insert(schema.set_aside).values(
                contact_id=ONE, field="phone", original="881 41 42", reason={"msgid": "x"}
            )
        )

    helene, tanguy = store.duplicates.people()

    assert (helene.id, helene.values["first_name"]) == (1, "helene")
    assert helene.phones == ["+33639980001", "881 41 42"]
    assert [field.name for field in store.duplicates.own_fields()] == ["since"]
    assert (helene.own, tanguy.own) == ([None], ["2020-02-01"])
