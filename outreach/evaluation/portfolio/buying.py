"""How customers buy until they stop, unseen: BG/NBD for how often, Gamma-Gamma for how much.

P. S. Fader, B. G. S. Hardie, K. L. Lee, "Counting your customers the easy way: an alternative
to the Pareto/NBD model", Marketing Science 24 (2005) 275–284. P. S. Fader, B. G. S. Hardie,
"The Gamma-Gamma model of monetary value" (2013). A transaction is a day with orders, the first
one is the beginning and no repeat; the unit of time is the week. Fitted by maximum likelihood
over distinct histories; floats throughout, for these are estimates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from outreach.model.portfolio import BuyingTally

#: Fewer customers who came back than that, or fewer weeks since the first order, and the
#: parameters mean nothing.
FEWEST_REPEATERS = 20
FEWEST_WEEKS = 13

_WEEK = 7.0
_YEAR = 52.0
#: The parameters are searched as logarithms, between these two bounds.
_BOUNDS = (-7.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buying:
    """BG/NBD: while alive a customer buys at a rate drawn from Gamma(r, α) per week; after each
    purchase he stops with a probability drawn from Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Gamma-Gamma: amounts of a customer are Gamma(p, ν), ν of all of them Gamma(q, γ)."""

    p: float
    q: float
    gamma: float

    @property
    def mean(self) -> float | None:
        """What a repeat brings in the population; undefined for q ≤ 1."""
        return self.p * self.gamma / (self.q - 1) if self.q > 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What may come of the customers on record, all of them together."""

    buying: Buying
    spending: Spending | None
    #: Customers the model was fitted to, and all there are.
    fitted: int
    of: int
    #: Customers who are expected to buy still, ever.
    alive: float
    #: Days with orders in the coming twelve months, and what they bring.
    orders: float
    revenue: float | None
    #: Discounted turnover of the years looked ahead.
    lifetime: float | None


def outlook(tally: BuyingTally, *, per_unit: int, discount: float, years: int) -> Outlook | None:
    """The models and what they expect; None where the history is too short or too thin."""
    import numpy as np

    repeats = np.asarray(tally.repeats, dtype=float)
    last = np.asarray(tally.last, dtype=float) / _WEEK
    age = np.asarray(tally.age, dtype=float) / _WEEK
    if (repeats > 0).sum() < FEWEST_REPEATERS or age.max() < FEWEST_WEEKS:
        return None
    buying = fit_buying(repeats, last, age)
    if buying is None:
        return None
    came_back = repeats > 0
    value = np.zeros_like(repeats)
    amounts = np.asarray(tally.value, dtype=float) / per_unit
    value[came_back] = amounts[came_back] / repeats[came_back]
    spending = fit_spending(repeats, value)
    scale = tally.of / len(repeats)
    each = expected_value(spending, repeats, value) if spending else None
    coming = [expected_orders(buying, repeats, last, age, _YEAR * n) for n in range(years + 1)]
    lifetime = None
    if each is not None:
        worth = [(coming[n + 1] - coming[n]) / (1 + discount) ** n for n in range(years)]
        lifetime = scale * float((sum(worth) * each).sum())
    return Outlook(
        buying=buying,
        spending=spending,
        fitted=len(repeats),
        of=tally.of,
        alive=scale * float(alive(buying, repeats, last, age).sum()),
        orders=scale * float(coming[1].sum()),
        revenue=None if each is None else scale * float((coming[1] * each).sum()),
        lifetime=lifetime,
    )


# --- how often --------------------------------------------------------------------------------


def fit_buying(repeats: Any, last: Any, age: Any) -> Buying | None:
    """The most likely parameters; arrays of repeats, weeks to the last one, weeks to today."""
    import numpy as np
    from scipy.special import betaln, gammaln

    rows, counts = _distinct(repeats, last, age)
    x, t, whole = rows.T
    again = x > 0

    def likelihood(logarithms: Any) -> float:
        r, alpha, a, b = np.exp(logarithms)
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        common += betaln(a, b + x) - betaln(a, b)
        going_on = -(r + x) * np.log(alpha + whole)
        stopped = np.full_like(x, -np.inf)
        stopped[again] = (
            np.log(a) - np.log(b + x[again] - 1) - (r + x[again]) * np.log(alpha + t[again])
        )
        return float(-(counts * (common + np.logaddexp(going_on, stopped))).sum())

    found = _least(likelihood, [0.0, 1.0, 0.0, 0.0])
    if found is None:
        return None
    (r, alpha, a, b), least = found
    return Buying(r=r, alpha=alpha, a=a, b=b, log_likelihood=-least)


