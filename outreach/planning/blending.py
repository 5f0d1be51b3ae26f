"""The firm's own history weighed against the sources' defaults: Beta and Gamma weighting.

A default stands for a number of observations, as if the firm had already seen so many of
them: its weight. What was really seen is added to them, so that a firm with three prospects
keeps close to the sources and one with five hundred close to its own figures.

    a share (Beta):  (seen + weight × default) ÷ (tried + weight)
    a mean (Gamma):  (sum + weight × default) ÷ (counted + weight)

Proposals per deal and actives per proposal are the inverses of such shares (deals of the
proposals, proposals of the actives). 35 actives of 500 prospects, with 6 % weighing 50
prospects: (35 + 3) ÷ (500 + 50) = 6.9 %; without weight 7 %.

`DEFAULT_WEIGHTS` are ours: accessibility weighs what makes a Beta of mean 6 % about as wide
as the 3–17 % that the sources observed, touches what makes a Gamma of mean 4 about as wide as
their 1–13; the two inverses weigh one deal and one proposal. Source: domain notes B1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from outreach.errors import Text

#: The share of the possible values that a range holds: 19 in 20.
LEVEL = Fraction(95, 100)


class Law(StrEnum):
    """How a coefficient varies, hence how it is weighed."""

    #: So many of so many: a share between 0 and 1.
    SHARE = "beta"
    #: The inverse of a share: tries for one success.
    INVERSE = "beta, inverse"
    #: A number of things for each: touches per prospect, prospects per month.
    COUNT = "gamma"
    #: The mean of positive amounts: money, minutes.
    AMOUNT = "gamma, of amounts"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the firm's history holds of one coefficient.

    `part` is successes, things counted or the sum of the amounts; `whole` what they are of.
    `spread` is the squared coefficient of variation of amounts (1 where nobody measured it).
    """

    part: Fraction
    whole: Fraction | int
    spread: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Prior:
    """What the sources say of one coefficient, and how much it weighs, in `of`."""

    law: Law
    #: None: the sources say nothing, history stands alone.
    default: Fraction | None
    weight: Fraction
    #: What the weight counts.
    of: Text
    #: The sources' own range, where they observed one.
    low: Fraction | None = None
    high: Fraction | None = None

    def heavy(self, weight: Fraction) -> Prior:
        """The same with that weight."""
        return replace(self, weight=weight)


_PROSPECTS = Text("prospects")

PRIORS: dict[str, Prior] = {
    "average_deal": Prior(Law.AMOUNT, None, Fraction(0), Text("orders")),
    "proposals_per_deal": Prior(Law.INVERSE, Fraction(3), Fraction(3), Text("proposals")),
    "compensation": Prior(Law.INVERSE, Fraction(4), Fraction(4), Text("active prospects")),
    "inbound": Prior(Law.COUNT, None, Fraction(0), Text("months")),
    "accessibility": Prior(
        Law.SHARE, Fraction(6, 100), Fraction(50), _PROSPECTS, Fraction(3, 100), Fraction(17, 100)
    ),
    "touches": Prior(Law.COUNT, Fraction(4), Fraction(1), _PROSPECTS, Fraction(1), Fraction(13)),
    "minutes": Prior(Law.AMOUNT, Fraction(2), Fraction(10), Text("calls")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """One coefficient with what it was made of. Ratios are exact, the range is not."""

    value: Fraction
    #: The firm's own figure alone; None: no history, or nothing came of it yet.
    own: Fraction | None
    seen: Seen
    prior: Prior
    low: float | None
    high: float | None

    @property
    def share(self) -> Fraction:
        """What the firm's own history weighs, of 1."""
        whole = self.seen.whole + self.prior.weight
        return Fraction(self.seen.whole) / whole if whole else Fraction(0)


def blend(seen: Seen, prior: Prior) -> Blend | None:
    """The coefficient of both, and the range its true value lies in 19 times in 20.

    Without any history the default stands, with the range the sources observed. None: neither
    knows it. Without weight a history in which nothing came about knows nothing either.
    """
    own = _ratio(seen.part, Fraction(seen.whole), prior.law)
    if not seen.whole:
        if prior.default is None:
            return None
        low, high = _floats(prior.low), _floats(prior.high)
        return Blend(value=prior.default, own=None, seen=seen, prior=prior, low=low, high=high)
    if not prior.weight and own is None:
        return blend(Seen(Fraction(0), 0), prior)
    part, whole = _together(seen, prior)
    value = _ratio(part, whole, prior.law)
    if value is None:
        return None
    low, high = (float(quantile(seen, prior, p)) for p in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Blend(value=value, own=own, seen=seen, prior=prior, low=low, high=high)


def quantile(seen: Seen, prior: Prior, p: Any) -> Any:
    """The value below which the coefficient lies with probability p.

    `p` is a number, or an array of NumPy: so are the values then. The distributions are the
    conjugate ones: Beta of a share, Gamma of a count, inverse Gamma of a mean amount.
    """
    from scipy.special import betaincinv, gammaincinv

    part, whole = (float(one) for one in _together(seen, prior))
    tail = float(p) if isinstance(p, Fraction) else p
    match prior.law:
        case Law.SHARE:
            return betaincinv(max(part, _TINY), max(whole - part, _TINY), tail)
        case Law.INVERSE:
            return 1 / betaincinv(max(part, _TINY), max(whole - part, _TINY), 1 - tail)
        case Law.COUNT:
            return gammaincinv(max(part, _TINY), tail) / whole
        case Law.AMOUNT:
            shape = max(whole / float(seen.spread), _TINY)
            # The mean of the distribution is the blended mean: shape + 1 makes it so.
            return shape * part / whole / gammaincinv(shape + 1, 1 - tail)


#: A share seen always, or never, is not certain for all that.
_TINY = 1e-9


def _together(seen: Seen, prior: Prior) -> tuple[Fraction, Fraction]:
    """What was seen with what the default stands for: part and whole."""
    whole = Fraction(seen.whole) + prior.weight
    if prior.default is None:
        return seen.part, whole
    of_default = 1 / prior.default if prior.law is Law.INVERSE else prior.default
    return seen.part + prior.weight * of_default, whole


def _ratio(part: Fraction, whole: Fraction, law: Law) -> Fraction | None:
    """The coefficient; None where nothing came of it: it says nothing yet."""
    if not part or not whole:
        return None
    return whole / part if law is Law.INVERSE else part / whole


def _floats(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
