"""How often a call or a visit is tried, and when the next try is due.

Pure. A try is made on the next working day; after so many in vain the chain goes on with
its next step, which may be on another channel (5.7). What a person asked for himself, to be
called back on a day, is that day's and ends no patience.
"""

from __future__ import annotations

from datetime import date, datetime

from outreach.model.campaign import Step, Unit
from outreach.scheduling.calendar import Calendar

#: Tries in vain after which the chain goes on, where the step says nothing. No source fixes a
#: number: three is our parameter (B15), below the four that the law allows in 30 days.
ATTEMPTS = 3


def most_attempts(step: Step) -> int:
    """After so many tries in vain the step is passed over."""
    return step.attempts or ATTEMPTS


def gives_up(step: Step, attempts: int) -> bool:
    """Whether a try in vain is the last one; `attempts` were made before it."""
    return attempts + 1 >= most_attempts(step)


def next_attempt(calendar: Calendar, at: datetime) -> datetime:
    """When to try again after a try in vain at `at`: the next working day."""
    return calendar.midnight(calendar.add(calendar.day_of(at), 1, Unit.WORKING_DAYS))


def call_back_at(calendar: Calendar, at: datetime, back_on: date | None) -> datetime:
    """When to call again who asked for it: on his day, else on the next working day."""
    return calendar.midnight(back_on) if back_on is not None else next_attempt(calendar, at)
