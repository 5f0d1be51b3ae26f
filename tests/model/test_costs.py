"""What one touch costs: the same in a plan, in a calendar and in a report."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from outreach.model.campaign import Step
from outreach.model.channels import Channel
from outreach.model.settings import Costs
from outreach.planning.capacity import Load, parts
from outreach.runner.outcomes import cost_of

BULK = Costs(minute=Decimal("0.333"), stamp=Decimal("1.39"), paper=Decimal("0.125"))


@pytest.mark.parametrize(
    ("channel", "minutes", "cost"),
    [
        (Channel.LETTER, "0", "1.52"),
        (Channel.LETTER, "3", "2.51"),
        (Channel.CALL, "2", "0.67"),
        (Channel.EMAIL, "0", "0"),
    ],
)
def test_a_touch_costs_whole_cents_half_a_cent_going_to_the_even_one(
    channel: Channel, minutes: str, cost: str
) -> None:
    """1.39 + 0.125 = 1.515; with 3 minutes at 0.333 2.514; 2 minutes are 0.666."""
    assert BULK.of_touch(channel, Decimal(minutes)) == Decimal(cost)


def test_a_currency_without_cents_has_whole_units() -> None:
    yen = Costs(minute=Decimal("12.5"), currency="JPY")
    assert yen.of_touch(Channel.CALL, Fraction(3)) == 38


def test_a_thousand_letters_are_planned_at_what_a_thousand_letters_come_to() -> None:
    letter = Step(name="letter", channel=Channel.LETTER)
    load = Load(channel=Channel.LETTER, share=Fraction(1), minutes=Fraction(0))
    (planned,) = parts(Fraction(1000), (load,), BULK)
    assert cost_of(letter, BULK) == Decimal("1.52")
    assert planned.cost == 1000 * cost_of(letter, BULK) == 1520
