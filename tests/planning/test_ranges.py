"""The ranges of the coefficients carried to prospects, touches and hours."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import pytest

from outreach.planning.blending import Seen
from outreach.planning.effort import Goal, on_arrays
from outreach.planning.expectation import back_on_arrays
from outreach.planning.habits import Coefficients, Habits, weighed
from outreach.planning.ranges import carried

GOAL = Goal(revenue=Fraction(60_000))


def of_the_sheet(**changed: Fraction | None) -> Habits:
    values: dict[str, Fraction | None] = {
        "average_deal": Fraction(20_000), "proposals_per_deal": Fraction(3),
        "compensation": Fraction(4), "inbound": Fraction(8), "accessibility": Fraction(6, 100),
        "touches": Fraction(4), "minutes": Fraction(2),
    }  # fmt: skip
    return weighed(Coefficients(**(values | changed)), {})


def test_what_is_given_throughout_has_no_range() -> None:
    assert carried(of_the_sheet(), partial(on_arrays, GOAL)) == {}


def test_the_sources_3_to_17_percent_are_b1_s_933_and_165_prospects() -> None:
    """B1: t 3 % → 933.3 prospects, 3,733.3 contacts, 124.4 h; t 17 % → 164.7, 658.8, 22.0."""
    found = carried(of_the_sheet(accessibility=None), partial(on_arrays, GOAL))
    assert found["deals"] == (3, 3)
    assert found["prospects"] == (pytest.approx(164.7, abs=0.1), pytest.approx(933.3, abs=0.5))
    assert found["touches"] == (pytest.approx(658.8, abs=0.2), pytest.approx(3733.3, abs=2))
    assert found["hours"] == (pytest.approx(22.0, abs=0.05), pytest.approx(124.4, abs=0.1))


def test_the_sources_1_to_13_touches_are_467_and_6067() -> None:
    """B1: k 1 → 466.7 contacts (15.6 h), k 13 → 6,066.7 (202.2 h)."""
    found = carried(of_the_sheet(touches=None), partial(on_arrays, GOAL))
    assert found["touches"] == (pytest.approx(466.7, abs=0.5), pytest.approx(6066.7, abs=3))
    assert found["hours"] == (pytest.approx(15.6, abs=0.05), pytest.approx(202.2, abs=0.1))


def test_own_history_makes_the_range_narrower_and_two_doubts_make_it_wider() -> None:
    goal = partial(on_arrays, Goal(deals=3))
    seen = {"accessibility": Seen(Fraction(30), 500), "touches": Seen(Fraction(2000), 500)}
    own = carried(weighed(Coefficients(), seen), goal)
    none = carried(weighed(Coefficients(), {}), goal)
    low, high = own["hours"]
    assert none["hours"][0] < low < 80 < high < none["hours"][1]


def test_draws_are_the_same_for_the_same_seed() -> None:
    habits = weighed(Coefficients(), {"accessibility": Seen(Fraction(5), 40)})
    chain = partial(on_arrays, Goal(deals=3))
    assert carried(habits, chain, seed=7) == carried(habits, chain, seed=7)


def test_the_way_back_has_its_range_too() -> None:
    """62.222 hours at 3–17 %: 14 to 79.3 actives found, 22 to 87.3 with 8 inbound, ÷ 12."""
    habits = of_the_sheet(accessibility=None)
    found = carried(habits, partial(back_on_arrays, Fraction(560, 9)))
    assert found["deals"] == (pytest.approx(22 / 12, abs=0.01), pytest.approx(87.33 / 12, abs=0.02))
    assert found["revenue"][0] == pytest.approx(20_000 * 22 / 12, abs=100)
