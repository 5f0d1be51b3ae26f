"""BG/NBD and Gamma-Gamma against what their authors published for the CDNOW sample.

Fader, Hardie and Lee 2005, table 2 (r, α, a, b and the log-likelihood of 2,357 customers, 39
weeks, repeat transactions by day) and Fader and Hardie 2013 (p, q, γ of the 946 who came back).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from outreach.evaluation.portfolio.buying import (
    Buying,
    Spending,
    alive,
    expected_orders,
    expected_value,
    outlook,
)
from outreach.model.portfolio import BuyingTally

#: The end of the calibration.
END = date(1997, 9, 30)


@cache
def bought(folder: Path) -> BuyingTally:
    """The sample as of the end of the calibration, read without the program."""
    days: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for line in (folder / "cdnow" / "CDNOW_sample.txt").read_text().splitlines():
        _, customer, day, _, amount = line.split()
        days[customer][datetime.strptime(day, "%Y%m%d").date()] += round(float(amount) * 100)
    rows = []
    for orders in days.values():
        seen = sorted(day for day in orders if day <= END)
        repeats = sum(orders[day] for day in seen[1:])
        rows.append((len(seen) - 1, (seen[-1] - seen[0]).days, (END - seen[0]).days, repeats))
    repeats_, last, age, value = zip(*rows, strict=True)
    return BuyingTally(repeats_, last, age, value, len(rows))


def test_the_published_parameters_come_out(real_data: Path) -> None:
    found = outlook(bought(real_data), per_unit=100, discount=0.1, years=3)

    assert found is not None
    model = found.buying
    assert (round(model.r, 3), round(model.alpha, 3), round(model.a, 3), round(model.b, 3)) == (
        0.243, 4.414, 0.793, 2.426,
    )  # fmt: skip
    assert round(model.log_likelihood, 1) == -9582.4
    spending = found.spending
    assert spending is not None
    assert (round(spending.p, 2), round(spending.q, 2), round(spending.gamma, 2)) == (
        6.25, 3.74, 15.44,
    )  # fmt: skip


def test_the_coming_39_weeks_are_foreseen_as_the_authors_did(real_data: Path) -> None:
    """Customer 1 of the authors' sheet: x 2, t 30.43 weeks, T 38.86 → 1.226 orders."""
    model = Buying(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=0)
    one = [np.array([value]) for value in (2.0, 30.43, 38.86)]

    assert expected_orders(model, *one, 39.0)[0] == pytest.approx(1.226, abs=0.001)
    assert expected_orders(model, *one, 0.0)[0] == 0
    assert alive(model, *one)[0] == pytest.approx(0.72, abs=0.01)
    assert alive(model, *(np.array([value]) for value in (0.0, 0.0, 38.86)))[0] == 1


def test_the_amount_of_a_customer_lies_between_his_own_and_that_of_all() -> None:
    model = Spending(p=6.25, q=3.74, gamma=15.44)
    assert model.mean == pytest.approx(35.2, abs=0.1)
    once, often, never = expected_value(
        model, np.array([1.0, 50.0, 0.0]), np.array([100.0, 100.0, 0.0])
    )
    assert 35.2 < once < often < 101
    assert never == pytest.approx(model.mean)


def test_a_short_or_thin_history_gives_no_model() -> None:
    few = BuyingTally([1] * 10, [70] * 10, [140] * 10, [1000] * 10, 10)
    short = BuyingTally([1] * 50, [7] * 50, [14] * 50, [1000] * 50, 50)
    assert outlook(few, per_unit=100, discount=0.1, years=3) is None
    assert outlook(short, per_unit=100, discount=0.1, years=3) is None


def test_a_part_of_the_customers_stands_for_all_of_them(real_data: Path) -> None:
    whole = bought(real_data)
    tenfold = BuyingTally(whole.repeats, whole.last, whole.age, whole.value, whole.of * 10)
    one = outlook(whole, per_unit=100, discount=0.1, years=3)
    ten = outlook(tenfold, per_unit=100, discount=0.1, years=3)
    assert one is not None
    assert ten is not None
    assert ten.alive == pytest.approx(one.alive * 10)
    assert ten.orders == pytest.approx(one.orders * 10)
