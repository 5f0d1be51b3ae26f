"""`run --dry-run`: the run itself, on a store that keeps nothing and a way out to nowhere.

Nothing is decided here. What is due, permitted, meant, within the limits and complete is
found by `runner/run.py`; what it wrote is read back before it is forgotten. Waits pass at
once, as with `--now`, so it says what a run that began now would do until it ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from outreach.model.event import EventKind
from outreach.model.settings import Sender, Settings
from outreach.runner.clock import PretendedClock
from outreach.runner.run import Runner, RunReport
from outreach.runner.send import Progress
from outreach.store.campaigns import Launched
from outreach.store.rehearsing import Happened, counted_since, happened_since, last_event
from outreach.store.store import Store
from outreach.transports import Transport

#: Most messages that are told of one by one.
LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a run would do now."""

    report: RunReport
    #: What would leave, be held or be passed over, in that order of time; at most `LISTED`.
    happened: Sequence[Happened]
    #: How many of each kind there are in all.
    counted: Counter[EventKind]


def rehearse(
    rehearsing: AbstractContextManager[Store],
    campaigns: tuple[Launched, ...],
    *,
    settings: Settings,
    secret: Callable[[str], str],
    nowhere: Callable[[Sender], Transport],
    now: datetime,
    limit: int | None,
    until: datetime | None,
    progress: Callable[[Progress], None],
) -> Rehearsed:
    """Run, look what came of it, and take everything back. Under the workspace's lock."""
    with rehearsing as store:
        before = last_event(store.database)
        runner = Runner(
            store=store,
            settings=settings,
            clock=PretendedClock(now),
            secret=secret,
            transport=nowhere,
            rehearsal=True,
        )
        report = runner.run(campaigns, limit=limit, until=until, progress=progress)
        happened = happened_since(store.database, before, limit=LISTED)
        return Rehearsed(report, happened, counted_since(store.database, before))