def alive(model: Buying, repeats: Any, last: Any, age: Any) -> Any:
    """The probability that each customer still buys; 1 of who never came back (BG/NBD, (9))."""
    import numpy as np

    return 1 / (1 + np.exp(_stopped(model, repeats, last, age)))


def expected_orders(model: Buying, repeats: Any, last: Any, age: Any, weeks: float) -> Any:
    """Repeats of each customer in the coming weeks, given his past (equation 10)."""
    import numpy as np
    from scipy.special import hyp2f1

    if not weeks:
        return np.zeros_like(repeats)
    # The formula divides by a − 1: a hair beside 1 it is as good as at 1.
    a = model.a if abs(model.a - 1) > 1e-6 else model.a + 1e-6
    r, alpha, b, x = model.r, model.alpha, model.b, repeats
    z = weeks / (alpha + age + weeks)
    shrink = np.exp((r + x) * (np.log(alpha + age) - np.log(alpha + age + weeks)))
    whole = (a + b + x - 1) / (a - 1) * (1 - shrink * hyp2f1(r + x, b + x, a + b + x - 1, z))
    return whole / (1 + np.exp(_stopped(model, repeats, last, age)))


def _stopped(model: Buying, repeats: Any, last: Any, age: Any) -> Any:
    """The logarithm of the odds that a customer has stopped; −∞ before his first repeat."""
    import numpy as np

    odds = np.full_like(repeats, -np.inf)
    on = repeats > 0
    x = repeats[on]
    odds[on] = np.log(model.a) - np.log(model.b + x - 1)
    odds[on] += (model.r + x) * (np.log(model.alpha + age[on]) - np.log(model.alpha + last[on]))
    return odds


# --- how much --------------------------------------------------------------------------------


def fit_spending(repeats: Any, value: Any) -> Spending | None:
    """The most likely parameters, from who came back; `value` is the mean of his repeats."""
    import numpy as np
    from scipy.special import gammaln

    used = (repeats > 0) & (value > 0)
    if used.sum() < FEWEST_REPEATERS:
        return None
    rows, counts = _distinct(repeats[used], value[used])
    x, m = rows.T

    def likelihood(logarithms: Any) -> float:
        p, q, gamma = np.exp(logarithms)
        each = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
        each += (p * x - 1) * np.log(m) + p * x * np.log(x)
        each -= (p * x + q) * np.log(gamma + m * x)
        return float(-(counts * each).sum())

    found = _least(likelihood, [1.0, 1.0, float(np.log(np.average(m, weights=counts)))])
    if found is None:
        return None
    p, q, gamma = found[0]
    return Spending(p=p, q=q, gamma=gamma)


def expected_value(model: Spending, repeats: Any, value: Any) -> Any:
    """What a repeat of each customer brings: his own mean, drawn to that of all (equation 5)."""
    import numpy as np

    own = (model.gamma + value * repeats) * model.p / (model.p * repeats + model.q - 1)
    mean = model.mean
    if mean is None:
        # Without a mean of all, who never came back is taken for one who came back once.
        mean = float(np.average(own[repeats > 0])) if (repeats > 0).any() else 0.0
    return np.where(repeats > 0, own, mean)


def _distinct(*columns: Any) -> tuple[Any, Any]:
    """The distinct histories, and how many customers have each."""
    import numpy as np

    return np.unique(np.column_stack(columns), axis=0, return_counts=True)


def _least(
    function: Callable[[Any], float], start: list[float]
) -> tuple[tuple[float, ...], float] | None:
    """Where a function of logarithms is least; None where the search ends nowhere."""
    import numpy as np
    from scipy.optimize import minimize

    bounds = [_BOUNDS] * len(start)
    rough = minimize(function, start, method="Nelder-Mead", bounds=bounds,
                     options={"maxiter": 2000, "fatol": 1e-4})  # fmt: skip
    found = minimize(function, rough.x, method="L-BFGS-B", bounds=bounds)
    best = found if found.fun <= rough.fun else rough
    if not np.isfinite(best.fun):
        return None
    return tuple(float(value) for value in np.exp(best.x)), float(best.fun)
