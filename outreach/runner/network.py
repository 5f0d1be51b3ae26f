"""The network of prescribers: whom to ask, who recommended us to whom, whom to thank."""

from __future__ import annotations

from datetime import date, datetime
from secrets import token_hex

from outreach.model.change import Change
from outreach.model.contact import Contact
from outreach.model.event import Event, EventKind
from outreach.model.follow_up import FollowUp, FollowUpKind
from outreach.model.ids import EventId
from outreach.store.store import Store


def plan_to_ask(
    store: Store,
    contact: Contact,
    *,
    on: date,
    author: str | None,
    note: str | None,
    now: datetime,
) -> EventId | None:
    """Plan to ask somebody whom he would recommend us to; the number it is taken back by."""
    act, kind = token_hex(6), FollowUpKind.ASK_REFERRAL
    event = Event(
        kind=EventKind.NOTED,
        contact=contact.id,
        at=now,
        recorded_at=now,
        author=author,
        note=note,
        data={"recording": act, "promised": [[contact.id, kind.value, on.isoformat()]]},
    )
    promise = FollowUp(
        contact=contact.id, kind=kind, due_on=on, created_at=now, owner=author, note=note
    )
    store.deliveries.write(Change(events=(event,), follow_ups=(promise,)))
    return store.recordings.number(contact.id, act)
