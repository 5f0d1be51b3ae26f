"""Costs, profit and break-even, with the worked numbers of domain notes B9."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from outreach.evaluation.chain import chain
from outreach.evaluation.cost import Result, break_even, cost, result
from outreach.model.tally import ArmTally, CampaignTally, OrderTally, TouchTally

STAGES = ("contacted", "appointment", "quote", "order")


def test_the_course_sheets_chain_at_600_euros() -> None:
    """1.20 a contact, 12 a meeting, 60 a quote, 120 an order."""
    furthest = {"contacted": 450, "appointment": 40, "quote": 5, "order": 5}
    tally = CampaignTally(
        chain=STAGES,
        enrolled=ArmTally(500, furthest),
        prospects_contacted=420,
        customers_contacted=80,
        touches=(
            TouchTally(step="letter", channel="letter", touches=500, people=500, cost=Decimal(400)),
            TouchTally(step="call", channel="call", touches=60, people=50, cost=Decimal(80)),
        ),
    )
    spent = cost(
        tally, {"design": Decimal(100), "list": Decimal(20)}, chain(tally.enrolled, STAGES)
    )
    assert (spent.touches, spent.fixed, spent.total) == (480, 120, 600)
    assert spent.per_contact == Fraction(120, 100)
    assert dict(spent.per_stage) == {
        "contacted": Fraction(120, 100),
        "appointment": 12,
        "quote": 60,
        "order": 120,
    }


def test_five_orders_at_a_margin_of_300_for_600_spent() -> None:
    """5 × 300 − 600 = 900, 150 %; 2 orders pay; a customer costs 120, 180 more than he brought."""
    orders = OrderTally(orders=5, revenue=Decimal(5000), margin=Decimal(1500))
    assert result(orders, spent=Decimal(600), new_customers=5) == Result(
        orders=5,
        revenue=Decimal(5000),
        margin=Decimal(1500),
        profit=Decimal(900),
        roi=Fraction(3, 2),
        break_even_orders=2,
        cac_gross=Fraction(120),
        cac_net=Fraction(-180),
    )


def test_a_mailing_that_does_not_pay() -> None:
    """15,000 € and 400 orders leaving 30 each: −3,000, 37.50 gross, 7.50 net, 500 to break even."""
    orders = OrderTally(orders=400, revenue=Decimal(24_000), margin=Decimal(12_000))
    outcome = result(orders, spent=Decimal(15_000), new_customers=400)
    assert outcome.profit == -3000
    assert outcome.cac_gross == Fraction("37.5")
    assert outcome.cac_net == Fraction("7.5")
    assert outcome.break_even_orders == 500


def test_cards_and_flyers_for_2000_euros_and_20_customers_cost_100_each() -> None:
    assert result(OrderTally(), spent=Decimal(2000), new_customers=20).cac_gross == 100


@pytest.mark.parametrize(
    ("spent", "margin", "orders"),
    [(2000, 10, 200), (200 + Fraction("0.80") * 500, 70, 9), (601, 300, 3), (0, 70, 0)],
)
def test_break_even_of_a_mailing(spent: Fraction, margin: int, orders: int) -> None:
    assert break_even(Fraction(spent), Fraction(margin)) == orders


def test_an_order_without_its_margin_leaves_the_profit_unknown() -> None:
    """A part of the margin would pass for the whole."""
    orders = OrderTally(orders=2, revenue=Decimal(900), margin=Decimal(300), without_margin=1)
    outcome = result(orders, spent=Decimal(100), new_customers=2)
    assert outcome.revenue == 900
    assert outcome.margin is None
    assert outcome.profit is None
    assert outcome.roi is None
    assert outcome.break_even_orders is None
    assert outcome.cac_net is None
    assert outcome.cac_gross == 50


def test_no_order_yet_is_a_loss_of_what_was_spent() -> None:
    outcome = result(OrderTally(), spent=Decimal(80), new_customers=0)
    assert outcome.profit == -80
    assert outcome.roi == -1
    assert outcome.break_even_orders is None
    assert outcome.cac_gross is None
    assert outcome.cac_net is None


def test_what_cost_nothing_has_no_return_on_it() -> None:
    orders = OrderTally(orders=1, revenue=Decimal(9), margin=Decimal(3))
    outcome = result(orders, spent=Decimal(0), new_customers=1)
    assert outcome.profit == 3
    assert outcome.roi is None


def test_an_order_at_a_loss_never_breaks_even() -> None:
    assert break_even(Fraction(100), Fraction(-1)) is None
