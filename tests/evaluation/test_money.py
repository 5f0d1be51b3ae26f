"""The figures of money by themselves: the worked numbers of domain notes B9 and B18."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from outreach.evaluation.attrition_cost import (
    attrition_cost,
    attrition_rate,
    expected_years,
    measured,
)
from outreach.evaluation.break_even import (
    Mailing,
    Sale,
    breaking_even,
    margin_after_advertising,
)
from outreach.evaluation.budget import BudgetControl, budget_control
from outreach.evaluation.cost import Counts, unit_costs
from outreach.evaluation.marginal import StepVerdict, judged, step_yields
from outreach.evaluation.margins import (
    average_order_value,
    contribution_margin,
    items_per_order,
    margin_rate,
    margins,
    markup_rate,
)
from outreach.model.spending import Effort, Loyalty, Sales, Spending, StepGain

# --- break-even and the mailing -----------------------------------------------------------------


def test_half_a_million_mails_break_even_at_200_orders() -> None:
    """2,000 € at 10 € an order: 200 orders, 0.04 %, which is a click of 4 % and 1 % of them."""
    found = breaking_even(cost=Decimal(2000), sent=500_000, margin_per_order=Fraction(10))
    assert (found.orders, found.minimum_response) == (200, Fraction(4, 10_000))
    assert found.minimum_response == Fraction(4, 100) * Fraction(1, 100)


def test_fixed_and_unit_costs_are_paid_by_nine_orders() -> None:
    """(200 + 0.80 × 500) ÷ 70 = 8.57: 9 orders, 1.8 %."""
    mailing = Mailing(sent=500, unit_cost=Decimal("0.80"), fixed=Decimal(200))
    found = breaking_even(cost=mailing.cost, sent=500, margin_per_order=Fraction(70))
    assert (found.orders, found.minimum_response) == (9, Fraction(18, 1000))


def test_the_full_mailing_of_itl() -> None:
    """20,000 × 0.75; 400 orders of 60, goods 24, logistics 6: −3,000, −7.50 a recruit, 2.5 %."""
    mailing = Mailing(sent=20_000, unit_cost=Decimal("0.75"))
    sale = Sale(price=Decimal(60), goods=Decimal(24), logistics=Decimal(6))
    assert (mailing.cost, sale.margin) == (15_000, 30)
    left = margin_after_advertising(mailing, sale, 400)
    assert left == -3000
    assert Fraction(left) / 400 == Fraction("-7.5")
    found = breaking_even(
        cost=mailing.cost, sent=20_000, orders=400, margin_per_order=Fraction(sale.margin)
    )
    assert (found.orders, found.minimum_response) == (500, Fraction(25, 1000))
    assert found.response == Fraction(2, 100)


def test_an_order_at_a_loss_or_nobody_sent_to_breaks_even_nowhere() -> None:
    loss = breaking_even(cost=Decimal(10), sent=5, margin_per_order=Fraction(-1))
    assert (loss.orders, loss.minimum_response) == (None, None)
    nobody = breaking_even(cost=Decimal(10), sent=0, margin_per_order=Fraction(5))
    assert (nobody.orders, nobody.minimum_response, nobody.response) == (2, None, None)


# --- margins and baskets ------------------------------------------------------------------------


def test_sold_at_120_and_bought_at_80() -> None:
    """Taux de marge 50 %, taux de marque 33.33 %."""
    assert markup_rate(Decimal(120), Decimal(40)) == Fraction(1, 2)
    assert margin_rate(Decimal(120), Decimal(40)) == Fraction(1, 3)


def test_a_contribution_margin_of_15_three_thousand_times() -> None:
    assert contribution_margin(Decimal(25), variable=Decimal(10), quantity=3000) == 45_000


def test_a_basket_is_turnover_by_receipts() -> None:
    """5,000 € on 50 receipts are 100 €; 120 items are 2.4 a receipt."""
    assert average_order_value(Decimal(5000), 50) == 100
    assert items_per_order(120, 50) == Fraction("2.4")
    assert average_order_value(Decimal(0), 0) is None


def test_an_order_that_lacks_its_margin_is_in_no_rate_of_margin() -> None:
    """One of 120 leaves 40; one of 80 says nothing: the basket is 100, the margin a third."""
    found = margins(
        Sales(
            orders=2, revenue=Decimal(200), with_amount=2, margin=Decimal(40), with_margin=1,
            priced_revenue=Decimal(120), priced_margin=Decimal(40),
        )
    )  # fmt: skip
    assert (found.average_order_value, found.margin_rate) == (100, Fraction(1, 3))


# --- costs by what was got ----------------------------------------------------------------------


def test_a_touch_bears_no_fixed_costs_and_everything_else_does() -> None:
    counts = Counts(touches=600, contacts=500, useful_contacts=400, appointments=50,
                    appointments_held=40, quotes=10, orders=5)  # fmt: skip
    found = unit_costs(counts, total=Decimal(600), touches=Decimal(480))
    assert found.per_touch == Fraction("0.8")
    assert found.per_contact == Fraction("1.2")
    assert found.per_useful_contact == Fraction("1.5")
    assert (found.per_appointment, found.per_appointment_held) == (12, 15)
    assert (found.per_quote, found.per_order) == (60, 120)
    nothing = unit_costs(Counts(), total=Decimal(600), touches=Decimal(480))
    assert (nothing.per_touch, nothing.per_order) == (None, None)


def test_undelivered_mail_is_money() -> None:
    """2 % of 20,000 at 1 € each: 400 €."""
    assert Mailing(sent=20_000 * 2 // 100, unit_cost=Decimal(1)).cost == 400


def test_a_cost_below_its_budget_is_favourable() -> None:
    assert budget_control(Decimal(800), Decimal(600)) == BudgetControl(
        budget=Decimal(800), actual=Decimal(600), variance=Decimal(-200),
        variance_rate=Fraction(-1, 4), used=Fraction(3, 4), favourable=True,
    )  # fmt: skip
    assert budget_control(None, Decimal(600)) is None
    over = budget_control(Decimal(0), Decimal(1))
    assert over is not None
    assert (over.variance_rate, over.favourable) == (None, False)


# --- losing a customer --------------------------------------------------------------------------


def test_losing_a_customer_costs_600_and_100() -> None:
    found = attrition_cost(
        yearly_margin=Decimal(300), remaining_years=Fraction(2), replacement=Decimal(100)
    )
    assert (found.lost_margin, found.replacement, found.total) == (600, 100, 700)


def test_one_term_that_is_not_known_leaves_no_sum() -> None:
    found = attrition_cost(yearly_margin=None, remaining_years=Fraction(2), replacement=100)  # type: ignore[arg-type]
    assert (found.lost_margin, found.replacement, found.total) == (None, 100, None)


def test_attrition_is_of_the_customers_at_the_start() -> None:
    """10 lost of 110: 9.09 %, not the 10 % of the 100 at the end; 4 % a month live 25 months."""
    assert attrition_rate(Loyalty(at_start=110, lost=10, active=100)) == Fraction(1, 11)
    assert expected_years(Fraction(4, 100)) == 25
    assert expected_years(Fraction(0)) is None
    assert attrition_rate(Loyalty()) is None


def test_a_margin_that_is_missing_leaves_the_yearly_margin_unknown() -> None:
    sold = Sales(orders=2, margin=Decimal(300), with_margin=1)
    loyalty = Loyalty(at_start=2, lost=1, active=2, sales=sold)
    assert measured(loyalty, Fraction(100)).lost_margin is None


# --- steps --------------------------------------------------------------------------------------


def sold(orders: int, margin: int) -> Sales:
    return Sales(orders=orders, margin=Decimal(margin), with_margin=orders)


@pytest.mark.parametrize(
    ("people", "cost", "sales", "verdict"),
    [
        (100, 50, sold(1, 70), StepVerdict.KEEP),
        (100, 0, sold(0, 0), StepVerdict.KEEP),
        # At most 3.7 % of 100 order (95 %): 259 €, more than it costs.
        (100, 200, sold(0, 0), StepVerdict.OPEN),
        (100, 300, sold(0, 0), StepVerdict.DROP),
        (100, 900, sold(1, 70), StepVerdict.DROP),
        (100, 300, Sales(orders=1, margin=Decimal(0), with_margin=0), StepVerdict.OPEN),
    ],
)
def test_a_step_is_left_out_only_where_its_people_can_tell(
    people: int, cost: int, sales: Sales, verdict: StepVerdict
) -> None:
    effort = Effort(touches=people, people=people, cost=Decimal(cost))
    assert judged(effort, sales, Fraction(70)) is verdict


def test_without_any_margin_known_a_step_without_orders_stays_open() -> None:
    effort = Effort(touches=9, people=9, cost=Decimal(900))
    assert judged(effort, Sales(), None) is StepVerdict.OPEN


def test_each_step_adds_to_those_before_it() -> None:
    """Letters 8 for 30, calls 12 for 0, then work beside all steps of 5: +22, +10, +5."""
    spending = Spending(
        steps=(
            ("letter", Effort(touches=4, people=4, cost=Decimal(8))),
            ("call", Effort(touches=3, people=3, cost=Decimal(12))),
            (None, Effort(touches=1, people=1, cost=Decimal(5))),
        ),
        gains=(StepGain(step="letter", answers=2, sales=sold(1, 30)),),
    )
    rows = step_yields(spending, Fraction(30))
    assert [(one.step, one.profit, one.cumulative_profit) for one in rows] == [
        ("letter", 22, 22), ("call", -12, 10), (None, -5, 5),
    ]  # fmt: skip
    assert [one.break_even_orders for one in rows] == [1, 1, 1]
    assert rows[0].answer_rate == Fraction(1, 2)
    assert rows[2].verdict is None


def test_a_gain_of_a_step_without_touches_in_these_days_is_told_all_the_same() -> None:
    spending = Spending(gains=(StepGain(step="letter", answers=1, sales=sold(1, 30)),))
    (row,) = step_yields(spending, None)
    assert (row.step, row.people, row.orders, row.order_rate) == ("letter", 0, 1, None)
