"""What somebody may ask of us about his data: to see it, to have it erased; and what we owe
unasked: not to keep it for longer than we need it.

Each is a report first; what is done stands in the register (GDPR art. 12, 15 to 17, 20).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from outreach.compliance.retention import kept_since, kept_until
from outreach.model.contact import Contact
from outreach.model.ids import ContactId
from outreach.model.settings import Settings
from outreach.store.erasing import Erased
from outreach.store.holdings import holdings
from outreach.store.privacy import Expired, Request
from outreach.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything that is held about one person."""

    contact: Contact
    #: Table by table.
    held: dict[str, list[dict[str, Any]]]
    #: The last day on which the data of a prospect is kept.
    kept_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ToErase:
    """What an erasure would empty, and what it cannot reach."""

    contact: Contact
    counts: dict[str, int]
    #: Folders with printed letters, files he was imported from.
    bundles: Sequence[str]
    files: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPurge:
    """Whose data was kept long enough."""

    since: date
    lines: Sequence[Expired]
    people: Sequence[ContactId]
    #: Customers as silent, whose last order nobody told us of: not to be purged unseen.
    unknown: int


def dossier(store: Store, settings: Settings, contact: Contact) -> Dossier:
    """Everything about a person, for himself."""
    held = holdings(store.database, contact.id)
    last = store.privacy.last_act(contact.id).astimezone(settings.zone).date()
    until = kept_until(last, settings.policy)
    return Dossier(contact=contact, held=held, kept_until=until)


def answered(store: Store, contact: Contact, *, now: datetime) -> None:
    """The dossier lies there to be handed over: the request stands in the register."""
    request = Request(kind="access", contact=contact.id, received_at=now, answered_at=now)
    store.privacy.note([request])


def to_erase(store: Store, contact: Contact) -> ToErase:
    """What would be emptied, before it is."""
    held = holdings(store.database, contact.id)
    return ToErase(
        contact=contact,
        counts={name: len(rows) for name, rows in held.items() if rows},
        bundles=store.privacy.bundles(contact.id),
        files=list(dict.fromkeys(str(row["file"]) for row in held["imports"])),
    )


def erase_person(store: Store, contact: Contact, *, now: datetime) -> Erased:
    """Empty a person on request; he stays forbidden on every channel, unknown."""
    return store.privacy.erase([contact.id], forbid=True, kind="erasure", now=now)


def to_purge(store: Store, settings: Settings, *, now: datetime) -> ToPurge:
    """Whose data was kept as long as the policy says, before it is purged."""
    today = now.astimezone(settings.zone).date()
    since = kept_since(today, settings.policy)
    return ToPurge(
        since=since,
        lines=store.privacy.expired(since, today),
        people=store.privacy.expired_people(since, today),
        unknown=store.privacy.unknown_customers(since),
    )


def purge(store: Store, found: ToPurge, *, now: datetime) -> Erased:
    """Empty them. Nobody is forbidden by it: whoever comes back is welcome."""
    return store.privacy.erase(found.people, forbid=False, kind="purge", now=now)
