"""One run of sending: the dispatcher. It reads what is due, keeps the pace, claims and settles.

It is the only one that writes to the store, one transaction at a time: what came back from
the hands is settled or given back there, and what may leave next is claimed. What is
claimed goes to the hands (`runner/hands.py`), which make the bytes and hand them over.

There is no task per message, and nothing grows with the number of messages due.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.errors import OutreachError, Text
from outreach.model.delivery import (
    Deferred,
    Delivery,
    DueEmail,
    Held,
    Outcome,
    Refused,
    Sent,
    Skipped,
    Unknown,
)
from outreach.model.ids import CampaignId, RunId
from outreach.runner.alarms import NoWayOut
from outreach.runner.clock import Clock
from outreach.runner.hands import Workers
from outreach.runner.inbox import Inbox
from outreach.runner.sending import Ledger, Progress, SendReport
from outreach.runner.sources import Chosen, Sources
from outreach.runner.trouble import Trouble
from outreach.runner.turns import Turns
from outreach.runner.watch import Watch

#: Longer waits are not sat out: the run ends and says when to come back.
PATIENCE = timedelta(seconds=60)
#: After Ctrl-C the last answers are awaited so many seconds; then those messages are in doubt.
LAST_ANSWERS = 30.0
#: Waits are slept in steps of so many seconds, so that Ctrl-C is quick.
STEP = 0.25
#: Claims and outcomes of one transaction, of all senders.
MANY = 2_000

_KINDS = (Sent, Deferred, Refused, Unknown, Held, Skipped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run is asked to do."""

    run: RunId
    #: None is every running campaign.
    campaigns: Sequence[CampaignId] | None = None
    #: At most so many messages are handed over.
    limit: int | None = None
    #: Nothing begins from then on.
    until: datetime | None = None


