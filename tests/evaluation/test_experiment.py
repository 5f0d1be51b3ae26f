"""What is said of groups: findings at any look, on the day of decision, and when not to say any."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from outreach.evaluation.comparison import Finding
from outreach.evaluation.experiment import Experiment, Looks, experiment, parts_by
from outreach.evaluation.experiment_section import experiment_section
from outreach.model.audience import Arm
from outreach.model.campaign import AudienceRule, Campaign, Channel, Step, Variant
from outreach.model.experiment import Cell, ExperimentTally

CHAIN = ("contacted", "order")
DAY = Looks(date(2027, 6, 30), True)


def campaign(control: str = "0") -> Campaign:
    variants = (Variant("a"), Variant("b"))
    return Campaign(
        name="spring",
        audience=AudienceRule(where="true", control=Fraction(control)),
        steps=(Step(name="mail", channel=Channel.EMAIL, variants=variants),),
        chain=CHAIN,
    )


def tally(a: tuple[int, int], b: tuple[int, int], *, town: str | None = None) -> ExperimentTally:
    """Two variants: people, and how many of them ordered for 20 each."""
    cells: list[Cell] = []
    for name, (people, orders) in (("a", a), ("b", b)):
        others = Cell(arm=Arm.ENROLLED, variants=(name,), stratum=town, people=people - orders)
        cells += [others, replace(others, rank=1, orders=1, revenue=Decimal(20), people=orders)]
    return ExperimentTally(chain=CHAIN, steps=("mail",), cells=tuple(cells))


def said(found: Experiment) -> str:
    section = experiment_section(found)
    assert section is not None
    return " ".join(str(one) for one in (*section.lead, *section.notes))


def test_a_clear_difference_is_a_finding_with_its_lift() -> None:
    (lift,) = experiment(tally((500, 20), (500, 80)), campaign()).lifts
    assert lift.finding is Finding.BETTER
    assert (lift.contacts, lift.orders, lift.revenue) == (60, 60, 1200)
    assert lift.more is None


def test_what_a_single_look_would_find_is_not_found_at_any_look() -> None:
    """70 against 45 of 500: p 0.014 once."""
    (lift,) = experiment(tally((500, 45), (500, 70)), campaign()).lifts
    assert lift.p_adjusted == pytest.approx(0.0137, abs=5e-4)
    assert lift.p_looks > 0.05
    assert lift.finding is Finding.CANNOT_TELL
    assert lift.more is not None
    assert lift.more[0] == lift.more[1] > 500


def test_the_day_of_decision_decides_by_what_had_happened_until_then() -> None:
    then, now = tally((500, 45), (500, 70)), tally((500, 90), (500, 80))
    (lift,) = experiment(now, campaign(), looks=DAY, at_day=then).lifts
    assert lift.compared.difference == Fraction(-10, 500)
    assert lift.p_looks == pytest.approx(0.0137 / 0.8, abs=1e-3)
    assert lift.finding is Finding.BETTER
    found = experiment(now, campaign(), looks=DAY, at_day=then)
    assert "mail: b − a: better by more than chance on the day of decision" in said(found)


def test_groups_of_the_wrong_size_tell_nothing_whatever_their_figures() -> None:
    found = experiment(tally((700, 20), (500, 80)), campaign())
    assert found.lifts[0].finding is Finding.NOT_BY_LOT
    assert "not of the size they were meant to be" in said(found)


def test_groups_that_another_program_made_have_no_size_they_were_meant_to_be() -> None:
    found = experiment(tally((700, 20), (500, 80)), campaign(), elsewhere=True)
    assert found.lifts[0].finding is Finding.BETTER
    assert all(one.trait for one in found.balance)


def test_equal_rates_ask_for_no_number_of_people() -> None:
    found = experiment(tally((500, 20), (500, 20)), campaign())
    assert found.lifts[0].more is None
    assert "no difference to speak of was seen" in said(found)


def test_nobody_ordered_yet() -> None:
    found = experiment(tally((50, 0), (50, 0)), campaign())
    (lift,) = found.lifts
    assert (lift.finding, lift.p_looks, lift.compared.p) == (Finding.CANNOT_TELL, 1, 1)
    assert all(one.p is None and one.bootstrap is None for one in found.heads)


def test_parts_of_the_people_are_corrected_among_each_other() -> None:
    """Two towns, one comparison each: Holm over both."""
    both = ExperimentTally(
        chain=CHAIN,
        steps=("mail",),
        cells=(
            *tally((500, 20), (500, 80), town="Rennes").cells,
            *tally((500, 20), (500, 22), town="Brest").cells,
        ),
    )
    towns = parts_by(both, lambda cell: cell.stratum)
    found = experiment(both, campaign(), parts={"stratum": towns})
    brest, rennes = found.parts
    assert (brest.key, rennes.key) == ("Brest", "Rennes")
    assert rennes.p_adjusted == pytest.approx(2 * rennes.compared.p)
    assert (brest.finding, rennes.finding) == (Finding.CANNOT_TELL, Finding.BETTER)
    assert "2 comparisons among parts of the people" in said(found)
