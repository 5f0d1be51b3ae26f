"""Whole numbers that add up to a total, in proportion to weights: the largest remainder.

Every part is rounded down, and what is still missing of the whole goes, one each, to those that
were rounded most. Visits over areas, touches over sellers, a control group over its strata: all
are shared out here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import floor
from typing import Any, TypeVar

from outreach.errors import Text, WrongUsage

_Name = TypeVar("_Name")


class BadWeights(WrongUsage):
    """Nothing can be shared out by these weights."""


def largest_remainder(
    total: int,
    exact: Mapping[_Name, Fraction],
    *,
    among_equals: Callable[[_Name], Any] | None = None,
) -> dict[_Name, int]:
    """`exact` parts as whole numbers that add up to `total`, no part one more than rounded up.

    Of equal remainders the first gets one more, or the lowest by `among_equals`. Nothing is taken
    away where the parts rounded down already are more than the total.
    """
    found = {name: floor(part) for name, part in exact.items()}
    places = {name: place for place, name in enumerate(exact)}

    def rank(name: _Name) -> tuple[Fraction, Any]:
        tie = places[name] if among_equals is None else among_equals(name)
        return found[name] - exact[name], tie

    for name in sorted(exact, key=rank)[: max(0, total - sum(found.values()))]:
        found[name] += 1
    return found


def shared_out(total: int, weights: Mapping[_Name, Fraction | int]) -> dict[_Name, int]:
    """`total` in proportion to the weights; nothing where all of them are 0.

    Raises `BadWeights` for one below 0.
    """
    if any(weight < 0 for weight in weights.values()):
        raise BadWeights(Text("a weight is not below 0"))
    whole = sum(weights.values(), Fraction(0))
    if not whole:
        return dict.fromkeys(weights, 0)
    exact = {name: Fraction(total) * weight / whole for name, weight in weights.items()}
    return largest_remainder(total, exact)
