"""What one deal takes in this firm, and where each figure comes from.

A figure that the user gives wins over what is not given: that is the firm's own history,
with the sources' default weighing in where the history is short (`blending.py`), and the
default alone where there is none. Source of definitions and defaults: domain notes B1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from outreach.model.tally import HistoryTally
from outreach.planning.blending import PRIORS, Blend, Prior, Seen, blend


class Origin(StrEnum):
    """Where a coefficient comes from."""

    #: Stated by the person who asks.
    GIVEN = "given"
    #: Measured on the firm's own campaigns; a default may weigh in (`Coefficient.blend`).
    HISTORY = "history"
    #: What the sources observed, for want of better.
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One figure of the calculation, exact, with its origin."""

    value: Fraction
    origin: Origin
    #: What it was weighed together from; None of what was given or not weighed.
    blend: Blend | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """The figures of the calculation as one origin knows them. None: it does not know."""

    #: Revenue of one deal, in units of the currency.
    average_deal: Fraction | None = None
    proposals_per_deal: Fraction | None = None
    #: Active prospects per proposal: what makes up for those who decline.
    compensation: Fraction | None = None
    #: Active prospects who come to us by themselves.
    inbound: Fraction | None = None
    #: Active prospects per prospect contacted, a fraction of 1.
    accessibility: Fraction | None = None
    #: Attempts per prospect.
    touches: Fraction | None = None
    #: Minutes per attempt.
    minutes: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """The figures as they are used. The average deal alone has no default."""

    average_deal: Coefficient | None
    proposals_per_deal: Coefficient
    compensation: Coefficient
    inbound: Coefficient
    accessibility: Coefficient
    touches: Coefficient
    minutes: Coefficient


#: What the sources observed (B1): accessibility 3–17 %, touches 1–13 in the field.
DEFAULTS = Coefficients(
    proposals_per_deal=Fraction(3),
    compensation=Fraction(4),
    inbound=Fraction(0),
    accessibility=Fraction(6, 100),
    touches=Fraction(4),
    minutes=Fraction(2),
)


def measured(history: HistoryTally) -> Coefficients:
    """The coefficients of the firm's own campaigns, as B1 re-estimates them.

    A ratio whose denominator is 0 is not known; neither is one that comes out as 0: it
    says that nothing happened yet, not that nothing ever will. Inbound prospects belong
    to a period and not to a campaign: history does not tell them.
    """
    return Coefficients(
        average_deal=_ratio(Fraction(history.revenue), history.orders),
        proposals_per_deal=_ratio(history.quotes, history.deals),
        compensation=_ratio(history.actives, history.quotes),
        accessibility=_ratio(history.actives, history.prospects_contacted),
        touches=_ratio(history.touches, history.prospects_contacted),
        minutes=_ratio(Fraction(history.call_minutes), history.calls),
    )


def habits(given: Coefficients, history: Coefficients) -> Habits:
    """Each figure from the best origin that knows it: given, else history, else default."""

    def known(name: str) -> Coefficient | None:
        origins = ((Origin.GIVEN, given), (Origin.HISTORY, history), (Origin.DEFAULT, DEFAULTS))
        for origin, coefficients in origins:
            value: Fraction | None = getattr(coefficients, name)
            if value is not None:
                return Coefficient(value, origin)
        return None

    return _each(known)


def _each(known: Callable[[str], Coefficient | None]) -> Habits:
    """Every figure by its name; all but the average deal have a default."""

    def always(name: str) -> Coefficient:
        coefficient = known(name)
        assert coefficient is not None, f"{name} has a default"
        return coefficient

    return Habits(
        average_deal=known("average_deal"),
        proposals_per_deal=always("proposals_per_deal"),
        compensation=always("compensation"),
        inbound=known("inbound") or Coefficient(Fraction(0), Origin.DEFAULT),
        accessibility=always("accessibility"),
        touches=always("touches"),
        minutes=always("minutes"),
    )


def seen_in(history: HistoryTally, *, spread: Fraction = Fraction(1)) -> dict[str, Seen]:
    """What history holds of each coefficient: successes and tries, as B1 re-estimates them.

    `spread` is that of the orders' amounts. Inbound prospects belong to a period. Contacts
    without a single touch on record (of an old file) say nothing of touches.
    """
    actives, quotes = Fraction(history.actives), Fraction(history.quotes)
    contacted = history.prospects_contacted
    return {
        "average_deal": Seen(Fraction(history.revenue), history.orders, spread),
        "proposals_per_deal": Seen(Fraction(history.deals), history.quotes),
        "compensation": Seen(quotes, history.actives),
        "accessibility": Seen(actives, contacted),
        "touches": Seen(Fraction(history.touches), contacted if history.touches else 0),
        "minutes": Seen(Fraction(history.call_minutes), history.calls),
    }


def weighed(
    given: Coefficients, seen: Mapping[str, Seen], priors: Mapping[str, Prior] = PRIORS
) -> Habits:
    """Each figure as given, else from history and default by their weights."""

    def known(name: str) -> Coefficient | None:
        value: Fraction | None = getattr(given, name)
        if value is not None:
            return Coefficient(value, Origin.GIVEN)
        found = blend(seen.get(name, Seen(Fraction(0), 0)), priors[name])
        if found is None:
            return None
        # What was tried in vain counts with the default, and not without it.
        of_history = found.seen.whole and (found.own is not None or found.prior.weight)
        origin = Origin.HISTORY if of_history else Origin.DEFAULT
        return Coefficient(found.value, origin, found)

    return _each(known)


def _ratio(part: int | Fraction, whole: int) -> Fraction | None:
    return Fraction(part) / whole if whole and part else None
