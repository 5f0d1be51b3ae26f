"""Which step waits for which, and when it falls due.

Pure. A step is counted from the instant at which the step it waits for was really
done: a letter from its posting, or from the day it arrives where delivery days are
given; a call from the call. E-mails keep the time of day of that instant; letters,
calls, visits and tasks are a day's work and fall due when the day begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from outreach.model.campaign import Step, Unit
from outreach.scheduling.calendar import Calendar


def first_due(step: Step, *, start: date | None, now: datetime, calendar: Calendar) -> datetime:
    """When a step that waits for no other falls due: at once, or when the start day begins.

    The same for every channel; an e-mail's window is asked when it leaves.
    """
    now = now.astimezone(UTC)
    if start is None:
        return now
    return max(now, calendar.midnight(start))


def due_at(
    step: Step, *, done_at: datetime, calendar: Calendar, passed_over: bool = False
) -> datetime:
    """When a step falls due once what it waits for was done, or known, at `done_at`.

    Hours are exact. Days, working days and weeks are counted from the day of
    `done_at` in the calendar's zone. A letter that was posted is in the post first;
    one that was `passed_over` is not.
    """
    done_at = done_at.astimezone(UTC)
    after = step.after
    if after is not None and after.in_post and not passed_over:
        arrives = calendar.add(calendar.day_of(done_at), after.in_post, Unit.WORKING_DAYS)
        done_at = calendar.at(arrives, done_at.astimezone(calendar.zone).time())
    if after is None or (after.count == 0 and step.channel.kind.by_clock):
        return done_at
    if after.unit is Unit.HOURS:
        return done_at + timedelta(hours=after.count)
    day = calendar.add(calendar.day_of(done_at), after.count, after.unit)
    if step.channel.kind.by_clock:
        return calendar.at(day, done_at.astimezone(calendar.zone).time())
    return calendar.midnight(day)


def order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps such that each stands after the one it waits for; else as they were written.

    ValueError when they wait for each other in a circle or for a step that is not there.
    """
    waiting = list(steps)
    placed: dict[str, Step] = {}
    while waiting:
        ready = [s for s in waiting if s.waits_for is None or s.waits_for in placed]
        if not ready:
            raise ValueError(f"no step can be first of {[s.name for s in waiting]}")
        placed |= {ready[0].name: ready[0]}
        waiting.remove(ready[0])
    return tuple(placed.values())


def cycle(steps: Iterable[Step]) -> tuple[str, ...] | None:
    """The names of steps that wait for each other in a circle, the first named again last."""
    return circle({step.name: step.waits_for for step in steps})


def circle(waits: Mapping[str, str | None]) -> tuple[str, ...] | None:
    """The first circle among names that each wait for at most one other."""
    for name in waits:
        path: list[str] = []
        at: str | None = name
        while at is not None and at not in path:
            path.append(at)
            at = waits.get(at)
        if at == name:
            return (*path, name)
    return None
