"""The doctor's questions about the senders' domains: where answers go, and what vouches for us.

Each question is one finding: MX where answers and bounces go, SPF of the envelope's domain,
DMARC of the visible one, DKIM for every key. All are asked at the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial

from outreach.errors import OutreachError, Text
from outreach.model.finding import Area, Finding, Health, finding_of
from outreach.model.settings import DkimKey, Sender, Settings
from outreach.runner.doctor_records import (
    Verdict,
    dkim_verdict,
    dmarc_verdict,
    mx_verdict,
    no_dkim,
    spf_verdict,
)
from outreach.runner.doctor_settings import dkim_keys
from outreach.runner.doctor_spf import is_spf, lookups
from outreach.transports.domains import Domains, NoNameServer, NoSuchDomain

Secret = Callable[[str], str]

#: Names that nobody can own (RFC 2606, RFC 6761, RFC 6762): the DNS has nothing to say of them.
_RESERVED = frozenset({"example", "test", "invalid", "localhost", "local"})
_RESERVED_NAMES = frozenset({"example.com", "example.net", "example.org"})


@dataclass(frozen=True, slots=True)
class _Question:
    name: str
    domain: str
    ask: Callable[[], Awaitable[Verdict]]


async def domain_findings(settings: Settings, domains: Domains, secret: Secret) -> list[Finding]:
    """Every question about every domain, each asked once whoever sends from it."""
    questions = {q.name: q for q in _questions(settings, domains, secret)}
    reserved = dict.fromkeys(q.domain for q in questions.values() if is_reserved(q.domain))
    asked = [_answered(q) for q in questions.values() if not is_reserved(q.domain)]
    unsigned = dict.fromkeys(
        visible(sender) for sender in settings.senders.values() if not sender.dkim
    )
    answers = await asyncio.gather(*asked)
    # A domain that does not exist is told once, not for each of its records.
    once = {answer.message: answer for answer in reversed(answers)}.values()
    return [
        *(_skipped(domain) for domain in reserved),
        *reversed(list(once)),
        *(_finding(f"dns.dkim:{domain}", no_dkim(domain))
          for domain in unsigned if not is_reserved(domain)),
    ]  # fmt: skip


def visible(sender: Sender) -> str:
    """The domain that the reader sees in From."""
    return _domain(sender.address)


def envelope(sender: Sender) -> str:
    """The domain that SPF speaks of: where bounces go (RFC 7208 §2.4)."""
    return _domain(sender.bounce or sender.address)


def is_reserved(domain: str) -> bool:
    """Names of examples and of this machine, and addresses in figures."""
    labels = domain.split(".")
    if len(labels) < 2 or labels[-1] in _RESERVED or domain.startswith("["):
        return True
    return ".".join(labels[-2:]) in _RESERVED_NAMES


def _domain(address: str) -> str:
    return address.rpartition("@")[2].rstrip(".").lower()


def _questions(settings: Settings, domains: Domains, secret: Secret) -> Iterator[_Question]:
    senders = settings.senders.values()
    for domain in dict.fromkeys(
        one for s in senders for one in (_domain(s.reply_to or s.address), envelope(s))
    ):
        yield _Question(f"dns.mx:{domain}", domain, partial(_mx, domains, domain))
    for domain in dict.fromkeys(envelope(sender) for sender in senders):
        yield _Question(f"dns.spf:{domain}", domain, partial(_spf, domains, domain))
    for domain in dict.fromkeys(visible(sender) for sender in senders):
        yield _Question(f"dns.dmarc:{domain}", domain, partial(_dmarc, domains, domain))
    for key in dkim_keys(settings):
        name = f"dns.dkim:{key.selector}._domainkey.{key.domain}"
        yield _Question(name, key.domain.lower(), partial(_dkim, domains, key, secret))


async def _answered(question: _Question) -> Finding:
    try:
        return _finding(question.name, await question.ask())
    except NoNameServer as silent:
        return finding_of(silent, question.name, Area.DOMAINS, Health.WARNING)
    except OutreachError as error:
        return finding_of(error, question.name, Area.DOMAINS)


def _finding(name: str, verdict: Verdict) -> Finding:
    return Finding(name, Area.DOMAINS, verdict.state, verdict.message, verdict.hint)


def _skipped(domain: str) -> Finding:
    message = Text("DNS {domain}: not asked, such names belong to nobody", domain=domain)
    return Finding(f"dns:{domain}", Area.DOMAINS, Health.SKIPPED, message)


async def _mx(domains: Domains, domain: str) -> Verdict:
    hosts = await domains.mail_hosts(domain)
    itself = not hosts and await domains.has_address(domain)
    return mx_verdict(domain, hosts, itself=itself)


async def _spf(domains: Domains, domain: str) -> Verdict:
    records = [one for one in await domains.texts(domain) if is_spf(one)]
    cost = await lookups(records[0], domains) if len(records) == 1 else 0
    return spf_verdict(domain, records, lookups=cost)


async def _dmarc(domains: Domains, domain: str) -> Verdict:
    """The record of the domain itself or of the nearest one above it (the tree walk of DMARC)."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        place = ".".join(labels[start:])
        found = await _texts(domains, f"_dmarc.{place}")
        records = [one for one in found if one.replace(" ", "").lower().startswith("v=dmarc1")]
        if records:
            return dmarc_verdict(domain, records)
    return dmarc_verdict(domain, [])


async def _dkim(domains: Domains, key: DkimKey, secret: Secret) -> Verdict:
    from outreach.rendering.dkim import load_key, public_forms

    name = f"{key.selector}._domainkey.{key.domain}"
    try:
        ours = load_key(secret(key.key).encode(), domain=key.domain, selector=key.selector)
    except OutreachError:
        # What is wrong with the key was told among the secrets.
        return Verdict(Health.SKIPPED, Text("DKIM {name}: our key cannot be read", name=name))
    return dkim_verdict(name, await _texts(domains, name), public_forms(ours))


async def _texts(domains: Domains, name: str) -> tuple[str, ...]:
    """The TXT records of a name that need not exist."""
    try:
        return await domains.texts(name)
    except NoSuchDomain:
        return ()
