"""What the campaign changed: enrolled people against control, variants against each other.

Everyone of a group counts, whether or not the message reached them (the draw made the
groups alike, what happened afterwards did not). The main figure is people: how many of a
group came to the order, or to the end of a chain that knows none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from math import sqrt

from outreach.evaluation.heads import Heads, heads
from outreach.evaluation.intervals import Interval, Sample, newcombe, score_test, wilson
from outreach.evaluation.sequential import ALPHA, always_p, boundary, rates_information
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign
from outreach.model.experiment import Cell, ExperimentTally
from outreach.model.value import value

ENROLLED = "enrolled"
CONTROL = "control"
ORDER = "order"


class Finding(StrEnum):
    """What may be said of a difference, however often one has looked."""

    BETTER = "better"
    WORSE = "worse"
    #: Neither that it is there nor that it is not.
    CANNOT_TELL = "cannot_tell"
    #: Nothing at all: the groups are not of the size that the lot makes (`balance`).
    NOT_BY_LOT = "not_by_lot"


@value(kw_only=True)
class Group:
    """People drawn alike, and what they came to."""

    #: `enrolled`, `control` or the name of a variant.
    name: str
    #: The step whose variant they drew; None: the whole arm.
    step: str | None
    #: Distinct people who came to the outcome, of all of them.
    sample: Sample
    #: Orders and revenue, per head.
    orders: Heads
    revenue: Heads

    @property
    def people(self) -> int:
        return self.sample.people

    @property
    def interval(self) -> Interval | None:
        """Of the rate: Wilson, 95 %."""
        return wilson(self.sample)


@value
class Pair:
    """One group and the one it is compared with."""

    one: Group
    other: Group
    #: The step whose variants they are, one of them at least; None: the whole arms.
    step: str | None


@value(kw_only=True)
class Compared:
    """The rates of a pair: the difference, its intervals, what chance alone would say."""

    pair: Pair
    difference: Fraction
    #: Newcombe's method 10, 95 %, as if this were the only comparison and the only look.
    interval: Interval
    #: 95 %, valid at every look (`sequential`).
    anytime: Interval | None
    #: Two-sided score test, as if this were the only comparison and the only look.
    p: float
    #: Valid at every look.
    p_anytime: float
    #: How well a relative effect could be seen by now.
    information: float


def outcome_of(stages: Sequence[str]) -> str:
    """What groups are compared on: orders, or the end of a chain that knows none."""
    return ORDER if ORDER in stages else stages[-1]


# --- groups -----------------------------------------------------------------------------------


def group(name: str, step: str | None, cells: Sequence[Cell], stages: Sequence[str]) -> Group:
    """The people of some cells, together."""
    people = sum(cell.people for cell in cells)
    place = stages.index(outcome_of(stages))
    did = sum(cell.people for cell in cells if cell.rank is not None and cell.rank >= place)
    return Group(
        name=name,
        step=step,
        sample=Sample(did, people),
        orders=heads(people, ((cell.orders, cell.people) for cell in cells)),
        revenue=heads(people, ((cell.revenue, cell.people) for cell in cells)),
    )


def arm(tally: ExperimentTally, which: Arm) -> Group:
    """Everyone enrolled, or everyone in control."""
    cells = [cell for cell in tally.cells if cell.arm is which]
    return group(which.value, None, cells, tally.chain)


def variants(tally: ExperimentTally, campaign: Campaign) -> Mapping[str, list[Group]]:
    """The groups of each step with variants, in the order in which the file names them.

    A variant that nobody drew is not among them; one the file does not name any more is last.
    """
    found: dict[str, list[Group]] = {}
    for place, step in enumerate(tally.steps):
        drawn: dict[str, list[Cell]] = {}
        for cell in tally.cells:
            name = cell.variants[place]
            if name is not None and cell.arm is Arm.ENROLLED:
                drawn.setdefault(name, []).append(cell)
        written = names_of(campaign, step)
        order = sorted(drawn, key=lambda n: (written.index(n) if n in written else len(written), n))
        found[step] = [group(name, step, drawn[name], tally.chain) for name in order]
    return found


def names_of(campaign: Campaign, step: str) -> list[str]:
    """The variants of a step as the file names them; none of a step it does not know."""
    for one in campaign.every_step:
        if one.name == step:
            return [variant.name for variant in one.variants]
    return []


def pairs(tally: ExperimentTally, campaign: Campaign) -> list[Pair]:
    """Enrolled against control, variants against the first of their step and against control.

    Against control only where the step opens the chain: who came as far as a later step was
    not drawn by lot, and nobody knows who of the control group would have.
    """
    enrolled, control = arm(tally, Arm.ENROLLED), arm(tally, Arm.CONTROL)
    groups = variants(tally, campaign)
    opening = {step.name for step in campaign.following(None)}
    found = [Pair(enrolled, control, None)]
    for step, (first, *others) in groups.items():
        found += [Pair(one, first, step) for one in others]
    for step, several in groups.items():
        if step in opening and len(several) > 1:
            found += [Pair(one, control, step) for one in several]
    return [pair for pair in found if pair.one.people and pair.other.people]


def is_main(pair: Pair) -> bool:
    """Not a variant beside control: that is in what the two other kinds of pairs tell."""
    return (pair.one.step is None) == (pair.other.step is None)


# --- one pair ---------------------------------------------------------------------------------


def compared(pair: Pair) -> Compared:
    """The rates of two groups, neither of which is empty."""
    one, other = pair.one.sample, pair.other.sample
    interval, p = newcombe(one, other), score_test(one, other)
    assert interval is not None
    assert p is not None
    difference = Fraction(one.did, one.people) - Fraction(other.did, other.people)
    information = rates_information(one, other)
    pooled = (one.did + other.did) / (one.people + other.people)
    error = sqrt(pooled * (1 - pooled) * (1 / one.people + 1 / other.people))
    z = float(difference) / error if error else 0.0
    return Compared(
        pair=pair,
        difference=difference,
        interval=interval,
        anytime=_anytime(one, other, information),
        p=p,
        p_anytime=always_p(z, information),
        information=information,
    )


def _anytime(one: Sample, other: Sample, information: float) -> Interval | None:
    """The difference give or take as many standard errors as any number of looks allows."""
    if information <= 0:
        return None
    error = sqrt(
        one.rate * (1 - one.rate) / one.people + other.rate * (1 - other.rate) / other.people
    )
    half = boundary(information, ALPHA) * error
    difference = one.rate - other.rate
    return Interval(max(-1.0, difference - half), min(1.0, difference + half))
