"""A mailbox of people who said no, put in force: each once, known or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.files.opt_outs import OptOut
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.ids import CampaignId, ContactId
from outreach.model.settings import Settings
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.rendering.tokens import read_token
from outreach.runner.opposition import OPTED_OUT, oppose
from outreach.runner.suppress import suppress_people
from outreach.store.campaigns import Launched
from outreach.store.store import Store

#: The kind of a token that says no in a person's name (`runner/marks.py`).
_SAYS_NO = "u"


@dataclass(slots=True)
class OptedOut:
    """What came of a mailbox."""

    read: int = 0
    #: People on file who are left alone from now on.
    people: list[ContactId] = field(default_factory=list)
    #: Addresses that nobody on file has: forbidden all the same.
    unknown: list[str] = field(default_factory=list)
    #: Left alone before.
    known: int = 0
    #: Written by machines, by ourselves, or by nobody who can be told.
    skipped: list[int] = field(default_factory=list)


class OptOuts:
    """Puts the oppositions of a mailbox in force."""

    def __init__(
        self, store: Store, settings: Settings, scope: SuppressionScope, now: datetime
    ) -> None:
        self._store = store
        self._settings = settings
        self._scope = scope
        self._now = now
        senders = settings.senders.values()
        own = {address for one in senders for address in (one.address, one.reply_to)}
        self._own = {address.lower() for address in own if address}
        self._campaigns: Mapping[CampaignId, Launched] = {
            one.id: one for one in store.campaigns.all()
        }

    def take(self, messages: Iterable[OptOut], note: str) -> OptedOut:
        """Every message of a mailbox; the same mailbox read again changes nothing."""
        done = OptedOut()
        for message in messages:
            done.read += 1
            self._one(message, note, done)
        return done

    def _one(self, message: OptOut, note: str, done: OptedOut) -> None:
        campaign, contact = self._meant(message)
        address = (message.address or "").lower()
        if message.automatic or (contact is None and (not address or address in self._own)):
            done.skipped.append(message.number)
            return
        at = min(message.at or self._now, self._now)
        people = [contact] if contact else self._store.contacts.find(address)
        fresh = [one for one in people if not self._is_opposed(one)]
        for one in fresh:
            oppose(
                self._store, self._settings, one, [self._scope], at=at, now=self._now, note=note,
                channel=Channel.EMAIL, campaign=campaign,
            )  # fmt: skip
        done.people += [one.id for one in fresh]
        # He may write from another address than the one he was written to.
        new = self._forbid(address, at, note) if address and address not in self._own else 0
        if not fresh:
            done.unknown += [address] * (new if not people else 0)
            done.known += 1 if people or not new else 0

    def _forbid(self, address: str, at: datetime, note: str) -> int:
        entry = Suppression(
            key=SuppressionKey.EMAIL, value=address, scope=self._scope, reason=OPTED_OUT, at=at,
            note=note,
        )  # fmt: skip
        return suppress_people(self._store, [entry], now=self._now, quiet=True)

    def _is_opposed(self, contact: Contact) -> bool:
        channels = _CHANNELS[self._scope]
        return all(self._store.suppressions.forbids(contact, one) for one in channels)

    def _meant(self, message: OptOut) -> tuple[Launched | None, Contact | None]:
        """The campaign and the person that the token of a message names."""
        read = read_token(self._store.database.secret, message.token) if message.token else None
        if read is None or read[0] != _SAYS_NO or len(read[1]) != 2:
            return None, None
        campaign, contact = read[1]
        launched = self._campaigns.get(CampaignId(campaign))
        found = self._store.contacts.get_many([ContactId(contact)])
        return launched, next(iter(found.values()), None)


_CHANNELS = {
    SuppressionScope.ALL: (Channel.EMAIL, Channel.LETTER, Channel.CALL, Channel.VISIT),
    SuppressionScope.EMAIL: (Channel.EMAIL,),
    SuppressionScope.PHONE: (Channel.CALL,),
    SuppressionScope.POST: (Channel.LETTER,),
}
