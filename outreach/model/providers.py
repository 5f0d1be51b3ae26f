"""The mailbox providers that most people have, and how much of ours they take.

Pure. A provider counts what we send over all its domains, and over the domains of its
business customers whose mail it receives; so do we (Google asks for it in its sender
guidelines). None of them publishes messages a minute; what they publish (Orange and
La Poste: 2 connections and 100 messages on each; Google: adaptive, ten minutes of silence
after 4.7.28; Yahoo: some 20 messages on a connection) is the measure of these defaults,
which a small firm may use from the first day. Who has a better agreement writes it under
`provider_limits` in outreach.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from outreach.model.settings import Limits


@dataclass(frozen=True, slots=True)
class Provider:
    """One receiver of mail, under all its names."""

    #: What `provider_limits` calls it.
    key: str
    #: What people call it.
    name: str
    domains: frozenset[str]
    #: Its mail hosts end in these: domains of firms whose mail it receives are known by them.
    hosts: tuple[str, ...]
    limits: Limits


def _provider(key: str, name: str, domains: str, hosts: str, *, per_minute: int) -> Provider:
    limits = Limits(per_minute=per_minute)
    return Provider(key, name, frozenset(domains.split()), tuple(hosts.split()), limits)


PROVIDERS: Mapping[str, Provider] = {
    provider.key: provider
    for provider in (
        _provider("orange", "Orange", "orange.fr wanadoo.fr voila.fr",
                  "orange.fr wanadoo.fr", per_minute=20),
        _provider("google", "Google", "gmail.com googlemail.com",
                  "google.com googlemail.com", per_minute=60),
        _provider("microsoft", "Microsoft",
                  "outlook.com outlook.fr outlook.be hotmail.com hotmail.fr hotmail.be "
                  "hotmail.co.uk hotmail.it hotmail.de hotmail.es live.com live.fr live.be "
                  "live.co.uk msn.com windowslive.com passport.com",
                  "outlook.com hotmail.com", per_minute=30),
        _provider("yahoo", "Yahoo",
                  "yahoo.com yahoo.fr yahoo.co.uk yahoo.de yahoo.it yahoo.es yahoo.ca "
                  "ymail.com rocketmail.com aol.com aol.fr aim.com",
                  "yahoodns.net yahoo.com", per_minute=30),
        _provider("sfr", "SFR",
                  "sfr.fr neuf.fr cegetel.net club-internet.fr 9online.fr 9business.fr "
                  "numericable.fr noos.fr",
                  "sfr.fr sfr.net", per_minute=20),
        _provider("free", "Free", "free.fr freesbee.fr libertysurf.fr online.fr aliceadsl.fr",
                  "free.fr proxad.net", per_minute=20),
        _provider("laposte", "La Poste", "laposte.net", "laposte.net", per_minute=20),
        _provider("apple", "Apple", "icloud.com me.com mac.com", "icloud.com", per_minute=20),
        _provider("ovh", "OVHcloud", "", "ovh.net ovh.com", per_minute=60),
    )
}  # fmt: skip

_BY_DOMAIN = {domain: key for key, one in PROVIDERS.items() for domain in one.domains}
_BY_HOST = {host: key for key, one in PROVIDERS.items() for host in one.hosts}


def provider_of_domain(domain: str) -> str | None:
    """The provider of an address's domain (lower case), where it is one of its own."""
    return _BY_DOMAIN.get(domain)


def provider_of_hosts(hosts: Iterable[str]) -> str | None:
    """The provider whose machine the first of these mail hosts (MX) is."""
    first = next(iter(hosts), "").lower().rstrip(".")
    labels = first.split(".")
    for begin in range(len(labels) - 1):
        if key := _BY_HOST.get(".".join(labels[begin:])):
            return key
    return None