class Flight:
    """Used once, by `send_due`: `fly`, then `land` in any case, then `report`."""

    def __init__(
        self,
        ledger: Ledger,
        asked: Asked,
        turns: Turns,
        trouble: Trouble,
        *,
        clock: Clock,
        listener: Callable[[Progress], None],
        stop: asyncio.Event,
        total: int | None = None,
        last_answers: float = LAST_ANSWERS,
    ) -> None:
        self._last_answers = last_answers
        self._ledger = ledger
        self._asked = asked
        self._turns = turns
        self._clock = clock
        self._listener = listener
        self._stop = stop
        self._total = total
        #: Claimed, and not yet settled or given back in the store.
        self._in_hand: dict[int, DueEmail] = {}
        self._watch = Watch(trouble, turns, self._in_hand, clock)
        self.inbox = Inbox(self._watch.judge, self._watch.close, trouble.errors.append, clock.now)
        self._workers: Workers
        self._count: Counter[type[Outcome]] = Counter()
        self._sources: Sources
        #: How many were handed over, or are about to be.
        self._begun = 0
        self._not_before: datetime | None = None
        #: What the next message waits for, by the last look at the lines.
        self._waits_for: Text | None = None

    # --- the loop -----------------------------------------------------------------------------

    async def fly(self, workers: Workers) -> None:
        """Until nothing is left, or nothing may leave within a minute, or we are to stop."""
        self._workers = workers
        closed = self._watch.trouble.closed
        self._sources = Sources(self._ledger, self._turns, self._asked.campaigns, closed)
        self._watch.over(workers, self._sources, self.inbox.broke)
        self._close_those_without_a_way_out()
        stopped = asyncio.create_task(self._wake_when_stopped())
        try:
            while not self._over():
                now = self._clock.now()
                wake = self._exchange(now)
                if not self._in_hand and not self.inbox.bugs:
                    if wake is None:
                        return
                    if wake - now > PATIENCE or self._too_late(wake):
                        self._not_before = wake
                        return
                await self._rest(wake, now)
        except asyncio.CancelledError:
            # Ctrl-C, where the loop takes no signals.
            self._stop.set()
            raise
        finally:
            stopped.cancel()

    def _close_those_without_a_way_out(self) -> None:
        for sender in self._sources.senders():
            has_way_out = self._workers.connections(sender) > 0
            if not has_way_out and self._sources.any_due(sender, self._clock.now()):
                self._watch.close(sender, NoWayOut(sender))

    async def land(self) -> None:
        """Finish what is on the wire, write everything down, give back the rest."""
        interrupted = self._stop.is_set()
        if interrupted:
            self._tell(None, None)
        paced = asyncio.create_task(self._keep_the_pace())
        try:
            await self._workers.finish(self._last_answers if interrupted else None)
        finally:
            paced.cancel()
        self._note_what_left()
        finished, returned = self._came_back()
        now = self._clock.now()
        try:
            self._write(finished, (), returned, now)
        except OutreachError:
            # No room to write outcomes: the journal has them. What did not leave may still be due.
            with suppress(OutreachError):
                self._write((), (), returned, now)
            raise
        finally:
            self._turns.rest()
        self._tell(None, None)
        if self.inbox.bugs:
            # What did not come back stays claimed: the journal tells whether it left.
            raise self.inbox.bugs[0]

    async def _keep_the_pace(self) -> None:
        """For the next run: when the last ones leave, however this one ends."""
        while True:
            self._note_what_left()
            with suppress(OutreachError):
                self._turns.keep(self._clock.now())
            await asyncio.sleep(STEP)

    def _note_what_left(self) -> None:
        for at, keys in self.inbox.taken_left():
            self._turns.left(keys, at)

    async def _rest(self, wake: datetime | None, now: datetime) -> None:
        """Until enough has come back for a commit, or something else may leave."""
        seconds = STEP if wake is None else min(max((wake - now).total_seconds(), 0), STEP)
        if not self._in_hand:
            await self._clock.sleep(seconds)
        elif wake is None and self._asked.until is None and not self._turns.limited:
            await self.inbox.enough()
        else:
            # In real time: a pretended clock stands still while messages are on the wire. And
            # where there are limits, it is written down again that messages are under way.
            await self.inbox.enough(within=seconds)

    async def _wake_when_stopped(self) -> None:
        await self._stop.wait()
        self.inbox.wake()

    def _over(self) -> bool:
        if self._stop.is_set() or self.inbox.bugs or self._too_late(self._clock.now()):
            return True
        # At the limit what is in hand may still come back unsent: then others take its place.
        return self._budget() <= 0 and not self._in_hand

    def _budget(self) -> int:
        """How many more may be handed over."""
        limit = self._asked.limit
        return MANY if limit is None else limit - self._begun

    def _too_late(self, instant: datetime) -> bool:
        return self._asked.until is not None and instant >= self._asked.until

    # --- one transaction ----------------------------------------------------------------------

    def _exchange(self, now: datetime) -> datetime | None:
        """Write down what came back and claim what may leave; when more may."""
        chosen = self._choose(now)
        self._waits_for = chosen.why
        finished, returned = self._came_back()
        self._give(chosen.emails, self._write(finished, chosen.emails, returned, now))
        self._tell(chosen.wake, chosen.why)
        return chosen.wake

    def _write(
        self,
        finished: Sequence[tuple[DueEmail, Outcome]],
        chosen: Sequence[DueEmail],
        returned: Sequence[DueEmail],
        now: datetime,
    ) -> Sequence[Delivery]:
        """Settle, give back and claim; what was claimed. Raises what the ledger raises."""
        if not (finished or chosen or returned):
            return ()
        claimed = self._ledger.exchange(
            [(email.delivery, outcome) for email, outcome in finished],
            claim=chosen,
            give_back=[email.delivery.id for email in returned],
            run=self._asked.run,
            now=now,
        )
        for email, outcome in finished:
            del self._in_hand[email.delivery.id]
            self._count[type(outcome)] += 1
        for email in returned:
            del self._in_hand[email.delivery.id]
        stayed = [email for email, outcome in finished if isinstance(outcome, Held | Skipped)]
        stayed += returned
        self._begun -= len(stayed)
        self._turns.not_left(stayed)
        self._turns.left([email.delivery.id for email, _ in finished], now)
        self.inbox.forget(len(finished), len(returned))
        return claimed

    def _came_back(self) -> tuple[list[tuple[DueEmail, Outcome]], list[DueEmail]]:
        """What is no longer in anybody's hands and not yet written down."""
        finished = [(self._in_hand[key], outcome) for key, outcome in self.inbox.ended]
        returned = [self._in_hand[key] for key in self.inbox.returned]
        return finished, returned

    def _give(self, chosen: Sequence[DueEmail], claimed: Sequence[Delivery]) -> None:
        """Hand over what the claim allowed.

        The rest was stopped, opposed or erased since it was looked at: the ledger knows why.
        """
        if not chosen:
            return
        allowed = {delivery.id: delivery for delivery in claimed}
        by_sender: dict[str, list[Delivery]] = {}
        for email in chosen:
            delivery = allowed.get(email.delivery.id)
            if delivery is None:
                # Of a campaign that was paused or stopped meanwhile, nobody is passed over.
                passed = not self._ledger.waits(email.delivery.id)
                self._count[Skipped] += passed and self._watch.may_send(email.delivery.campaign)
                self._turns.not_left((email,))
            else:
                self._in_hand[delivery.id] = DueEmail(
                    delivery, email.sender, email.address_domain, email.later, email.closes_at
                )
                by_sender.setdefault(email.sender, []).append(delivery)
        for sender, deliveries in by_sender.items():
            self._begun += len(deliveries)
            self.inbox.share(sender).took(len(deliveries))
            self._workers.give(sender, deliveries)

    # --- whose turn it is ---------------------------------------------------------------------

    def _choose(self, now: datetime) -> Chosen:
        """What may leave now: of each sender as much as the hands have room for."""
        self._note_what_left()
        instant = time.monotonic()
        rooms: dict[str, int] = {}
        for sender in self._sources.senders():
            connections = self._workers.connections(sender)
            rooms[sender] = self.inbox.share(sender).room(connections, instant)
        return self._sources.choose(now, rooms, self._budget())

    # --- telling ------------------------------------------------------------------------------

    def _tell(self, wake: datetime | None, why: Text | None) -> None:
        waits = wake is not None and not self._in_hand
        self._listener(
            Progress(
                **self._counted(),
                under_way=len(self._in_hand),
                waits_until=wake if waits else None,
                why=why if waits else None,
                total=self._total,
                landing=self._stop.is_set(),
            )
        )

    def report(self) -> SendReport:
        now = self._clock.now()
        return SendReport(
            **self._counted(),
            remaining=self._ledger.count_due(now=now, campaigns=self._asked.campaigns),
            not_before=self._not_before,
            why=self._waits_for if self._not_before else None,
            interrupted=self._stop.is_set(),
            errors=tuple(self._watch.trouble.errors),
        )

    def _counted(self) -> dict[str, int]:
        return {kind.__name__.lower(): self._count[kind] for kind in _KINDS}
