"""When a deferred message is tried again, and when we give up.

Pure. Sources: RFC 5321 §4.5.4.1 (30 minutes between tries), RFC 6647 (a greylisting
server takes the second try after some five minutes). The RFC would go on for four to
five days; a letter that invites people is stale after two.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from outreach.model.delivery import Deferred

#: Waits after the first, second … try; the last one repeats.
WAITS = (
    timedelta(minutes=7, seconds=30),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
)
#: Each wait is made longer or shorter by up to this share, so that tries spread out.
JITTER = 0.2
#: From the first try on.
GIVE_UP_AFTER = timedelta(hours=48)
#: Tries there are at least before time alone ends them: a run a day must not give up at its third.
FEWEST_TRIES = 4


def next_try(
    attempts: int,
    outcome: Deferred,
    now: datetime,
    seed: str,
    *,
    first_tried: datetime | None = None,
) -> datetime | None:
    """When to try again after `attempts` tries that count, this one included; None: give up.

    What the server asked for goes before the schedule. The same seed (the Message-ID, say)
    gives the same instant. Without `first_tried` the time spent is what the schedule says.
    """
    if outcome.counts and _is_over(attempts, now, first_tried):
        return None
    if outcome.wait is not None:
        return now + outcome.wait
    wait = WAITS[min(max(attempts, 1), len(WAITS)) - 1]
    return now + wait * (1 + JITTER * _spread(f"{seed}:{attempts}"))


def _is_over(attempts: int, now: datetime, first_tried: datetime | None) -> bool:
    if spent(attempts) >= GIVE_UP_AFTER:
        return True
    late = first_tried is not None and now - first_tried >= GIVE_UP_AFTER
    return late and attempts >= FEWEST_TRIES


def spent(attempts: int) -> timedelta:
    """The time from the first try to the end of the wait after try number `attempts`."""
    listed = WAITS[:attempts]
    repeated = max(0, attempts - len(WAITS))
    return sum(listed, timedelta()) + repeated * WAITS[-1]


def _spread(seed: str) -> float:
    """A number from -1 to 1 that depends on the seed alone."""
    return int.from_bytes(sha256(seed.encode()).digest()[:8]) / 2**63 - 1
