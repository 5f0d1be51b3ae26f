"""What a condition will come to for one person, as far as it is known beforehand.

Pure. True and False are certain as long as nobody answers and nobody changes the base: the
fields are as they are now, and whoever has not replied or ordered by now is taken not to. None
is what only the days to come can tell: what our own steps lead to (contacted, received, spoken
with), and what is counted from a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from typing import assert_never

from outreach.segmentation.predicate import Person, holds
from outreach.segmentation.tree import (
    Always,
    And,
    Arithmetic,
    Comparison,
    Condition,
    DaysAgo,
    DaysSince,
    Fact,
    FieldValue,
    Given,
    HasTag,
    Like,
    Missing,
    Not,
    OneOf,
    Or,
    Reached,
    Term,
    fields_of,
)

#: What our own steps will have changed by then: unknown today.
_OURS_TO_CHANGE = frozenset({"kind", "life_stage", "last_contacted_on", "touch_count", "stage"})

#: Stages and facts that our own work brings about, without anybody's answer.
_OUR_WORK = frozenset(
    {"contacted", "no_answer", "wrong_number", "call_back", "spoken", "met", "done"}
)


def foreseen(
    condition: Condition, person: Person, *, today: date, now: datetime, zone: tzinfo
) -> bool | None:
    """Whether it will be true of the person when its step is due; None: nobody knows."""

    def certain(one: Condition) -> bool | None:
        match one:
            case And(parts):
                return _all(certain(part) for part in parts)
            case Or(parts):
                return _not(_all(_not(certain(part)) for part in parts))
            case Not(part):
                return _not(certain(part))
            case _:
                known = _is_known(one, person)
                return holds(one, person, today=today, now=now, zone=zone) if known else None

    return certain(condition)


def _all(parts: Iterable[bool | None]) -> bool | None:
    """One that is false is enough, whatever is not known of the others."""
    found = list(parts)
    if False in found:
        return False
    return None if None in found else True


def _not(known: bool | None) -> bool | None:
    return None if known is None else not known


def _is_known(leaf: Condition, person: Person) -> bool:
    match leaf:
        case Always() | HasTag():
            return True
        case Comparison(_, left, right):
            return _stays(left) and _stays(right)
        case OneOf(term, choices):
            return all(_stays(one) for one in (term, *choices))
        case Like(term) | Missing(term):
            return _stays(term)
        case Fact(stage):
            # What was reached stays reached.
            return stage not in _OUR_WORK or stage in person.facts
        case Reached(stage):
            return stage not in _OUR_WORK
        case _:
            # Received, contacted within so many days: our own steps decide.
            return False


def _stays(term: Term) -> bool:
    """Whether it has the same value on every day to come."""
    return not _depends_on_day(term) and all(
        one.name not in _OURS_TO_CHANGE for one in fields_of(term)
    )


def _depends_on_day(term: Term) -> bool:
    match term:
        case DaysAgo() | DaysSince():
            return True
        case Arithmetic(_, left, right):
            return _depends_on_day(left) or _depends_on_day(right)
        case FieldValue() | Given():
            return False
        case _:
            assert_never(term)
