"""Send a test, one message after the other, at the sender's pace; nothing is written down.

What was sent in earnest counts for the limits; a test itself is not counted afterwards.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from outreach.errors import OutreachError, Problems, Text
from outreach.model.delivery import Sent, explain
from outreach.model.ids import CampaignId
from outreach.model.settings import Sender
from outreach.rendering.letter.skipping import SkippedLetter
from outreach.rendering.missing import MissingValues
from outreach.runner.clock import Clock
from outreach.runner.flight import PATIENCE, STEP
from outreach.runner.gatekeeper import Gatekeeper
from outreach.runner.mail_hosts import OwnDomains
from outreach.runner.pace_book import PaceBook
from outreach.runner.trial import Trial
from outreach.scheduling.gates import Gate, to_instant, to_microseconds
from outreach.scheduling.rules import Rules
from outreach.transports import Transport

#: A test belongs to none.
_NO_CAMPAIGN = CampaignId(0)
#: Waits that need no word.
_A_MOMENT = timedelta(seconds=2)


class NotNow(OutreachError):
    def __init__(self, sender: str, at: datetime) -> None:
        super().__init__(
            Text(
                "the limits of the sender {sender!r} let the next message leave at {instant}",
                sender=sender,
                instant=at,
            ),
            hint=Text("test the remaining steps then, with --step"),
        )


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one message of a test.

    `outcome`: sent, deferred, refused, unknown, held, skipped; failed where its files are
    wrong, not_sent where the way out was closed.
    """

    trial: Trial
    outcome: str
    #: What to tell about it.
    told: Text | None = None


@dataclass(frozen=True, slots=True)
class TrialReport:
    """What a test did."""

    tried: tuple[Tried, ...]
    #: What is wrong with the files, and what closed a sender's way out; each told once.
    errors: tuple[OutreachError, ...]

    def count(self, *outcomes: str) -> int:
        return sum(one.outcome in outcomes for one in self.tried)


def send_trials(
    trials: Sequence[Trial],
    transport: Callable[[Sender], Transport],
    *,
    book: PaceBook,
    clock: Clock,
    zone: tzinfo,
    waiting: Callable[[datetime], None] = lambda until: None,
) -> TrialReport:
    """Send what could be made, in its order; the rest says why it could not.

    `waiting` is told when the limits make everybody wait for more than a moment.
    """
    return asyncio.run(_Sending(transport, book, clock, zone, waiting).all(trials))


class _Sending:
    def __init__(
        self,
        transport: Callable[[Sender], Transport],
        book: PaceBook,
        clock: Clock,
        zone: tzinfo,
        waiting: Callable[[datetime], None],
    ) -> None:
        self._transport = transport
        self._book = book
        self._clock = clock
        #: Where instants are told in.
        self._zone = zone
        self._waiting = waiting
        #: Senders whose way out is closed, and what closed it.
        self._closed: dict[str, OutreachError] = {}

    async def all(self, trials: Sequence[Trial]) -> TrialReport:
        senders = {trial.sender.name: trial.sender for trial in trials if trial.message}
        limits = {key: sender.limits for key, sender in senders.items()}
        keeper = Gatekeeper(Rules(senders=limits), self._book, OwnDomains())
        ways_out = {key: self._transport(sender) for key, sender in senders.items()}
        async with AsyncExitStack() as stack:
            for way_out in ways_out.values():
                await stack.enter_async_context(way_out)
            tried = [await self._one(trial, ways_out, keeper) for trial in trials]
        wrong = [error for trial in trials for error in _mistakes(trial)]
        errors = {str(error): error for error in (*wrong, *self._closed.values())}
        return TrialReport(tuple(tried), tuple(errors.values()))

    async def _one(
        self, trial: Trial, ways_out: Mapping[str, Transport], keeper: Gatekeeper
    ) -> Tried:
        key, message = trial.sender.name, trial.message
        if message is None:
            return _not_made(trial)
        if key in self._closed:
            return Tried(trial, "not_sent", self._closed[key].what)
        try:
            gates = await self._wait(trial.sender, message.recipient.rpartition("@")[2], keeper)
            try:
                outcome = await ways_out[key].deliver(message)
            finally:
                # Until then it counts as under way, and the next one waits.
                keeper.gone(dict.fromkeys(gates, 1), to_microseconds(self._clock.now()))
        except OutreachError as error:
            self._closed[key] = error
            return Tried(trial, "not_sent", error.what)
        told = trial.note if isinstance(outcome, Sent) else explain(outcome)
        return Tried(trial, type(outcome).__name__.lower(), told)

    async def _wait(self, sender: Sender, domain: str, keeper: Gatekeeper) -> tuple[Gate, ...]:
        """The gates that the next message passes, once it may leave.

        Raises `NotNow` where that is more than a minute.
        """
        told = False
        while True:
            now = self._clock.now()
            at = to_microseconds(now)
            gates = (
                keeper.sender(sender.name, at),
                *keeper.of_domain(sender.name, _NO_CAMPAIGN, domain.lower(), None, at),
            )
            if all(gate.left(at) for gate in gates):
                for gate in gates:
                    gate.pass_(at)
                return gates
            start = to_instant(max(gate.opens(at) for gate in gates))
            if start - now > PATIENCE:
                raise NotNow(sender.name, start.astimezone(self._zone))
            if not told and start - now > _A_MOMENT:
                self._waiting(start.astimezone(self._zone))
                told = True
            await self._clock.sleep(min((start - now).total_seconds(), STEP))


def _not_made(trial: Trial) -> Tried:
    """Held by name, left out by its own template, or wrong."""
    match trial.problem:
        case MissingValues(what=what):
            return Tried(trial, "held", what)
        case SkippedLetter(what=what):
            return Tried(trial, "skipped", what)
    return Tried(trial, "failed", next((error.what for error in _mistakes(trial)), None))


def _mistakes(trial: Trial) -> Sequence[OutreachError]:
    """What is wrong with the files, one by one; a missing value is no mistake of theirs."""
    problem = trial.problem
    if problem is None or isinstance(problem, MissingValues | SkippedLetter):
        return ()
    return problem.errors if isinstance(problem, Problems) else (problem,)
