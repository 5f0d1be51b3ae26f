"""From what somebody typed to entries of the suppression list, and the chains they end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from outreach.cleaning.values import phone_cleaner
from outreach.errors import Text, WrongUsage
from outreach.model.audience import Arm
from outreach.model.change import Change, Stop
from outreach.model.event import Event, EventKind
from outreach.model.ids import CampaignId, ContactId
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.store.store import Store


class NotUnderstood(WrongUsage):
    def __init__(self, word: str) -> None:
        super().__init__(
            Text("{word!r} is no address, number, @domain or known person", word=word),
            hint=Text("an unknown person is suppressed by e-mail address or phone number"),
        )


def meaning(
    word: str,
    store: Store,
    *,
    scope: SuppressionScope,
    reason: str,
    note: str | None,
    now: datetime,
    country: str,
) -> list[Suppression]:
    """The entries that `word` stands for: an address, `@domain`, a number, or people by name.

    Raises `NotUnderstood` for what is none of them.
    """
    return [
        Suppression(key=key, value=value, scope=scope, reason=reason, at=now, note=note)
        for key, value in _keys(word.strip(), store, country)
    ]


def _keys(word: str, store: Store, country: str) -> list[tuple[SuppressionKey, str]]:
    if word.startswith("@") and "." in word:
        return [(SuppressionKey.DOMAIN, word[1:].lower())]
    if "@" in word:
        return [(SuppressionKey.EMAIL, word.lower())]
    if any(c.isdigit() for c in word) and (number := phone_cleaner(country)(word).value):
        return [(SuppressionKey.PHONE, str(number))]
    people = store.contacts.find(word)
    if not people:
        raise NotUnderstood(word)
    return [(SuppressionKey.CONTACT, str(person.id)) for person in people]


def suppress_people(
    store: Store, entries: Sequence[Suppression], *, now: datetime, quiet: bool = False
) -> int:
    """Put entries in force and tell it of their people; altogether forbidden, their chains end.

    How many entries were new; `quiet`: without a word about people of whom nothing is new.
    """
    added = store.suppressions.add(entries)
    change = Change()
    if quiet and not added:
        return 0
    for scope in dict.fromkeys(entry.scope for entry in entries):
        of_scope = [entry for entry in entries if entry.scope is scope]
        reason = of_scope[0].reason
        for person in store.suppressions.people(of_scope):
            change += _suppressed(store, person, scope, reason, now)
    if change.events:
        store.deliveries.write(change)
    return added


def _suppressed(
    store: Store, person: ContactId, scope: SuppressionScope, reason: str, now: datetime
) -> Change:
    """What is told of a person who is forbidden; forbidden altogether, his chains end."""
    event = Event(
        kind=EventKind.SUPPRESSED,
        contact=person,
        at=now,
        recorded_at=now,
        data={"scope": scope.value, "reason": reason},
    )
    everything = scope is SuppressionScope.ALL
    return Change(events=(event,), stops=_stops(store, person, now) if everything else ())


def _stops(store: Store, person: ContactId, now: datetime) -> tuple[Stop, ...]:
    return tuple(
        Stop(campaign=CampaignId(row.campaign_id), contact=person, reason="suppressed", at=now)
        for row in store.campaigns.memberships(person)
        if row.arm == Arm.ENROLLED.value and row.stopped_at is None
    )


def unsuppress(store: Store, word: str, *, now: datetime, country: str) -> int:
    """Take back every entry about what `word` names. How many there were."""
    return sum(
        store.suppressions.remove(key, value, now=now)
        for key, value in _keys(word.strip(), store, country)
    )
