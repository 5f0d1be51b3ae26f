"""The SMART check: verb + what + how much + by when (B5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from outreach.planning.market import Market
from outreach.planning.objective import Checkpoint, Objective, ObjectiveKind
from outreach.planning.smart import Around, Criterion, begins_with_a_verb, is_smart, smart

TODAY = date(2027, 3, 1)
SATISFACTION = Objective(
    name="Raise satisfaction",
    kind=ObjectiveKind.RESULT,
    metric="satisfaction",
    unit="%",
    baseline=Fraction(60),
    target=Fraction(75),
    start=date(2027, 1, 1),
    deadline=date(2027, 9, 30),
    owner="marie",
    checkpoints=(Checkpoint(on=date(2027, 6, 30)),),
)


def missing(objective: Objective, **around: object) -> set[Criterion]:
    known = Around(today=TODAY, **around)  # type: ignore[arg-type]
    return {one.criterion for one in smart(objective, known) if one.met is False}


def test_satisfaction_up_15_percent_by_30_september_is_smart() -> None:
    assert missing(SATISFACTION) == set()
    assert is_smart(smart(SATISFACTION, Around(today=TODAY)))


@pytest.mark.parametrize(
    ("change", "letter"),
    [
        ({"name": "Satisfaction"}, Criterion.SPECIFIC),
        ({"metric": None}, Criterion.SPECIFIC),
        ({"target": None}, Criterion.MEASURABLE),
        ({"unit": None}, Criterion.MEASURABLE),
        ({"deadline": None, "checkpoints": ()}, Criterion.TIMED),
        ({"deadline": date(2026, 9, 30), "checkpoints": ()}, Criterion.TIMED),
        ({"deadline": date(2027, 5, 1)}, Criterion.TIMED),
    ],
)
def test_each_letter_says_what_is_missing(change: dict[str, object], letter: Criterion) -> None:
    assert letter in missing(replace(SATISFACTION, **change))  # type: ignore[arg-type]


def test_an_effort_that_does_not_fit_is_not_achievable_and_a_leap_not_realistic() -> None:
    assert missing(SATISFACTION, fits=False) == {Criterion.ACHIEVABLE}
    assert missing(SATISFACTION, fits=True, usual=Fraction(8)) == set()
    assert missing(SATISFACTION, usual=Fraction(7)) == {Criterion.REALISTIC}


def test_a_quality_needs_a_sign_to_look_for_and_no_number() -> None:
    quality = Objective(
        name="Improve our welcome", kind=ObjectiveKind.QUALITATIVE, deadline=date(2027, 9, 30)
    )
    assert missing(quality) == {Criterion.MEASURABLE}
    assert missing(replace(quality, note="nobody waits at the door")) == set()


@pytest.mark.parametrize(
    ("name", "verb"),
    [("Win 12 customers", True), ("Gagner 12 clients", True), ("« Obtenir » 3 devis", True),
     ("12 customers", False), ("Chiffre d'affaires", False), ("", False),
     ("Turnover of 60,000", False)],
)  # fmt: skip
def test_a_verb_is_told_in_english_and_french(name: str, verb: bool) -> None:
    assert begins_with_a_verb(name) is verb


def test_the_potential_market_is_120_480_and_400() -> None:
    """B1: 1,000; our 120 are a fifth of those who buy, 12 % of the potential."""
    market = Market(ours=120, competitors=480, non_consumers=400)
    assert (market.potential, market.to_win) == (1000, 880)
    assert (market.share, market.penetration) == (Fraction(1, 5), Fraction(12, 100))
    assert Market(ours=0, competitors=0, non_consumers=0).share is None
