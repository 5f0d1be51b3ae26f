"""Enrolled against control, variants against the first."""

from __future__ import annotations

from fractions import Fraction

import pytest

from outreach.evaluation.comparison import comparisons
from outreach.model.tally import ArmTally, CampaignTally, VariantTally

CHAIN = ("contacted", "replied", "order")


def test_enrolled_against_control_on_orders() -> None:
    """Newcombe's 56/70 against 48/80: 0.2, from 0.0524 to 0.3339."""
    tally = CampaignTally(
        chain=CHAIN,
        enrolled=ArmTally(70, {"contacted": 10, "order": 56}),
        control=ArmTally(80, {"order": 48}),
    )
    (lift,) = comparisons(tally)
    assert (lift.arm, lift.against, lift.outcome) == ("enrolled", "control", "order")
    assert lift.difference == Fraction(1, 5)
    assert (lift.interval.low, lift.interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert lift.p == pytest.approx(0.008045, abs=5e-6)


def test_each_variant_of_a_step_against_its_first() -> None:
    def variant(step: str, name: str, orders: int) -> VariantTally:
        return VariantTally(step, name, ArmTally(100, {"contacted": 60, "order": orders}))

    tally = CampaignTally(
        chain=CHAIN,
        enrolled=ArmTally(300),
        variants=(
            variant("mail", "plain", 10),
            variant("mail", "warm", 15),
            variant("mail", "short", 4),
            variant("reminder", "a", 5),
            variant("reminder", "b", 5),
        ),
    )
    found = [(one.step, one.arm, one.against, one.difference) for one in comparisons(tally)]
    assert found == [
        ("mail", "warm", "plain", Fraction(5, 100)),
        ("mail", "short", "plain", Fraction(-6, 100)),
        ("reminder", "b", "a", 0),
    ]


def test_a_chain_without_orders_is_compared_on_its_last_stage() -> None:
    tally = CampaignTally(
        chain=("contacted", "visited"),
        enrolled=ArmTally(10, {"visited": 5}),
        control=ArmTally(10, {"visited": 1}),
    )
    (lift,) = comparisons(tally)
    assert lift.outcome == "visited"
    assert lift.difference == Fraction(4, 10)


def test_without_a_control_group_there_is_nothing_to_compare() -> None:
    assert comparisons(CampaignTally(chain=CHAIN, enrolled=ArmTally(10))) == ()
