"""How long people took from one stage to the next: median and quartiles, in days.

Those who are not there yet are counted beside it and are no failures: they may come (B0:
some buy at once, some after several years). A quantile of n durations stands at the place
(n − 1) × q of their ordered list, between two of them in proportion: R's type 7, what
spreadsheets and pandas compute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from outreach.model.path import TimeTally

_DAY = 86_400
_QUARTILES = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """From `start` to `end`. Days are exact; None where nobody has come so far."""

    start: str
    end: str
    #: Those who came, with both days on record.
    contacts: int
    first_quartile: Fraction | None
    median: Fraction | None
    third_quartile: Fraction | None
    #: At the first stage, and not (yet) further.
    not_yet: int
    #: They came further, but a day is not on record, or the days are in no order.
    unknown: int


def places_needed(people: int) -> tuple[int, ...]:
    """The places, from 0, of the ordered durations that the quartiles stand between."""
    if not people:
        return ()
    found = {place for q in _QUARTILES for place in _neighbours(people, q)}
    return tuple(sorted(found))


def durations(times: tuple[TimeTally, ...]) -> tuple[Duration, ...]:
    return tuple(_duration(one) for one in times)


def _duration(tally: TimeTally) -> Duration:
    first, median, third = (quantile(tally.arrived, tally.seconds, q) for q in _QUARTILES)
    return Duration(
        start=tally.start,
        end=tally.end,
        contacts=tally.arrived,
        first_quartile=_days(first),
        median=_days(median),
        third_quartile=_days(third),
        not_yet=tally.not_yet,
        unknown=tally.unknown,
    )


def quantile(people: int, ordered: Mapping[int, int], q: Fraction) -> Fraction | None:
    """Of an ordered list of which the places that are needed are given; None of an empty one."""
    if not people:
        return None
    low, high = _neighbours(people, q)
    beyond = (people - 1) * q - low
    return ordered[low] + beyond * (ordered[high] - ordered[low])


def _neighbours(people: int, q: Fraction) -> tuple[int, int]:
    low = int((people - 1) * q)
    return low, min(low + 1, people - 1)


def _days(seconds: Fraction | None) -> Fraction | None:
    return None if seconds is None else seconds / _DAY
