"""How far a plan may be from the truth: the ranges of its coefficients carried through.

Each uncertain coefficient is drawn a few thousand times, every part of its distribution as
often as it is probable (a Latin hypercube, seeded), and the chain is run through for every
draw; the range of a step is what holds 19 of 20 of its results. With one uncertain
coefficient the range of a step is what the chain makes of that coefficient's own.

What comes from history has its credible interval (`blending.py`). Where there is no history
the sources' own range is used (accessibility 3–17 %, touches 1–13), as that of a two-sided
log-normal around their mean. What is given, and what has no range, is taken as certain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from fractions import Fraction
from math import log
from typing import Any

from outreach.planning.blending import LEVEL, Blend, quantile
from outreach.planning.habits import Coefficient, Habits, Origin

DRAWS = 4096

#: The chain of the effort, or the way back, on arrays: coefficients in, steps out.
Chain = Callable[[Mapping[str, Any]], Mapping[str, Any]]
Range = tuple[float, float]


def carried(habits: Habits, chain: Chain, *, seed: int = 0) -> dict[str, Range]:
    """The range of each step; empty where every coefficient is taken as certain."""
    from numpy import errstate
    from numpy import quantile as quantiles

    drawn = _drawn(habits, seed)
    if not any(is_uncertain(getattr(habits, name)) for name in drawn):
        return {}
    tail = float((1 - LEVEL) / 2)
    found = {}
    with errstate(all="ignore"):
        for step, values in chain(drawn).items():
            low, high = quantiles(values, (tail, 1 - tail), method="hazen")
            found[step] = (float(low), float(high))
    return found


def is_uncertain(coefficient: Coefficient | None) -> bool:
    """Whether a coefficient has a range of its own."""
    blended = coefficient.blend if coefficient else None
    return blended is not None and blended.low is not None


def _drawn(habits: Habits, seed: int) -> dict[str, Any]:
    """Each coefficient as an array of draws, or as the number it is."""
    from numpy import arange
    from numpy.random import default_rng

    generator = default_rng(seed)
    places = (arange(DRAWS) + 0.5) / DRAWS
    found: dict[str, Any] = {}
    for field in fields(habits):
        coefficient: Coefficient | None = getattr(habits, field.name)
        if coefficient is None:
            continue
        if coefficient.blend is not None and is_uncertain(coefficient):
            shuffled = generator.permutation(places)
            found[field.name] = _values(coefficient.origin, coefficient.blend, shuffled)
        else:
            found[field.name] = float(coefficient.value)
    return found


def _values(origin: Origin, blended: Blend, places: Any) -> Any:
    """The values at those places of the distribution."""
    if origin is Origin.HISTORY:
        return quantile(blended.seen, blended.prior, places)
    assert blended.low is not None, "it is uncertain"
    assert blended.high is not None, "a range has two ends"
    return _between(blended.low, blended.value, blended.high, places)


def _between(low: float, middle: Fraction, high: float, places: Any) -> Any:
    """A distribution with that median, and `LEVEL` of it between low and high."""
    from numpy import exp, where
    from scipy.special import ndtri

    centre = float(middle)
    scores = ndtri(places) / ndtri(float((1 + LEVEL) / 2))
    return centre * exp(where(scores < 0, scores * log(centre / low), scores * log(high / centre)))
