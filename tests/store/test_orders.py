"""The orders of people, as documents print them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import insert, update

from outreach.model.contact import Draft
from outreach.model.event import Order
from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.contacts import ImportStart
from outreach.store.engine import Database
from outreach.store.store import Store

ONE, OTHER, THIRD = ContactId(1), ContactId(2), ContactId(3)


def _event(store: Store, contact: int, at: datetime, **more: object) -> int:
    row = {"contact_id": contact, "kind": "reached", "at": at, "recorded_at": at, **more}
    with store.database.writing() as connection:
        added = connection.execute(insert(schema.event).values(**row))
        key = added.inserted_primary_key
    assert key is not None
    return int(key[0])


def test_orders_are_told_oldest_first_without_those_taken_back(
    database: Database, now: datetime
) -> None:
    """The orders of a record that was merged into another are the person's too."""
    store = Store(database)
    start = ImportStart(file="list.csv", mapping={}, new_fields=[], retyped={}, now=now)
    number = store.contacts.begin_import(start)
    drafts = [Draft(line, {"last_name": name}) for line, name in enumerate("ABC", 1)]
    store.contacts.put(drafts, import_id=number, now=now)
    march, may = now.replace(month=3, day=2), now.replace(month=5, day=3)
    _event(store, ONE, may, stage="order", amount_minor=2050, note="paid")
    _event(store, THIRD, march, stage="order")
    _event(store, ONE, march, stage="quote", amount_minor=9900)
    wrong = _event(store, ONE, may, stage="order", amount_minor=100)
    _event(store, ONE, may, kind="corrected", corrects=wrong)
    with store.database.writing() as connection:
        contact = database.contact
        connection.execute(update(contact).where(contact.c.id == THIRD).values(merged_into=ONE))
    assert store.events.orders([ONE, OTHER]) == {
        ONE: [
            Order(date(now.year, 3, 2), None, None, None),
            Order(date(now.year, 5, 3), Decimal("20.50"), "paid", None),
        ],
        OTHER: [],
    }
