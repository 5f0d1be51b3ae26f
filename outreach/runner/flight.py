"""One run of sending: what is in hand, on the wire, and finished but not yet written."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from outreach.errors import OutreachError
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
from outreach.model.ids import CampaignId, DeliveryId, RunId
from outreach.model.message import Message
from outreach.model.settings import Limits
from outreach.runner.clock import Clock
from outreach.runner.sending import Compose, Ledger, Progress, SendReport, sent_so_far
from outreach.runner.trouble import NoWayOut, Trouble
from outreach.runner.turns import Turns
from outreach.scheduling.pace import MINUTE
from outreach.transports import Transport

#: Longer waits are not sat out: the run ends and says when to come back.
PATIENCE = timedelta(seconds=60)
#: Waits are slept in steps of so many seconds, so that Ctrl-C is quick.
STEP = 0.25
#: After an answer, so many seconds for others to come: one commit then writes them all, and
#: the next claim takes as many. Nothing beside a distant server's answer, much on this machine.
GATHER = 0.005
#: E-mails looked at in one reading, and at most in hand or set aside at a time.
READING = 500
LOOKAHEAD = 5_000


class Flight:
    """Used once, by `send_due`: `fly`, then `land` in any case, then `report`."""

    def __init__(
        self,
        ledger: Ledger,
        compose: Compose,
        transports: Mapping[str, Transport],
        limits: Mapping[str, Limits],
        *,
        run: RunId,
        clock: Clock,
        campaigns: Sequence[CampaignId] | None,
        limit: int | None,
        until: datetime | None,
        listener: Callable[[Progress], None],
        stop: asyncio.Event,
    ) -> None:
        self._ledger = ledger
        self._compose = compose
        self._transports = transports
        self._limits = limits
        self._run = run
        self._clock = clock
        self._listener = listener
        self._campaigns = campaigns
        self._limit = limit
        self._until = until
        self._stop = stop
        self._turns = Turns(limits)
        self._trouble = Trouble()
        self._count: Counter[str] = Counter()
        #: On the wire: the task of each, its sender and its delivery.
        self._air: dict[asyncio.Task[Any], tuple[str, Delivery]] = {}
        #: No longer on the wire and not yet written down.
        self._finished: list[tuple[Delivery, Outcome]] = []
        self._returned: list[DeliveryId] = []
        #: Due, but not for this run: their sender or campaign is closed, or the claim said no.
        self._aside: set[DeliveryId] = set()
        self._known_senders: set[str] = set()
        self._begun = 0
        self._seen_all = False
        self._not_before: datetime | None = None

    # --- the loop -----------------------------------------------------------------------------

    async def fly(self) -> None:
        """Until nothing is left, or nothing may leave within a minute, or we are to stop."""
        while not self._over():
            now = self._clock.now()
            group, wake, hungry = self._pick(now)
            if group:
                self._launch(group, now)
            if hungry and self._read(now):
                continue
            if not (group or self._air or self._finished):
                if wake is None:
                    return
                if wake - now > PATIENCE or self._too_late(wake):
                    self._not_before = wake
                    return
            await self._rest(wake, now)
            self._record(wake)

    async def land(self) -> None:
        """Wait for what is on the wire and write everything down."""
        if self._air:
            await asyncio.wait(self._air)
        self._record()

    async def _rest(self, wake: datetime | None, now: datetime) -> None:
        """Until something on the wire has its answer, or something else may leave."""
        waiting: set[asyncio.Future[Any]] = set(self._air)
        if wake is not None and wake - now <= PATIENCE:
            seconds = min((wake - now).total_seconds(), STEP)
            waiting.add(asyncio.ensure_future(self._clock.sleep(seconds)))
        if not waiting:
            await asyncio.sleep(0)
            return
        done, busy = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if done & self._air.keys() and busy & self._air.keys():
            await asyncio.sleep(GATHER)
        for pause in waiting - self._air.keys():
            pause.cancel()

    def _over(self) -> bool:
        return self._stop.is_set() or self._budget() <= 0 or self._too_late(self._clock.now())

    def _budget(self) -> int:
        """How many more may be handed over."""
        return READING if self._limit is None else self._limit - self._begun

    def _too_late(self, instant: datetime) -> bool:
        return self._until is not None and instant >= self._until

    # --- whose turn it is ---------------------------------------------------------------------

    def _read(self, now: datetime) -> bool:
        """Look at more of what is due; whether there was any."""
        finished = {delivery.id for delivery, _ in self._finished}
        known = self._turns.ids | self._aside | finished
        if self._seen_all or len(known) >= LOOKAHEAD:
            return False
        found = self._ledger.due_emails(
            now=now, campaigns=self._campaigns, limit=READING, excluding=known
        )
        self._seen_all = not found
        for email in found:
            self._take_in(email, now)
        return bool(found)

    def _take_in(self, email: DueEmail, now: datetime) -> None:
        sender = email.sender
        if sender not in self._transports:
            self._trouble.close(sender, NoWayOut(sender))
        if self._trouble.closed & {sender, email.delivery.campaign}:
            self._aside.add(email.delivery.id)
            return
        if sender not in self._known_senders:
            self._known_senders.add(sender)
            sent, oldest = self._ledger.sent_since(sender, now - MINUTE)
            self._turns.pacer.resume(sender, sent=sent, oldest=oldest)
        self._turns.add([email])

    def _pick(self, now: datetime) -> tuple[list[tuple[DueEmail, Message]], datetime | None, bool]:
        """What leaves now, its bytes made; else when something may; whether there is room left."""
        group: list[tuple[DueEmail, Message]] = []
        wakes: list[datetime] = []
        hungry = not self._turns.senders()
        for sender in self._turns.senders():
            room = self._transports[sender].connections - self._under_way(sender)
            limits = self._limits.get(sender, Limits())
            counts = sent_so_far(self._ledger, sender, limits, now, pending=self._under_way(sender))
            while room > 0 and len(group) < self._budget():
                turn = self._turns.next(sender, now, counts)
                if not isinstance(turn, DueEmail):
                    hungry = True
                    wakes += [turn] if turn else []
                    break
                message = self._composed(turn, now)
                if message:
                    group.append((turn, message))
                    self._turns.taken(turn, now)
                    counts = replace(counts, hour=counts.hour + 1, day=counts.day + 1)
                    room -= 1
        return group, min(wakes, default=None), hungry

    def _under_way(self, sender: str) -> int:
        return sum(1 for name, _ in self._air.values() if name == sender)

    # --- one message --------------------------------------------------------------------------

    def _composed(self, email: DueEmail, now: datetime) -> Message | None:
        """Its bytes, or None when it cannot leave in this run."""
        delivery = email.delivery
        made = self._made(replace(delivery, message_date=delivery.message_date or now))
        if made is None:
            self._aside.add(delivery.id)
        elif not isinstance(made, Message):
            self._finished.append((delivery, made))
        return made if isinstance(made, Message) else None

    def _made(self, delivery: Delivery) -> Message | Held | Skipped | None:
        """None: the campaign cannot be composed, which is told once."""
        if delivery.campaign in self._trouble.closed:
            return None
        try:
            return self._compose(delivery)
        except OutreachError as error:
            self._trouble.close(delivery.campaign, error)
            return None

    def _launch(self, group: list[tuple[DueEmail, Message]], now: datetime) -> None:
        """Claim the group, committed; then put on the wire what the claim allowed."""
        waiting = {email.delivery.id: (email, message) for email, message in group}
        for claimed in self._ledger.claim(list(waiting), run=self._run, now=now):
            email, message = waiting.pop(claimed.delivery.id)
            self._send(email, claimed.delivery, message, now)
        # Stopped, opposed or erased since it was looked at: the ledger knows why.
        self._aside.update(waiting)
        self._count["Skipped"] += len(waiting)

    def _send(self, email: DueEmail, claimed: Delivery, message: Message, now: datetime) -> None:
        made: Message | Held | Skipped | None = message
        if (claimed.message_id, claimed.message_date) != (
            message.message_id,
            email.delivery.message_date or now,
        ):
            made = self._made(claimed)
        if made is None:
            self._aside.add(claimed.id)
            self._returned.append(claimed.id)
        elif not isinstance(made, Message):
            self._finished.append((claimed, made))
        else:
            self._begun += 1
            task = asyncio.create_task(self._deliver(email.sender, made))
            self._air[task] = (email.sender, claimed)

    async def _deliver(self, sender: str, message: Message) -> Outcome:
        return await self._transports[sender].deliver(message)

    # --- what became of it --------------------------------------------------------------------

    def _record(self, wake: datetime | None = None) -> None:
        """Write down what has finished, in one go. Raises what the ledger raises, or our bug."""
        bugs = [bug for task in list(self._air) if task.done() and (bug := self._landed(task))]
        if self._returned:
            self._ledger.give_back(self._returned)
            self._returned.clear()
        if self._finished:
            self._ledger.settle(self._finished, now=self._clock.now())
            self._count.update(type(outcome).__name__ for _, outcome in self._finished)
            self._finished.clear()
        self._tell(wake)
        if bugs:
            # Whether that message left is not known, so it stays claimed.
            raise bugs[0]

    def _landed(self, task: asyncio.Task[Any]) -> BaseException | None:
        """Take one task off the wire; the exception when it is a bug."""
        sender, delivery = self._air.pop(task)
        error = task.exception()
        if error is None:
            outcome: Outcome = task.result()
            self._finished.append((delivery, outcome))
            trouble = self._trouble.note(sender, outcome)
            if trouble:
                self._close(sender, trouble)
        elif isinstance(error, OutreachError):
            self._begun -= 1
            self._returned.append(delivery.id)
            self._aside.add(delivery.id)
            self._close(sender, error)
        else:
            return error
        return None

    def _close(self, sender: str, error: OutreachError) -> None:
        """This sender is done for this run; the others go on."""
        self._trouble.close(sender, error)
        self._aside.update(email.delivery.id for email in self._turns.drop(sender))

    def _tell(self, wake: datetime | None) -> None:
        self._listener(
            Progress(
                **self._counted(),
                under_way=len(self._air),
                waits_until=wake if wake and not self._air else None,
            )
        )

    def report(self) -> SendReport:
        due = self._ledger.count_due(now=self._clock.now(), campaigns=self._campaigns)
        return SendReport(
            **self._counted(),
            remaining=due,
            not_before=self._not_before,
            interrupted=self._stop.is_set(),
            errors=tuple(self._trouble.errors),
        )

    def _counted(self) -> dict[str, int]:
        kinds = (Sent, Deferred, Refused, Unknown, Held, Skipped)
        return {kind.__name__.lower(): self._count[kind.__name__] for kind in kinds}
