"""Whole numbers as people type them where a number of people is asked for again."""

from __future__ import annotations

import click
import pytest

from outreach.cli.numbers import Count


@pytest.mark.parametrize(
    "typed", ["1200", "1,200", "1 200", "1\N{NARROW NO-BREAK SPACE}200", "1\N{NO-BREAK SPACE}200"]
)
def test_a_count_is_taken_as_our_sentences_write_it(typed: str) -> None:
    assert Count().convert(typed, None, None) == 1200


@pytest.mark.parametrize("typed", ["1,20", "12,00", "1.200", "1,2000", "many", ""])
def test_what_may_be_something_else_is_no_count(typed: str) -> None:
    with pytest.raises(click.BadParameter):
        Count().convert(typed, None, None)
