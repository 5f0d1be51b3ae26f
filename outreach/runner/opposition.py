"""Somebody asks not to be contacted: on whatever channel he says it, for all or for one.

The right of GDPR art. 21(2) is absolute: no condition, no delay. What forbids him holds by
his number and by keyed fingerprints of his addresses, so that it survives an erasure and a
new list; the request stands in the register, answered.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.settings import Settings
from outreach.model.stage import OPTED_OUT as OPTED_OUT
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.runner.facts import Fact
from outreach.runner.record import credited, record
from outreach.runner.suppress import suppress_people
from outreach.store.campaigns import Launched
from outreach.store.privacy import Request
from outreach.store.store import Store

#: Which addresses an opposition to one channel is about; a letter has none that is matched.
_ADDRESSES: dict[SuppressionScope, tuple[str, ...]] = {
    SuppressionScope.ALL: ("email", "phone", "mobile"),
    SuppressionScope.EMAIL: ("email",),
    SuppressionScope.PHONE: ("phone", "mobile"),
    SuppressionScope.POST: (),
}

_SCOPES = {
    Channel.EMAIL: SuppressionScope.EMAIL,
    Channel.LETTER: SuppressionScope.POST,
    Channel.CALL: SuppressionScope.PHONE,
}


def scope_of(channel: Channel | None) -> SuppressionScope:
    """What an opposition to a channel forbids; None, a visit and a task: everything."""
    return _SCOPES.get(channel, SuppressionScope.ALL) if channel else SuppressionScope.ALL


def oppose(
    store: Store,
    settings: Settings,
    contact: Contact,
    scopes: Collection[SuppressionScope],
    *,
    at: datetime,
    now: datetime,
    note: str | None = None,
    channel: Channel | None = None,
    campaign: Launched | None = None,
) -> int:
    """Put an opposition in force, end the consents it withdraws; how many entries forbid him.

    To everything, it is the fact `opted_out` and ends every chain; `channel` is the one on which
    it was said, `campaign` the one it answers (None: the last that touched the person).
    """
    entries = [entry for scope in scopes for entry in entries_of(contact, scope, at, note)]
    with store.together() as held:
        if SuppressionScope.ALL in scopes:
            fact = Fact(
                contact=contact,
                stage=OPTED_OUT,
                at=at,
                campaign=campaign or credited(held, contact, at),
                note=note,
                channel=channel,
            )
            record(held, fact, settings=settings, now=now)
        else:
            suppress_people(held, entries, now=now)
            for one in _channels(scopes):
                held.consents.withdraw([contact.id], one, at=at)
            held.privacy.note([_request(contact, scopes, note, at=at, now=now)])
    return len(entries)


def _request(
    contact: Contact,
    scopes: Collection[SuppressionScope],
    note: str | None,
    *,
    at: datetime,
    now: datetime,
) -> Request:
    """The row of the register; an opposition to everything enters it as it is recorded."""
    told = ", ".join(scope.value for scope in scopes)
    told = f"{told}: {note}" if note else told
    return Request(
        kind="opposition", contact=contact.id, received_at=at, answered_at=now, note=told
    )


def entries_of(
    contact: Contact, scope: SuppressionScope, at: datetime, note: str | None = None
) -> Sequence[Suppression]:
    """What forbids a person on a channel: his number, and his addresses there."""
    keys = [(SuppressionKey.CONTACT, str(contact.id))]
    for name in _ADDRESSES[scope]:
        if value := contact.text(name):
            key = SuppressionKey.EMAIL if name == "email" else SuppressionKey.PHONE
            keys.append((key, value))
    return [
        Suppression(key=key, value=value, scope=scope, reason=OPTED_OUT, at=at, note=note)
        for key, value in keys
    ]


def still_opposed(store: Store, contact: Contact, channel: Channel | None) -> bool:
    """Whether an entry in force forbids what was just consented to: a yes lifts no earlier no."""
    channels = (Channel.EMAIL, Channel.LETTER, Channel.CALL) if channel is None else (channel,)
    return any(store.suppressions.forbids(contact, one) for one in channels)


def _channels(scopes: Collection[SuppressionScope]) -> list[Channel]:
    return [channel for channel, scope in _SCOPES.items() if scope in scopes]
