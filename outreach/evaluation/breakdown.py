"""The chain of each step, channel, seller, …: the same rates, of fewer people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.evaluation.chain import Link, chain
from outreach.model.asked import Dimension
from outreach.model.path import GroupTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One row: `key` is None for the people of whom it is not known."""

    key: str | None
    enrolled: int
    chain: tuple[Link, ...]


def parts_by(
    groups: Mapping[Dimension, Sequence[GroupTally]], stages: Sequence[str]
) -> Mapping[Dimension, tuple[Part, ...]]:
    return {
        dimension: tuple(
            Part(key=one.key, enrolled=one.arm.people, chain=chain(one.arm, stages))
            for one in tallies
        )
        for dimension, tallies in groups.items()
    }
