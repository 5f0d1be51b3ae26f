"""Send the e-mails that are due: look, wait, claim, compose, hand over, settle.

Nothing leaves that was not claimed and committed before; what was claimed and did not
leave is given back; what left is settled, grouped as it comes. A process that dies leaves
behind at most one message per connection whose fate nobody knows: its journal tells the
others apart.

The store is synchronous and blocks the loop for the length of a commit, on purpose:
there is one writer, and what finishes meanwhile makes up the next group.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from outreach.runner.clock import Clock
from outreach.runner.flight import LAST_ANSWERS, Asked, Flight
from outreach.runner.hands import Told, Workers
from outreach.runner.sending import Ledger, Progress, SendReport
from outreach.runner.trouble import Trouble
from outreach.runner.turns import Turns

__all__ = ["Asked", "Ledger", "Progress", "SendReport", "send_due"]


def _nobody_looks(progress: Progress) -> None:
    """The default listener."""


async def send_due(
    ledger: Ledger,
    workers: Callable[[Told], Workers],
    turns: Turns,
    asked: Asked,
    *,
    trouble: Trouble | None = None,
    clock: Clock,
    progress: Callable[[Progress], None] = _nobody_looks,
    stop: asyncio.Event | None = None,
    at_once: asyncio.Event | None = None,
    total: int | None = None,
    last_answers: float = LAST_ANSWERS,
) -> SendReport:
    """Send what is due and what `asked` allows, each when its turn has come.

    `workers` makes those who do the work, and are opened and closed here. `total` is told to
    whoever listens to the progress. When `stop` is set, what is on the wire is finished and
    nothing more is begun; what has no answer `last_answers` seconds later, or when `at_once` is
    set, is in doubt. An error of the ledger ends the run at once: what is on the wire is waited
    for and settled if that is still possible, else it stays claimed, and the error is raised.
    """
    flight = Flight(
        ledger,
        asked,
        turns,
        trouble or Trouble(),
        clock=clock,
        listener=progress,
        stop=stop or asyncio.Event(),
        total=total,
        last_answers=last_answers,
    )
    async with workers(flight.inbox) as hands:
        hurry = asyncio.create_task(_hurry(hands, at_once or asyncio.Event()))
        try:
            await flight.fly(hands)
        finally:
            try:
                await flight.land()
            finally:
                hurry.cancel()
    return flight.report()


async def _hurry(hands: Workers, at_once: asyncio.Event) -> None:
    """Nobody wants to wait for the last answers."""
    await at_once.wait()
    await hands.finish(0)
