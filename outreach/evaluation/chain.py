"""The prospecting chain (chaîne de prospection): people at each stage, and the rates between.

People at a stage are the distinct people who reached it or a later one (domain notes B3),
so the counts never rise along the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from outreach.evaluation.intervals import Interval, Sample, wilson
from outreach.model.tally import ArmTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One stage. `from_previous` of the first stage is None: nothing comes before it."""

    stage: str
    contacts: int
    from_previous: Fraction | None
    from_first: Fraction | None
    #: Of `from_first`: Wilson, 95 %.
    interval: Interval | None


def chain(arm: ArmTally, stages: Sequence[str]) -> tuple[Link, ...]:
    """One link per stage, in the chain's order."""
    people = [people_at(arm, stages, stage) for stage in stages]
    return tuple(
        Link(
            stage=stage,
            contacts=people[place],
            from_previous=share(people[place], people[place - 1]) if place else None,
            from_first=share(people[place], people[0]),
            interval=wilson(Sample(people[place], people[0])),
        )
        for place, stage in enumerate(stages)
    )


def people_at(arm: ArmTally, stages: Sequence[str], stage: str) -> int:
    """Distinct people of the group who reached the stage or a later one."""
    later = stages[stages.index(stage) :]
    return sum(arm.furthest.get(each, 0) for each in later)


def share(part: int, whole: int) -> Fraction | None:
    """A part of a whole, exact; undefined, not 0, where the whole is 0."""
    return Fraction(part, whole) if whole else None
