"""How people flow along the chain: rates by age, measured with those who are not there yet.

Kaplan and Meier's idea with several ways out (Aalen and Johansen): of the people who stayed
at a state for at least a days, the share that left it on that day for each later state, for
an order, or for good. Somebody who is still there counts as long as he has been there, and no
further: he is censored, not a failure (domain notes B0).

The sources' own figures stand beside what was measured, state by state: what came of a state
weighs as many observations as people were followed through it (`followed`), the default as
many as `State.weight` says. Days are whole; arrays are NumPy's, one entry a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from outreach.errors import Text
from outreach.model.effort_tally import Spell

#: Places of the states (`model/effort_tally.Spell`).
ORDERED, CLOSED = 4, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state of the chain, as the sources see it."""

    key: str
    title: Text
    #: Who is there orders in the end, by the sources: 1 in 200 contacted, 1 in 12 actives.
    conversion: Fraction
    #: How many people followed the sources' figure counts as.
    weight: Fraction


def states(
    accessibility: Fraction, compensation: Fraction, proposals_per_deal: Fraction, factor: Fraction
) -> tuple[State, ...]:
    """The four states. Their weights are what one deal takes, as in `blending.py`; ours."""
    active = 1 / (compensation * proposals_per_deal)
    return (
        State(key="contacted", title=Text("contacted"), conversion=accessibility * active,
              weight=factor * 50),
        State(key="replied", title=Text("replied"), conversion=active, weight=factor * 12),
        State(key="appointment", title=Text("appointment"), conversion=active,
              weight=factor * 12),
        State(key="quote", title=Text("quote"), conversion=1 / proposals_per_deal,
              weight=factor * 3),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What is expected of each state, day by day."""

    states: tuple[State, ...]
    #: By state: orders of one person who just came to it, on each day ahead (index 0: day 1).
    arrivals: tuple[Any, ...]
    #: By state: orders of the people who stand there now, on each day ahead.
    stock: tuple[Any, ...]
    #: By state: people there now, their median age in days, people followed through it.
    people: tuple[int, ...]
    ages: tuple[float | None, ...]
    followed: tuple[float, ...]
    #: Orders that the rates were measured on.
    orders: int

    def share(self, place: int) -> float:
        """What the firm's own history weighs at a state, of 1."""
        whole = self.followed[place] + float(self.states[place].weight)
        return self.followed[place] / whole if whole else 0.0


def flow(spells: Sequence[Spell], known: Sequence[State], delays: Any) -> Flow:
    """What is to be expected of the people who stand along the chain.

    `delays` is the share of the orders that falls on each day ahead, as the sources say it,
    over the horizon.
    """
    days = len(delays)
    arrivals: dict[int, Any] = {}
    stock: dict[int, Any] = {}
    people, followed = [0] * len(known), [0.0] * len(known)
    ages: list[float | None] = [None] * len(known)
    for place in reversed(range(len(known))):
        own = [one for one in spells if one.state == place]
        rates = _rates(own)
        default = float(known[place].conversion) * delays
        standing = _standing(own)
        people[place] = int(standing.sum())
        ages[place] = _median(standing)
        followed[place] = _followed(own, delays)
        whole = followed[place] + float(known[place].weight)
        share = followed[place] / whole if whole else 0.0
        one = _measured(rates, _one(), days, arrivals)
        arrivals[place] = share * one + (1 - share) * default
        all_ = _measured(rates, standing, days, arrivals)
        stock[place] = share * all_ + (1 - share) * people[place] * default
    return Flow(
        states=tuple(known),
        arrivals=tuple(arrivals[place] for place in range(len(known))),
        stock=tuple(stock[place] for place in range(len(known))),
        people=tuple(people),
        ages=tuple(ages),
        followed=tuple(followed),
        orders=sum(one.people for one in spells if one.next == ORDERED),
    )


def _rates(own: Sequence[Spell]) -> Mapping[int, Any]:
    """By where they went: of those still there after a days, the share that leaves that day."""
    from numpy import bincount, cumsum, divide, zeros_like

    if not own:
        return {}
    longest = max(one.days for one in own)
    all_ = bincount(
        [one.days for one in own], weights=[one.people for one in own], minlength=longest + 1
    )
    # At risk on day a: whoever stayed a days or longer.
    at_risk = cumsum(all_[::-1])[::-1]
    found = {}
    for place in {one.next for one in own if one.next is not None}:
        left = [one for one in own if one.next == place]
        leaving = bincount(
            [one.days for one in left], weights=[one.people for one in left],
            minlength=longest + 1,
        )  # fmt: skip
        found[place] = divide(leaving, at_risk, out=zeros_like(at_risk), where=at_risk > 0)
    return found


def _measured(
    rates: Mapping[int, Any], standing: Any, days: int, arrivals: Mapping[int, Any]
) -> Any:
    """Orders by day of the people standing at a state, by age, as its rates carry them on."""
    from numpy import convolve, zeros

    total = zeros(days)
    for place, leaving in _leaving(rates, standing, days).items():
        if place == ORDERED:
            total += leaving
        elif place in arrivals:
            # Who comes to a state on day t orders from day t + 1 on.
            total[1:] += convolve(leaving, arrivals[place])[: days - 1]
    return total


def _leaving(rates: Mapping[int, Any], standing: Any, days: int) -> dict[int, Any]:
    """By where to: how many leave on each day ahead."""
    from numpy import pad, zeros

    found = {place: zeros(days) for place in rates}
    if not rates or not standing.sum():
        return found
    length = len(next(iter(rates.values())))
    left = zeros(length)
    size = min(length, len(standing))
    left[:size] = standing[:size]
    # Nobody stayed as long as the oldest here: no rate is known of them, they stay.
    for day in range(days):
        left = pad(left, (1, 0))[:length]
        gone = zeros(length)
        for place, rate in rates.items():
            leaving = left * rate
            found[place][day] = leaving.sum()
            gone += leaving
        left -= gone
        if not left.any():
            break
    return found


def _standing(own: Sequence[Spell]) -> Any:
    """People still at the state, by the days they have been there."""
    from numpy import bincount, zeros

    still = [one for one in own if one.next is None]
    if not still:
        return zeros(1)
    return bincount([one.days for one in still], weights=[one.people for one in still])


def _one() -> Any:
    from numpy import ones

    return ones(1)


def _followed(own: Sequence[Spell], delays: Any) -> float:
    """People whose way from the state is known; who still stands there counts in part.

    Somebody who came yesterday tells nothing yet: he counts as the share of all delays, by
    the sources, that he has been there for.
    """
    from numpy import cumsum

    over = cumsum(delays)
    known = 0.0
    for one in own:
        if one.next is not None:
            known += one.people
        elif one.days > 0 and len(over):
            known += one.people * float(over[min(one.days, len(over)) - 1])
    return known


def _median(standing: Any) -> float | None:
    """The middle age of those standing there."""
    from numpy import cumsum, searchsorted

    total = standing.sum()
    return float(searchsorted(cumsum(standing), total / 2)) if total else None
