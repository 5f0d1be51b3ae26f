"""What the campaign changed: enrolled people against control, variants against the first.

Everyone of a group counts, whether or not the message reached them (the draw made the
groups alike, what happened afterwards did not).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from outreach.evaluation.chain import people_at
from outreach.evaluation.intervals import Interval, Sample, newcombe, score_test
from outreach.model.tally import ArmTally, CampaignTally, VariantTally

ENROLLED = "enrolled"
CONTROL = "control"
ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """One group against another on one outcome: the difference of their rates."""

    #: `enrolled`, or the name of a variant.
    arm: str
    #: `control`, or the name of the first variant.
    against: str
    #: The step whose variants are compared; None for the control group.
    step: str | None
    #: The stage whose people are counted.
    outcome: str
    difference: Fraction
    #: Newcombe's method 10, 95 %.
    interval: Interval
    #: Two-sided score test.
    p: float


def outcome_of(stages: Sequence[str]) -> str:
    """What groups are compared on: orders, or the end of a chain that knows none."""
    return ORDER if ORDER in stages else stages[-1]


def comparisons(tally: CampaignTally) -> tuple[Lift, ...]:
    """Enrolled against control, then each step's variants against its first one.

    The order of `tally.variants` says which variant is the first. A group of nobody is
    compared with nothing.
    """
    against_control = _lift(
        ENROLLED, tally.enrolled, against=(CONTROL, tally.control), stages=tally.chain
    )
    lifts = [against_control]
    for step, variants in by_step(tally.variants).items():
        first, *others = variants
        lifts.extend(
            _lift(
                each.variant,
                each.arm,
                against=(first.variant, first.arm),
                stages=tally.chain,
                step=step,
            )
            for each in others
        )
    return tuple(lift for lift in lifts if lift is not None)


def by_step(variants: Sequence[VariantTally]) -> Mapping[str, list[VariantTally]]:
    """The variants of each step, in the order given."""
    steps: dict[str, list[VariantTally]] = {}
    for variant in variants:
        steps.setdefault(variant.step, []).append(variant)
    return steps


def _lift(
    name: str,
    arm: ArmTally,
    *,
    against: tuple[str, ArmTally],
    stages: Sequence[str],
    step: str | None = None,
) -> Lift | None:
    outcome = outcome_of(stages)
    other_name, other_arm = against
    one = Sample(people_at(arm, stages, outcome), arm.people)
    other = Sample(people_at(other_arm, stages, outcome), other_arm.people)
    interval, p = newcombe(one, other), score_test(one, other)
    if interval is None or p is None:
        return None
    return Lift(
        arm=name,
        against=other_name,
        step=step,
        outcome=outcome,
        difference=Fraction(one.did, one.people) - Fraction(other.did, other.people),
        interval=interval,
        p=p,
    )
