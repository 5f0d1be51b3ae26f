"""Several processes at work for one dispatcher: who gets what, and what if one of them dies.

Each worker has its share of a sender's connections and a journal of its own. A worker that
dies takes nobody with it: its journal tells what it had handed over and what became of it,
what it had not begun goes to the others, and what was on its wire is unknown.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from outreach.errors import OutreachError, Text
from outreach.model.delivery import Delivery, Outcome, Unknown
from outreach.model.ids import CampaignId
from outreach.runner.frames import Word, packed, read_frame, unpack_outcomes, write_frame
from outreach.runner.hands import Told
from outreach.runner.journals import Journals


class WorkerDied(OutreachError):
    """One of the processes that send is gone."""

    def __init__(self, process: int, status: int, doubtful: int) -> None:
        what = Text(
            "a part of the sending stopped unexpectedly (process {process}, code {code});"
            " messages in doubt: {count}",
            process=process,
            code=os.waitstatus_to_exitcode(status),
            count=doubtful,
        )
        super().__init__(
            what, hint=Text("nothing is sent twice; for the messages in doubt: outreach settle")
        )


@dataclass(slots=True)
class Worker:
    """One process, as the dispatcher sees it."""

    process: int
    channel: socket.socket
    journal: Path
    #: Its connections, by sender.
    shares: Mapping[str, int]
    #: What it has in hand, and for which sender.
    hand: dict[int, tuple[str, Delivery]] = field(default_factory=dict)
    #: How many of these are whose.
    load: dict[str, int] = field(default_factory=dict)
    writer: asyncio.StreamWriter | None = None
    done: bool = False

    def drop(self, key: int) -> None:
        sender, _ = self.hand.pop(key)
        self.load[sender] -= 1


class Crew:
    """The workers of a run (`hands.Workers`)."""

    def __init__(self, workers: Sequence[Worker], told: Told, *, journals: Journals) -> None:
        self._workers = list(workers)
        self._told = told
        self._journals = journals
        self._listening: list[asyncio.Task[None]] = []
        #: All were told to finish: nobody takes anything more.
        self._finishing = False

    async def __aenter__(self) -> Self:
        for worker in self._workers:
            reader, worker.writer = await asyncio.open_unix_connection(sock=worker.channel)
            self._listening.append(asyncio.create_task(self._listen(worker, reader)))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.finish()

    def connections(self, sender: str) -> int:
        return sum(worker.shares.get(sender, 0) for worker in self._alive())

    def give(self, sender: str, deliveries: Sequence[Delivery]) -> None:
        """To each worker by its share of the connections, whoever has least first."""
        crew = [worker for worker in self._alive() if worker.shares.get(sender)]
        if not crew or self._finishing:
            self._told.came_back(sender, (), [delivery.id for delivery in deliveries])
            return
        total = len(deliveries) + sum(worker.load.get(sender, 0) for worker in crew)
        connections = sum(worker.shares[sender] for worker in crew)
        begin = 0
        for worker in crew:
            fair = -(-total * worker.shares[sender] // connections) - worker.load.get(sender, 0)
            some = deliveries[begin : begin + max(0, fair)]
            begin += len(some)
            if some:
                self._give(worker, sender, some)
        if begin < len(deliveries):
            self._give(crew[-1], sender, deliveries[begin:])

    def _give(self, worker: Worker, sender: str, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            worker.hand[delivery.id] = (sender, delivery)
        worker.load[sender] = worker.load.get(sender, 0) + len(deliveries)
        self._say(worker, Word.GIVE, sender, packed(deliveries))

    def withdraw(self, sender: str, keys: Collection[int] | None = None) -> None:
        for worker in self._alive():
            if worker.shares.get(sender):
                self._say(worker, Word.WITHDRAW, sender, keys)

    async def finish(self, within: float | None = None) -> None:
        self._finishing = True
        for worker in self._alive():
            self._say(worker, Word.FINISH, within)
        if self._listening:
            await asyncio.wait(self._listening)

    # --- one worker ---------------------------------------------------------------------------

    def _alive(self) -> list[Worker]:
        return [worker for worker in self._workers if not worker.done]

    def _say(self, worker: Worker, word: Word, *more: object) -> None:
        if worker.writer and not worker.writer.is_closing():
            write_frame(worker.writer, word, *more)

    async def _listen(self, worker: Worker, reader: asyncio.StreamReader) -> None:
        """Until a worker is gone, and what it left is settled."""
        try:
            await self._hear(worker, reader)
        except Exception as bug:
            # It finishes what is on its wire, as when we are gone, and its journal tells.
            self._told.broke(bug)
        worker.done = True
        if worker.writer:
            worker.writer.close()
        try:
            # It has closed its end, so it is gone or about to go.
            _, status = await asyncio.to_thread(os.waitpid, worker.process, 0)
            if status or worker.hand:
                self._died(worker, status)
        except Exception as bug:
            self._told.broke(bug)

    async def _hear(self, worker: Worker, reader: asyncio.StreamReader) -> None:
        while frame := await read_frame(reader):
            word, *more = frame
            if word is Word.DONE:
                break
            self._heard(worker, word, more)

    def _heard(self, worker: Worker, word: Word, more: Sequence[object]) -> None:
        match word, *more:
            case Word.BACK, str(sender), list(ended), list(returned):
                for key, _ in ended:
                    worker.drop(key)
                for key in returned:
                    worker.drop(key)
                self._told.came_back(sender, unpack_outcomes(ended), returned)
            case Word.LEFT, list(keys):
                self._told.left(keys)
            case Word.CLOSED, str(sender), OutreachError() as error:
                self._told.closed(sender, error)
            case Word.CLOSED, int(campaign), OutreachError() as error:
                self._told.closed(CampaignId(campaign), error)
            case Word.BROKE, str(trace):
                self._told.broke(RuntimeError(trace))

    def _died(self, worker: Worker, status: int) -> None:
        """Settle what its journal tells; what it had not begun goes to the others."""
        flown = self._journals.read(worker.journal, worker.hand)
        rest: dict[str, list[Delivery]] = {}
        ended: dict[str, list[tuple[int, Outcome]]] = {}
        for key, (sender, delivery) in worker.hand.items():
            outcome = self._journals.outcome(flown, key)
            if outcome is None:
                rest.setdefault(sender, []).append(delivery)
            else:
                ended.setdefault(sender, []).append((key, outcome))
        doubtful = sum(isinstance(one, Unknown) for some in ended.values() for _, one in some)
        worker.hand.clear()
        self._told.lost(WorkerDied(worker.process, status, doubtful))
        for sender, some in ended.items():
            self._told.came_back(sender, some, ())
        for sender, deliveries in rest.items():
            self.give(sender, deliveries)
