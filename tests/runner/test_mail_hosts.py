"""Whose domain it is, by the MX: asked ahead, believed for a month, never waited for long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from paper_book import MINUTE, NOON, SECOND, PaperBook, email

from outreach.errors import OutreachError, Text
from outreach.model.providers import provider_of_hosts
from outreach.model.settings import Limits
from outreach.runner.mail_hosts import MailHosts
from outreach.runner.turns import Turns
from outreach.scheduling.rules import Rules

ROOM = {"marie": 9}


class PaperDns:
    """Answers from a page, as slowly as it is told."""

    def __init__(self, page: dict[str, Sequence[str]], *, seconds: float = 0) -> None:
        self.page = page
        self.seconds = seconds
        self.asked: list[str] = []

    async def mail_hosts(self, name: str) -> Sequence[str]:
        self.asked.append(name)
        await asyncio.sleep(self.seconds)
        if name not in self.page:
            raise OutreachError(Text("no such name"))
        return self.page[name]


def test_a_firm_whose_mail_a_provider_receives_counts_with_the_provider() -> None:
    dns = PaperDns({"atelier.example": ["aspmx.l.google.com"], "own.example": ["mx.own.example"]})
    book = PaperBook()

    async def sends() -> tuple[list[str], list[str], list[str]]:
        those = Turns(Rules(providers={"google": Limits(per_minute=1)}), book, MailHosts(dns, book))
        those.add([email("gmail.com"), email("atelier.example"), email("own.example")])
        first = those.leave(NOON, ROOM, 9).emails
        those.left([one.delivery.id for one in first], NOON)
        at_once = [one.address_domain for one in first]
        await asyncio.sleep(0.01)
        known = [one.address_domain for one in those.leave(NOON + SECOND, ROOM, 9).emails]
        then = [one.address_domain for one in those.leave(NOON + MINUTE, ROOM, 9).emails]
        those.rest()
        return at_once, known, then

    assert asyncio.run(sends()) == (["gmail.com"], ["own.example"], ["atelier.example"])
    assert dns.asked == ["atelier.example", "own.example"]


def test_a_later_run_does_not_ask_again() -> None:
    book = PaperBook()

    async def asks(dns: PaperDns) -> str | None:
        hosts = MailHosts(dns, book)
        hosts.provider_of("atelier.example", 0)
        await asyncio.sleep(0.01)
        hosts.rest()
        return hosts.provider_of("atelier.example", 0)

    page = {"atelier.example": ["atelier-example.mail.protection.outlook.com"]}
    assert asyncio.run(asks(PaperDns(page))) == "microsoft"
    later = PaperDns(page)
    assert asyncio.run(asks(later)) == "microsoft"
    assert later.asked == []


def test_a_dns_that_is_silent_holds_mail_for_two_seconds_and_nobody_else() -> None:
    dns = PaperDns({}, seconds=60)
    book = PaperBook()

    async def sends() -> list[list[str]]:
        those = Turns(Rules(), book, MailHosts(dns, book))
        those.add([email("slow.example"), email("gmail.com")])
        instants = (NOON, NOON + SECOND, NOON + 2 * SECOND)
        left = [[e.address_domain for e in those.leave(at, ROOM, 9).emails] for at in instants]
        those.rest()
        return left

    assert asyncio.run(sends()) == [["gmail.com"], [], ["slow.example"]]


def test_hosts_are_known_by_their_whole_labels() -> None:
    assert provider_of_hosts(["smtp-in.orange.fr"]) == "orange"
    assert provider_of_hosts(["mx1.mail.ovh.net", "mx2.mail.ovh.net"]) == "ovh"
    assert provider_of_hosts(["mx.notorange.fr"]) is None
    assert provider_of_hosts([]) is None
