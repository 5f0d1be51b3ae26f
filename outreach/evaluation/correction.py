"""Several comparisons at once: what each p becomes when all of them are looked at.

S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
Statistics 6 (1979) 65–70. It holds whatever hangs together with what, and finds everything
that Bonferroni's rule finds.
"""

from __future__ import annotations

from collections.abc import Sequence


def holm(values: Sequence[float]) -> tuple[float, ...]:
    """The adjusted p of each, in the order given.

    Taking for real what comes out below 5 % errs in any of them at most 5 times in 100.
    """
    adjusted = [0.0] * len(values)
    worst = 0.0
    for place, index in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        worst = max(worst, min(1.0, values[index] * (len(values) - place)))
        adjusted[index] = worst
    return tuple(adjusted)
