"""Enrolled against control, variants against the first and against control."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from outreach.evaluation.comparison import compared, pairs
from outreach.model.audience import Arm
from outreach.model.campaign import After, AudienceRule, Campaign, Channel, Step, Variant
from outreach.model.experiment import Cell, ExperimentTally

CHAIN = ("contacted", "replied", "order")


def campaign(
    *steps: Step, control: Fraction = Fraction(0), chain: tuple[str, ...] = CHAIN
) -> Campaign:
    return Campaign(
        name="spring",
        audience=AudienceRule(where="true", control=control),
        steps=steps or (Step(name="mail", channel=Channel.EMAIL),),
        chain=chain,
    )


def step(name: str, *variants: str, after: str | None = None) -> Step:
    return Step(
        name=name,
        channel=Channel.EMAIL,
        after=After(after) if after else None,
        variants=tuple(map(Variant, variants)),
    )


def cells(arm: Arm, people: int, orders: int, *variants: str | None) -> list[Cell]:
    """So many people of an arm, of whom some ordered."""
    place = CHAIN.index("order")
    return [
        Cell(arm=arm, variants=variants, people=people - orders),
        Cell(arm=arm, variants=variants, rank=place, orders=1, revenue=Decimal(10), people=orders),
    ]


def test_enrolled_against_control_on_orders() -> None:
    """Newcombe's 56/70 against 48/80: 0.2, from 0.0524 to 0.3339."""
    tally = ExperimentTally(
        chain=CHAIN,
        cells=(*cells(Arm.ENROLLED, 70, 56), *cells(Arm.CONTROL, 80, 48)),
    )
    (pair,) = pairs(tally, campaign())
    found = compared(pair)
    assert (pair.one.name, pair.other.name) == ("enrolled", "control")
    assert found.difference == Fraction(1, 5)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.p == pytest.approx(0.008045, abs=5e-6)


def test_each_variant_of_a_step_against_its_first_as_the_file_orders_them() -> None:
    tally = ExperimentTally(
        chain=CHAIN,
        steps=("mail", "reminder"),
        cells=(
            *cells(Arm.ENROLLED, 100, 10, "plain", "b"),
            *cells(Arm.ENROLLED, 100, 15, "warm", "b"),
            *cells(Arm.ENROLLED, 100, 4, "short", "a"),
        ),
    )
    file = campaign(
        step("mail", "plain", "warm", "short"), step("reminder", "a", "b", after="mail")
    )
    found = [
        (pair.step, pair.one.name, pair.other.name, compared(pair).difference)
        for pair in pairs(tally, file)
    ]
    assert found == [
        ("mail", "warm", "plain", Fraction(5, 100)),
        ("mail", "short", "plain", Fraction(-6, 100)),
        ("reminder", "b", "a", Fraction(25, 200) - Fraction(4, 100)),
    ]


def test_variants_are_compared_with_control_only_where_the_step_opens_the_chain() -> None:
    """Who came as far as the reminder was not drawn by lot, so control cannot stand for him."""
    tally = ExperimentTally(
        chain=CHAIN,
        steps=("mail", "reminder"),
        cells=(
            *cells(Arm.CONTROL, 50, 1, None, None),
            *cells(Arm.ENROLLED, 100, 10, "a", "x"),
            *cells(Arm.ENROLLED, 100, 15, "b", "y"),
        ),
    )
    file = campaign(step("mail", "a", "b"), step("reminder", "x", "y", after="mail"))
    found = [(pair.one.step, pair.one.name, pair.other.name) for pair in pairs(tally, file)]
    assert found == [
        (None, "enrolled", "control"),
        ("mail", "b", "a"),
        ("reminder", "y", "x"),
        ("mail", "a", "control"),
        ("mail", "b", "control"),
    ]


def test_a_chain_without_orders_is_compared_on_its_last_stage() -> None:
    chain = ("contacted", "visited")
    tally = ExperimentTally(
        chain=chain,
        cells=(
            Cell(arm=Arm.ENROLLED, rank=1, people=5),
            Cell(arm=Arm.ENROLLED, rank=0, people=5),
            Cell(arm=Arm.CONTROL, rank=1, people=1),
            Cell(arm=Arm.CONTROL, people=9),
        ),
    )
    (pair,) = pairs(tally, campaign(chain=chain))
    assert compared(pair).difference == Fraction(4, 10)


def test_without_a_control_group_there_is_nothing_to_compare() -> None:
    tally = ExperimentTally(chain=CHAIN, cells=tuple(cells(Arm.ENROLLED, 10, 1)))
    assert pairs(tally, campaign()) == []


def test_money_per_head_is_one_number_per_person_and_zeros_are_people_too() -> None:
    tally = ExperimentTally(
        chain=CHAIN,
        cells=(*cells(Arm.ENROLLED, 4, 3), *cells(Arm.CONTROL, 4, 1)),
    )
    (pair,) = pairs(tally, campaign())
    assert pair.one.revenue.numbers == ((Fraction(10), 3),)
    assert pair.one.revenue.mean == Fraction(30, 4)
    assert pair.other.orders.mean == Fraction(1, 4)
