"""The life stage that the store computes: for a selection and for a list, today and later."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from segmentation.people import NOW, PARIS, TODAY, Base, Happened, Someone
from sqlalchemy import update

from outreach.model.event import EventKind
from outreach.model.ids import ContactId
from outreach.store.contacts import Contacts
from outreach.store.engine import Database

ORDER = EventKind.REACHED


def customer(*days_ago: int) -> Someone:
    days = [TODAY - timedelta(days=ago) for ago in days_ago]
    return Someone(
        {"first_order_on": min(days), "last_order_on": max(days)},
        events=tuple(
            Happened(ORDER, stage="order", at=NOW - timedelta(days=ago), amount=10000)
            for ago in days_ago
        ),
    )


PEOPLE = (
    Someone({}),
    customer(10),
    customer(50, 80, 110, 140, 170, 200),
    customer(95, 125, 155, 185, 215),
    customer(800),
    customer(10, 40, 70, 100, 400),
)
STAGES = [None, "new", "declining", "lost", "lost", "developing"]


def test_a_selection_finds_each_stage(database: Database) -> None:
    base = Base(database)
    base.fill(PEOPLE)

    assert base.found('life_stage = "Lost"') == {3, 4}
    assert base.found('life_stage in ("new", "declining")') == {1, 2}
    assert base.found("life_stage is null") == {0}
    assert base.found('life_stage != "lost"') == {0, 1, 2, 5}


def test_contacts_are_read_with_their_stage_of_that_day(database: Database) -> None:
    base = Base(database)
    base.fill(PEOPLE)
    contacts = Contacts(database)

    def stages(day: date) -> list[object]:
        database.zone = PARIS
        database.now = lambda: datetime(day.year, day.month, day.day, 12, tzinfo=PARIS)
        return [one.values["life_stage"] for one in contacts.matching()]

    assert stages(TODAY) == STAGES
    assert stages(TODAY + timedelta(days=800)) == [None, "lost", "lost", "lost", "lost", "lost"]


def test_a_stage_set_by_hand_wins_in_the_store_too(database: Database) -> None:
    base = Base(database)
    base.fill(PEOPLE)
    table = database.contact
    with database.writing() as connection:
        connection.execute(
            update(table).where(table.c.id == 3).values(life_stage_override="mature")
        )

    assert base.found('life_stage = "mature"') == {3}
    database.now = lambda: NOW
    assert Contacts(database).get(ContactId(3)).values["life_stage"] == "mature"
