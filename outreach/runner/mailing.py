"""The e-mails of one run: who sends them, within which limits, and the loop itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from outreach.model.settings import Sender
from outreach.runner.campaign_book import trouble_for
from outreach.runner.clock import Clock, RealClock
from outreach.runner.hands import Told, Workers
from outreach.runner.interrupt import stop_on_signals
from outreach.runner.journals import journals_of
from outreach.runner.ledger import SendLedger
from outreach.runner.limits import provider_limits, rules_of
from outreach.runner.loops import run_in_loop
from outreach.runner.mail_hosts import MailHosts, OwnDomains
from outreach.runner.pace_book import Groups
from outreach.runner.send import Asked, Progress, SendReport, send_due
from outreach.runner.staff import Staff, processes_for
from outreach.runner.turns import Turns
from outreach.transports import Transport
from outreach.transports.domains import Domains


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What the sending loop is made of."""

    ledger: SendLedger
    senders: Mapping[str, Sender]
    transport: Callable[[Sender], Transport]
    clock: Clock
    rehearsal: bool = False
    #: How many processes compose and hand over; None: as many as the work is worth.
    processes: int | None = None

    def send(self, asked: Asked, progress: Callable[[Progress], None]) -> SendReport:
        """Send what is due. Raises `JournalUnwritable`, and what the store raises."""
        ledger, settings = self.ledger, self.ledger.settings
        due = ledger.count_due(now=self.clock.now(), campaigns=asked.campaigns)
        mine = journals_of(ledger.store, asked.run, settings.flights)
        journals = None if self.rehearsal else mine
        rules = rules_of(settings, self.senders, ledger.campaigns, seed=str(asked.run))
        staff = Staff(
            mailroom=ledger.mailroom,
            senders=self.senders,
            transport=self.transport,
            journals=journals,
            paced=rules.limit,
        )
        processes = self._processes(due if asked.limit is None else asked.limit, due)

        async def work(workers: Callable[[Told], Workers]) -> SendReport:
            stop, at_once = asyncio.Event(), asyncio.Event()
            turns = Turns(rules, ledger.store.paces, self._groups())
            trouble = trouble_for(
                ledger.store,
                turns,
                ledger.campaigns,
                zone=settings.zone,
                now=self.clock.now(),
            )
            with stop_on_signals(stop, at_once):
                return await send_due(
                    ledger,
                    workers,
                    turns,
                    asked,
                    trouble=trouble,
                    clock=self.clock,
                    progress=progress,
                    stop=stop,
                    at_once=at_once,
                    total=due,
                )

        with staff.engaged(processes) as workers:
            report = run_in_loop(work(workers))
        if journals:
            # Everything came back and is committed: an error would not have led here.
            journals.remove()
        return report

    def _processes(self, limit: int, due: int) -> int:
        if self.rehearsal:
            return 1
        return self.processes or processes_for(min(limit, due), self.senders)

    def _groups(self) -> Groups:
        """Domains go by the provider that receives their mail.

        The DNS is asked where a provider has a limit and mail leaves by the real clock; a
        rehearsal goes by what it said before.
        """
        if not provider_limits(self.ledger.settings, self.senders.values()):
            return OwnDomains()
        asks = isinstance(self.clock, RealClock) and not self.rehearsal
        return MailHosts(Domains() if asks else None, self.ledger.store.paces)
