"""The chains of the sources (domain notes B3)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from outreach.evaluation.chain import chain
from outreach.model.tally import ArmTally


def test_the_chain_of_the_course_sheet() -> None:
    """500 letters, 50 accept a meeting, 10 ask for a quote, 5 order: 10, 20, 50 %; overall 1 %."""
    stages = ("contacted", "appointment", "quote", "order")
    furthest = {"contacted": 450, "appointment": 40, "quote": 5, "order": 5}
    links = chain(ArmTally(620, furthest), stages)
    assert [link.contacts for link in links] == [500, 50, 10, 5]
    assert [link.from_previous for link in links] == [
        None,
        Fraction(1, 10),
        Fraction(1, 5),
        Fraction(1, 2),
    ]
    assert [link.from_first for link in links] == [
        1,
        Fraction(1, 10),
        Fraction(1, 50),
        Fraction(1, 100),
    ]


def test_the_chain_of_a_follow_up_by_telephone() -> None:
    """1,000 mails, 350 replies, 320 calls, 100 meetings accepted, 85 held, 35 quotes, 10 signed."""
    people = {"mailed": 1000, "replied": 350, "called": 320, "accepted": 100, "held": 85,
              "quote": 35, "order": 10}  # fmt: skip
    counts = [*people.values(), 0]
    furthest = {stage: counts[i] - counts[i + 1] for i, stage in enumerate(people)}
    links = chain(ArmTally(1000, furthest), tuple(people))
    assert [link.contacts for link in links] == list(people.values())
    percent = [round(float(link.from_previous or 0) * 100, 2) for link in links[1:]]
    assert percent == [35, 91.43, 31.25, 85, 41.18, 28.57]
    assert links[-1].from_first == Fraction(1, 100)


def test_the_interval_is_that_of_the_rate_from_the_first_stage() -> None:
    """Wilson for 15 of 148: 6.24 % to 16.05 %."""
    links = chain(ArmTally(148, {"contacted": 100, "replied": 33, "order": 15}),
                  ("contacted", "replied", "order"))  # fmt: skip
    interval = links[2].interval
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((0.0624, 0.1605), abs=5e-5)


def test_nobody_contacted_gives_undefined_rates_and_no_zeros() -> None:
    links = chain(ArmTally(10, {}), ("contacted", "order"))
    assert [link.contacts for link in links] == [0, 0]
    assert [link.from_previous for link in links] == [None, None]
    assert [link.from_first for link in links] == [None, None]
    assert [link.interval for link in links] == [None, None]
