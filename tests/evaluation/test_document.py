"""The row of totals: sums pass over what is undefined, shares are of the sums."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from sample_report import CHAIN, SEGMENTS

from outreach.evaluation.document import Figure, Share, Unit, column, divided, totals


def test_totals_are_sums_and_shares_of_sums() -> None:
    sums = totals(SEGMENTS)
    assert sums is not None
    assert (sums["people"], sums["orders"]) == (1501, 9)
    # Not the mean of the rows' rates.
    assert sums["rate"] == Fraction(9, 1501)
    # 9 orders of 12,345.67; the profit that nobody knows is not in the sum.
    assert sums["revenue"] == Decimal("111111.03")
    assert sums["profit"] == Decimal("107407.53")
    assert "last" not in sums


def test_a_table_without_totals_has_no_last_row() -> None:
    assert totals(CHAIN) is None


def test_a_share_of_nothing_is_undefined() -> None:
    assert divided({"a": 3, "b": 0}, Share("a", "b")) is None
    assert divided({"a": 3, "b": None}, Share("a", "b")) is None
    assert divided({"a": Figure(3, Unit.COUNT), "b": 4}, Share("a", "b")) == Fraction(3, 4)


def test_a_plot_of_a_column_that_is_not_there_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        column(CHAIN, "nowhere")
