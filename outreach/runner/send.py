"""Send the e-mails that are due: look, compose, wait, claim, deliver, settle.

Nothing leaves that was not claimed and committed before; what was claimed and did not
leave is given back; what left is settled, grouped as it comes. A process that dies
leaves behind at most one message per connection whose fate nobody knows.

The store is synchronous and blocks the loop for the length of a commit, on purpose:
there is one writer, and what finishes meanwhile makes up the next group.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime

from outreach.model.ids import CampaignId, RunId
from outreach.model.settings import Limits
from outreach.runner.clock import Clock
from outreach.runner.flight import Flight
from outreach.runner.sending import Compose, Ledger, Progress, SendReport
from outreach.transports import Transport

__all__ = ["Compose", "Ledger", "Progress", "SendReport", "send_due"]


def _nobody_looks(progress: Progress) -> None:
    """The default listener."""


async def send_due(
    ledger: Ledger,
    compose: Compose,
    transports: Mapping[str, Transport],
    limits: Mapping[str, Limits],
    *,
    run: RunId,
    clock: Clock,
    campaigns: Sequence[CampaignId] | None = None,
    limit: int | None = None,
    until: datetime | None = None,
    progress: Callable[[Progress], None] = _nobody_looks,
    stop: asyncio.Event | None = None,
) -> SendReport:
    """Send what is due, at most `limit` messages, until `until` at the latest.

    `transports` and `limits` are by the sender's key; the transports are opened and closed
    here. When `stop` is set, what is on the wire is finished and nothing more is begun. An
    error of the ledger ends the run at once: what is on the wire is waited for and settled
    if that is still possible, else it stays claimed, and the error is raised.
    """
    flight = Flight(
        ledger,
        compose,
        transports,
        limits,
        run=run,
        clock=clock,
        campaigns=campaigns,
        limit=limit,
        until=until,
        listener=progress,
        stop=stop or asyncio.Event(),
    )
    async with AsyncExitStack() as stack:
        for transport in transports.values():
            await stack.enter_async_context(transport)
        try:
            await flight.fly()
        finally:
            await flight.land()
    return flight.report()
