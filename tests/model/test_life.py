"""The life stage of a customer, from his orders (domain.md B8, "Computed stage")."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outreach.model.life import Order, life_stage, twice_median_gap

TODAY = date(2027, 3, 1)


def order(days_ago: int, euros: int = 100) -> Order:
    day = datetime(2027, 3, 1, 10, tzinfo=UTC) - timedelta(days=days_ago)
    return Order(day, euros * 100)


def stage(*days_and_euros: tuple[int, int] | int, override: str | None = None) -> str | None:
    orders = [order(*one) if isinstance(one, tuple) else order(one) for one in days_and_euros]
    days = [one.at.date() for one in orders]
    return life_stage(
        orders,
        first_on=min(days, default=None),
        last_on=max(days, default=None),
        today=TODAY,
        override=override,
    )


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ((), None),
        # 24 months without an order
        ((731,), "lost"),
        ((730,), "declining"),
        # the example of the source: a habit of 30 days, 50 and 95 days of silence
        ((50, 80, 110, 140, 170, 200), "declining"),
        ((95, 125, 155, 185, 215), "lost"),
        ((90, 120, 150, 180, 210), "declining"),
        ((45, 75, 105, 135, 165, 195), "mature"),
        ((46, 76, 106, 136, 166, 196), "declining"),
        # the first six months
        ((10,), "new"),
        ((182,), "new"),
        ((183,), "episodic"),
        # this year's turnover beside the year before: 79 %, 80 %, 120 %, 121 %
        (((20, 79), (400, 100)), "declining"),
        (((20, 80), (200, 0), (400, 100)), "mature"),
        (((20, 120), (200, 0), (400, 100)), "mature"),
        (((20, 121), (200, 0), (400, 100)), "developing"),
        # one order in the year, and no habit
        (((300, 100), (500, 100)), "episodic"),
        (((300, 50), (200, 50), (500, 100)), "mature"),
    ],
)
def test_orders_make_a_stage(orders: tuple[int | tuple[int, int], ...], expected: str) -> None:
    assert stage(*orders) == expected


def test_a_stage_set_by_hand_wins() -> None:
    assert stage(10, override="mature") == "mature"
    assert stage(override="lost") == "lost"


def test_the_median_gap_needs_three_days_with_orders_and_keeps_halves() -> None:
    def twice(*days: float) -> int | None:
        start = datetime(2027, 1, 1, tzinfo=UTC)
        return twice_median_gap([start + timedelta(days=day) for day in days])

    assert twice(0, 30) is None
    assert twice(0, 0.2, 30) is None  # two orders of one day are one
    assert twice(0, 30, 61) == 61  # 30 and 31
    assert twice(0, 10, 40, 45) == 20  # 5, 10, 30


def test_summer_time_makes_no_gap_longer() -> None:
    """Midnights in Paris around the change of 28 March 2027: 30 days are 30 days."""
    paris = ZoneInfo("Europe/Paris")
    days = [datetime(2027, 2, 1, tzinfo=paris) + timedelta(days=30 * n) for n in range(4)]
    assert twice_median_gap([day.astimezone(UTC) for day in days]) == 60
