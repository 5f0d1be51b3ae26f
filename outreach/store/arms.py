"""A group of people by how far they came, as statements give it: a row per furthest place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row

from outreach.model.tally import ArmTally


def arm_of(rows: Iterable[Row[Any]], stages: Sequence[str]) -> ArmTally:
    """`rows` have `people` and `rank`, the furthest place in the chain or None."""
    people = 0
    furthest: dict[str, int] = {}
    for row in rows:
        people += row.people
        if row.rank is not None:
            stage = stages[row.rank]
            furthest[stage] = furthest.get(stage, 0) + row.people
    return ArmTally(people, furthest)
