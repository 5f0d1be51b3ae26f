"""How many questions an SPF record makes the receiver ask: beyond ten it counts as broken."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.transports.domains import Domains, NoSuchDomain

#: RFC 7208 §4.6.4.
MOST_LOOKUPS = 10


def is_spf(record: str) -> bool:
    """RFC 7208 §4.5: the version stands alone, or a blank follows it."""
    return record.lower().split(" ", 1)[0] == "v=spf1"


async def lookups(record: str, domains: Domains) -> int:
    """The questions that a record and those it includes ask (RFC 7208 §4.6.4).

    Counting ends soon after the limit: what includes itself has no end.
    """
    count = 0
    waiting = [record]
    while waiting and count <= MOST_LOOKUPS:
        for term, target in _asking(waiting.pop()):
            count += 1
            # A name with a macro (`%{d}`) depends on the message: it is counted, not followed.
            if term in ("include", "redirect") and "%" not in target:
                waiting += await _included(target, domains)
    return count


def _asking(record: str) -> Iterator[tuple[str, str]]:
    """The mechanisms and modifiers that need the DNS, with the domain they name."""
    for term in record.lower().split()[1:]:
        name = term.lstrip("+-~?")
        for sign in ":=/":
            name = name.split(sign, 1)[0]
        if name in ("include", "a", "mx", "ptr", "exists", "redirect"):
            yield name, term.replace("=", ":").partition(":")[2]


async def _included(domain: str, domains: Domains) -> list[str]:
    try:
        records = await domains.texts(domain)
    except NoSuchDomain:
        return []
    return [one for one in records if is_spf(one)]
