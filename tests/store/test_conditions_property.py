"""SQL finds whom the predicate means: random expressions of random people, on both databases."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from segmentation.expressions import expression, people
from segmentation.people import Base, Someone, meant

from outreach.store.engine import Database


def test_sql_and_predicate_agree(database: Database) -> None:
    """`database` is opened once for all examples: each fills it anew."""
    base = Base(database)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(people, st.lists(expression, min_size=10, max_size=14))
    def agree(everybody: Sequence[Someone], texts: Sequence[str]) -> None:
        base.fill(everybody)
        for text in texts:
            assert base.found(text, when=True) == meant(text, everybody, when=True), text

    agree()


#: Each asks ten expressions and more of six people and more.
EXAMPLES = 50
