"""Who does the sending: the hands of this process, or a crew of several.

Several are worth their start where many messages are due and no limit holds them back
more than one process does. They are forked, which only Linux does well, before the loop
begins: each gets its share of every sender's connections.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from socket import socket

from outreach.model.settings import Limits, Sender
from outreach.runner.compose import Mailroom
from outreach.runner.crew import Crew, Worker
from outreach.runner.hands import Hands, Told, Workers
from outreach.runner.journals import Journals
from outreach.runner.worker import fork_worker, serve
from outreach.store.flight_journal import FlightJournal
from outreach.transports import Transport

#: Fewer messages are sent before a second process has begun.
MANY = 5_000
#: Messages a second that one process sends easily.
ENOUGH_FOR_ONE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """What workers are made of."""

    mailroom: Mailroom
    senders: Mapping[str, Sender]
    transport: Callable[[Sender], Transport]
    #: None in a rehearsal: what never leaves needs no journal.
    journals: Journals | None
    #: Whether there are limits, so that it matters when each message leaves.
    paced: bool = True

    @contextmanager
    def engaged(self, processes: int) -> Iterator[Callable[[Told], Workers]]:
        """So many, started; they are given work when the loop runs. Raises `JournalUnwritable`.

        When the block ends nobody writes in a journal any more: the files are let go of.
        """
        journals = self.journals.begin(processes) if self.journals else []
        try:
            yield self._workers(processes, journals)
        finally:
            for journal in journals:
                journal.close()

    def _workers(
        self, processes: int, journals: Sequence[FlightJournal]
    ) -> Callable[[Told], Workers]:
        if processes == 1 or self.journals is None:
            journal = journals[0] if journals else None
            return lambda told: self._hands(self.senders, journal, told)
        return partial(Crew, self._fork(journals), journals=self.journals)

    def _fork(self, journals: Sequence[FlightJournal]) -> list[Worker]:
        engine = self.mailroom.store.database.engine
        # Neither a connection to the store nor an office is used by two processes.
        engine.dispose()
        self.mailroom.office.close()
        workers: list[Worker] = []
        for number, journal in enumerate(journals):
            senders = shares_of(self.senders, number, len(journals))
            others = [worker.channel for worker in workers]
            process, channel = fork_worker(partial(self._work, senders, journal), others)
            shares = {key: sender.servers[0].connections for key, sender in senders.items()}
            workers.append(Worker(process, channel, journal.path, shares))
            journal.close()
        return workers

    def _work(self, senders: Mapping[str, Sender], journal: FlightJournal, channel: socket) -> None:
        """The life of a worker."""
        self.mailroom.store.database.engine.dispose(close=False)
        with self.mailroom.office:
            serve(channel, partial(self._hands, senders, journal))

    def _hands(
        self, senders: Mapping[str, Sender], journal: FlightJournal | None, told: Told
    ) -> Hands:
        transports = {key: self.transport(sender) for key, sender in senders.items()}
        return Hands(self.mailroom, transports, told, journal, paced=self.paced)


def processes_for(due: int, senders: Mapping[str, Sender]) -> int:
    """How many processes are worth it for so many messages."""
    if sys.platform != "linux" or due < MANY:
        return 1
    rates = [_most_a_second(sender.limits) for sender in senders.values()]
    if sum(rates) <= ENOUGH_FOR_ONE:
        return 1
    connections = sum(sender.servers[0].connections for sender in senders.values())
    return max(1, min(len(os.sched_getaffinity(0)), connections))


def _most_a_second(limits: Limits) -> float:
    """How many messages the limits of a sender let through in a second."""
    minute = limits.per_minute / 60 if limits.per_minute is not None else float("inf")
    second = limits.per_second if limits.per_second is not None else float("inf")
    # Hours and days are full at once, whoever fills them.
    hour = limits.per_hour / 60 if limits.per_hour is not None else float("inf")
    day = limits.per_day / 60 if limits.per_day is not None else float("inf")
    return min(second, minute, hour, day)


def shares_of(senders: Mapping[str, Sender], number: int, count: int) -> dict[str, Sender]:
    """The senders of one worker of `count`, each with its share of the connections.

    A sender with fewer connections than there are workers lives in some of them only; which
    ones differs from sender to sender.
    """
    mine: dict[str, Sender] = {}
    for place, (key, sender) in enumerate(sorted(senders.items())):
        turn = (number - place) % count
        shares = [s.connections // count + (turn < s.connections % count) for s in sender.servers]
        if shares[0]:
            servers = zip(sender.servers, shares, strict=True)
            own = tuple(replace(server, connections=max(1, share)) for server, share in servers)
            mine[key] = replace(sender, servers=own)
    return mine
