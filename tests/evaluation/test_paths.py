"""Medians, cohorts, yields and credits, judged from tallies written out by hand."""

from __future__ import annotations

import json
import statistics
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from outreach.evaluation.attribution import credits, yields
from outreach.evaluation.chain import chain
from outreach.evaluation.cohorts import cohorts, of_all_weeks
from outreach.evaluation.paths import paths
from outreach.evaluation.paths_json import paths_json
from outreach.evaluation.paths_section import path_sections
from outreach.evaluation.ratios import Basis, activity, ratios_by_basis
from outreach.evaluation.timing import durations, places_needed, quantile
from outreach.model.asked import Dimension
from outreach.model.path import (
    CohortTally,
    CreditTally,
    GroupTally,
    PathTally,
    TimeTally,
    YieldTally,
)
from outreach.model.tally import ArmTally, CampaignTally, OrderTally

DAY = 86_400


@pytest.mark.parametrize("people", [2, 3, 4, 5, 10, 11, 100])
def test_quartiles_are_those_of_the_standard_library(people: int) -> None:
    """Of the whole list, though only the places that are needed are given."""
    seconds = [n * n * 37 % 1009 for n in range(people)]
    ordered = dict(enumerate(sorted(seconds)))
    given = {place: ordered[place] for place in places_needed(people)}
    expected = statistics.quantiles(seconds, n=4, method="inclusive")
    found = [quantile(people, given, Fraction(n, 4)) for n in (1, 2, 3)]
    assert [float(one or 0) for one in found] == pytest.approx(expected)


def test_nobody_has_no_median_and_one_person_is_his_own() -> None:
    nobody, one = durations((
        TimeTally(start="contacted", end="order", not_yet=7),
        TimeTally(start="contacted", end="order", arrived=1, seconds={0: 3 * DAY}),
    ))  # fmt: skip
    assert (nobody.median, nobody.not_yet) == (None, 7)
    assert (one.first_quartile, one.median, one.third_quartile) == (3, 3, 3)


def test_whoever_has_not_come_yet_is_in_the_share_and_no_failure() -> None:
    """10 touched: 2 at once, 3 later, 5 not yet, of whom 4 have had no week so far."""
    weeks = cohorts([
        CohortTally(week=date(2027, 3, 1), contacts=6, at_once=2, later=3),
        CohortTally(week=date(2027, 3, 8), contacts=4, too_early=4),
    ])  # fmt: skip
    assert [one.not_yet for one in weeks] == [1, 4]
    everybody = of_all_weeks(weeks)
    assert (everybody.at_once_rate, everybody.later_rate) == (Fraction(1, 5), Fraction(3, 10))
    assert (everybody.not_yet, everybody.too_early) == (5, 4)


def test_what_one_more_attempt_brings_is_of_those_on_whom_it_was_made() -> None:
    """100 people: 40 tried once, 60 twice; 4 ordered after the first, 3 after the second."""
    once, twice = yields([
        YieldTally(touches=2, contacts=60, orders=3),
        YieldTally(touches=1, contacts=40, orders=4),
    ])  # fmt: skip
    assert (once.rate, once.at_least, once.marginal_rate) == (
        Fraction(1, 10), 100, Fraction(1, 25),
    )  # fmt: skip
    assert (twice.rate, twice.at_least, twice.marginal_rate) == (
        Fraction(1, 20), 60, Fraction(1, 20),
    )  # fmt: skip


def test_what_no_touch_earned_comes_last_and_nothing_is_lost() -> None:
    found = credits(
        [
            CreditTally(stage="order", step=None, channel=None, people=Fraction(1)),
            CreditTally(stage="replied", step="mail", channel="email", people=Fraction(3, 2)),
            CreditTally(stage="order", step="mail", channel="email", people=Fraction(1, 2),
                        revenue=Decimal(50)),
        ],
        ["replied", "order"],
    )  # fmt: skip
    assert [(one.step, one.people) for one in found] == [
        ("mail", {"replied": Fraction(3, 2), "order": Fraction(1, 2)}),
        (None, {"replied": 0, "order": 1}),
    ]


def test_a_file_of_300_of_whom_240_were_reached() -> None:
    """B3: 80 %, 33.33 %, 18.75 %, 5 % in all; failures 20, 66.67 (printed 67), 81.25, 95 %."""
    stages = ("on_file", "reached", "appointment", "sale")
    links = chain(
        ArmTally(300, {"on_file": 60, "reached": 160, "appointment": 65, "sale": 15}), stages
    )
    assert [link.contacts for link in links] == [300, 240, 80, 15]
    rates = [link.from_previous or Fraction(0) for link in links[1:]]
    assert [round(float(rate) * 100, 2) for rate in rates] == [80, 33.33, 18.75]
    assert [round(float(1 - rate) * 100, 2) for rate in rates] == [20, 66.67, 81.25]
    assert links[-1].from_first == Fraction(5, 100)
    assert 1 - (links[-1].from_first or 0) == Fraction(95, 100)


def test_the_two_sheets_differ_in_their_basis_alone() -> None:
    """B4: 120 prospects and 80 customers contacted, 400 on file, 30 interested, 6 won."""
    tally = CampaignTally(
        chain=("contacted", "order"),
        prospects_contacted=120,
        customers_contacted=80,
        prospects_interested=30,
        prospects_won=6,
        prospects_on_file=400,
    )
    tables = ratios_by_basis(tally, PathTally(visits=150, prospect_visits=30))
    by_contact = [one.value for one in tables[Basis.PER_CONTACT].values()]
    assert by_contact == [Fraction(3, 5), Fraction(3, 10), Fraction(1, 4), Fraction(1, 20)]
    by_visit = {name: one.value for name, one in tables[Basis.PER_VISIT].items()}
    assert by_visit["prospecting_share"] == Fraction(1, 5)
    assert by_visit["prospect_coverage"] == Fraction(3, 10)
    assert by_visit["success_rate"] == Fraction(1, 5)


def test_a_margin_that_is_partly_known_makes_no_ratio() -> None:
    tally = CampaignTally(
        chain=("contacted", "order"),
        orders=OrderTally(orders=2, revenue=Decimal(100), margin=Decimal(10), without_margin=1),
    )
    found = activity(tally, PathTally(visits=4))
    assert found["revenue_per_visit"].value == 25
    assert "margin_per_visit" not in found
    assert activity(tally, PathTally()) == {}


def test_json_and_sections_hold_what_was_asked() -> None:
    tally = CampaignTally(chain=("contacted", "order"), enrolled=ArmTally(2, {"order": 1}))
    groups = (GroupTally(key="fair", arm=ArmTally(2, {"order": 1})),)
    found = paths(tally, PathTally(touch_count=3, touched=2, by={Dimension.SOURCE: groups}))
    data = json.loads(json.dumps(paths_json(found)))
    assert (data["touch_count"], data["touched"]) == (3, 2)
    assert data["by"]["source"][0]["key"] == "fair"
    assert data["attribution"] == {"rule": "last", "steps": []}
    assert [one.key for one in path_sections(found)] == ["ratios", "by_source"]
