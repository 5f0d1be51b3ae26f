"""What a season that was played came to: by day and step, and by whoever did it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from outreach.errors import OutreachError
from outreach.model.delivery import DeliveryState
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.foreseen import Leaving
from outreach.store.campaigns import Launched
from outreach.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a season came to."""

    launched: Launched
    enrolled: int
    #: What was sent, posted and done on which day, what had left before it among it.
    days: tuple[Leaving, ...]
    #: What would wait for somebody: of which step, held or in doubt, how many.
    stuck: tuple[tuple[str, DeliveryState, int], ...]
    skipped: int
    runs: int
    ended: datetime
    errors: tuple[OutreachError, ...]


def days_of(
    store: Store,
    launched: Launched,
    calendar: Calendar,
    made: Mapping[tuple[date, str, str], int],
) -> tuple[Leaving, ...]:
    """In the order of days and steps; `made`: whose calls and visits, by day, step and member."""
    names = {number: name for name, number in launched.steps.items()}
    counted: Counter[tuple[date, str]] = Counter()
    for step, at, count in store.standing.left(launched.id):
        counted[calendar.day_of(at), names[step]] += count
    place = {step.name: at for at, step in enumerate(launched.definition.steps)}
    ordered: Sequence[tuple[date, str]] = sorted(counted, key=lambda o: (o[0], place[o[1]]))
    return tuple(
        Leaving(day, step, counted[day, step], _members(made, day, step)) for day, step in ordered
    )


def _members(
    made: Mapping[tuple[date, str, str], int], day: date, step: str
) -> tuple[tuple[str, int], ...]:
    found = [(who, n) for (on, name, who), n in made.items() if (on, name) == (day, step)]
    return tuple(sorted(found))
