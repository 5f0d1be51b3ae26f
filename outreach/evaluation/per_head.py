"""Orders and money per person of two groups compared: everybody counts, with 0 if need be.

Each measure is a family of its own for Holm's correction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from outreach.evaluation.bootstrap import bootstrap
from outreach.evaluation.comparison import Group, Pair
from outreach.evaluation.correction import holm
from outreach.evaluation.heads import Heads, welch
from outreach.evaluation.intervals import Interval
from outreach.evaluation.sequential import always_p, judged
from outreach.model.value import value


@value(kw_only=True)
class PerHead:
    """One number per person of two groups compared: orders, or revenue."""

    pair: Pair
    #: `orders` or `revenue`.
    measure: str
    mean: Fraction
    other_mean: Fraction
    #: Welch, 95 %; and by drawing the groups again. None where nothing varies.
    interval: Interval | None
    bootstrap: Interval | None
    p: float | None
    p_adjusted: float | None
    p_looks: float | None
    p_looks_adjusted: float | None

    @property
    def difference(self) -> Fraction:
        return self.mean - self.other_mean

    @property
    def lift(self) -> Fraction:
        """What the group has more, of all its people."""
        return self.difference * self.pair.one.people


def per_head(found: Sequence[Pair], *, day: bool, seed: int) -> tuple[PerHead, ...]:
    """Orders and revenue of every pair; each of the two measures is a family of its own."""
    told: list[PerHead] = []
    for measure, read in _MEASURES.items():
        rows = [_head(pair, measure, read(pair.one), read(pair.other), day=day, seed=seed)
                for pair in found]  # fmt: skip
        tested = [row for row in rows if row.p is not None and row.p_looks is not None]
        adjusted = holm([row.p or 0.0 for row in tested])
        looked = holm([row.p_looks or 0.0 for row in tested])
        corrected = {id(row): (p, q) for row, p, q in zip(tested, adjusted, looked, strict=True)}
        for row in rows:
            p, q = corrected.get(id(row), (None, None))
            told.append(replace(row, p_adjusted=p, p_looks_adjusted=q))
    return tuple(told)


_MEASURES: Mapping[str, Callable[[Group], Heads]] = {
    "orders": lambda group: group.orders,
    "revenue": lambda group: group.revenue,
}


def _head(pair: Pair, measure: str, one: Heads, other: Heads, day: bool, seed: int) -> PerHead:
    found = welch(one, other)
    p_looks = None
    if found is not None:
        pooled = float(one.total + other.total) / (one.people + other.people)
        information = (pooled / found.error) ** 2
        # The day's own look is taken of the rates alone: money keeps its last, unsold part.
        p_looks = judged(always_p(found.t, information), day=day)
    return PerHead(
        pair=pair,
        measure=measure,
        mean=one.mean or Fraction(0),
        other_mean=other.mean or Fraction(0),
        interval=found.interval if found else None,
        bootstrap=bootstrap(one, other, seed=seed) if measure == "revenue" else None,
        p=found.p if found else None,
        p_adjusted=None,
        p_looks=p_looks,
        p_looks_adjusted=None,
    )
