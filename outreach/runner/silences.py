"""Who is silent towards whom just now, for people who ask why nothing leaves.

The run keeps silences with the pace (`runner/gatekeeper.py`); here they are only read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo

from outreach.errors import Text
from outreach.model.providers import provider_of_domain
from outreach.model.silence import Silence
from outreach.runner.alarms import GroupSilent, SenderSilent
from outreach.runner.kept_silences import silences_of
from outreach.runner.mail_hosts import known_hosts
from outreach.store.store import Store


@dataclass(frozen=True, slots=True)
class Silences:
    """The silences that last, and which provider receives the mail of a domain."""

    lasting: tuple[Silence, ...]
    _providers: dict[str, str | None]

    def towards(self, sender: str, domain: str) -> Silence | None:
        """Why nothing leaves from a sender to a domain (lower case): the silence that ends last."""
        group = provider_of_domain(domain) or self._providers.get(domain) or domain
        found = [s for s in self.lasting if s.sender == sender and s.group in (None, group)]
        return max(found, key=lambda one: one.until, default=None)

    def of(self, senders: Collection[str]) -> list[Silence]:
        """Those of these senders, the one that ends first before the others."""
        return sorted((s for s in self.lasting if s.sender in senders), key=lambda s: s.until)


def silences(store: Store, now: datetime) -> Silences:
    """What the store knows of them at `now`."""
    paces = store.paces.paces()
    lasting = tuple(one for one in silences_of(paces) if one.until > now)
    return Silences(lasting, known_hosts(paces) if lasting else {})


def told(silence: Silence, zone: tzinfo) -> Text:
    """A silence in a sentence, as the run told it when it began."""
    until = silence.until.astimezone(zone)
    reply = str(silence.reason.values.get("reply", silence.reason))
    if silence.group is None:
        return SenderSilent(silence.sender, until, reply).what
    return GroupSilent(silence.sender, silence.group, until, reply).what
