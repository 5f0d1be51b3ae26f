"""A number that is somebody else's: taken off the record, tried no more, put back by `undo`.

However it was said — in a guided call, on a sheet, by `record` — the consequences are the same:
the other number is tried, and where there is none the chain goes on without the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from outreach.cleaning.phones import as_dialled
from outreach.model.campaign import Channel
from outreach.model.contact import Contact, Draft
from outreach.model.field import Value
from outreach.model.ids import ContactId
from outreach.runner.facts import Fact
from outreach.store.store import Store

#: Where a number may stand, in the order in which they are dialled.
_FIELDS = ("phone", "mobile")


def taken_off(store: Store, fact: Fact, country: str, now: datetime) -> Fact:
    """The fact with the number off its person's record; any other fact as it is.

    The event keeps the number: what it says is read by people and needed to take it back.
    """
    if fact.stage != "wrong_number" or fact.channel not in (None, Channel.CALL):
        return fact
    number = fact.number or _dialled_first(fact.contact)
    wrong = tuple(name for name in _FIELDS if number and fact.contact.text(name) == number)
    if number is None or not wrong:
        return fact
    _set(store, fact.contact.id, dict.fromkeys(wrong), now)
    said = as_dialled(number, country)
    return replace(
        fact,
        contact=store.contacts.get(fact.contact.id),
        number=number,
        wrong=wrong,
        note=" – ".join(filter(None, (said, fact.note))),
    )


def put_back(store: Store, heads: Iterable[Any], now: datetime) -> None:
    """Numbers that recordings taken back had taken off, where nothing else stands by now."""
    for head in heads:
        told = head.data.get("wrong_number")
        if told is None:
            continue
        contact = store.contacts.get(ContactId(head.contact_id))
        empty = {name: told["number"] for name in told["fields"] if contact.text(name) is None}
        if empty:
            _set(store, contact.id, empty, now)


def _dialled_first(contact: Contact) -> str | None:
    return next((number for name in _FIELDS if (number := contact.text(name))), None)


def _set(store: Store, contact: ContactId, values: Mapping[str, Value], now: datetime) -> None:
    store.people.set(contact, Draft(0, dict(values)), now=now)
