"""How many attempts it took, and which touch earned what came after it, by a stated rule.

No rule is right: the last touch before an order had the others' help. So the rule is named
wherever its figures stand, and another one can be asked for. What nobody had touched before
is credited to no touch, so that the parts add up to the people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from outreach.evaluation.chain import share
from outreach.evaluation.intervals import Interval, Sample, wilson
from outreach.model.path import CreditTally, YieldTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """People on whom so many attempts were made: before their order, or in all without one."""

    touches: int
    contacts: int
    orders: int
    #: Of them: orders ÷ contacts.
    rate: Fraction | None
    interval: Interval | None
    #: People on whom at least as many attempts were made.
    at_least: int
    #: Orders after this very attempt ÷ people on whom it was made: what one more brings.
    marginal_rate: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What the touches of one step earned; without step and channel: what no touch earned."""

    step: str | None
    channel: str | None
    #: Stage → people; parts of people where the rule divides.
    people: dict[str, Fraction]
    revenue: Decimal
    #: None where one of the orders lacks it.
    margin: Decimal | None


def yields(tallies: Sequence[YieldTally]) -> tuple[Yield, ...]:
    """By number of attempts, the least first."""
    ordered = sorted(tallies, key=lambda one: one.touches)
    left = sum(one.contacts for one in ordered)
    found = []
    for one in ordered:
        found.append(
            Yield(
                touches=one.touches,
                contacts=one.contacts,
                orders=one.orders,
                rate=share(one.orders, one.contacts),
                interval=wilson(Sample(one.orders, one.contacts)),
                at_least=left,
                marginal_rate=share(one.orders, left),
            )
        )
        left -= one.contacts
    return tuple(found)


def credits(tallies: Sequence[CreditTally], stages: Sequence[str]) -> tuple[Credit, ...]:
    """A row per step, in the order in which the tallies name them; no touch comes last."""
    rows: dict[tuple[str | None, str | None], list[CreditTally]] = {}
    for one in tallies:
        rows.setdefault((one.step, one.channel), []).append(one)
    ordered = sorted(rows, key=lambda key: key == (None, None))
    return tuple(_credit(key, rows[key], stages) for key in ordered)


def _credit(
    key: tuple[str | None, str | None], tallies: Sequence[CreditTally], stages: Sequence[str]
) -> Credit:
    people = {stage: Fraction(0) for stage in stages}
    for one in tallies:
        people[one.stage] = people.get(one.stage, Fraction(0)) + one.people
    margins = [one.margin for one in tallies]
    known = [margin for margin in margins if margin is not None]
    return Credit(
        step=key[0],
        channel=key[1],
        people=people,
        revenue=sum((one.revenue for one in tallies), Decimal(0)),
        margin=None if any(margin is None for margin in margins) else sum(known, Decimal(0)),
    )
