"""Orders and cash by month: B0's worked example, ranges, and how wrong it was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from outreach.model.effort_tally import Due, Spell
from outreach.planning.flow import Flow, flow, states
from outreach.planning.forecast import (
    BackTest,
    Expected,
    Forecast,
    Money,
    Tried,
    back_dates,
    delay_by_day,
    forecast,
    month_starts,
)

ON = date(2027, 1, 1)
REPLIED = 1


def of_24_actives(months: int = 12) -> Flow:
    known = states(Fraction(6, 100), Fraction(4), Fraction(3), Fraction(1))
    return flow([Spell(REPLIED, 0, None, 24)], known, delay_by_day(ON, months))


def ahead(payment_days: int = 0, months: int = 12, **more: object) -> Forecast:
    money = Money(average=Fraction(20_000), spread=Fraction(0), payment_days=payment_days)
    return forecast(of_24_actives(months), money, on=ON, months=months, **more)  # type: ignore[arg-type]


def test_24_actives_are_2_orders_and_40_000() -> None:
    """B0: 1 deal of 12 actives at 20,000; an expectation, never rounded up."""
    found = ahead()
    assert found.orders.value == pytest.approx(2)
    assert found.revenue is not None
    assert found.revenue.value == pytest.approx(40_000)


def test_delays_of_50_30_20_are_1_0_and_0_6_and_0_4_orders() -> None:
    """B0: this month, the next, and within the year: the ten months after them."""
    orders = [one.orders.value for one in ahead().months]
    assert orders[:2] == [pytest.approx(1.0), pytest.approx(0.6)]
    assert sum(orders[2:]) == pytest.approx(0.4)


def test_money_comes_so_many_days_after_the_order() -> None:
    """At 31 days those of the first 28 days of January, 28/31 of 20,000, are paid in February."""
    months = ahead(payment_days=31).months
    assert months[0].cash is not None
    assert months[1].cash is not None
    assert months[0].cash.value == pytest.approx(0)
    assert months[1].cash.value == pytest.approx(20_000 * 28 / 31)


def test_what_was_ordered_before_is_paid_in_its_month() -> None:
    due = [Due(date(2026, 12, 15), Decimal(700)), Due(date(2026, 11, 1), Decimal(300))]
    months = ahead(payment_days=31, due=due).months
    assert [one.due for one in months[:2]] == [700, 0]
    assert months[0].cash is not None
    assert months[0].cash.value == pytest.approx(700)


def test_the_range_holds_chance_and_doubt_and_is_the_same_every_time() -> None:
    first, again = ahead(), ahead()
    assert first.orders == again.orders
    assert first.orders.low == 0
    assert 6 <= first.orders.high <= 12


def test_new_prospects_add_what_those_contacted_bring() -> None:
    """200 a month at 1 in 200 are an order each; the latest have had no time for it."""
    found = ahead(new_per_month=Fraction(200))
    assert 8 < found.from_new < 12
    assert found.orders.value == pytest.approx(2 + found.from_new)


def test_without_an_average_deal_there_are_orders_and_no_money() -> None:
    found = forecast(of_24_actives(), Money(average=None), on=ON, months=12)
    assert found.revenue is None
    assert found.months[0].cash is None
    assert found.orders.value == pytest.approx(2)


def test_months_run_from_the_day_and_end_with_shorter_months() -> None:
    assert month_starts(date(2027, 1, 31), 3) == [
        date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30),
    ]  # fmt: skip


def test_a_long_horizon_expects_nothing_more_after_the_year() -> None:
    delays = delay_by_day(ON, 24)
    assert len(delays) == 731
    assert float(delays.sum()) == pytest.approx(1)
    assert float(delays[365:].sum()) == 0


def test_past_days_are_a_month_apart_and_have_their_whole_future() -> None:
    assert back_dates(date(2027, 1, 1), 3, 3, date(2026, 8, 15)) == [
        date(2026, 9, 1), date(2026, 10, 1),
    ]  # fmt: skip


def test_how_wrong_it_was() -> None:
    """10 and 6 were forecast, 8 and 8 came: right on the whole, 2 orders off each time."""

    def tried(value: float, came: int) -> Tried:
        orders = Expected(value=value, low=value - 2, high=value + 1)
        return Tried(on=ON, until=ON, orders=orders, came=came, of_others=0)

    found = BackTest(tried=(tried(10, 8), tried(6, 8)))
    assert (found.bias, found.mean_error, found.relative_error) == (0, 2, 0.25)
    assert found.within == 1
    assert BackTest(tried=()).mean_error is None
    assert BackTest(tried=(tried(1, 0),)).bias is None
