"""Whether the lot was fair: shares of the groups, and who is in them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from scipy.stats import chi2_contingency, chisquare

from outreach.evaluation.balance import balance
from outreach.model.audience import Arm
from outreach.model.campaign import AudienceRule, Campaign, Channel, Step, Variant
from outreach.model.experiment import Cell, ExperimentTally


def campaign(*variants: str, control: str = "0") -> Campaign:
    return Campaign(
        name="spring",
        audience=AudienceRule(where="true", control=Fraction(control)),
        steps=(Step(name="mail", channel=Channel.EMAIL, variants=tuple(map(Variant, variants))),),
    )


def tally(*cells: Cell) -> ExperimentTally:
    return ExperimentTally(chain=("contacted", "order"), steps=("mail",), cells=cells)


def test_shares_against_those_meant_are_pearsons_chi_square() -> None:
    """821,588 and 815,482 where halves were meant (Kohavi 2020, ch. 3): p 1.8e-6, an alarm."""
    found = balance(
        tally(
            Cell(arm=Arm.ENROLLED, variants=("a",), people=821_588),
            Cell(arm=Arm.ENROLLED, variants=("b",), people=815_482),
        ),
        campaign("a", "b"),
    )
    (shares,) = found
    assert shares.p == pytest.approx(1.8e-6, rel=0.02)
    assert shares.p == pytest.approx(chisquare([821_588, 815_482]).pvalue)
    assert shares.alarm


def test_what_chance_makes_is_no_alarm() -> None:
    (shares,) = balance(
        tally(
            Cell(arm=Arm.ENROLLED, variants=("a",), people=520),
            Cell(arm=Arm.ENROLLED, variants=("b",), people=480),
        ),
        campaign("a", "b"),
    )
    assert shares.chi_square == pytest.approx(1.6)
    assert not shares.alarm


def test_a_variant_that_nobody_drew_is_missed() -> None:
    shares, *_ = balance(
        tally(Cell(arm=Arm.ENROLLED, variants=("a",), people=100)), campaign("a", "b")
    )
    assert shares.people == {"a": 100, "b": 0}
    assert shares.alarm


def test_control_has_the_share_that_the_file_names() -> None:
    shares, *_ = balance(
        tally(
            Cell(arm=Arm.ENROLLED, variants=(None,), people=90),
            Cell(arm=Arm.CONTROL, variants=(None,), people=10),
        ),
        campaign(control="1/10"),
    )
    assert (shares.step, shares.chi_square, shares.alarm) == (None, 0, False)


def test_who_is_in_the_groups_is_a_chi_square_of_the_table() -> None:
    found = balance(
        tally(
            Cell(arm=Arm.ENROLLED, variants=("a",), kind="prospect", people=80),
            Cell(arm=Arm.ENROLLED, variants=("a",), kind="customer", people=20),
            Cell(arm=Arm.ENROLLED, variants=("b",), kind="prospect", people=50),
            Cell(arm=Arm.ENROLLED, variants=("b",), kind="customer", people=50),
        ),
        campaign("a", "b"),
    )
    _, kind = found
    theirs = chi2_contingency([[80, 50], [20, 50]], correction=False)
    assert (kind.trait, kind.freedom) == ("kind", 1)
    assert (kind.chi_square, kind.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert (kind.furthest, kind.gap) == ("customer", Fraction(3, 10))
    assert kind.alarm


def test_rare_values_are_counted_together() -> None:
    """Twenty sources of one person each are no twenty rows: few would be expected in each."""
    rare = [
        Cell(arm=Arm.ENROLLED, variants=("ab"[n % 2],), origin=f"s{n}", people=1) for n in range(20)
    ]
    many = [
        Cell(arm=Arm.ENROLLED, variants=(name,), origin="fair", people=100) for name in ("a", "b")
    ]
    _, source = balance(tally(*rare, *many), campaign("a", "b"))
    assert (source.trait, source.freedom, source.alarm) == ("source", 1, False)
