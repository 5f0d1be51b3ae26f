"""Visits: capacity, sellers, the share of prospects. The numbers are those of domain notes B7."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from outreach.planning.visits import (
    BadVisits,
    Capacity,
    Need,
    Sellers,
    Time,
    Wish,
    capacity,
    prospecting,
    sellers,
    start_by,
)

FIXARIS = Time(
    weeks=Fraction(52), leave=Fraction(5), conventions=Fraction(1), training=Fraction(1),
    days_per_week=Fraction(4), visits_per_day=Fraction(3),
)  # fmt: skip
NEEDS = (Need("A", 492, 4), Need("B", 198, 2), Need("C", 230, 1))


def test_fixaris_has_45_weeks_of_4_days_of_3_visits() -> None:
    assert capacity(FIXARIS) == Capacity(weeks=Fraction(45), days=Fraction(180), visits=540)


def test_its_customers_need_2594_visits_which_are_5_sellers_of_519() -> None:
    """2,594 ÷ 540 = 4.80; 2,594 ÷ 5 = 518.8."""
    assert [need.visits for need in NEEDS] == [1968, 396, 230]
    assert sellers(NEEDS, capacity(FIXARIS)) == Sellers(
        visits=2594, exact=Fraction(2594, 540), whole=5, each=Fraction(2594, 5), each_whole=519
    )


def test_a_slip_of_the_source_is_not_repeated() -> None:
    """66 × 2 is printed 122 there."""
    assert Need("D", 66, 2).visits == 132


def test_public_holidays_of_weeks_worked_are_lost() -> None:
    """9 of them over 52 weeks, 26 of which are worked: 4.5 days."""
    time = Time(weeks=Fraction(52), leave=Fraction(26), days_per_week=Fraction(5),
                holidays=Fraction(9), visits_per_day=Fraction(2))  # fmt: skip
    assert capacity(time) == Capacity(weeks=Fraction(26), days=Fraction(251, 2), visits=251)


def test_a_seller_without_time_makes_no_visit_and_so_many_sellers_cannot_be_told() -> None:
    time = Time(weeks=Fraction(5), leave=Fraction(5), days_per_week=Fraction(5),
                visits_per_day=Fraction(2))  # fmt: skip
    assert capacity(time).visits == 0
    assert sellers(NEEDS, capacity(time)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"leave": Fraction(53)},
        {"days_per_week": Fraction(8)},
        {"visits_per_day": Fraction(-1)},
    ],
)
def test_what_no_year_holds_is_refused(wrong: dict[str, Fraction]) -> None:
    usual = {"weeks": Fraction(52), "days_per_week": Fraction(5), "visits_per_day": Fraction(3)}
    with pytest.raises(BadVisits):
        capacity(Time(**{**usual, **wrong}))


def test_108_of_540_visits_are_for_prospects() -> None:
    """130 wanted, 125 of whom 90 % stay: 17.5 → 18 new ones, 6 visits each: 20 %, 432 are left."""
    found = prospecting(
        Wish(target=130, current=125, retention=Fraction(9, 10), visits_per_customer=Fraction(6)),
        540,
    )
    assert found.asked == Fraction(35, 2)
    assert found.new_customers == 18
    assert found.leaving == Fraction(25, 2)
    assert found.visits == 108
    assert found.share == Fraction(1, 5)
    assert found.left == 432
    assert found.beyond == 0


def test_programmed_losses_come_on_top_of_the_ordinary_attrition() -> None:
    wish = Wish(target=130, current=125, retention=Fraction(9, 10),
                visits_per_customer=Fraction(6), for_losses=2)  # fmt: skip
    assert prospecting(wish, 540).visits == 120


def test_who_has_enough_customers_prospects_none_and_never_less() -> None:
    wish = Wish(target=100, current=125, retention=Fraction(9, 10),
                visits_per_customer=Fraction(6))  # fmt: skip
    found = prospecting(wish, 540)
    assert (found.new_customers, found.visits, found.left) == (0, 0, 540)


def test_visits_without_time_are_told_apart_and_the_rest_is_not_below_0() -> None:
    wish = Wish(target=200, current=0, retention=Fraction(1), visits_per_customer=Fraction(6))
    found = prospecting(wish, 540)
    assert (found.visits, found.left, found.beyond) == (1200, 0, 660)


def test_a_share_of_no_visits_is_undefined() -> None:
    wish = Wish(target=1, current=0, retention=Fraction(1), visits_per_customer=Fraction(6))
    assert prospecting(wish, 0).share is None


def test_prospecting_begins_a_mean_sale_before_the_loss_at_the_latest() -> None:
    """Part of a day counts as one: 60.5 days before 30 September is 31 July minus a day."""
    assert start_by(date(2027, 9, 30), Fraction(60)) == date(2027, 8, 1)
    assert start_by(date(2027, 9, 30), Fraction(121, 2)) == date(2027, 7, 31)
    assert start_by(date(2027, 9, 30), None) is None
