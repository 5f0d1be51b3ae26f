"""Where objectives stand: the SMART check, and planned against realised at each checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from outreach.planning.checkpoints import CatchUp, Comparison, Frame, catch_up, compare
from outreach.planning.objective import Objective
from outreach.planning.smart import Answer, Around, smart
from outreach.runner.plan_book import measured
from outreach.segmentation.vocabulary import Vocabulary
from outreach.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One objective, as it stands on a day."""

    objective: Objective
    answers: tuple[Answer, ...]
    #: At each checkpoint; realised is None of days to come and of what nobody looked at.
    points: tuple[Comparison, ...]
    #: Today, or at its end when that has passed; None without a target and a time.
    now: Comparison | None
    ahead: CatchUp | None


def standings(
    store: Store, words: Vocabulary, objectives: Sequence[Objective], *, now: datetime
) -> list[Standing]:
    """Each objective with its checks, in their order."""
    return [_standing(store, words, one, now=now) for one in objectives]


def _standing(store: Store, words: Vocabulary, one: Objective, *, now: datetime) -> Standing:
    today = store.database.day_of(now)
    answers = smart(one, Around(today=today, usual=_usual(store, words, one, now=now)))
    frame = _frame(one)
    if frame is None:
        return Standing(objective=one, answers=answers, points=(), now=None, ahead=None)

    def realised(day: date) -> Fraction | None:
        if day > today:
            return None
        counted = measured(store, words, one, until=day, now=now)
        return counted if counted is not None else _seen(one, day)

    points = tuple(compare(frame, point.on, realised(point.on)) for point in one.checkpoints)
    last = max(min(today, frame.deadline), frame.start)
    standing = compare(frame, last, realised(last) if today >= frame.start else None)
    ahead = None
    if standing.realised is not None:
        ahead = catch_up(frame, last, standing.realised)
    return Standing(objective=one, answers=answers, points=points, now=standing, ahead=ahead)


def _frame(one: Objective) -> Frame | None:
    if one.target is None or one.start is None or one.deadline is None:
        return None
    return Frame(
        target=one.target, start=one.start, deadline=one.deadline, baseline=one.baseline or
        Fraction(0),
    )  # fmt: skip


def _seen(one: Objective, day: date) -> Fraction | None:
    """What somebody found last, up to that day."""
    seen = [point for point in one.checkpoints if point.realised is not None and point.on <= day]
    return max(seen, key=lambda point: point.on).realised if seen else None


def _usual(store: Store, words: Vocabulary, one: Objective, *, now: datetime) -> Fraction | None:
    """What the same length of time brought before it began; None where that is not counted."""
    if one.measured is None or one.start is None or one.deadline is None:
        return None
    length = one.deadline - one.start + timedelta(days=1)
    before = _moved(one, -length)
    assert before.deadline is not None
    return measured(store, words, before, until=before.deadline, now=now)


def _moved(one: Objective, by: timedelta) -> Objective:
    from dataclasses import replace

    assert one.start is not None
    assert one.deadline is not None
    return replace(one, start=one.start + by, deadline=one.deadline + by, baseline=None)
