"""Looking as often as one likes without being fooled: a test that is valid at every look.

Whoever looks every morning and stops at the first p below 5 % finds something in a quarter
of the campaigns that did nothing. So the p by which this program judges is one that stays
above 5 % on *all* mornings together in 95 of 100 such campaigns. A look is any report made
of the campaign; none is counted, for any number of them is allowed.

Who answers is drawn from a group that was drawn by lot. While nothing differs, the statistic
of the score test moves, from one answer to the next, as a Brownian motion over its own
information (exactly: (a − r·d) ÷ (N − d) is a martingale, a of d answers in one of two groups
of N people, r that group's share). H. Robbins, "Statistical methods related to the law of the
iterated logarithm", Annals of Mathematical Statistics 41 (1970) 1397–1409: mixed over normal
effects, the likelihood ratio is a martingale, which passes 1/α at any time with probability
α at most. R. Johari, L. Pekelis, D. Walsh, "Always valid inference", arXiv 1512.04922.

A campaign may name its day of decision (`objective: {by: …}`). Then one part of the 5 % is
for all looks before it and the rest for one look at what had happened by the end of that day.
Later looks see the same decision: what came in afterwards does not touch it.
"""

from __future__ import annotations

from math import exp, inf, log, sqrt
from statistics import NormalDist

from outreach.evaluation.intervals import Sample

#: In how many of 100 campaigns that did nothing something may be found.
ALPHA = 0.05
#: Of that, what looks before the day of decision may use; the rest is for the day itself.
EARLY = 0.2
#: The spread of the effects that are looked for, as a logarithm of the relative effect: half
#: as many again, or a third fewer, is ordinary. Chosen beforehand; it makes the test sharpest
#: where about 130 people of two equal groups have answered, and valid everywhere.
SPREAD = 0.5


def always_p(z: float, information: float) -> float:
    """The p of a standardised difference that any number of looks leaves valid.

    `information` is (mean of both groups ÷ standard error of the difference)²: how well a
    relative effect could be seen by now.
    """
    sharpness = SPREAD**2 * information
    return min(1.0, sqrt(1 + sharpness) * exp(-z * z / 2 * sharpness / (1 + sharpness)))


def boundary(information: float, alpha: float = ALPHA) -> float:
    """The standardised difference whose `always_p` is `alpha`."""
    sharpness = SPREAD**2 * information
    if sharpness <= 0:
        return inf
    return sqrt((1 + 1 / sharpness) * (2 * log(1 / alpha) + log(1 + sharpness)))


def rates_information(one: Sample, other: Sample) -> float:
    """The information of two rates, pooled; 0 where nobody or everybody did it."""
    people = one.people + other.people
    if not one.people or not other.people:
        return 0.0
    pooled = (one.did + other.did) / people
    if not 0 < pooled < 1:
        return 0.0
    return pooled / (1 - pooled) / (1 / one.people + 1 / other.people)


def judged(anytime: float, once: float | None = None, *, day: bool) -> float:
    """The p to judge by.

    `anytime` is valid at every look, `once` at the look of the day of decision; None before
    it. Without such a `day` the first stands alone. Below 5 % it is more than chance.
    """
    if not day:
        return anytime
    early = anytime / EARLY
    return min(1.0, early if once is None else min(early, once / (1 - EARLY)))


def critical(information: float, comparisons: int, *, day: bool) -> float:
    """The standardised difference that would be found, among so many comparisons at worst.

    With a day of decision it is that day's, else that of looking at any time.
    """
    alpha = ALPHA / max(1, comparisons)
    if day:
        return NormalDist().inv_cdf(1 - alpha * (1 - EARLY) / 2)
    return boundary(information, alpha)
