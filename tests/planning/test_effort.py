"""The worked numbers of the course sheet (domain notes B1), to the last digit."""

from __future__ import annotations

from fractions import Fraction

import pytest

from outreach.errors import WrongUsage
from outreach.planning.effort import (
    BadCoefficient,
    Effort,
    Goal,
    ImpossibleGoal,
    NoAverageDeal,
    Rounding,
    effort,
)
from outreach.planning.habits import Coefficients, habits

GOAL = Goal(revenue=Fraction(60_000))
STEPS = (
    "deals",
    "proposals",
    "active_prospects",
    "to_find",
    "prospects",
    "touches",
    "hours",
)


def of_the_sheet(rounding: Rounding = Rounding.UP, goal: Goal = GOAL, **changed: str) -> Effort:
    """The calculation with the sheet's values, some of them changed."""
    values = {
        "average_deal": "20000",
        "proposals_per_deal": "3",
        "compensation": "4",
        "inbound": "8",
        "accessibility": "0.06",
        "touches": "4",
        "minutes": "2",
    }
    given = {name: Fraction(value) for name, value in (values | changed).items()}
    return effort(goal, habits(Coefficients(**given), Coefficients()), rounding)


def exact(result: Effort) -> list[Fraction]:
    return [getattr(result, step).exact for step in STEPS]


def rounded(result: Effort) -> list[float]:
    return [round(float(getattr(result, step).rounded), 3) for step in STEPS]


def test_whole_people_are_rounded_up_at_each_step_and_hours_are_not() -> None:
    assert rounded(of_the_sheet()) == [3, 9, 36, 28, 467, 1868, 62.267]


@pytest.mark.parametrize("rounding", list(Rounding))
def test_the_exact_column_is_never_rounded_whatever_the_mode(rounding: Rounding) -> None:
    assert exact(of_the_sheet(rounding)) == [
        3,
        9,
        36,
        28,
        Fraction(1400, 3),
        Fraction(5600, 3),
        Fraction(560, 9),
    ]


def test_exact_rounding_prints_the_exact_chain() -> None:
    assert rounded(of_the_sheet(Rounding.EXACT)) == [3, 9, 36, 28, 466.667, 1866.667, 62.222]


def test_rounding_down_prints_the_sources_own_row() -> None:
    assert rounded(of_the_sheet(Rounding.DOWN)) == [3, 9, 36, 28, 466, 1864, 62]


@pytest.mark.parametrize(
    ("changed", "prospects", "touches", "hours"),
    [
        ({"accessibility": "0.03"}, 933.3, 3733.3, 124.4),
        ({"accessibility": "0.17"}, 164.7, 658.8, 22.0),
        ({"touches": "1"}, 466.7, 466.7, 15.6),
        ({"touches": "13"}, 466.7, 6066.7, 202.2),
        ({"inbound": "0"}, 600, 2400, 80),
    ],
)
def test_sensitivity(
    changed: dict[str, str], prospects: float, touches: float, hours: float
) -> None:
    result = of_the_sheet(Rounding.EXACT, **changed)
    found = (result.prospects, result.touches, result.hours)
    assert [round(float(each.exact), 1) for each in found] == [prospects, touches, hours]


def test_a_programmed_loss_of_30_000_asks_for_two_deals_and_400_prospects() -> None:
    """B7: 1.5 deals make 2, then 24 actives, 400 prospects, 1,600 touches, 53.33 hours."""
    result = of_the_sheet(goal=Goal(revenue=Fraction(30_000)), inbound="0")
    assert result.deals.exact == Fraction(3, 2)
    assert rounded(result) == [2, 6, 24, 24, 400, 1600, 53.333]


def test_a_goal_in_deals_needs_no_average_deal() -> None:
    figures = habits(Coefficients(inbound=Fraction(8)), Coefficients())
    assert rounded(effort(Goal(deals=3), figures)) == [3, 9, 36, 28, 467, 1868, 62.267]


@pytest.mark.parametrize("inbound", ["36", "50"])
def test_enough_inbound_prospects_leave_nothing_to_do_and_never_less(inbound: str) -> None:
    assert rounded(of_the_sheet(inbound=inbound)) == [3, 9, 36, 0, 0, 0, 0]


def test_part_of_an_inbound_prospect_still_leaves_a_whole_one_to_find() -> None:
    assert rounded(of_the_sheet(inbound="7.5"))[3:5] == [29, 484]


def test_no_goal_no_effort() -> None:
    assert rounded(of_the_sheet(goal=Goal(deals=0))) == [0] * 7
    assert rounded(of_the_sheet(goal=Goal(deals=0), accessibility="0")) == [0] * 7


def test_nobody_accessible_is_an_impossible_goal() -> None:
    with pytest.raises(ImpossibleGoal, match="accessibility of 0"):
        of_the_sheet(accessibility="0")


def test_a_goal_in_money_without_an_average_deal_asks_for_it() -> None:
    with pytest.raises(NoAverageDeal, match="--average-deal"):
        effort(GOAL, habits(Coefficients(), Coefficients()))


def test_a_goal_is_one_thing_and_not_below_0() -> None:
    for wrong in ({}, {"revenue": Fraction(1), "deals": 1}, {"deals": -1}):
        with pytest.raises(WrongUsage):
            Goal(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"accessibility": "6"},
        {"accessibility": "-0.1"},
        {"average_deal": "0"},
        {"proposals_per_deal": "0"},
        {"compensation": "-4"},
        {"inbound": "-1"},
        {"minutes": "-1"},
    ],
)
def test_a_figure_out_of_its_range_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BadCoefficient):
        of_the_sheet(**wrong)
