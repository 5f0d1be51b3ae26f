"""The review of the portfolio: every worked number of the domain notes B0, B7–B9, B11–B13."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from outreach.evaluation.portfolio.classes import (
    Segment,
    bounds,
    concentration,
    curve,
    cuts,
    matrix,
    needed_for,
    scores,
    segment_of,
)
from outreach.evaluation.portfolio.loyalty import (
    Movement,
    Reason,
    Shape,
    Verdict,
    basket,
    expected_life,
    movement,
    needed,
    repeat_rate,
    shape,
    verdict,
)
from outreach.evaluation.portfolio.prospects import (
    Level,
    alarm,
    correlation,
    prospects,
    relation,
    sawtooth,
)
from outreach.evaluation.portfolio.review import Penetration, review
from outreach.evaluation.portfolio.worth import Worth, discounted, win_back
from outreach.model.contact import LifeStage
from outreach.model.portfolio import (
    Boundary,
    CellTally,
    MonthTally,
    PortfolioRules,
    PortfolioTally,
    StageTally,
)

RULES = PortfolioRules()
#: The portfolio of B8: 5 new, 10 developing, 14 mature, 7 declining, 2 episodic, 2 lost.
B8 = dict(zip(LifeStage, (5, 10, 14, 7, 2, 2), strict=True))


def months(*stocks: int, touches: int = 0, revenue: int = 0) -> tuple[MonthTally, ...]:
    """Whole months of 2026, with so many prospects at the end of each."""
    ends = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return tuple(
        MonthTally(
            start=date(2026, number, 1), end=date(2026, number, ends[number - 1]),
            suspects=stock, touches=touches, revenue=revenue,
        )
        for number, stock in enumerate(stocks, 1)
    )  # fmt: skip


def tally(*stocks: int, **more: object) -> PortfolioTally:
    made = months(*(stocks or (0,)))
    blank = PortfolioTally(on=made[-1].end, since=date(2025, 12, 31), per_unit=100,
                           months=made, begun=date(2020, 1, 1))  # fmt: skip
    return replace(blank, **more)


def stay(before: str | None, stage: str, customers: int, **more: int) -> StageTally:
    return StageTally(before=before, stage=stage, customers=customers, **more)


# --- B8: the shape, the verdict, the customers needed ---------------------------------------------


def test_the_healthy_and_the_declining_are_shares_of_all_but_the_lost() -> None:
    found = Shape(B8)

    assert (found.customers, found.base, found.healthy) == (40, 38, 24)
    assert found.healthy_share == Fraction(24, 38)
    assert found.declining_share == Fraction(7, 38)
    assert round(float(found.healthy_share) * 100, 2) == 63.16
    assert round(float(found.declining_share) * 100, 2) == 18.42


@pytest.mark.parametrize(
    ("counts", "said", "reason"),
    [
        (B8, Verdict.CARRY_ON, Reason.MOSTLY_HEALTHY),
        ({}, Verdict.OPEN, Reason.NO_CUSTOMERS),
        ({LifeStage.LOST: 4}, Verdict.OPEN, Reason.NO_CUSTOMERS),
        ({LifeStage.MATURE: 4, LifeStage.DECLINING: 5}, Verdict.REVISE,
         Reason.MORE_DECLINE_THAN_HEALTHY),
        ({LifeStage.MATURE: 6, LifeStage.DECLINING: 2}, Verdict.REDOUBLE, Reason.MANY_DECLINE),
        ({LifeStage.NEW: 6, LifeStage.MATURE: 2}, Verdict.CARRY_ON, Reason.MOSTLY_NEW),
        ({LifeStage.EPISODIC: 6, LifeStage.MATURE: 2}, Verdict.REDOUBLE, Reason.FEW_HEALTHY),
    ],
)  # fmt: skip
def test_the_verdict_follows_from_the_shape(
    counts: dict[LifeStage, int], said: Verdict, reason: Reason
) -> None:
    assert verdict(Shape({**dict.fromkeys(LifeStage, 0), **counts}), RULES) == (said, reason)


def test_120000_a_year_at_400_a_basket_six_times_takes_50_customers() -> None:
    rules = PortfolioRules(basket=Decimal(400), orders_per_year=Decimal(6))
    have = tally(amounts=(1,), amount_counts=(38,))

    found = needed(basket(have, rules), Fraction(120_000))

    assert found is not None
    assert (found.exact, found.needed, found.have, found.short) == (50, 50, 38, 12)


def test_the_basket_is_turnover_by_receipts_and_not_by_customers() -> None:
    """5,000 in 50 receipts of 20 customers: 100 each, 2.5 orders a customer (B9)."""
    found = basket(
        tally(
            stages=(stay(None, "mature", 20, orders=50),),
            orders_with_amount=50,
            revenue=500_000,
            amounts=(1,),
            amount_counts=(20,),
        ),
        RULES,
    )

    assert (found.measured, found.orders_per_year) == (100, Fraction(5, 2))


def test_nothing_is_needed_where_a_figure_is_not_known() -> None:
    assert needed(basket(tally(), RULES), Fraction(120_000)) is None
    assert needed(basket(tally(), RULES), None) is None


# --- B11: retention and attrition -----------------------------------------------------------------


def test_attrition_is_of_the_start_and_its_other_bases_are_named() -> None:
    moved = Movement(start=110, end=100, new=0, reactivated=0, lost=10)

    assert moved.attrition == Fraction(10, 110)
    assert moved.attrition_by_end == Fraction(10, 100)
    assert round(float(moved.attrition) * 100, 2) == 9.09


def test_retention_takes_off_the_new_and_those_who_came_back() -> None:
    """S 100, E 90, 20 new, 10 back again: 60 %, not 70 %; 10 customers less 2: 80 %."""
    found = Movement(start=100, end=90, new=20, reactivated=10, lost=40)
    assert found.retention == Fraction(60, 100)
    assert Movement(start=10, end=8, new=0, reactivated=0, lost=2).retention == Fraction(8, 10)


def test_retention_and_attrition_of_one_start_add_up_to_1() -> None:
    rows = (
        stay("mature", "mature", 50), stay("mature", "lost", 40), stay("new", "declining", 10),
        stay("lost", "mature", 10), stay("lost", "lost", 7), stay(None, "new", 20),
        stay(None, "lost", 3),
    )  # fmt: skip

    found = movement(rows)

    assert found == Movement(start=100, end=90, new=20, reactivated=10, lost=40)
    assert (found.retention or 0) + (found.attrition or 0) == 1
    assert shape(rows, at_start=True).counts[LifeStage.LOST] == 17


def test_a_rate_of_nobody_is_not_known() -> None:
    empty = movement(())
    assert (empty.retention, empty.attrition, empty.attrition_by_end) == (None, None, None)
    assert repeat_rate(()) is None


def test_30_of_120_customers_ordered_twice_and_4_percent_a_month_stay_25_months() -> None:
    assert repeat_rate([stay(None, "new", 120, one_time=90)]) == Fraction(1, 4)
    assert expected_life(Fraction(4, 100), 1) == 25
    assert expected_life(Fraction(0), 1) is None


# --- B12: lifetime value --------------------------------------------------------------------------


def worth(basket_: int, frequency: Fraction | int, years: Fraction | int, **more: object) -> Worth:
    values: dict[str, object] = {"margin_rate": None, "retention": None, "cac": None,
                                 "discount": Fraction(1, 10), "horizon": 3, **more}  # fmt: skip
    return Worth(
        basket=Fraction(basket_), orders_per_year=Fraction(frequency), years=Fraction(years),
        **values,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_life_in_turnover_is_basket_by_orders_by_years() -> None:
    assert worth(5, 4 * 52, 8).revenue == 8320
    assert worth(100, 2, 2).revenue == 400


def test_a_life_in_margin_is_that_by_the_margin_rate() -> None:
    """66 % × 25 months × 10 a month = 165."""
    assert worth(10, 12, Fraction(25, 12), margin_rate=Fraction(66, 100)).margin == 165


def test_margins_to_come_are_discounted_and_the_cost_of_winning_is_deducted() -> None:
    """100 a year, retention 0.8, discount 0.1, three years, 100 to win him: 225.62 and 125.62."""
    assert round(float(discounted(Fraction(100), Fraction(4, 5), Fraction(1, 10), 3)), 2) == 225.62
    one = worth(100, 1, 5, margin_rate=Fraction(1), retention=Fraction(4, 5), cac=Fraction(100))
    assert one.net is not None
    assert round(float(one.net), 2) == 125.62


def test_winning_back_is_weighed_by_its_chance_and_its_cost() -> None:
    """10 lost who brought 200 a year each, margin 30 %; one in five comes back; 5 each to ask."""
    rows = [
        stay("lost", "mature", 2), stay("lost", "lost", 8, lifetime=320_000, lived_days=8 * 730),
        stay("new", "lost", 2, one_time=2, lifetime=40_000, lived_days=2 * 365),
    ]  # fmt: skip
    rules = PortfolioRules(win_back_cost=Decimal(5))

    found = win_back(rows, rules, rate=Fraction(3, 10), per_unit=100)

    assert (found.lost, found.at_once, found.chance, found.measured) == (
        10,
        2,
        Fraction(1, 5),
        True,
    )
    assert found.yearly_revenue == 2000
    assert found.value == Fraction(1, 5) * 600 - 50 == 70


# --- B13: RFM, ABC, the crossed matrix ------------------------------------------------------------


def test_scores_go_by_the_share_that_is_below_and_ties_score_alike() -> None:
    assert scores([10, 20, 30, 40, 50]) == [1, 2, 3, 4, 5]
    assert scores([1, 1, 1, 1, 1, 1, 1, 2, 3, 9]) == [1, 1, 1, 1, 1, 1, 1, 4, 5, 5]
    assert scores([7, 7, 7]) == [1, 1, 1]
    assert scores(list(range(9)), classes=3) == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert cuts([Fraction(1), Fraction(2)], [4, 1], classes=5) == [2, 2, 2, 2]


def test_the_real_curve_is_read_beside_the_convention() -> None:
    """50, 30, 10, 6, 4: the first fifth makes 50 %, two fifths 80 %."""
    amounts, counts = (50, 30, 10, 6, 4), (1, 1, 1, 1, 1)

    found = dict(curve(amounts, counts))

    assert found[Fraction(1, 5)] == Fraction(1, 2)
    assert found[Fraction(2, 5)] == Fraction(4, 5)
    assert found[Fraction(1, 10)] == Fraction(1, 4)  # half of the biggest one
    assert needed_for(amounts, counts, Fraction(4, 5)) == Fraction(2, 5)
    assert bounds(amounts, counts, a=Fraction(4, 5), b=Fraction(19, 20)) == (30, 6)
    classes = concentration(
        tally(amounts=amounts, amount_counts=counts, bounds={"a": 30, "b": 6})
    ).classes
    assert [(one.name, one.customers, one.revenue_share) for one in classes] == [
        ("A", 2, Fraction(80, 100)), ("B", 2, Fraction(16, 100)), ("C", 1, Fraction(4, 100)),
    ]  # fmt: skip


def test_equal_turnovers_are_in_one_class() -> None:
    assert bounds((10,), (100,), a=Fraction(4, 5), b=Fraction(19, 20)) == (10, 10)
    assert bounds((), (), a=Fraction(4, 5), b=Fraction(19, 20)) == (None, None)


def test_every_cell_of_the_matrix_is_in_one_segment() -> None:
    """A1 is core, though the source puts it twice; B2, C2 and P2, of which it is silent, steady."""
    named = {f"{t or 'P'}{p}": segment_of(t, p) for t in ("A", "B", "C", None) for p in "123"}
    found: dict[Segment, list[str]] = {}
    for cell, segment in named.items():
        found.setdefault(segment, []).append(cell)
    assert found == {
        Segment.CORE: ["A1", "A2", "A3"],
        Segment.POTENTIAL: ["B1", "C1", "P1"],
        Segment.STEADY: ["B2", "C2", "P2"],
        Segment.LOW_TOUCH: ["B3", "C3", "P3"],
    }
    assert segment_of("C", "?") is Segment.UNKNOWN


def test_what_is_left_to_win_is_potential_less_turnover() -> None:
    (cell,) = matrix(
        [CellTally(turnover="A", potential="1", contacts=1, revenue=2_000_000,
                   potential_sum=5_000_000, remaining=3_000_000)], 100,
    )  # fmt: skip
    assert (cell.name, cell.potential, cell.revenue, cell.remaining) == (
        "A1",
        50_000,
        20_000,
        30_000,
    )


# --- B7 and B0: penetration, prospects ------------------------------------------------------------


def test_penetration_is_customers_by_potential_customers() -> None:
    assert Penetration("France", 48_000_000, 57_600_000).rate == Fraction(5, 6)
    assert Penetration("nowhere", 3, None).rate is None


def test_turnover_that_comes_every_other_month_has_a_saw_tooth_of_1() -> None:
    assert sawtooth([0, 10, 0, 10]) == 1
    assert sawtooth([5, 5, 5, 5]) == 0
    assert sawtooth([0, 0]) is None


def test_five_of_twenty_entrants_who_buy_are_a_conversion_of_a_quarter() -> None:
    one = replace(months(20)[0], new_prospects=20, conversions=5)
    found = prospects(tally(20, months=(one,)), RULES)
    assert found.conversion_rate == Fraction(1, 4)


@pytest.mark.parametrize(
    ("stocks", "begun", "level", "lasting"),
    [
        ((120, 120), date(2020, 1, 1), Level.NONE, 0),
        ((120, 99), date(2020, 1, 1), Level.NOTICE, 1),
        ((120, 99, 80, 70), date(2020, 1, 1), Level.WARNING, 3),
        ((99,) * 12, date(2020, 1, 1), Level.ALARM, 12),
        ((99, 120, 99), date(2020, 1, 1), Level.NOTICE, 1),
        # The firm has only begun, after the first of these months.
        ((99,) * 12, date(2026, 2, 1), Level.NONE, 11),
    ],
)
def test_a_thin_stock_is_the_louder_the_longer_it_lasts(
    stocks: tuple[int, ...], begun: date, level: Level, lasting: int
) -> None:
    found = prospects(tally(*stocks, begun=begun), PortfolioRules(prospects=100))
    assert (found.alarm.level, found.alarm.months) == (level, lasting)
    assert alarm([], tally(), RULES).level is Level.NONE


def test_who_is_a_prospect_is_the_firms_choice_and_the_arid_are_none() -> None:
    """60 on file, 30 contacted, 10 of them arid: 80 or 20, as S0 or S4 draw the line."""
    month = replace(months(60)[0], prospects=30, arid=10)
    both = [
        prospects(tally(months=(month,)), PortfolioRules(prospect=each)).stock for each in Boundary
    ]
    assert both == [80, 20]


def test_prospecting_has_stopped_when_orders_come_in_and_nobody_is_contacted() -> None:
    def stopped(touch: date | None, order: date | None) -> bool:
        return prospects(tally(10, last_touch=touch, last_order=order), RULES).stopped

    assert stopped(date(2025, 12, 31), date(2026, 1, 20))  # 31 days
    assert not stopped(date(2026, 1, 1), date(2026, 1, 20))  # 30 days
    assert not stopped(date(2025, 12, 31), date(2025, 12, 31))  # nothing is delivered
    assert not stopped(None, date(2026, 1, 20))  # none was ever recorded


def test_prospects_and_conversions_that_move_together_are_seen_to() -> None:
    """Each month a tenth of the prospects of the month before: a coefficient of 1, 10 %."""
    stocks = (100, 200, 150, 300, 250, 100)
    made = months(*stocks)
    rows = [
        made[0],
        *(replace(m, conversions=s // 10) for m, s in zip(made[1:], stocks, strict=False)),
    ]

    found = relation(rows, Boundary.ON_FILE, 0)

    assert (found.months, found.rate) == (5, Fraction(1, 10))
    assert found.correlation == pytest.approx(1)
    assert correlation([(1, 5), (2, 5), (3, 5), (4, 5)]) is None
    assert correlation([(1, 2), (2, 3), (3, 4)]) is None


# --- the whole ------------------------------------------------------------------------------------


def test_a_growing_share_of_the_declining_is_told() -> None:
    worse = (stay("mature", "declining", 2), stay("mature", "mature", 8))
    better = (stay("declining", "mature", 2), stay("mature", "mature", 8))
    first = (stay(None, "declining", 2), stay(None, "mature", 8))
    grew = [
        review(tally(stages=rows), RULES, months=12).decline_grew for rows in (worse, better, first)
    ]
    assert grew == [True, False, False]


def test_actions_are_sorted_and_say_whom_they_are_for() -> None:
    rows = tuple(stay(stage, stage, count) for stage, count in B8.items())
    found = review(
        tally(40, stages=rows, last_touch=date(2025, 11, 1), last_order=date(2026, 1, 30)),
        PortfolioRules(prospects=100),
        months=12,
    )
    assert [(one.when.value, one.key, one.contacts) for one in found.actions] == [
        ("now", "prospect_again", None),
        ("now", "find_prospects", 60),
        ("now", "declining", 7),
        ("now", "new", 5),
        ("can_wait", "developing", 10),
        ("can_wait", "lost", 2),
        ("long_term", "mature", 14),
        ("long_term", "episodic", 2),
    ]
    assert found.actions[2].where == 'life_stage = "declining"'


def test_an_empty_portfolio_is_reviewed_without_a_figure() -> None:
    found = review(tally(), RULES, months=12)
    assert (found.verdict, found.worth, found.outlook, found.actions) == (
        Verdict.OPEN, None, None, (),
    )  # fmt: skip
